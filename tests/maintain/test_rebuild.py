"""A release is made again from what it says it was made from, with the same bytes."""

from dataclasses import replace

import pytest

from flows import release, run
from flows.maintain.rebuild import rebuild
from flows.maintain.takedown import takedown
from flows.run.publish_run import tell
from tests.maintain.test_takedown import NOW
from tests.makers import story


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(5):
        (folder / f"{number}.txt").write_text(story(number), encoding="utf-8")
    (folder / "menu.txt").write_text("Login\nDaftar\n", encoding="utf-8")
    return folder


def test_the_first_release_comes_out_with_the_same_bytes(dataset):
    before = dataset.versions_json.read_bytes()
    made = rebuild(dataset, dataset.latest())
    assert made.same and made.differs == () and len(made.files) >= 8
    assert "same bytes" in list(made.lines())[-1]
    assert dataset.versions_json.read_bytes() == before and not list(dataset.staging.iterdir())


def test_a_release_with_a_parent_and_carried_articles_too(dataset, job, source):
    (source / "0.txt").unlink()
    (source / "9.txt").write_text(story(9), encoding="utf-8")
    assert tell(job.model_copy(update={"append": True})).carried == 1
    made = rebuild(dataset, dataset.latest())
    assert made.same, list(made.lines())
    assert any(path.startswith("diff/") for path in made.files) and "validation/drift.json" in made.files


def test_it_says_what_differs_and_which_files(dataset, monkeypatch):
    from flows.maintain import rebuild as module

    monkeypatch.setattr(module.release, "code_digest", lambda _root: "0" * 64)
    clean_all = run.clean_all

    def fewer(*given):
        made = clean_all(*given)
        return replace(made, articles=made.articles.slice(1))

    monkeypatch.setattr(run, "clean_all", fewer)
    made = rebuild(dataset, dataset.latest())
    assert not made.same and made.differs == ("the code (flows/, schemas/, expectations/)",)
    assert not made.files["lineage/evidence.parquet"]
    assert "the above may be why" in list(made.lines())[-1]


def test_what_was_taken_down_later_does_not_matter(dataset, source):
    version = dataset.latest()
    rows = release.load(dataset.release_path(version), "articles").to_pylist()
    with release.publisher_lock(dataset, 0):
        takedown(dataset, rows[0]["article_id"], "asked", purge=False, now=NOW, run_id="x")
    made = rebuild(dataset, version)
    assert made.same and made.differs == ()
    with release.publisher_lock(dataset, 0):
        takedown(dataset, rows[0]["article_id"], "asked", purge=True, now=NOW, run_id="y")
    with pytest.raises(release.Declined, match="by a purge"):
        rebuild(dataset, dataset.latest())
    with pytest.raises(release.Mistaken, match="files are gone"):
        rebuild(dataset, version)


def test_what_cannot_be_made_again_is_said(dataset, source):
    (source / "new.txt").write_text(story(7), encoding="utf-8")
    with pytest.raises(release.Declined, match="is not what it was: 7 files"):
        rebuild(dataset, dataset.latest())
    source.rename(source.with_name("elsewhere"))
    with pytest.raises(release.Declined, match="is gone"):
        rebuild(dataset, dataset.latest())
    file = dataset.release_path(dataset.latest()) / "csv/articles.csv"
    file.chmod(0o644)
    file.write_text("x")
    with pytest.raises(release.Declined, match="damaged"):
        rebuild(dataset, dataset.latest())
