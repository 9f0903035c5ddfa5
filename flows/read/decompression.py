"""Decompression streams."""

import bz2
import lzma
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, TypeAlias

if TYPE_CHECKING:
    import pyarrow as pa

_XZ_MEMORY: Final = 256 << 20  # what a dictionary may take; xz -9 asks for 64 MB
_PACKED_CHUNK: Final = 1 << 16
Compression = Literal["gzip", "zstd", "bzip2", "xz"]
Stream: TypeAlias = "pa.CompressedInputStream | BlockStream"


class BlockStream:
    """A bzip2 or xz stream, also several in a row, by the decompressors of Python's own library."""

    def __init__(self, file: BinaryIO, codec: str) -> None:
        self._file, self._codec = file, codec
        self._decompressor = self._open()
        self._packed = b""
        self._ended = False

    def _open(self) -> "bz2.BZ2Decompressor | lzma.LZMADecompressor":
        return bz2.BZ2Decompressor() if self._codec == "bzip2" else lzma.LZMADecompressor(memlimit=_XZ_MEMORY)

    def __enter__(self) -> "BlockStream":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end. Raises OSError or ValueError where the stream is damaged."""
        try:
            while not self._ended:
                if self._decompressor.eof:
                    self._packed = self._decompressor.unused_data.lstrip(b"\0") or self._file.read(
                        _PACKED_CHUNK
                    ).lstrip(b"\0")
                    if not self._packed:
                        self._ended = True
                        break
                    self._decompressor = self._open()
                elif self._decompressor.needs_input and not self._packed:
                    self._packed = self._file.read(_PACKED_CHUNK)
                    if not self._packed:
                        raise ValueError("it breaks off")
                chunk = self._decompressor.decompress(self._packed, size)
                self._packed = b""
                if chunk:
                    return chunk
        except (lzma.LZMAError, EOFError) as error:
            raise ValueError(str(error)) from None
        return b""


def open_decompressed(file: "BinaryIO | bytes", codec: str) -> Stream:
    """Open a compressed file, or compressed bytes, as a stream for `read_chunk`."""
    import pyarrow as pa

    if codec in ("bzip2", "xz"):
        assert not isinstance(file, bytes)
        return BlockStream(file, codec)
    source = pa.BufferReader(file) if isinstance(file, bytes) else pa.PythonFile(file, "r")
    return pa.CompressedInputStream(source, codec)


def read_chunk(stream: Stream, size: int) -> bytes:
    """Return the next `size` bytes, fewer at the end. Raises OSError or ValueError where the stream is damaged.

    The stream's own `read` is avoided: when it fails it leaks the buffer that it allocated.
    """
    if isinstance(stream, BlockStream):
        return stream.read(size)
    chunk: bytes = stream.read_buffer(size).to_pybytes()
    return chunk
