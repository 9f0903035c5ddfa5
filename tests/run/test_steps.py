"""Steps between the stages: id conflicts, carried articles, duplicates."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from flows import cache, read, release, run
from flows.outlets import OutletError
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from flows.run.steps import PLAIN_STEPS
from tests.makers import story


def write(path: Path, records: list[dict]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    return path


def clean_source(source: Path, tmp_path: Path, **options) -> run.RunState:
    work = tmp_path / "work"
    work.mkdir()
    job = Publish(source=str(source), output=str(tmp_path / "output"), **options)
    cached = run.look_up_cached_results(job, read.survey_source(job.source), cache.EMPTY_INDEX, work, 0)
    return run.clean_documents(job, cached, work, None, lambda *_: None)


def published(outcome) -> dict[str, dict]:
    return {row["source_id"]: row for row in release.load_table(outcome.release, "articles").to_pylist()}


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
    resolved = run.resolve_id_conflicts(clean_source(source, tmp_path))
    assert resolved.articles["source_id"].to_pylist() == ["new"]
    assert resolved.count_dropped() == {"same_article": 2}
    ((places, spans),) = resolved.stream_lineage("spans")
    assert set(places.tolist()) == set(range(resolved.articles.num_rows)) and len(places) == spans.num_rows
    assert spans["text"].to_pylist()[0] == "REPUBLIKA.CO.ID, SURABAYA --"


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_change_nothing(tmp_path, workers):
    source = write(tmp_path / "drop.jsonl", [{"id": str(n), "text": story(n)} for n in range(5)])
    state = clean_source(source, tmp_path, workers=workers)
    assert state.articles["source_id"].to_pylist() == ["0", "1", "2", "3", "4"]
    assert state.articles["row"].to_pylist() == [0, 1, 2, 3, 4]
    assert state.documents_in == 5


def test_a_dry_run_changes_nothing_in_the_output(tmp_path):
    source, output = tmp_path / "source", tmp_path / "output"
    source.mkdir()
    (source / "1.txt").write_text(story(1), encoding="utf-8")
    job = Publish(source=str(source), output=str(output))
    assert run_publish(job).status == "published"
    (version,) = (output / "news" / "state" / "outcomes").iterdir()
    (version / ".new").mkdir()  # of a publisher at work
    (damaged,) = (path for path in version.iterdir() if path.name != ".new")
    (damaged / "spans.arrow").chmod(0o600)
    (damaged / "spans.arrow").write_bytes(b"")
    (source / "2.txt").write_text(story(2), encoding="utf-8")
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*")}
    outcome = run_publish(job.model_copy(update={"dry_run": True}))
    assert (outcome.status, outcome.articles) == ("dry_run", 2)
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*")} == before


def test_an_invalid_profile_is_wrong_use(tmp_path):
    def refuse(*_):
        raise OutletError("profiles/warta.toml: zone is 'X'; expected another.")

    (tmp_path / "a.txt").write_text(story(1), encoding="utf-8")
    job = Publish(source=str(tmp_path / "a.txt"), output=str(tmp_path / "output"))
    outcome = run_publish(job, replace(PLAIN_STEPS, look_up_cached_results=refuse))
    assert (outcome.status, outcome.exit_code) == ("wrong_use", 2)
    assert outcome.why == ("profiles/warta.toml: zone is 'X'; expected another.",)


def test_duplicates_marked_or_dropped(tmp_path):
    source = write(tmp_path / "drop.jsonl", [{"id": "a", "text": story(1)}, {"id": "b", "text": story(1)}])
    state = clean_source(source, tmp_path)
    marked = run.mark_duplicates(state, "mark")
    links = [link for link in marked.articles["duplicate_of"].to_pylist() if link]
    assert len(links) == 1 and links[0] in marked.articles["article_id"].to_pylist()
    dropped = run.mark_duplicates(state, "drop")
    assert dropped.articles.num_rows == 1 and dropped.count_dropped() == {"duplicate": 1}


def test_append_keeps_what_the_source_no_longer_holds(tmp_path):
    output = str(tmp_path / "output")
    one = write(tmp_path / "one.jsonl", [{"id": "a", "text": story(1)}, {"id": "b", "text": story(2)}])
    first = run_publish(Publish(source=str(one), output=output))
    two = write(tmp_path / "two.jsonl", [{"id": "b", "text": story(3)}, {"id": "c", "text": story(4)}])
    second = run_publish(Publish(source=str(two), output=output, append=True))
    before, after = published(first), published(second)
    assert second.carried == 2 and second.changes == {"added": 2, "changed": 0, "removed": 0}
    assert after["a"]["article_id"] == before["a"]["article_id"]
    # Another file's record "b" is another article: the carried one keeps its key and gives way on the label.
    assert {name.split("~")[0] for name in after} == {"a", "b", "c"} and len(after) == 4
    spans = release.load_table(second.release, "spans")["article_id"].to_pylist()
    assert set(spans) == {row["article_id"] for row in after.values()}


def test_without_append_what_is_gone_is_removed(tmp_path):
    output = str(tmp_path / "output")
    source = write(tmp_path / "one.jsonl", [{"id": str(n), "text": story(n)} for n in range(10)])
    run_publish(Publish(source=str(source), output=output))
    write(source, [{"id": str(n), "text": story(n)} for n in range(1, 10)])
    outcome = run_publish(Publish(source=str(source), output=output))
    assert outcome.changes == {"added": 0, "changed": 0, "removed": 1}


def test_a_source_that_shrank_sharply_is_refused_until_accepted(tmp_path):
    output = str(tmp_path / "output")
    source = write(tmp_path / "one.jsonl", [{"id": str(n), "text": story(n)} for n in range(10)])
    first = run_publish(Publish(source=str(source), output=output))
    write(source, [{"id": "1", "text": story(1)}])
    refused = run_publish(Publish(source=str(source), output=output))
    assert refused.status == "refused" and refused.exit_code == 1 and "drift.rows-kept" in refused.why[0]
    assert release.Dataset(tmp_path / "output" / "news").read_latest_version() == first.version
    accepted = run_publish(Publish(source=str(source), output=output, accept_drift="only one left on purpose"))
    assert accepted.status == "published" and accepted.articles == 1


def make_long_story(number: int, changed: int = 0) -> str:
    """Return a story so long that a few changed words leave it a near-duplicate of itself."""
    words = [f"kata{n}nomor{number}" for n in range(160)]
    return story(number) + "\n" + " ".join(["lain"] * changed + words[changed:]) + "."


@pytest.mark.parametrize("workers", [1, 2])
def test_near_copies_are_marked_within_a_run(tmp_path, workers):
    records = [{"id": f"{n}-{c}", "text": make_long_story(n, c)} for n in range(20) for c in (0, 3)]
    state = run.mark_duplicates(
        clean_source(write(tmp_path / "drop.jsonl", records), tmp_path, workers=workers), "mark"
    )
    ids = dict(zip(state.articles["article_id"].to_pylist(), state.articles["source_id"].to_pylist(), strict=True))
    links = zip(state.articles["source_id"].to_pylist(), state.articles["duplicate_of"].to_pylist(), strict=True)
    assert {copy: ids[kept] for copy, kept in links if kept} == {f"{n}-3": f"{n}-0" for n in range(20)}


def test_a_copy_of_an_article_of_the_parent_is_found_without_its_text(tmp_path, monkeypatch):
    output = str(tmp_path / "output")
    one = write(
        tmp_path / "one.jsonl", [{"id": "a", "text": make_long_story(1)}, {"id": "b", "text": make_long_story(2)}]
    )
    run_publish(Publish(source=str(one), output=output))
    computed_rows = []
    prints_of = run.dedupe.compute_prints
    monkeypatch.setattr(
        run.dedupe, "compute_prints", lambda table: (computed_rows.append(table.num_rows), prints_of(table))[1]
    )
    two = write(
        tmp_path / "two.jsonl", [{"id": "c", "text": make_long_story(1, 2)}, {"id": "d", "text": make_long_story(3)}]
    )
    second = run_publish(Publish(source=str(two), output=output, append=True))
    rows = published(second)
    assert rows["c"]["duplicate_of"] == rows["a"]["article_id"]
    assert [rows[name]["duplicate_of"] for name in "abd"] == [None, None, None]
    assert sum(computed_rows) == 0
    # Without what was kept the same comes out, from the texts.
    shutil.rmtree(tmp_path / "output" / "news" / "state")
    three = write(tmp_path / "three.jsonl", [{"id": "e", "text": make_long_story(2, 2)}])
    third = published(run_publish(Publish(source=str(three), output=output, append=True)))
    assert third["e"]["duplicate_of"] == third["b"]["article_id"]
    assert third["c"]["duplicate_of"] == third["a"]["article_id"]
    assert sum(computed_rows) == 4
