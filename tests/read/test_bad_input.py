"""Bad input is normal input: each case is one reject with its reason and a sentence, and the rest is read."""

import gzip
import json
import os
import socket
from pathlib import Path

import pyarrow as pa
import pytest

from flows.read import Limits, source_walk

GOOD = b"Jakarta - Hujan turun sejak pagi di Pasar Minggu.\n"
REASON_OF = {
    "nothing.txt": (b"", "empty"),
    "blanks.txt": (b" \n\t\r\n\xc2\xa0\n", "empty"),
    "blanks-utf16.txt": ("\ufeff \n ".encode("utf-16-le"), "empty"),
    "only-a-mark.txt": (b"\xef\xbb\xbf", "empty"),
    "blank-lines.jsonl": (b"\n\n  \n", "empty"),
    "photo.txt": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
    "paper.txt": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "binary"),
    "nuls.txt": (b"Jakarta\x00\x00\x00\x00 - \x00Hujan\x00 turun\x00\x00\x00", "binary"),
    "controls.txt": (bytes(range(1, 32)) * 20, "binary"),
    "packed-photo.gz": (gzip.compress(b"GIF89a\x01\x00\x01\x00"), "binary"),
    "cut.txt.gz": (gzip.compress(os.urandom(4000))[:-30], "damaged_container"),
}


@pytest.mark.parametrize("name", REASON_OF)
def test_a_bad_file_is_one_reject_and_its_neighbour_is_read(one, tmp_path, name):
    data, reason = REASON_OF[name]
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "good.txt").write_bytes(GOOD)
    documents, rejects = one(data, name)
    assert [d["source_id"] for d in documents] == ["good.txt"]
    assert [(r["source_id"], r["reason"], r["stage"]) for r in rejects] == [(name, reason, "read")]
    assert rejects[0]["raw"] == data
    assert rejects[0]["detail"].startswith(name)
    assert rejects[0]["detail"].endswith(".")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("photo.txt", "a PNG image"),
        ("paper.txt", "a PDF"),
        ("nuls.txt", "NUL bytes"),
    ],
)
def test_the_sentence_says_what_it_looks_like(one, name, words):
    _, [reject] = one(REASON_OF[name][0], name)
    assert words in reject["detail"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("media", ["text", "html"])
def test_text_in_any_encoding_is_a_document_and_its_bytes_pass_on(one, encoding, media):
    text = "Café di Bogor – “ramai” sejak pagi.\nPengunjung antre hingga ke jalan raya.\n"
    if media == "html":
        text = f"<!DOCTYPE html>\n<html><body><p>{text}</p></body></html>"
    data = text.encode(encoding)
    [document], rejects = one(data)
    assert not rejects
    assert (document["raw"], document["content"], document["media"]) == (data, None, media)


def test_a_broken_line_never_stops_the_lines_after_it(one):
    lines = [
        b'{"id": "a", "text": "Satu."}',
        b'{"id": "b", "text": "Du',
        b"",
        b"[1, 2]",
        b"null",
        b'{"id": "c", "title": "Tanpa isi"}',
        b'{"id": "d", "text": "  "}',
        b'{"id": "e", "text": 12, "html": null}',
        b"\x00\x00\x00",
        b'{"id": "f", "text": "Enam."}',
    ]
    documents, rejects = one(b"\n".join(lines), "a.jsonl")
    assert [d["source_id"] for d in documents] == ["a", "f"]
    assert [(r["source_id"], r["reason"]) for r in rejects] == [
        ("a.jsonl#L2", "broken_record"),
        ("a.jsonl#L4", "broken_record"),
        ("a.jsonl#L5", "broken_record"),
        ("c", "no_content"),
        ("d", "empty"),
        ("e", "no_content"),
        ("a.jsonl#L9", "broken_record"),
    ]
    assert rejects[0]["preview"] == '{"id": "b", "text": "Du'
    assert rejects[0]["raw"] == lines[1]


def test_two_records_with_one_id_are_two_documents(one):
    documents, rejects = one(b'{"id": "a", "text": "Satu."}\n{"id": "a", "text": "Dua."}\n', "a.jsonl")
    assert [d["source_id"] for d in documents] == ["a", "a"]
    assert not rejects


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), FileNotFoundError(2, "No such file")])
def test_a_file_that_cannot_be_opened(one, rows, tmp_path, monkeypatch, error):
    opened = source_walk.open_local_file

    def refuse(path):
        if path.name == "b.txt":
            raise error
        return opened(path)

    monkeypatch.setattr(source_walk, "open_local_file", refuse)
    one(GOOD, "a.txt")
    documents, [reject] = one(GOOD, "b.txt")
    assert [d["source_id"] for d in documents] == ["a.txt"]
    assert (reject["reason"], reject["raw_sha256"], reject["raw"]) == ("unreadable", None, None)
    assert error.strerror in reject["detail"]


