"""Lines of a file in any encoding, with bounded memory."""

import hashlib
import io

import pytest

from flows.read import physical_lines
from flows.read.byte_reader import ByteReader
from flows.read.physical_lines import split_lines


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("chunk_bytes", [1, 2, 3, 7, 1 << 16])
def test_lines_end_at_feeds_of_whole_characters(codec, chunk_bytes, monkeypatch):
    monkeypatch.setattr(physical_lines, "_CHUNK_BYTES", chunk_bytes)
    texts = ["satu", "", "dua\u0a0d\u0d0a", "tiga\r\r", "empat"]  # bytes of a feed within other characters
    data = "\n".join(f"{text}\r" if number == 2 else text for number, text in enumerate(texts)).encode(codec)
    lines = list(split_lines(data[:chunk_bytes], ByteReader(io.BytesIO(data[chunk_bytes:])), codec, 100))
    expected = ["satu", "", "dua\u0a0d\u0d0a", "tiga\r", "empat"]  # one return belongs to the line break
    assert [line.raw.decode(codec) for line in lines] == expected
    assert [line.number for line in lines] == [1, 2, 3, 4, 5]
    for line in lines:
        assert line.sha256 == hashlib.sha256(line.raw).hexdigest()
        assert line.size == len(line.raw) and not line.too_large


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("chunk_bytes", [1, 5, 1 << 16])
def test_of_a_line_over_the_limit_the_first_bytes_are_held_and_all_are_digested(ending, chunk_bytes, monkeypatch):
    monkeypatch.setattr(physical_lines, "_CHUNK_BYTES", chunk_bytes)
    monkeypatch.setattr(physical_lines, "_HEAD_BYTES", 4)
    long, at_limit, over = b"abcdefghij" * 3, b"x" * 8, b"y" * 9
    data = ending.join([long, at_limit, over, b"z"])
    lines = list(split_lines(data[:chunk_bytes], ByteReader(io.BytesIO(data[chunk_bytes:])), "utf-8", 8))
    assert [(line.raw[:4], line.size, line.too_large) for line in lines] == [
        (b"abcd", 30, True), (b"xxxx", 8, False), (b"yyyy", 9, True), (b"z", 1, False),
    ]  # fmt: skip
    assert [len(line.raw) for line in lines] == [4, 8, 4, 1]
    assert [line.sha256 for line in lines] == [hashlib.sha256(raw).hexdigest() for raw in (long, at_limit, over, b"z")]


def test_the_first_line_has_the_number_given_and_a_last_feed_begins_no_line():
    lines = list(split_lines(b"a\nb\n", ByteReader(io.BytesIO(b"")), "utf-8", 100, 7))
    assert [(line.number, line.raw) for line in lines] == [(7, b"a"), (8, b"b")]
    assert list(split_lines(b"", ByteReader(io.BytesIO(b"")), "utf-8", 100)) == []


def test_a_line_that_a_read_error_cuts_short_is_left_out():
    class Broken(io.BytesIO):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    reader = ByteReader(Broken())
    assert [line.raw for line in split_lines(b"a\nb", reader, "utf-8", 100)] == [b"a"]
    assert reader.read_error == ("unreadable", "could not be read to its end (Input/output error): read it again.")
