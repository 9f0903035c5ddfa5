"""Replay: documents are cleaned again with today's rules, from stored bytes or the source; nothing is published."""

import json
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from flows import release
from flows import run as steps
from flows.maintain.rerun import ReplaySelection, replay_documents
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from schemas import stage_tables
from tests.makers import story

DAY = date(2026, 11, 22)
URL = "https://www.republika.co.id/berita/abc123/kota-memulai"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    (folder / "sub").mkdir(parents=True)
    (folder / "0.txt").write_text(story(0), encoding="utf-8")
    (folder / "sub" / "1.txt").write_text(story(1), encoding="utf-8")
    (folder / "sub" / "menu.txt").write_text("Login\nDaftar\n", encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    lines = [
        json.dumps({"text": story(2)}), "", '{"broken', json.dumps({"id": "r4", "text": story(3), "url": URL}),
        json.dumps({"id": 7, "text": story(4)}),
    ]  # fmt: skip
    (folder / "sub" / "d.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def published(source, tmp_path):
    outcome = run_publish(Publish(source=str(source), output=str(tmp_path / "output")))
    assert outcome.status == "published" and outcome.articles == 5
    return release.Dataset(tmp_path / "output" / "news"), outcome.release


def run(published, **chosen):
    return replay_documents(*published, ReplaySelection(**chosen), DAY)


@pytest.mark.parametrize("gone", ["source", "raw"])
def test_everything_comes_out_as_it_is(published, source, gone):
    dataset, _ = published
    if gone == "source":
        source.rename(source.with_name("elsewhere"))
    else:
        for pack in dataset.raw.iterdir():
            pack.unlink()
    report = run(published, everything=True)
    assert report.comparison.count_changes() == {"added": 0, "changed": 0, "removed": 0, "unchanged": 5}
    assert report.missing == ()
    assert [(name, before) for name, before, after, _ in report.rejects if before == after] == [
        ("empty.txt", "empty"), ("sub/d.jsonl#L3", "broken_record"), ("sub/menu.txt", "no_article"),
    ]  # fmt: skip
    assert len(dataset.read_versions()) == 1


def test_a_new_rule_shows_what_it_would_change(published, monkeypatch):
    processed = steps.clean_raw_tables

    def other(*arguments):
        outcomes = processed(*arguments)
        at = stage_tables.RUN_ARTICLES.get_field_index("place")
        field = stage_tables.RUN_ARTICLES.field(at)
        return [
            replace(
                outcome, articles=outcome.articles.set_column(at, field, pa.repeat("Kota", outcome.articles.num_rows))
            )
            for outcome in outcomes
        ]

    monkeypatch.setattr(steps, "clean_raw_tables", other)
    report = run(published, outlets=("republika.co.id",))
    assert report.comparison.count_changed_fields() == {"place": 5} and report.rejects == ()
    assert any("-> Kota" in line for line in report.format_lines(20))
    key = report.comparison.changes[0].article_id
    assert [change.article_id for change in run(published, articles=(key,)).comparison.changes] == [key]


def test_a_reject_that_becomes_an_article_and_the_other_way_round(published, monkeypatch):
    processed = steps.clean_raw_tables
    texts = {"sub/menu.txt": story(9).encode(), "0.txt": b"Login\nDaftar\n"}

    def swapped(batches, *arguments):
        changed = []
        for raw in batches:
            at = raw.schema.get_field_index("raw")
            raw_bytes = [texts.get(row["source_id"], row["raw"]) for row in raw.to_pylist()]
            changed.append(raw.set_column(at, raw.schema.field(at), pa.array(raw_bytes, pa.large_binary())))
        return processed(iter(changed), *arguments)

    monkeypatch.setattr(steps, "clean_raw_tables", swapped)
    report = run(published, everything=True)
    assert {change.source_id: change.op for change in report.comparison.changes} == {
        "sub/menu.txt": "added", "0.txt": "removed",
    }  # fmt: skip
    assert ("0.txt", "published", "no_article") in [each[:3] for each in report.rejects]
    assert json.loads(json.dumps(report.as_json()))["counts"]["added"] == 1


def test_rejects_of_a_reason(published):
    assert [each[0] for each in run(published, reasons=("no_article",)).rejects] == ["sub/menu.txt"]
    assert len(run(published).rejects) == 3


def test_what_cannot_be_found_is_told(published, source):
    dataset, _ = published
    for pack in dataset.raw.iterdir():
        pack.unlink()
    (source / "sub" / "menu.txt").write_text("Login\nDaftar\nMasuk\n", encoding="utf-8")
    report = run(published)
    assert report.missing == ("sub/menu.txt",)
    assert any("not found: 1" in line for line in report.format_lines(20))


@pytest.mark.parametrize(
    "chosen", [{"reasons": ("unheard",)}, {"articles": ("0" * 32,)}, {"outlets": ("Nobody",)}, {"reasons": ("binary",)}]
)
def test_a_choice_of_nothing_is_said(published, chosen):
    with pytest.raises(release.InvalidRequestError):
        run(published, **chosen)


def test_a_glob_is_laid_out_as_it_stood(source, tmp_path):
    outcome = run_publish(Publish(source=f"{source}/**/*.txt", output=str(tmp_path / "output")))
    report = replay_documents(
        release.Dataset(tmp_path / "output" / "news"), outcome.release, ReplaySelection(everything=True), DAY
    )
    assert report.comparison.count_changes()["unchanged"] == outcome.articles == 2 and report.missing == ()


def test_a_response_within_a_warc_file_is_read_from_its_source(tmp_path):
    from io import BytesIO

    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    path = tmp_path / "crawl.warc.gz"
    paragraphs = "".join(f"<p>{line}</p>" for line in story(1).split("\n"))
    page = f"<html><body><article>{paragraphs}</article></body></html>".encode()
    with path.open("wb") as file:
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
        writer = WARCWriter(file, gzip=True)
        writer.write_record(writer.create_warc_record(URL, "response", payload=BytesIO(page), http_headers=headers))
    outcome = run_publish(Publish(source=str(path), output=str(tmp_path / "output")))
    dataset = release.Dataset(tmp_path / "output" / "news")
    report = replay_documents(dataset, outcome.release, ReplaySelection(everything=True), DAY)
    assert report.comparison.count_changes() == {"added": 0, "changed": 0, "removed": 0, "unchanged": 1}
    path.unlink()
    assert len(replay_documents(dataset, outcome.release, ReplaySelection(everything=True), DAY).missing) == 1
