"""Packed streams: the bytes they hold, and no memory kept by those that break."""

import gzip
import io
import tracemalloc

import pyarrow as pa
import pytest

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
