"""Documents read again from the bytes that were kept of them."""

import json

import pytest

from flows.read import read_batches
from flows.read.field_aliases import FieldMap
from flows.read.raw_documents import Limits, RawDocument, Reject
from flows.read.source_records import ReadOptions
from flows.read.stored_bytes import read_stored

PROSE = "Hujan deras turun sejak pagi di seluruh wilayah kota, dan warga diminta tetap waspada sampai malam nanti."


def read_again(row, uri=None, **options):
    """Read a row of RAW again under the place that it had."""
    place = uri or row["source_uri"]
    relative = row["source_uri"].rpartition("/")[2]
    return list(read_stored(relative, place, row["raw"], Limits(), ReadOptions(**options), None))


def read_source(folder, **options):
    batches = list(read_batches(folder, options=ReadOptions(**options)))
    return [row for batch in batches for row in batch.documents.to_pylist()]


RECORD = {"judul": "Satu", "isi": PROSE, "penulis": "Ani"}


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("a.txt", PROSE, {}),
        ("a.html", f"<html><body><p>{PROSE}</p></body></html>", {}),
        ("a.jsonl", "".join(json.dumps(RECORD | {"judul": f"J{n}"}) + "\n" for n in range(3)), {}),
        ("a.json", json.dumps([RECORD, RECORD | {"judul": "Dua"}]), {}),
        ("a.csv", f'judul,isi,penulis\nSatu,"{PROSE}",Ani\nDua,"{PROSE}",Budi\n', {}),
        ("a.txt", f"{PROSE}\n\n{PROSE} Lagi.\n", {"split": "blank"}),
        (
            "a.jsonl",
            json.dumps({"kepala": "Satu", "isi": PROSE}) + "\n",
            {"field_map": FieldMap.parse(["title=kepala"])},
        ),
    ],
)
def test_a_document_is_the_same_when_it_is_read_again(tmp_path, name, content, options):
    (tmp_path / name).write_text(content, encoding="utf-8")
    rows = read_source(tmp_path, **options)
    assert rows
    for row in rows:
        (document,) = read_again(row, **options)
        assert isinstance(document, RawDocument)
        for column in ("source_uri", "raw", "raw_sha256", "content", "media", "url"):
            assert getattr(document, column) == row[column], column
        stated = [{"field": each.field, "where": each.where, "value": each.value} for each in document.stated]
        assert stated == row["stated"]


def test_other_options_read_the_same_bytes_anew(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"kepala": "Satu", "isi": PROSE}) + "\n")
    (row,) = read_source(tmp_path)
    (document,) = read_again(row, field_map=FieldMap.parse(["title=kepala"]))
    assert row["stated"] == [] and [(each.field, each.value) for each in document.stated] == [("title", "Satu")]


@pytest.mark.parametrize(
    ("uri", "raw"),
    [
        ("/drop/a.warc#urn:uuid:1234", b"HTTP/1.1 200 OK\r\n\r\n<p>a"),  # its address stood beside it
        ("/drop/a.csv#R3", b"rusak,"),
        ("/drop/a.csv#R3", b"[1, 2]"),
        ("/drop/a.csv#R3", b"{broken"),
        ("/drop/a.jsonl#L3", b""),
    ],
)
def test_bytes_that_do_not_say_what_they_were_give_nothing(uri, raw):
    assert list(read_stored("a", uri, raw, Limits(), ReadOptions(), None)) == []


@pytest.mark.parametrize("place", ["R3", "berita!R3", "L3"])
def test_a_record_keeps_its_place(place):
    raw = json.dumps(RECORD).encode()
    (document,) = read_stored(f"drop/a.x#{place}", f"/data/drop/a.x#{place}", raw, Limits(), ReadOptions(), None)
    assert document.source_uri == f"/data/drop/a.x#{place}" and document.source_id == f"drop/a.x#{place}"


def test_a_record_that_is_refused_today_is_a_reject():
    (reject,) = read_stored("a.jsonl#L3", "/drop/a.jsonl#L3", b"{broken", Limits(), ReadOptions(), None)
    assert isinstance(reject, Reject) and reject.reason == "broken_record"
