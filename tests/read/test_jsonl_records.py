"""What a JSONL record states, and how it is named."""

import hashlib
import json
import re
from datetime import UTC, datetime

import pytest

from flows.read.raw_documents import HINT_CHARACTERS


def _line(**fields):
    return json.dumps(fields).encode()


def test_every_column_of_a_record(one):
    line = _line(
        id=7, url="https://Contoh.id/a?utm_source=x&id=5#k", text="Hujan.", fetched_at="2025-06-10T08:00:00+07:00"
    )
    [document], _ = one(b"\xef\xbb\xbf" + line + b"\r\n", "a.jsonl")
    assert document["source_id"] == "7"
    assert document["source_uri"].endswith("/source/a.jsonl#L1")
    assert document["identity"] == "a.jsonl#7"
    assert document["raw"] == line
    assert document["raw_sha256"] == hashlib.sha256(line).hexdigest()
    assert (document["content"], document["encoding"], document["media"]) == (b"Hujan.", "utf-8", "text")
    assert document["url"] == "https://contoh.id/a?id=5"
    assert document["fetched_at"] == datetime(2025, 6, 10, 1, tzinfo=UTC)


def test_without_an_id_the_place_names_it_and_its_words_identify_it(one):
    documents, _ = one(b'\n\n{"text": "Hujan."}\n\n{"id": " ", "text": "Reda."}\n{"id": true, "text": "x"}', "a.jsonl")
    assert [d["source_id"] for d in documents] == ["a.jsonl#L3", "a.jsonl#L5", "a.jsonl#L6"]
    assert len({d["identity"] for d in documents}) == 3
    assert all(re.fullmatch("rec:[0-9a-f]{32}", d["identity"]) for d in documents)


def test_a_record_without_an_id_is_the_same_wherever_it_stands(one):
    lines = [
        _line(title="Judul", date="2025-06-10", text="Hujan turun."),
        _line(date="2025-06-10", tags=["x"], text="Hujan turun.", title="Judul"),
        _line(title="Judul", date="2025-06-11", text="Hujan turun."),
        _line(title="Judul", date="2025-06-10", text="Hujan reda."),
    ]
    identities = [document["identity"] for document in one(b"\n".join(lines))[0]]
    assert identities[0] == identities[1]
    assert len(set(identities[1:])) == 3


@pytest.mark.parametrize(
    "record_id", ["https://contoh.id/berita/5-hujan?utm_source=x", "HTTP://contoh.id/berita/5-hujan"]
)
def test_an_id_that_is_a_url_is_the_url(one, record_id):
    [document], _ = one(_line(id=record_id, text="Hujan turun."))
    assert document["url"].endswith("://contoh.id/berita/5-hujan") and document["source_id"] == record_id
    [document], _ = one(_line(id=record_id, url="https://contoh.id/lain/6", text="Hujan turun."))
    assert document["url"] == "https://contoh.id/lain/6"


def test_stated_values_and_their_columns(one):
    line = _line(
        text="x", title="Judul", subtitle=" Anak judul ", authors=["Ani", "Budi", None, {"name": "no"}], author="Cici",
        editor="Dedi", published="2025-06-10", date=20250610, source="Harian", dateline="BOGOR -", language="id",
        tags=["no"], outlet={"name": "no"}, publisher="",
    )  # fmt: skip
    [document], _ = one(line)
    assert {s["where"] for s in document["stated"]} == {"record"}
    assert [(s["field"], s["value"]) for s in document["stated"]] == [
        ("title", "Judul"),
        ("subtitle", "Anak judul"),
        ("authors", "Ani"),
        ("authors", "Budi"),
        ("authors", "no"),
        ("authors", "Cici"),
        ("editors", "Dedi"),
        ("published_at", "2025-06-10"),
        ("published_at", "2025-06-10"),
        ("outlet", "no"),
        ("dateline", "BOGOR -"),
        ("language", "id"),
    ]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2025-06-10T08:00:00Z", datetime(2025, 6, 10, 8, tzinfo=UTC)),
        ("2025-06-10 08:00:00", datetime(2025, 6, 10, 8, tzinfo=UTC)),
        ("10 Juni 2025", None),
        (1749510000, datetime(2025, 6, 9, 23, tzinfo=UTC)),
        ("0001-01-01T00:00:00+07:00", None),
        ("", None),
    ],
)
def test_fetched_at(one, stated, expected):
    [document], _ = one(_line(text="x", fetched_at=stated))
    assert document["fetched_at"] == expected


