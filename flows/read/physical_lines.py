"""Splitter of a file into physical lines, with bounded memory for a line of any length."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flows.read.byte_reader import ByteReader

_CHUNK_BYTES: Final = 1 << 16
_HEAD_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class PhysicalLine:
    """Line without its line break: number from 1, bytes (only the first ones if `too_large`), SHA-256 and size."""

    number: int
    raw: bytes
    sha256: str
    size: int
    too_large: bool


def split_lines(
    start: bytes, reader: ByteReader, codec: str, max_bytes: int, first_number: int = 1
) -> Iterator[PhysicalLine]:
    """Yield the lines of `start` and of the rest of the reader, in an encoding; the first has this number.

    A last line that a read error cuts short is left out: the error is reported instead.
    """
    feed, cr = "\n".encode(codec), "\r".encode(codec)
    line = _LineBuilder(first_number, max_bytes, cr)
    remainder = b""
    chunk = start
    while chunk:
        data = remainder + chunk
        whole_bytes = len(data) - len(data) % len(feed)
        remainder = data[whole_bytes:]
        *complete_parts, last_part = _split_at_feeds(data[:whole_bytes], feed)
        for part in complete_parts:
            line.append_part(part)
            yield line.build_line()
            line = _LineBuilder(line.number + 1, max_bytes, cr)
        line.append_part(last_part)
        chunk = reader.read_bytes(_CHUNK_BYTES)
    line.append_part(remainder)
    if line.size and reader.read_error is None:
        yield line.build_line()


def _split_at_feeds(data: bytes, feed: bytes) -> list[bytes]:
    """Split bytes at their line feeds; in a wide encoding a feed counts only on a character boundary."""
    if len(feed) == 1:
        return data.split(feed)
    parts: list[bytes] = []
    start = position = 0
    while (position := data.find(feed, position)) != -1:
        if position % len(feed):
            position += 1
            continue
        parts.append(data[start:position])
        start = position = position + len(feed)
    return [*parts, data[start:]]


class _LineBuilder:
    """Line under construction; beyond the limit its bytes are hashed and no longer stored."""

    def __init__(self, number: int, max_bytes: int, cr: bytes) -> None:
        self.number = number
        self.size = 0
        self._max_bytes = max_bytes + len(cr)
        self._cr = cr
        self._parts: list[bytes] = []
        self._undigested = b""  # not hashed yet: it may be part of the line break
        self._is_too_large = False

    def append_part(self, part: bytes) -> None:
        self.size += len(part)
        if not self._is_too_large:
            self._parts.append(part)
            if self.size <= self._max_bytes:
                return
            part = b"".join(self._parts)
            self._parts = [part[:_HEAD_BYTES]]
            self._is_too_large = True
            self._hasher = hashlib.sha256()
        data = self._undigested + part
        self._hasher.update(data[: -len(self._cr)])
        self._undigested = data[-len(self._cr) :]

    def build_line(self) -> PhysicalLine:
        raw = b"".join(self._parts)
        if not self._is_too_large:
            raw = raw.removesuffix(self._cr)
            too_large = len(raw) > self._max_bytes - len(self._cr)
            stored = raw[:_HEAD_BYTES] if too_large else raw
            return PhysicalLine(self.number, stored, hashlib.sha256(raw).hexdigest(), len(raw), too_large)
        size = self.size
        if self._undigested == self._cr:
            size -= len(self._cr)
        else:
            self._hasher.update(self._undigested)
        return PhysicalLine(self.number, raw, self._hasher.hexdigest(), size, too_large=True)
