"""Parser of a WARC file: a stream of records with headers and block, in bounded memory.

Only the frame of a record is parsed here (ISO 28500); `http_payload` parses its block. Where the file is truncated or
inconsistent, a `WarcDamage` is yielded, and reading resumes at the next line that opens a record.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from flows.read.byte_reader import ByteReader

VERSION_PREFIX: Final = b"WARC/"
MAX_HEAD_BYTES: Final = 65_536
_CHUNK_BYTES: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """WARC record: number in the file from 1, headers by lower-case name, block.

    Of a block beyond the limit only the head is stored; `size` is its full size in bytes.
    """

    number: int
    headers: dict[str, str]
    block: bytes
    size: int

    @property
    def is_complete(self) -> bool:
        """Return True if `block` holds the whole block."""
        return len(self.block) == self.size

    @property
    def record_id(self) -> str:
        """Return the record's id without angle brackets, or R and its number where it has none."""
        return self.headers.get("warc-record-id", "").strip("<> ") or f"R{self.number}"


@dataclass(frozen=True, slots=True)
class WarcDamage:
    """Damaged place in a WARC file: number of the expected record, and the second half of a sentence."""

    number: int
    detail: str


class _BrokenRecord(Exception):
    pass


@dataclass(slots=True)
class BufferedStream:
    """Buffered stream, read by line or by byte count."""

    buffer: bytes
    reader: ByteReader
    position: int = field(default=0)

    def _fill_buffer(self) -> bool:
        chunk = self.reader.read_bytes(_CHUNK_BYTES)
        self.buffer, self.position = self.buffer[self.position :] + chunk, 0
        return bool(chunk)

    def read_line(self) -> bytes | None:
        """Return the next line with its line break, None at the end; more than MAX_HEAD_BYTES come in pieces."""
        while (end := self.buffer.find(b"\n", self.position)) < 0 and len(self.buffer) - self.position < MAX_HEAD_BYTES:
            if not self._fill_buffer():
                end = len(self.buffer) - 1
                break
        end = min(end if end >= 0 else len(self.buffer), self.position + MAX_HEAD_BYTES) + 1
        line = self.buffer[self.position : end]
        self.position += len(line)
        return line or None

    def read_bytes(self, size: int) -> bytes:
        """Return the next `size` bytes; fewer only at the end."""
        chunks: list[bytes] = []
        while size > 0:
            if self.position >= len(self.buffer) and not self._fill_buffer():
                break
            chunk = self.buffer[self.position : self.position + size]
            self.position += len(chunk)
            size -= len(chunk)
            chunks.append(chunk)
        return b"".join(chunks)

    def skip_bytes(self, size: int) -> int:
        """Skip `size` bytes; return how many there were."""
        skipped = 0
        while skipped < size and (chunk := self.read_bytes(min(size - skipped, _CHUNK_BYTES))):
            skipped += len(chunk)
        return skipped


def read_records(head: bytes, reader: ByteReader, max_block_bytes: int) -> Iterator[WarcRecord | WarcDamage]:
    """Yield the records of a file whose first bytes are `head`; of a block beyond `max_block_bytes` only its head.

    A record that a read error cuts short is left out: the caller reports the error of the reader.
    """
    stream = BufferedStream(head, reader)
    number = 0
    is_damaged = False
    while (line := stream.read_line()) is not None:
        if not line.strip():
            continue
        if not line.startswith(VERSION_PREFIX):
            if not is_damaged:
                yield WarcDamage(number + 1, "does not begin with a WARC version line")
            is_damaged = True
            continue
        number += 1
        is_damaged = False
        try:
            record = _read_record(number, stream, max_block_bytes)
        except _BrokenRecord as error:
            if reader.read_error is None:
                yield WarcDamage(number, str(error))
            is_damaged = True
            continue
        yield record


def _read_record(number: int, stream: BufferedStream, max_block_bytes: int) -> WarcRecord:
    headers = _read_headers(stream)
    stated_length = headers.get("content-length", "")
    if not (stated_length.isascii() and stated_length.isdigit() and len(stated_length) < 16):
        raise _BrokenRecord(f'states no length that can be read ("{stated_length[:40]}")')
    size = int(stated_length)
    block = stream.read_bytes(size if size <= max_block_bytes else min(size, MAX_HEAD_BYTES))
    available = len(block) + stream.skip_bytes(size - len(block))
    if available < size:
        raise _BrokenRecord(f"breaks off after {available:,} of {size:,} bytes")
    return WarcRecord(number, headers, block, size)


def _read_headers(stream: BufferedStream) -> dict[str, str]:
    headers: dict[str, str] = {}
    bytes_allowed, last_name = MAX_HEAD_BYTES, ""
    while (line := stream.read_line()) is not None:
        bytes_allowed -= len(line)
        if bytes_allowed < 0:
            raise _BrokenRecord(f"has more than {MAX_HEAD_BYTES:,} bytes of headers")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text.strip():
            return headers
        name, colon, value = text.partition(":")
        if text[0] in " \t" and last_name:
            headers[last_name] = f"{headers[last_name]} {text.strip()}"
        elif colon:
            last_name = name.strip().lower()
            headers.setdefault(last_name, value.strip())
    raise _BrokenRecord("breaks off in its headers")
