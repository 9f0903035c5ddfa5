"""Decompression streams."""

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa


def open_decompressed(file: "BinaryIO | bytes", codec: str) -> "pa.CompressedInputStream":
    """Open a compressed file, or compressed bytes, as a stream for `read_chunk`."""
    import pyarrow as pa

    source = pa.BufferReader(file) if isinstance(file, bytes) else pa.PythonFile(file, "r")
    return pa.CompressedInputStream(source, codec)


def read_chunk(stream: "pa.CompressedInputStream", size: int) -> bytes:
    """Return the next `size` bytes, fewer at the end. Raises OSError or ValueError where the stream is damaged.

    The stream's own `read` is avoided: when it fails it leaks the buffer that it allocated.
    """
    chunk: bytes = stream.read_buffer(size).to_pybytes()
    return chunk
