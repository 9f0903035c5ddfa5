"""Reader of plain or compressed bytes that records a failure instead of raising it."""

import os
from typing import BinaryIO, Final

from flows.read.decompression import Compression, Stream, open_decompressed, read_chunk

# pyarrow returns nothing of the read that meets the damage. The bytes before it are therefore read again, one by one.
_DECOMPRESSED_CHUNK_BYTES: Final = 16_384


class ByteReader:
    """Reader that stops at the end of the file or at the first failure.

    `read_error` is the failure: a reject reason and the second half of a sentence.
    """

    def __init__(self, file: BinaryIO, compression: Compression | None = None, max_expansion: int = 0) -> None:
        """Wrap a plain file, or a compressed one that may grow to at most `max_expansion` times its size."""
        self.read_error: tuple[str, str] | None = None
        self._file = file
        self._compression = compression
        self._bytes_allowed: int | None = None
        self._max_expansion = max_expansion
        if compression is not None:
            self._bytes_allowed = max(file.seek(0, os.SEEK_END), 1) * max_expansion
            self._bytes_returned = 0
            self._stream: Stream = self._open_stream()

    def read_bytes(self, size: int) -> bytes:
        """Return the next `size` bytes: fewer at the end or before a failure, none after it."""
        chunks: list[bytes] = []
        while size > 0 and self.read_error is None:
            chunk = self._read_chunk(size)
            if not chunk:
                break
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)

    def _read_chunk(self, size: int) -> bytes:
        try:
            chunk = (
                self._file.read(size)
                if self._compression is None
                else read_chunk(self._stream, min(size, _DECOMPRESSED_CHUNK_BYTES))
            )
        except (OSError, ValueError) as error:  # pyarrow's errors derive from either class
            os_message = error.strerror if isinstance(error, OSError) else None
            if self._compression is None or os_message is not None:
                self.read_error = "unreadable", f"could not be read to its end ({os_message or error}): read it again."
            else:
                self.read_error = (
                    "damaged_container",
                    f"is a damaged {self._compression} file ({error}): fetch it again.",
                )
                return self._recover_before_damage()
            return b""
        if self._compression is not None:
            self._bytes_returned += len(chunk)
        if self._bytes_allowed is not None:
            self._bytes_allowed -= len(chunk)
            if self._bytes_allowed < 0:
                self.read_error = (
                    "expands_too_far",
                    f"unpacks to more than {self._max_expansion} times its size: unpack it by hand if it is meant so.",
                )
                return b""
        return chunk

    def _open_stream(self) -> Stream:
        assert self._compression is not None
        self._file.seek(0)
        return open_decompressed(self._file, self._compression)

    def _recover_before_damage(self) -> bytes:
        """Decompress again up to the damage and return the bytes before it that were not returned yet."""
        recovered: list[bytes] = []
        try:
            stream = self._open_stream()
            remaining = self._bytes_returned
            while remaining and (skipped := len(read_chunk(stream, min(remaining, _DECOMPRESSED_CHUNK_BYTES)))):
                remaining -= skipped
            while len(recovered) < _DECOMPRESSED_CHUNK_BYTES and (byte := read_chunk(stream, 1)):
                recovered.append(byte)
        except (OSError, ValueError):
            pass
        return b"".join(recovered)
