"""Records of ARC files: each in its place, and damage told once with the number of the record."""

import io

import pytest

from flows.read.arc_stream import read_arc
from flows.read.byte_reader import ByteReader
from flows.read.warc_stream import WarcDamage

HEAD = b"filedesc://a.arc 0.0.0.0 20231001000000 text/plain 9\n1 0 Made\n\n"


def record(number, *, url=None, stated_size=None):
    block = f"HTTP/1.1 200 OK\r\n\r\nberita {number}".encode()
    line = f"{url or f'https://warta.example/{number}'} 1.2.3.4 20231001101500 text/html {stated_size or len(block)}\n"
    return line.encode() + block + b"\n"


def read(data, limit=10_000):
    return [
        (row.number, row.detail) if isinstance(row, WarcDamage) else (row.number, row.headers["warc-target-uri"][-1])
        for row in read_arc(data[:20], ByteReader(io.BytesIO(data[20:])), limit)
    ]


NO_LINE = "does not begin with a line of URL, address, date, type and length"


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (HEAD + record(1) + record(2), [(1, "1"), (2, "2")]),
        (record(1), [(1, "1")]),
        (HEAD + record(1) + b"rusak\nrusak\n" + record(2), [(1, "1"), (2, NO_LINE), (2, "2")]),
        (HEAD + record(1) + record(2, stated_size=900), [(1, "1"), (2, "breaks off after 28 of 900 bytes")]),
        (b"", []),
    ],
)
def test_records_and_damage_have_the_number_of_their_record(data, rows):
    assert read(data) == rows


def test_of_a_record_over_the_limit_the_head_alone_is_held_and_the_next_one_is_read(monkeypatch):
    monkeypatch.setattr("flows.read.arc_stream.MAX_HEAD_BYTES", 15)
    rows = list(read_arc(b"", ByteReader(io.BytesIO(record(1) + record(2))), 20))
    size = len(b"HTTP/1.1 200 OK\r\n\r\nberita 1")
    assert [(row.number, row.block, row.size) for row in rows] == [
        (number, b"HTTP/1.1 200 OK", size) for number in (1, 2)
    ]


@pytest.mark.parametrize(
    ("stated", "moment"),
    [("20231001101500", "2023-10-01T10:15:00+00:00"), ("20231001", "2023-10-01T00:00:00+00:00"), ("20231301", None)],
)
def test_the_date_of_the_line_is_when_it_was_fetched(stated, moment):
    data = record(1).replace(b"20231001101500", stated.encode())
    (row,) = read_arc(data, ByteReader(io.BytesIO(b"")), 10_000)
    assert row.headers.get("warc-date") == moment and row.headers["content-type"] == "text/html"
