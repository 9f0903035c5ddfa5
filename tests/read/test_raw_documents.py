"""Rows that reading yields, as tables, and their hints of an outlet."""

import datetime as dt

import pytest

from flows.read.raw_documents import (
    HINT_CHARACTERS,
    Limits,
    RawDocument,
    Reject,
    StatedField,
    add_outlet_hints,
    build_documents_table,
    build_rejects_table,
    guess_outlet_hint,
    hash_bytes,
)
from schemas import stage_tables

URL = "https://news.detik.com/berita/d-7000001/pasar-pagi"


def document(number, **more):
    values = {"raw": b"Hujan.", "content": None, "media": "text"} | more
    return RawDocument(
        f"s{number}", f"u{number}", identity=f"i{number}", raw_sha256=hash_bytes(values["raw"]), **values
    )


def test_documents_and_rejects_are_rows_of_their_tables():
    fetched = dt.datetime(2024, 3, 4, tzinfo=dt.UTC)
    rows = [document(1, fetched_at=fetched, stated=(StatedField("title", "J"), StatedField("date", "D", "page"))),
            document(2, content=b"Lain", url=URL, encoding="utf-8")]  # fmt: skip
    table = build_documents_table(rows)
    assert table.schema.equals(stage_tables.RAW) and table.num_rows == 2
    first, second = table.to_pylist()
    assert (first["source_id"], first["fetched_at"], first["url"]) == ("s1", fetched, None)
    assert [(one["field"], one["where"], one["value"]) for one in first["stated"]] == [
        ("title", "record", "J"), ("date", "page", "D"),
    ]  # fmt: skip
    assert (second["content"], second["encoding"], second["stated"]) == (b"Lain", "utf-8", [])
    rejects = build_rejects_table(
        [Reject("s", "u", "empty", "It is empty."), Reject("t", "v", "binary", "x", "0" * 64)]
    )
    assert rejects.schema.equals(stage_tables.READ_REJECTS)
    assert rejects["raw_sha256"].to_pylist() == [None, "0" * 64] and rejects["stage"].to_pylist() == ["read"] * 2
    assert build_documents_table([]).num_rows == build_rejects_table([]).num_rows == 0


def test_bytes_in_memory_are_counted_whole():
    assert document(1).byte_count == 6 and document(1, content=b"1234").byte_count == 10
    assert Reject("s", "u", "empty", "x").byte_count == 0 and Reject("s", "u", "e", "x", raw=b"123").byte_count == 3


def test_a_file_is_read_at_first_up_to_one_byte_over_the_larger_limit():
    assert Limits(document_bytes=10, record_bytes=7).head_bytes == 11
    assert Limits(document_bytes=10, record_bytes=70).head_bytes == 71
    assert Limits(document_bytes=10).whole_bytes == 50


@pytest.mark.parametrize(("media", "seen"), [("text", "é" * HINT_CHARACTERS), ("html", "")])
def test_an_outlet_is_guessed_from_the_first_characters_of_a_text_and_not_from_marks(media, seen):
    calls = []
    hint = guess_outlet_hint(lambda *words: calls.append(words) or "detik.com", URL, ("é" * 2000).encode(), media)
    assert hint == "detik.com" and calls == [(URL, seen)]
    assert guess_outlet_hint(None, URL, b"", media) is None


def test_hints_are_added_where_there_are_none_yet():
    rows = [document(1, url=URL), document(2, outlet_hint="warta.example", url=URL), document(3)]
    hinted = add_outlet_hints(build_documents_table(rows))
    assert hinted["outlet_hint"].to_pylist() == ["detik.com", "warta.example", None]
    full = build_documents_table(rows[1:2])
    assert add_outlet_hints(full) is full
