"""Bytes of a file, plain or unpacked, that come in the size asked for and never as an exception."""

import os
from typing import TYPE_CHECKING, BinaryIO, Final, Literal

from flows.read.decompression import piece, unpacked

if TYPE_CHECKING:
    import pyarrow as pa

# pyarrow gives nothing of the read in which a container breaks: what stood before the break is read again, by the byte.
_PACKED_STEP: Final = 16_384


class Reader:
    """Reads on until the end or until something breaks; what broke is `fault`, a reason and the rest of a sentence."""

    def __init__(self, file: BinaryIO, packing: Literal["gzip", "zstd"] | None = None, expansion: int = 0) -> None:
        """A plain file, or a packed one of which at most `expansion` times its size is unpacked."""
        self.fault: tuple[str, str] | None = None
        self._file = file
        self._packing = packing
        self._left: int | None = None
        self._expansion = expansion
        if packing is not None:
            self._left = max(file.seek(0, os.SEEK_END), 1) * expansion
            self._given = 0
            self._stream = self._unpacked()

    def read(self, size: int) -> bytes:
        """The next `size` bytes; fewer only before the end or a fault, none after it."""
        pieces: list[bytes] = []
        while size > 0 and self.fault is None:
            found = self._step(size)
            if not found:
                break
            pieces.append(found)
            size -= len(found)
        return b"".join(pieces)

    def _step(self, size: int) -> bytes:
        try:
            found = self._file.read(size) if self._packing is None else piece(self._stream, min(size, _PACKED_STEP))
        except (OSError, ValueError) as error:  # Arrow has errors of both families
            system = error.strerror if isinstance(error, OSError) else None
            if self._packing is None or system is not None:
                self.fault = "unreadable", f"could not be read to its end ({system or error}): read it again."
            else:
                self.fault = "damaged_container", f"is a damaged {self._packing} file ({error}): fetch it again."
                return self._before_the_break()
            return b""
        if self._packing is not None:
            self._given += len(found)
        if self._left is not None:
            self._left -= len(found)
            if self._left < 0:
                self.fault = (
                    "expands_too_far",
                    f"unpacks to more than {self._expansion} times its size: unpack it by hand if it is meant so.",
                )
                return b""
        return found

    def _unpacked(self) -> "pa.CompressedInputStream":
        assert self._packing is not None
        self._file.seek(0)
        return unpacked(self._file, self._packing)

    def _before_the_break(self) -> bytes:
        pieces: list[bytes] = []
        try:
            stream = self._unpacked()
            left = self._given
            while left and (passed := len(piece(stream, min(left, _PACKED_STEP)))):
                left -= passed
            while len(pieces) < _PACKED_STEP and (one := piece(stream, 1)):
                pieces.append(one)
        except (OSError, ValueError):
            pass
        return b"".join(pieces)
