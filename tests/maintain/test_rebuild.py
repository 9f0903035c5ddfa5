"""Rebuild: a release made again from its manifest has the same bytes."""

from dataclasses import replace
from functools import partial

import pytest

from flows import release, run
from flows.maintain.rebuild import rebuild_release
from flows.maintain.takedown import take_down_article
from flows.run import publish_run
from flows.run.publish_run import run_publish
from flows.run.steps import PLAIN_STEPS
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
    report = rebuild_release(dataset, dataset.read_latest_version())
    assert report.is_identical and report.differences == () and len(report.files) >= 8
    assert "same bytes" in list(report.format_lines())[-1]
    assert dataset.versions_json.read_bytes() == before and not list(dataset.staging.iterdir())


def test_a_release_with_a_parent_and_carried_articles_too(dataset, job, source):
    (source / "0.txt").unlink()
    (source / "9.txt").write_text(story(9), encoding="utf-8")
    assert run_publish(job.model_copy(update={"append": True})).carried == 1
    report = rebuild_release(dataset, dataset.read_latest_version())
    assert report.is_identical, list(report.format_lines())
    assert any(path.startswith("diff/") for path in report.files) and "validation/drift.json" in report.files


def test_it_says_what_differs_and_which_files(dataset, monkeypatch):
    from flows.maintain import rebuild as module

    monkeypatch.setattr(module.release, "compute_code_digest", lambda _root: "0" * 64)

    def clean_fewer(*arguments):
        state = run.clean_documents(*arguments)
        return replace(state, articles=state.articles.slice(1))

    steps = replace(PLAIN_STEPS, clean_and_describe=clean_fewer)
    monkeypatch.setattr(publish_run, "build_tables", partial(publish_run.build_tables, steps=steps))
    report = rebuild_release(dataset, dataset.read_latest_version())
    assert not report.is_identical and report.differences == ("the code (flows/, schemas/, expectations/)",)
    assert [is_same for path, is_same in report.files.items() if path.startswith("lineage/")] == [False, False]
    assert "the above may be why" in list(report.format_lines())[-1]


def test_what_was_taken_down_later_does_not_matter(dataset, source):
    version = dataset.read_latest_version()
    rows = release.load_table(dataset.release_path(version), "articles").to_pylist()
    with release.publisher_lock(dataset, 0):
        take_down_article(dataset, rows[0]["article_id"], "asked", purge=False, now=NOW, run_id="x")
    report = rebuild_release(dataset, version)
    assert report.is_identical and report.differences == ()
    with release.publisher_lock(dataset, 0):
        take_down_article(dataset, rows[0]["article_id"], "asked", purge=True, now=NOW, run_id="y")
    with pytest.raises(release.RequestDeclinedError, match="by a purge"):
        rebuild_release(dataset, dataset.read_latest_version())
    with pytest.raises(release.InvalidRequestError, match="files are gone"):
        rebuild_release(dataset, version)


def test_what_cannot_be_made_again_is_said(dataset, source):
    (source / "new.txt").write_text(story(7), encoding="utf-8")
    with pytest.raises(release.RequestDeclinedError, match="has changed: 7 files"):
        rebuild_release(dataset, dataset.read_latest_version())
    source.rename(source.with_name("elsewhere"))
    with pytest.raises(release.RequestDeclinedError, match="cannot be read"):
        rebuild_release(dataset, dataset.read_latest_version())
    (file,) = dataset.release_path(dataset.read_latest_version()).glob("csv/articles-*")
    file.chmod(0o644)
    file.write_text("x")
    with pytest.raises(release.RequestDeclinedError, match="damaged"):
        rebuild_release(dataset, dataset.read_latest_version())
