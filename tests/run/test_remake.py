"""`--remake`: carried articles are made again from state/raw with today's code and options."""

import json
from dataclasses import replace

import pytest

from flows import cache, release, run
from flows.maintain.rebuild import rebuild_release
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from flows.run.remake import locate_document
from flows.run.steps import PLAIN_STEPS
from tests.makers import story
from tests.run.test_segments import Nights, read_rows


@pytest.fixture
def nights(tmp_path):
    return Nights(tmp_path)


def publish(nights, path, **options):
    job = Publish(source=str(path), output=str(nights.dataset.root.parent), append=True, accept_drift="x", **options)
    outcome = run_publish(job)
    assert outcome.status == "published", outcome.why
    assert release.verify_release(outcome.release) == []
    return outcome


def write_records(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def change_code(monkeypatch, digest: str) -> None:
    version = cache.compute_code_version(run.cached_results.ROOT)
    changed = replace(version, code=digest)
    monkeypatch.setattr(cache, "compute_code_version", lambda _root: changed)
    monkeypatch.setattr(run.run_facts.release, "compute_code_digest", lambda _root: digest)


def test_carried_articles_get_what_todays_options_say(nights, tmp_path):
    folder = tmp_path / "drop"
    (folder / "kota").mkdir(parents=True)
    (folder / "kota" / "a.txt").write_text(story(1), encoding="utf-8")
    records = [{"id": f"r{number}", "kepala": f"Judul Nomor {number}", "text": story(number)} for number in (2, 3)]
    write_records(folder / "drop.jsonl", records)
    first = publish(nights, folder)
    before = {row["article_id"]: row for row in release.load_table(first.release, "articles").to_pylist()}
    (folder / "kota" / "a.txt").unlink()  # the stored bytes are enough
    (folder / "drop.jsonl").unlink()
    night = write_records(tmp_path / "night.jsonl", [{"id": "n", "kepala": "Judul Malam", "text": story(5)}])
    options = {"map": ["title=kepala"]}
    carried = publish(nights, night, **options)
    titles = {row["title"] for row in release.load_table(carried.release, "articles").to_pylist()}
    assert "Judul Malam" in titles and "Judul Nomor 2" not in titles
    outcome = publish(nights, night, remake=True, **options)
    after = {row["article_id"]: row for row in release.load_table(outcome.release, "articles").to_pylist()}
    assert after.keys() > before.keys() and len(after) == 4
    assert {row["title"] for row in after.values()} > {"Judul Nomor 2", "Judul Nomor 3", "Judul Malam"}
    same = ("source_id", "source_uri", "raw_sha256", "text")
    assert all(after[key][name] == row[name] for key, row in before.items() for name in same)
    changes = release.load_table(outcome.release, "changes").to_pylist()
    assert [(row["op"], row["fields"]) for row in changes] == [("changed", ["title"])] * 2
    assert outcome.documents == 4 and outcome.carried == 0 and outcome.notes == ()
    assert rebuild_release(nights.dataset, outcome.version).is_identical


def test_other_code_is_told_by_the_segments_and_todays_rows_stay(nights, tmp_path, monkeypatch):
    nights.deliver({f"a{number}": story(number) for number in range(3)})
    change_code(monkeypatch, "1" * 64)
    second = nights.deliver({"b": story(7)})
    codes = {tuple(one["code"]) for one in release.read_manifest(second.release)["segments"]}
    assert len(codes) == 2 and ("1" * 64,) in codes
    third = nights.deliver({"c": story(8)}, remake=True)
    manifest = release.read_manifest(third.release)
    assert {tuple(one["code"]) for one in manifest["segments"]} == {("1" * 64,)}
    assert third.carried == 1 and third.changes == {"added": 1, "changed": 0, "removed": 0}
    assert read_rows(third.release).keys() == {"a0", "a1", "a2", "b", "c"}
    report = rebuild_release(nights.dataset, third.version)
    assert report.is_identical, list(report.format_lines())
    assert manifest["parameters"]["remake"] is True


def test_a_changed_rule_changes_and_rejects_carried_articles(nights, monkeypatch):
    nights.deliver({f"a{number}": story(number) for number in range(3)})
    change_code(monkeypatch, "2" * 64)
    validate_rows = run.validate_rows

    def reject_one(state, *arguments):
        state, verdict = validate_rows(state, *arguments)
        rows = [row for row, url in read_urls(state) if "/a1/" in url]
        return state.reject_rows(dict.fromkeys(rows, ("expectation_failed", "a rule of today")), "validate"), verdict

    def read_urls(state):
        for table in state.stream_articles(["url"]):
            yield from zip(table["row"].to_pylist(), table["url"].to_pylist(), strict=True)

    path = nights.folder / "night.jsonl"
    record = {"id": "b", "url": "https://warta.example/b/judul", "text": story(9)}
    job = Publish(
        source=str(write_records(path, [record])), output=str(nights.dataset.root.parent), append=True, remake=True,
        accept_drift="x",
    )  # fmt: skip
    own_steps = replace(PLAIN_STEPS, validate_articles=reject_one)
    outcome = run_publish(job, own_steps)
    assert outcome.status == "published", outcome.why
    assert read_rows(outcome.release).keys() == {"a0", "a2", "b"} and outcome.rejected == {"expectation_failed": 1}
    assert outcome.changes == {"added": 1, "changed": 0, "removed": 1}


def test_what_has_no_stored_bytes_is_carried_as_it_is_and_counted(nights, monkeypatch):
    nights.deliver({f"a{number}": story(number) for number in range(3)})
    change_code(monkeypatch, "3" * 64)
    (pack,) = nights.dataset.raw.glob("*.parquet")
    pack.unlink()
    outcome = nights.deliver({"b": story(7)}, remake=True)
    assert outcome.carried == 3 and read_rows(outcome.release).keys() == {"a0", "a1", "a2", "b"}
    assert any(note.startswith("3 carried articles were not made again") for note in outcome.notes)


def test_dropped_duplicates_are_made_again_too(nights, monkeypatch):
    nights.deliver({"a": story(1), "b": story(1)}, duplicates="drop")
    change_code(monkeypatch, "4" * 64)
    outcome = nights.deliver({"c": story(4)}, duplicates="drop", remake=True)
    manifest = release.read_manifest(outcome.release)
    assert {tuple(one["code"]) for one in (*manifest["segments"], *manifest["dropped_segments"])} == {("4" * 64,)}
    assert manifest["counts"]["published"] == 2 and outcome.dropped == {"duplicate": 1}


@pytest.mark.parametrize(
    ("source_id", "source_uri", "expected"),
    [
        ("kota/a.txt", "/data/drop/kota/a.txt", "kota/a.txt"),
        ("kota/a.jsonl#L3", "/data/drop/kota/a.jsonl#L3", "kota/a.jsonl#L3"),
        ("kota/a.jsonl#r7", "/data/drop/kota/a.jsonl#L3", "kota/a.jsonl#L3"),
        ("r7", "/data/drop/a.jsonl#L3", "a.jsonl#L3"),
        ("kota/a.txt~" + "0" * 32, "file:///data/drop/kota/a.txt", "kota/a.txt"),
    ],
)
def test_the_path_below_the_source_follows_from_the_names(source_id, source_uri, expected):
    row = {"source_id": source_id, "source_uri": source_uri, "article_id": "0" * 32}
    assert locate_document(row) == expected
