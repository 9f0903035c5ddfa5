"""The physical lines of a file of any length, none of them held beyond a limit."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flows.read.byte_reader import Reader

_CHUNK: Final = 1 << 16
_HEAD: Final = 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its line break: its number from 1, its bytes (only the first of them where `too_large`)."""

    number: int
    raw: bytes
    sha256: str
    size: int
    too_large: bool


def lines(start: bytes, reader: Reader, codec: str, limit: int) -> Iterator[Line]:
    """The lines of `start` and of what the reader still gives, in an encoding.

    A last line that a fault of the reader cuts short is left out: it is part of what the fault lost.
    """
    feed, cr = "\n".encode(codec), "\r".encode(codec)
    line = _Growing(1, limit, cr)
    rest = b""
    chunk = start
    while chunk:
        data = rest + chunk
        keep = len(data) - len(data) % len(feed)
        rest = data[keep:]
        *ended, open_ = _cut(data[:keep], feed)
        for part in ended:
            line.add(part)
            yield line.done()
            line = _Growing(line.number + 1, limit, cr)
        line.add(open_)
        chunk = reader.read(_CHUNK)
    line.add(rest)
    if line.size and reader.fault is None:
        yield line.done()


def _cut(data: bytes, feed: bytes) -> list[bytes]:
    """The data at its line feeds; in a wide encoding only those that stand on a character's boundary are feeds."""
    if len(feed) == 1:
        return data.split(feed)
    parts: list[bytes] = []
    begin = at = 0
    while (at := data.find(feed, at)) != -1:
        if at % len(feed):
            at += 1
            continue
        parts.append(data[begin:at])
        begin = at = at + len(feed)
    return [*parts, data[begin:]]


class _Growing:
    """A line as it comes in; beyond the limit it is digested and no longer held."""

    def __init__(self, number: int, limit: int, cr: bytes) -> None:
        self.number = number
        self.size = 0
        self._limit = limit + len(cr)
        self._cr = cr
        self._parts: list[bytes] = []
        self._tail = b""  # not digested yet: it may be half of the line break
        self._over = False

    def add(self, part: bytes) -> None:
        self.size += len(part)
        if not self._over:
            self._parts.append(part)
            if self.size <= self._limit:
                return
            part = b"".join(self._parts)
            self._parts = [part[:_HEAD]]
            self._over = True
            self._digest = hashlib.sha256()
        data = self._tail + part
        self._digest.update(data[: -len(self._cr)])
        self._tail = data[-len(self._cr) :]

    def done(self) -> Line:
        raw = b"".join(self._parts)
        if not self._over:
            raw = raw.removesuffix(self._cr)
            too_large = len(raw) > self._limit - len(self._cr)
            shown = raw[:_HEAD] if too_large else raw
            return Line(self.number, shown, hashlib.sha256(raw).hexdigest(), len(raw), too_large)
        size = self.size
        if self._tail == self._cr:
            size -= len(self._cr)
        else:
            self._digest.update(self._tail)
        return Line(self.number, raw, self._digest.hexdigest(), size, too_large=True)
