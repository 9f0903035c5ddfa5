"""Packed streams: the bytes they hold, and no memory kept by those that break."""

import bz2
import gzip
import io
import lzma
import tracemalloc

import pyarrow as pa
import pytest

from flows.read import decompression
from flows.read.byte_reader import ByteReader
from flows.read.decompression import open_decompressed, read_chunk

TEXT = b"".join(b"Warga nomor %d menanam padi di tepi sungai.\n" % n for n in range(3000))
PACKED = {"gzip": gzip.compress(TEXT), "zstd": pa.compress(TEXT, codec="zstd", asbytes=True)}


@pytest.mark.parametrize("codec", PACKED)
def test_bytes_and_files_give_what_was_packed(codec: str) -> None:
    for source in (PACKED[codec], io.BytesIO(PACKED[codec])):
        stream = open_decompressed(source, codec)
        assert b"".join(iter(lambda stream=stream: read_chunk(stream, 1000), b"")) == TEXT


def test_files_that_break_leave_nothing_behind() -> None:
    cut = PACKED["gzip"][:-200]

    def read() -> None:
        reader = ByteReader(io.BytesIO(cut), "gzip", max_expansion=1000)
        assert TEXT.startswith(reader.read_bytes(1 << 20)) and reader.read_error is not None

    read()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(20):
            read()
        assert tracemalloc.get_traced_memory()[0] - before < 100_000  # a single piece has 16,384
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("codec", "pack"), [("bzip2", bz2.compress), ("xz", lzma.compress)])
@pytest.mark.parametrize("size", [1, 1000, 1 << 20])
def test_streams_behind_one_another_are_one_whatever_is_asked_for(codec, pack, size, monkeypatch) -> None:
    monkeypatch.setattr(decompression, "_PACKED_CHUNK", 100)
    text = TEXT[: 300 * size]
    stream = open_decompressed(io.BytesIO(pack(text) + b"\0" * 8 + pack(b"Selesai.")), codec)
    assert b"".join(iter(lambda: read_chunk(stream, size), b"")) == text + b"Selesai."
    assert read_chunk(stream, size) == b""


@pytest.mark.parametrize(("codec", "pack"), [("bzip2", bz2.compress), ("xz", lzma.compress)])
def test_a_stream_that_breaks_off_is_damaged(codec, pack) -> None:
    stream = open_decompressed(io.BytesIO(pack(TEXT)[:-40]), codec)
    with pytest.raises(ValueError, match="it breaks off"):
        while read_chunk(stream, 1 << 20):
            pass


@pytest.mark.parametrize(("most", "is_allowed"), [(0, False), (1, True)])
def test_a_file_may_grow_as_many_times_as_allowed_and_no_byte_more(most, is_allowed) -> None:
    text = b"a" * 10_000
    packed = gzip.compress(text, compresslevel=0)  # a little larger than the text
    reader = ByteReader(io.BytesIO(packed), "gzip", max_expansion=most)
    assert reader.read_bytes(1 << 20) == (text if is_allowed else b"")
    assert (reader.read_error is None) is is_allowed
    assert is_allowed or reader.read_error[0] == "expands_too_far"
