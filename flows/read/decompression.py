"""A packed stream, by the piece."""

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import pyarrow as pa


def unpacked(file: "BinaryIO | bytes", codec: str) -> "pa.CompressedInputStream":
    """What is packed in a file or in bytes, as a stream for `piece`."""
    import pyarrow as pa

    source = pa.BufferReader(file) if isinstance(file, bytes) else pa.PythonFile(file, "r")
    return pa.CompressedInputStream(source, codec)


def piece(stream: "pa.CompressedInputStream", size: int) -> bytes:
    """The next `size` bytes, fewer before the end; raises OSError or ValueError where the stream breaks.

    Not by the stream's own `read`: where that fails it never gives back the memory it meant to fill.
    """
    found: bytes = stream.read_buffer(size).to_pybytes()
    return found
