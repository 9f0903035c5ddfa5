"""A WARC file -> its records, as a stream: each with its headers and its block, none held beyond a limit.

Only the frame of a record is read here (ISO 28500): what the block says is `http`'s to tell. A file that breaks off or
contradicts itself gives a `Damage` where it does; reading goes on at the next line that opens a record.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from flows.read.byte_reader import Reader

OPENING: Final = b"WARC/"
HEAD_BYTES: Final = 65_536
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its number in the file from 1, its headers by lower-case name, its block.

    A block beyond the limit is left out: `block` then is its head alone, and `size` what it has.
    """

    number: int
    headers: dict[str, str]
    block: bytes
    size: int

    @property
    def whole(self) -> bool:
        """Whether `block` is all of it."""
        return len(self.block) == self.size

    @property
    def id(self) -> str:
        """The record's id without its angle brackets; #R and its number where it has none."""
        return self.headers.get("warc-record-id", "").strip("<> ") or f"R{self.number}"


@dataclass(frozen=True, slots=True)
class Damage:
    """A place where the file is no WARC: the number of the record that was expected, and the rest of a sentence."""

    number: int
    detail: str


class _Broken(Exception):
    pass


@dataclass(slots=True)
class _Stream:
    """Bytes to be taken by the line or by the count, the rest of what was read held back."""

    held: bytes
    reader: Reader
    at: int = field(default=0)

    def _more(self) -> bool:
        piece = self.reader.read(_CHUNK)
        self.held, self.at = self.held[self.at :] + piece, 0
        return bool(piece)

    def line(self) -> bytes | None:
        """The next line with its break; None at the end. A line of more than HEAD_BYTES comes in pieces."""
        while (end := self.held.find(b"\n", self.at)) < 0 and len(self.held) - self.at < HEAD_BYTES:
            if not self._more():
                end = len(self.held) - 1
                break
        end = min(end if end >= 0 else len(self.held), self.at + HEAD_BYTES) + 1
        taken = self.held[self.at : end]
        self.at += len(taken)
        return taken or None

    def take(self, size: int) -> bytes:
        """The next `size` bytes; fewer only at the end."""
        pieces: list[bytes] = []
        while size > 0:
            if self.at >= len(self.held) and not self._more():
                break
            piece = self.held[self.at : self.at + size]
            self.at += len(piece)
            size -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def skip(self, size: int) -> int:
        """Pass over `size` bytes; returns how many there were."""
        passed = 0
        while passed < size and (piece := self.take(min(size - passed, _CHUNK))):
            passed += len(piece)
        return passed


def records(start: bytes, reader: Reader, limit: int) -> Iterator[Record | Damage]:
    """The records of a file whose first bytes are `start`; a block of more than `limit` bytes is cut to its head.

    What a fault of the reader cuts short is left out: whoever holds the reader tells of the fault.
    """
    stream = _Stream(start, reader)
    number = 0
    damaged = False
    while (line := stream.line()) is not None:
        if not line.strip():
            continue
        if not line.startswith(OPENING):
            if not damaged:
                yield Damage(number + 1, "does not begin with a WARC version line")
            damaged = True
            continue
        number += 1
        damaged = False
        try:
            record = _record(number, stream, limit)
        except _Broken as error:
            if reader.fault is None:
                yield Damage(number, str(error))
            damaged = True
            continue
        yield record


def _record(number: int, stream: _Stream, limit: int) -> Record:
    headers = _headers(stream)
    stated = headers.get("content-length", "")
    if not (stated.isascii() and stated.isdigit() and len(stated) < 16):
        raise _Broken(f'states no length that can be read ("{stated[:40]}")')
    size = int(stated)
    block = stream.take(size if size <= limit else min(size, HEAD_BYTES))
    there = len(block) + stream.skip(size - len(block))
    if there < size:
        raise _Broken(f"breaks off after {there:,} of {size:,} bytes")
    return Record(number, headers, block, size)


def _headers(stream: _Stream) -> dict[str, str]:
    headers: dict[str, str] = {}
    left, last = HEAD_BYTES, ""
    while (line := stream.line()) is not None:
        left -= len(line)
        if left < 0:
            raise _Broken(f"has more than {HEAD_BYTES:,} bytes of headers")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text.strip():
            return headers
        name, colon, value = text.partition(":")
        if text[0] in " \t" and last:
            headers[last] = f"{headers[last]} {text.strip()}"
        elif colon:
            last = name.strip().lower()
            headers.setdefault(last, value.strip())
    raise _Broken("breaks off in its headers")
