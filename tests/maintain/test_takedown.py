"""Takedown: an article leaves later releases, and with --purge everything that was stored."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows import release
from flows.maintain.takedown import take_down_article
from flows.run.publish_run import run_publish
from tests.makers import story

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORDS = "tahap ke-2 "  # stand in story(2) alone
READ = {
    ".parquet": lambda path: pq.ParquetFile(path).read().to_pylist(),
    ".arrow": lambda path: pa.ipc.open_file(str(path)).read_all().to_pylist(),
}


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(8):
        (folder / f"{number}.txt").write_text(story(number), encoding="utf-8")
    (folder / "twin.txt").write_text(story(2).replace(" -- ", " - ").replace("\n", "\n\n"), encoding="utf-8")
    return folder


def ids(path):
    return {row["source_id"]: row["article_id"] for row in release.load_table(path, "articles").to_pylist()}


def taken(dataset, article_id, *, purge=False, reason="request of the publisher"):
    with release.publisher_lock(dataset, 0):
        return take_down_article(dataset, article_id, reason, purge=purge, now=NOW, run_id="mend")


def latest(dataset):
    return dataset.release_path(dataset.read_latest_version())


def words_kept(dataset):
    """List the files below the dataset that hold words of the article."""
    paths = []
    for path in sorted(dataset.root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            rows = READ.get(path.suffix, Path.read_bytes)(path)
            if WORDS in str(rows):
                paths.append(path)
    return paths


@pytest.mark.parametrize("append", [False, True])
def test_it_stays_out_with_its_duplicate_and_leaves_a_reject_without_words(dataset, job, append):
    key = ids(latest(dataset))["2.txt"]
    assert set(taken(dataset, key).source_ids) == {"2.txt", "twin.txt"}
    outcome = run_publish(job.model_copy(update={"append": append}))
    assert outcome.status == "published" and outcome.changes["removed"] == 2
    rejects = {row["source_id"]: row for row in release.load_table(outcome.release, "rejects").to_pylist()}
    assert set(rejects) == {"2.txt", "twin.txt"}
    for row in rejects.values():
        assert (row["reason"], row["preview"]) == ("withdrawn", None) and "request of the publisher" in row["detail"]
    assert set(ids(outcome.release)) == {f"{n}.txt" for n in (0, 1, 3, 4, 5, 6, 7)}
    assert run_publish(job.model_copy(update={"append": append})).status == "nothing_new"


def test_append_does_not_carry_it_over(dataset, job, source):
    taken(dataset, ids(latest(dataset))["2.txt"])
    for name in ("2.txt", "twin.txt", "3.txt"):
        (source / name).unlink()
    outcome = run_publish(job.model_copy(update={"append": True}))
    assert outcome.status == "published", outcome.why
    assert set(ids(outcome.release)) == {f"{n}.txt" for n in (0, 1, 3, 4, 5, 6, 7)}


def test_it_is_known_by_its_text_and_by_its_bytes_under_another_name(dataset, job, source):
    taken(dataset, ids(latest(dataset))["2.txt"])
    (source / "2.txt").rename(source / "elsewhere.txt")
    (source / "twin.txt").write_text("Advertisement\n\n" + story(2), encoding="utf-8")
    outcome = run_publish(job)
    assert outcome.rejected == {"withdrawn": 2}


def test_purging_leaves_no_word_of_it(dataset, job, source):
    (source / "8.txt").write_text(story(8), encoding="utf-8")
    assert run_publish(job).status == "published"
    (source / "2.txt").unlink()
    (source / "twin.txt").unlink()
    assert run_publish(job).status == "published"  # the third never held it
    first, second, third = (each.version for each in reversed(dataset.read_versions()))
    key = ids(dataset.release_path(first))["2.txt"]
    assert len(words_kept(dataset)) > 4
    takedown = taken(dataset, key, purge=True)
    assert [old for old, _ in takedown.replaced_versions] == [first, second] and takedown.forgotten_count == 2
    assert not dataset.release_path(first).exists() and dataset.read_latest_version() == third
    statuses = {each.version: each.status for each in dataset.read_versions()}
    assert statuses[first] == statuses[second] == "pruned"
    for _, new in takedown.replaced_versions:
        path = dataset.release_path(new)
        assert release.verify_release(path) == [] and release.read_manifest(path)["remakes"] in (first, second)
        assert {"2.txt", "twin.txt"}.isdisjoint(ids(path))
        assert release.read_manifest(path)["counts"]["rejected"] == {"withdrawn": 2}
    assert words_kept(dataset) == []
    assert release.read_withdrawals(dataset)[0].purge == "done"
    repeat = taken(dataset, key, purge=True, reason="")
    assert repeat.replaced_versions == () and repeat.forgotten_count == 0


def test_a_purged_article_that_comes_again_leaves_no_bytes(dataset, job, source):
    key = ids(latest(dataset))["2.txt"]
    takedown = taken(dataset, key, purge=True)
    assert dataset.read_latest_version() == takedown.replaced_versions[-1][1]
    (source / "2.txt").write_text("Advertisement\n\n" + story(2), encoding="utf-8")
    assert run_publish(job).status == "published"
    assert words_kept(dataset) == []


def test_a_purge_forgets_no_other_article_that_was_taken_down_for_the_same_reason(dataset, job, source):
    keys = ids(latest(dataset))
    rows = {row["source_id"]: row["raw_sha256"] for row in release.load_table(latest(dataset), "articles").to_pylist()}
    taken(dataset, keys["3.txt"])
    taken(dataset, keys["2.txt"], purge=True)
    (source / "9.txt").write_text(story(9), encoding="utf-8")
    assert run_publish(job).status == "published"
    stored = {digest for digest, _ in release.iterate_raw_bytes(dataset, list(rows.values()))}
    assert rows["3.txt"] in stored and rows["2.txt"] not in stored


def test_purging_that_died_is_finished_by_the_same_command(dataset, job, monkeypatch):
    key = ids(latest(dataset))["2.txt"]
    monkeypatch.setattr(release, "delete_raw_bytes", lambda *_: (_ for _ in ()).throw(OSError("the disk is gone")))
    with pytest.raises(OSError):
        taken(dataset, key, purge=True)
    assert release.read_withdrawals(dataset)[0].purge == "asked"
    monkeypatch.undo()
    assert taken(dataset, key, purge=True, reason="").forgotten_count == 2
    assert words_kept(dataset) == [] and release.read_withdrawals(dataset)[0].purge == "done"


def test_what_no_release_holds_cannot_be_taken_down(dataset):
    with pytest.raises(release.InvalidRequestError, match="holds the article"):
        taken(dataset, "0" * 32)
    with pytest.raises(release.InvalidRequestError, match="--reason"):
        taken(dataset, ids(latest(dataset))["1.txt"], reason="")
    assert release.read_withdrawals(dataset) == []