class _Breaking:
    """A file whose disk fails after some bytes."""

    def __init__(self, data):
        self.data = data

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def seek(self, _):
        raise OSError(5, "Input/output error")

    def read(self, size):
        if not self.data:
            raise OSError(5, "Input/output error")
        piece, self.data = self.data[:size], self.data[size:]
        return piece


@pytest.mark.parametrize(
    ("data", "read_before"), [(GOOD, []), (b'{"id": 1, "text": "Satu."}\n{"id": 2, "text": "Du', ["1"])]
)
def test_a_disk_that_fails_midway_loses_only_what_comes_after(one, monkeypatch, data, read_before):
    monkeypatch.setattr(source_walk, "open_local_file", lambda path: _Breaking(data))
    documents, [reject] = one(b"", "a.txt")
    assert [d["source_id"] for d in documents] == read_before
    assert (reject["source_id"], reject["reason"], reject["raw_sha256"]) == ("a.txt", "unreadable", None)


def test_a_folder_that_may_not_be_listed(one, tmp_path, monkeypatch):
    (tmp_path / "source" / "shut").mkdir(parents=True)
    scandir = os.scandir

    def refuse(path):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    documents, [reject] = one(GOOD)
    assert len(documents) == 1
    assert (reject["source_id"], reject["reason"]) == ("shut", "unreadable")


def test_pipes_and_sockets_are_never_opened(one, tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    held = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)  # a socket's path may be 100 bytes long
    try:
        held.bind("socket")
    finally:
        os.chdir(here)
    documents, rejects = one(GOOD)
    held.close()
    assert len(documents) == 1
    assert [(r["source_id"], r["reason"]) for r in rejects] == [("pipe", "unreadable"), ("socket", "unreadable")]


LIMITS = Limits(document_bytes=100, record_bytes=60)


@pytest.mark.parametrize(("size", "fits"), [(99, True), (100, True), (101, False), (5000, False)])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_too_large(one, size, fits, pack):
    documents, rejects = one(pack(b"a" * size), limits=LIMITS)
    assert len(documents) == fits
    assert [r["reason"] for r in rejects] == ([] if fits else ["too_large"])


def test_a_record_too_large_is_told_by_its_digest_and_the_next_is_read(one):
    import hashlib

    long = json.dumps({"id": "long", "text": "x" * 200_000}).encode()
    just = b'{"id": "just", "text": "' + b"y" * 34 + b'"}'
    assert len(just) == LIMITS.record_bytes
    data = just + b"\r\n" + long + b"\r\n" + just[:-2] + b'y"}\n' + just
    documents, rejects = one(data, "a.jsonl", limits=LIMITS)
    assert [d["source_uri"].partition("#")[2] for d in documents] == ["L1", "L4"]
    assert [(r["source_id"], r["reason"], r["raw"]) for r in rejects] == [
        ("a.jsonl#L2", "too_large", None),
        ("a.jsonl#L3", "too_large", None),
    ]
    assert rejects[0]["raw_sha256"] == hashlib.sha256(long).hexdigest()


def _zstd(data):
    return pa.Codec("zstd").compress(data, asbytes=True)