@pytest.mark.parametrize(
    ("fields", "media", "content"),
    [
        ({"html": "<p>Hujan"}, "html", b"<p>Hujan"),
        ({"text": "Hujan", "html": "<p>Hujan"}, "html", b"<p>Hujan"),
        ({"text": "Hujan", "html": " "}, "text", b"Hujan"),
        ({"text": "<!doctype html><p>Hujan"}, "html", b"<!doctype html><p>Hujan"),
    ],
)
def test_text_or_page(one, fields, media, content):
    [document], _ = one(_line(**fields))
    assert (document["media"], document["content"]) == (media, content)


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_wide_jsonl(one, codec):
    # U+0A0A and U+0D0A hold the bytes of a line break, and are none.
    text = '{"id": 1, "text": "a\u0a0a\u010ab\u0d0a"}\r\n{"id": 2, "te\n{"id": 3, "text": "c"}'
    documents, rejects = one(text.encode(codec), "a.jsonl")
    assert [(d["source_id"], d["content"].decode()) for d in documents] == [("1", "a\u0a0a\u010ab\u0d0a"), ("3", "c")]
    assert [(r["source_id"], r["preview"]) for r in rejects] == [("a.jsonl#L2", '{"id": 2, "te')]


def test_a_line_that_is_not_utf8_is_read_all_the_same(one):
    data = '{"id": 1, "text": "Café"}\n'.encode("cp1252") + '{"id": 2, "text": "Café “ramai”'.encode() + b'\xff"}\n'
    documents, _ = one(data, "a.jsonl")
    assert [d["content"].decode() for d in documents] == ["Café", "Café “ramai”\ufffd"]


def test_strange_json_never_crashes(one):
    lines = [
        b'{"id": 1, "text": "ok"}',
        b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"text": "x", "n": ' + b"9" * 5000 + b"}",
        b'{"text": "x", "title": NaN, "author": Infinity, "date": 1e999}',
        b'{"text": "a", "text": "b"}',
        b'{"id": "\\ud800", "text": "\\ud83d\\ude00 \\udfff", "title": "\\udc00"}',
        b'{"text": "tab\there", "url": 5, "fetched_at": []}',
        b'{"text": "\\u0000"}',
    ]
    documents, rejects = one(b"\n".join(lines), "a.jsonl")
    assert [r["source_id"] for r in rejects] == ["a.jsonl#L2", "a.jsonl#L3"]
    assert [r["reason"] for r in rejects] == ["broken_record"] * 2
    assert [d["content"].decode() for d in documents] == ["ok", "x", "a", "\U0001f600 \ufffd", "tab\there", "\x00"]
    assert documents[1]["stated"] == []
    assert documents[3]["source_id"] == "\ufffd"


def test_a_record_is_given_to_the_hint_as_url_and_head(one):
    asked = []

    def hint(url, head):
        asked.append((url, head))
        return "contoh.id"

    long = "BOGOR, CONTOH - Hujan. " + "x" * 4000
    line = _line(url="https://contoh.id/a", text=long) + b"\n" + _line(url="ftp://x", html="<p>BOGOR")
    documents, _ = one(line, hint=hint)
    assert asked == [("https://contoh.id/a", long[:HINT_CHARACTERS]), (None, "")]
    assert [d["outlet_hint"] for d in documents] == ["contoh.id"] * 2


def test_a_record_with_replacement_characters_in_it_is_utf8_all_the_same(one):
    text = "Hujan \ufffd\ufffd di Caf\u00e9 itu."
    documents, _ = one(json.dumps({"text": text}, ensure_ascii=False).encode(), "a.jsonl")
    assert documents[0]["content"].decode() == text


def test_records_that_were_encoded_twice(one):
    records = [{"judul": f"J{n}", "isi": f"Hujan turun {n}."} for n in range(2)]
    documents, rejects = one("".join(json.dumps(json.dumps(record)) + "\n" for record in records).encode(), "a.txt")
    assert not rejects
    assert [document["content"].decode() for document in documents] == ["Hujan turun 0.", "Hujan turun 1."]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"iklan"', "no object"), ("7", "no object"), ("3.5", "no object"), ("null", "no object"),
        ("true", "no object"), ("[]", "list of 0 values"), ('[{"text": "a"}, "b", [1]]', "list of 3 values"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("at", [1, 2])
def test_a_line_that_is_no_record_is_one_reject_and_the_others_are_read(one, line, words, at):
    lines = [json.dumps({"id": "a", "text": "Hujan turun."}), json.dumps({"id": "b", "text": "Reda sudah."})]
    lines.insert(at, line)
    documents, [reject] = one("\n".join(lines).encode(), "a.jsonl")
    assert [document["source_id"] for document in documents] == ["a", "b"]
    assert reject["reason"] == "broken_record" and words in reject["detail"]
    assert reject["source_id"] == f"a.jsonl#L{at + 1}" and reject["raw"] == line.encode()
