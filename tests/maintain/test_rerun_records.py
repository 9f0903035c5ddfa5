"""Records of every kind of file are replayed and rebuilt with the options that they were read with."""

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows import release, report
from flows.maintain.absence import explain_absence
from flows.maintain.rebuild import rebuild_release
from flows.maintain.rerun import ReplaySelection, replay_documents
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from tests.makers import story

DAY = date(2026, 11, 22)


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    rows = [{"nama": f"Judul {n}", "uraian": story(n)} for n in range(14)]
    table = io.StringIO()
    csv.writer(table, delimiter=";").writerows([["nama", "uraian"], *map(dict.values, rows[:2]), ["a", "b", "c"]])
    (folder / "a.csv.gz").write_bytes(gzip.compress(table.getvalue().encode("utf-16")))
    (folder / "b.json").write_text(
        json.dumps({"data": [{**row, "text": row["uraian"]} for row in rows[2:4]]}, indent=1)
    )
    pq.write_table(pa.Table.from_pylist(rows[4:6]), folder / "c.parquet")
    with sqlite3.connect(folder / "d.db") as database:
        database.execute("CREATE TABLE berita (nama, uraian)")
        database.executemany("INSERT INTO berita VALUES (?, ?)", [tuple(row.values()) for row in rows[6:8]])
    database.close()
    with zipfile.ZipFile(folder / "e.zip", "w") as archive:
        archive.writestr("satu.txt", story(8))
        archive.writestr("dua.jsonl", "\n" + json.dumps(rows[9]))
    items = "".join(f"<item><nama>x</nama><uraian><![CDATA[{row['uraian']}]]></uraian></item>" for row in rows[10:12])
    (folder / "f.xml").write_text(f'<rss version="2.0"><channel>{items}</channel></rss>')
    (folder / "g.md").write_text(f"---\ntitle: Judul Itu\n---\n\n{story(12)}")
    return folder


@pytest.fixture
def published(source, tmp_path):
    options = {"map": ["text=uraian", "title=nama"]}
    outcome = run_publish(Publish(source=str(source), output=str(tmp_path / "output"), **options))
    assert outcome.status == "published", outcome
    assert (outcome.articles, outcome.rejected) == (13, {"broken_record": 1})
    return release.Dataset(tmp_path / "output" / "news"), outcome.release


def test_replay_needs_no_source(published, source):
    source.rename(source.with_name("elsewhere"))
    report = replay_documents(*published, ReplaySelection(everything=True), DAY)
    assert report.comparison.count_changes() == {"added": 0, "changed": 0, "removed": 0, "unchanged": 13}
    assert report.missing == ("a.csv.gz#R3",)  # a broken row is read from its file


def test_replay_reads_a_broken_row_from_its_file(published):
    report = replay_documents(*published, ReplaySelection(reasons=("broken_record",)), DAY)
    assert report.missing == ()
    assert [(before, after) for _, before, after, _ in report.rejects] == [("broken_record", "broken_record")]


def test_a_rebuild_reads_with_the_same_options(published):
    dataset, path = published
    assert rebuild_release(dataset, path.name).is_identical


def test_the_manifest_records_options_keys_and_counts(published):
    manifest = release.read_manifest(published[1])
    assert manifest["parameters"]["map"] == ["text=uraian", "title=nama"]
    keys = manifest["records"]["keys"]
    assert keys["uraian"]["states"] == {"text": 11} and keys["nama"]["filled"] == 11
    assert manifest["counts"]["not_read"] == {}


def test_an_unchanged_source_keeps_its_keys(published, source, tmp_path):
    (source / "h.txt").write_text(story(13))
    options = {"map": ["text=uraian", "title=nama"]}
    outcome = run_publish(Publish(source=str(source), output=str(tmp_path / "output"), **options))
    assert (outcome.cleaned, outcome.kept) == (1, 13)
    assert release.read_manifest(outcome.release)["records"] == release.read_manifest(published[1])["records"]


def test_stories_of_a_split_text_are_replayed(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.txt").write_text("\n=====\n".join(story(n) for n in range(3)))
    outcome = run_publish(Publish(source=str(folder), output=str(tmp_path / "output"), split="^=+$"))
    assert outcome.articles == 3
    (folder / "a.txt").unlink()
    (folder / "b.txt").write_text(story(9))
    dataset = release.Dataset(tmp_path / "output" / "news")
    report = replay_documents(dataset, outcome.release, ReplaySelection(everything=True), DAY)
    assert report.comparison.count_changes()["unchanged"] == 3 and report.missing == ()


@pytest.fixture
def lines(tmp_path):
    """A release of one JSONL file: lines with ids of their own, a line without, a broken one."""
    source = tmp_path / "news.jsonl"
    rows = [json.dumps({"id": f"b-{n}", "text": story(n)}) for n in (1, 2)]
    source.write_text("\n".join([*rows, json.dumps({"text": story(3)}), '{"text": ', "[1]"]))
    outcome = run_publish(Publish(source=str(source), output=str(tmp_path / "output")))
    assert (outcome.articles, outcome.rejected) == (3, {"broken_record": 2})
    return release.Dataset(tmp_path / "output" / "news"), outcome.release


@pytest.mark.parametrize(
    ("query", "source_id"),
    [("news.jsonl#L2", "b-2"), ("b-2", "b-2"), ("news.jsonl#L3", "news.jsonl#L3")],
)
def test_one_line_is_replayed_by_its_place_or_id(lines, query, source_id):
    table = release.load_table(lines[1], "articles")
    (row,) = [row for row in table.to_pylist() if row["source_id"] == source_id]
    for name in (query, row["article_id"], row["article_id"][:8]):
        replayed = replay_documents(*lines, ReplaySelection(articles=(name,)), DAY)
        assert replayed.comparison.count_changes() == {"added": 0, "changed": 0, "removed": 0, "unchanged": 1}, name
        assert (replayed.rejects, replayed.missing) == ((), ())
    (found,) = report.find_articles(lines[1], query)
    assert found.row["article_id"] == row["article_id"]


@pytest.mark.parametrize("line", [4, 5])
def test_a_rejected_line_is_replayed_and_explained_by_its_place(lines, line):
    replayed = replay_documents(*lines, ReplaySelection(articles=(f"news.jsonl#L{line}",)), DAY)
    ((name, before, after, detail),) = replayed.rejects
    assert (name, before, after) == (f"news.jsonl#L{line}", "broken_record", "broken_record")
    assert detail.startswith(f"Line {line} of news.jsonl") and not replayed.comparison.count_changes()["unchanged"]
    (sentence,) = explain_absence(lines[1], f"news.jsonl#L{line}")
    assert f"Line {line} of news.jsonl" in sentence


def test_a_line_that_no_release_has_is_said(lines):
    with pytest.raises(release.InvalidRequestError, match=r"no article or reject news.jsonl#L9"):
        replay_documents(*lines, ReplaySelection(articles=("news.jsonl#L9",)), DAY)