@pytest.mark.parametrize(
    "pack", [gzip.compress, _zstd, lambda data: gzip.compress(data[:99]) + gzip.compress(data[99:])]
)
def test_packed_files_are_what_is_in_them(one, pack):
    packed = pack(GOOD * 3)
    [document], rejects = one(packed, "a.txt")
    assert (document["raw"], document["content"], document["media"]) == (packed, GOOD * 3, "text")
    record = b'{"id": "a", "text": "Satu."}'
    [_, document], rejects = one(pack(record + b"\n" + b" " * 100), "b.bin")
    assert (document["raw"], document["source_id"], rejects) == (record, "a", [])


@pytest.mark.parametrize("pack", [gzip.compress, _zstd])
def test_records_before_the_damage_are_kept(one, pack):
    lines = b"".join(json.dumps({"id": n, "text": os.urandom(300).hex()}).encode() + b"\n" for n in range(500))
    packed = pack(lines)
    documents, [reject] = one(packed[: len(packed) // 2], "a.jsonl.gz")
    assert 150 < len(documents) < 300
    assert [d["source_id"] for d in documents] == [str(n) for n in range(len(documents))]
    assert (reject["source_id"], reject["reason"]) == ("a.jsonl.gz", "damaged_container")


def test_a_packed_bomb_stops(one):
    bomb = gzip.compress(b'{"id": 1, "text": "a"}\n' + b"\n" * 1_000_000)
    documents, [reject] = one(bomb, "a.gz", limits=Limits(max_expansion=100))
    assert len(documents) == 1
    assert reject["reason"] == "expands_too_far"
    assert "100 times" in reject["detail"]


def test_a_preview_is_short_and_harmless(one):
    _, [reject] = one(b'{"id": 1, "text": "\x1b[31m<script>\xe2\x80\xae' + b"x" * 5000, "a.jsonl")
    assert len(reject["preview"]) == 200
    assert reject["preview"].isprintable()
    assert "\u202e" not in reject["preview"]


@pytest.mark.parametrize(
    "line",
    [
        b'{"text": "Hujan turun.", "title": ' + b"9" * 400 + b"}",
        b"{'text': 'Hujan turun.', 'meta': {1: '{abc'}}",
    ],
)
def test_odd_values_cost_no_record(one, line):
    documents, rejects = one(line + b'\n{"text": "Air surut."}\n', "a.jsonl")
    assert ([document["content"] for document in documents], rejects) == ([b"Hujan turun.", b"Air surut."], [])


@pytest.mark.parametrize(
    "line",
    [
        b'{"text": "Hujan turun.", "title": ' + b"[" * 700 + b"]" * 700 + b"}",
        b"{'text': 'Hujan turun.', 'id': 0x" + b"f" * 9000 + b"}",
    ],
)
def test_values_that_no_field_can_hold_are_a_reject(one, line):
    [document], [reject] = one(line + b'\n{"text": "Air surut."}\n', "a.jsonl")
    assert (document["content"], reject["reason"]) == (b"Air surut.", "broken_record")
    assert reject["detail"].startswith("Line 1 of a.jsonl ")


def test_lists_in_lists_without_end_are_rejects(one):
    data = b'{"x": [' * 240 + b'{"title": "Satu", "text": "Hujan turun."}' + b"]}" * 240
    documents, rejects = one(data, "a.json")
    assert (documents, len(rejects)) == ([], 1)


@pytest.mark.parametrize("day", ["Fri, 31 Dec 9999 23:59:59 -0700", "Mon, 01 Jan 99999999999999999999 00:00:00 +0000"])
def test_a_day_beyond_the_calendar_is_none(one, day):
    comment = f"<!-- Mirrored from contoh.example/a/b.html by HTTrack Website Copier/3.x [XR&CO'2014], {day} -->"
    page = f"<html><body>{comment}<p>Hujan turun.</p></body></html>"
    head = f"Date: {day}\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=x"
    mhtml = f"{head}\n\n--x\nContent-Type: text/html\n\n{page}\n--x--\n"
    for name, data in (("a.html", page), ("a.html", mhtml)):
        [document], rejects = one(data.encode(), name)
        assert (document["fetched_at"], rejects) == (None, [])
