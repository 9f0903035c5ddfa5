"""The steps between stages: who wins an article_id, what is carried over, what repeats."""

import json
import shutil
from pathlib import Path

import pytest

from flows import cache, read, release, run
from flows.parameters import Publish
from flows.run.publish_run import tell
from tests.makers import story


def write(path: Path, records: list[dict]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def working(source: Path, tmp_path: Path, **options) -> run.Working:
    work = tmp_path / "work"
    work.mkdir()
    job = Publish(source=str(source), output=str(tmp_path / "output"), **options)
    have = run.known(job, read.survey(job.source), cache.NOTHING, work, 0)
    return run.clean_all(job, have, work, None, lambda *_: None)


def published(outcome) -> dict[str, dict]:
    return {row["source_id"]: row for row in release.load(outcome.release, "articles").to_pylist()}


def test_the_later_fetch_of_an_article_wins(tmp_path):
    url = "https://www.republika.co.id/berita/abc123/kota-memulai"
    source = write(
        tmp_path / "drop.jsonl",
        [
            {"id": "new", "url": url, "text": story(1), "fetched_at": "2024-03-14T00:00:00Z"},
            {"id": "old", "url": url + "?utm_source=x", "text": story(2), "fetched_at": "2024-03-13T00:00:00Z"},
            {"id": "undated", "url": url, "text": story(3)},
        ],
    )
    settled = run.one_row_each(working(source, tmp_path))
    assert settled.articles["source_id"].to_pylist() == ["new"]
    assert settled.dropped() == {"same_article": 2}
    ((places, spans),) = settled.lineage("spans")
    assert set(places.tolist()) == set(range(settled.articles.num_rows)) and len(places) == spans.num_rows
    assert spans["text"].to_pylist()[0] == "REPUBLIKA.CO.ID, SURABAYA --"


def test_without_a_fetch_the_greater_digest_wins(tmp_path):
    source = write(tmp_path / "drop.jsonl", [{"id": "a", "text": story(1)}, {"id": "a", "text": story(2)}])
    before = working(source, tmp_path)
    settled = run.one_row_each(before)
    assert settled.articles["raw_sha256"].to_pylist() == [max(before.articles["raw_sha256"].to_pylist())]
    assert settled.dropped() == {"same_article": 1}


def test_an_id_that_two_articles_claim_is_given_once(tmp_path):
    write(tmp_path / "a.jsonl", [{"id": "1", "text": story(1)}])
    write(tmp_path / "b.jsonl", [{"id": "1", "text": story(2)}])
    (tmp_path / "source").mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).rename(tmp_path / "source" / name)
    settled = run.one_row_each(working(tmp_path / "source", tmp_path))
    assert settled.articles.num_rows == 1
    assert settled.rejected() == {"source_id_taken": 1}
    assert '"1"' in settled.rejects["detail"].to_pylist()[0]


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_change_nothing(tmp_path, workers):
    source = write(tmp_path / "drop.jsonl", [{"id": str(n), "text": story(n)} for n in range(5)])
    made = working(source, tmp_path, workers=workers)
    assert made.articles["source_id"].to_pylist() == ["0", "1", "2", "3", "4"]
    assert made.articles["row"].to_pylist() == [0, 1, 2, 3, 4]
    assert made.documents_in == 5


def test_duplicates_marked_or_dropped(tmp_path):
    source = write(tmp_path / "drop.jsonl", [{"id": "a", "text": story(1)}, {"id": "b", "text": story(1)}])
    made = working(source, tmp_path)
    marked = run.mark_duplicates(made, "mark")
    links = [link for link in marked.articles["duplicate_of"].to_pylist() if link]
    assert len(links) == 1 and links[0] in marked.articles["article_id"].to_pylist()
    dropped = run.mark_duplicates(made, "drop")
    assert dropped.articles.num_rows == 1 and dropped.dropped() == {"duplicate": 1}


def test_append_keeps_what_the_source_no_longer_holds(tmp_path):
    output = str(tmp_path / "output")
    one = write(tmp_path / "one.jsonl", [{"id": "a", "text": story(1)}, {"id": "b", "text": story(2)}])
    first = tell(Publish(source=str(one), output=output))
    two = write(tmp_path / "two.jsonl", [{"id": "b", "text": story(3)}, {"id": "c", "text": story(4)}])
    second = tell(Publish(source=str(two), output=output, append=True))
    before, after = published(first), published(second)
    assert second.carried == 2 and second.changes == {"added": 2, "changed": 0, "removed": 0}
    assert after["a"]["article_id"] == before["a"]["article_id"]
    # Another file's record "b" is another article: the carried one keeps its key and gives way on the label.
    assert {name.split("~")[0] for name in after} == {"a", "b", "c"} and len(after) == 4
    spans = release.load(second.release, "spans")["article_id"].to_pylist()
    assert set(spans) == {row["article_id"] for row in after.values()}


def test_without_append_what_is_gone_is_removed(tmp_path):
    output = str(tmp_path / "output")
    source = write(tmp_path / "one.jsonl", [{"id": str(n), "text": story(n)} for n in range(10)])
    tell(Publish(source=str(source), output=output))
    write(source, [{"id": str(n), "text": story(n)} for n in range(1, 10)])
    outcome = tell(Publish(source=str(source), output=output))
    assert outcome.changes == {"added": 0, "changed": 0, "removed": 1}


def test_a_source_that_shrank_sharply_is_refused_until_accepted(tmp_path):
    output = str(tmp_path / "output")
    source = write(tmp_path / "one.jsonl", [{"id": str(n), "text": story(n)} for n in range(10)])
    first = tell(Publish(source=str(source), output=output))
    write(source, [{"id": "1", "text": story(1)}])
    refused = tell(Publish(source=str(source), output=output))
    assert refused.status == "refused" and refused.exit_code == 1 and "drift.rows-kept" in refused.why[0]
    assert release.Dataset(tmp_path / "output" / "news").latest() == first.version
    accepted = tell(Publish(source=str(source), output=output, accept_drift="only one left on purpose"))
    assert accepted.status == "published" and accepted.articles == 1


def repeated(number: int, changed: int = 0) -> str:
    """A story long enough for a few changed words to leave it a near copy of itself."""
    words = [f"kata{n}nomor{number}" for n in range(160)]
    return story(number) + "\n" + " ".join(["lain"] * changed + words[changed:]) + "."


@pytest.mark.parametrize("workers", [1, 2])
def test_near_copies_are_marked_within_a_run(tmp_path, workers):
    records = [{"id": f"{n}-{c}", "text": repeated(n, c)} for n in range(20) for c in (0, 3)]
    made = run.mark_duplicates(working(write(tmp_path / "drop.jsonl", records), tmp_path, workers=workers), "mark")
    ids = dict(zip(made.articles["article_id"].to_pylist(), made.articles["source_id"].to_pylist(), strict=True))
    links = zip(made.articles["source_id"].to_pylist(), made.articles["duplicate_of"].to_pylist(), strict=True)
    assert {copy: ids[kept] for copy, kept in links if kept} == {f"{n}-3": f"{n}-0" for n in range(20)}


def test_a_copy_of_an_article_of_the_parent_is_found_without_its_text(tmp_path, monkeypatch):
    output = str(tmp_path / "output")
    one = write(tmp_path / "one.jsonl", [{"id": "a", "text": repeated(1)}, {"id": "b", "text": repeated(2)}])
    tell(Publish(source=str(one), output=output))
    asked = []
    prints_of = run.dedupe.prints_of
    monkeypatch.setattr(run.dedupe, "prints_of", lambda table: (asked.append(table.num_rows), prints_of(table))[1])
    two = write(tmp_path / "two.jsonl", [{"id": "c", "text": repeated(1, 2)}, {"id": "d", "text": repeated(3)}])
    second = tell(Publish(source=str(two), output=output, append=True))
    rows = published(second)
    assert rows["c"]["duplicate_of"] == rows["a"]["article_id"]
    assert [rows[name]["duplicate_of"] for name in "abd"] == [None, None, None]
    assert sum(asked) == 0
    # Without what was kept the same comes out, from the texts.
    shutil.rmtree(tmp_path / "output" / "news" / "state")
    three = write(tmp_path / "three.jsonl", [{"id": "e", "text": repeated(2, 2)}])
    third = published(tell(Publish(source=str(three), output=output, append=True)))
    assert third["e"]["duplicate_of"] == third["b"]["article_id"]
    assert third["c"]["duplicate_of"] == third["a"]["article_id"]
    assert sum(asked) == 4
