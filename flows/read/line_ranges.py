"""Lines of a large JSONL file as byte ranges, which other processes read and parse.

`open_line_file` opens a file whose lines can be read apart: local, plain, large, one object a line. Its owner looks for
line breaks alone. `LineFile.list_rows` reads the rows of a range from the open file; `read_line_range` opens the file
by its path, and refuses a file that is no longer the one that was divided. Rows are those of `read_file`, with their
line numbers in the whole file.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, cast

from flows.read import file_kinds, lenient_decoding, source_walk
from flows.read.byte_reader import ByteReader
from flows.read.json_records import holds_records
from flows.read.jsonl_records import parse_line
from flows.read.physical_lines import split_lines
from flows.read.raw_documents import Limits, RawDocument, Reject
from flows.read.source_file import SourceFile
from flows.read.source_records import KeyTally, ReadContext, ReadOptions

MIN_FILE_BYTES: Final = 16 << 20  # of a file that is divided: a smaller one is read before a second process has started
RANGE_BYTES: Final = 2 << 20  # of a range at least, but for the last one: some hundred records

# Device numbers differ between machines that see the same folder.
FileStamp = tuple[int, int, int]  # inode, size, mtime in nanoseconds


class LineRangeError(Exception):
    """A range that cannot be read here: its file is not seen, was replaced, or gives no bytes."""


class LineRange(NamedTuple):
    """Whole lines of a file: where they begin, bytes, number of the first line, and what the file is."""

    path: str
    relative: str
    uri: str
    codec: str
    offset: int
    length: int
    first_number: int
    stamp: FileStamp


class LineFile:
    """Open JSONL file whose lines can be read apart; close it after the last range was read."""

    def __init__(self, source_file: SourceFile, file: BinaryIO, codec: str, start: int) -> None:
        self.source_file, self.codec = source_file, codec
        self._file, self._start = file, start
        self._stamp = _stamp_file(file)

    def iterate_ranges(self) -> Iterator[LineRange]:
        """Yield the ranges that hold all lines of the file. A file that cannot be read to its end ends in its last."""
        feed = "\n".encode(self.codec)
        range_start = position = self._start
        first_number = 1
        while block := _read_at(self._file, position, RANGE_BYTES):
            if line_end := block.rfind(feed) + 1:
                yield self._build_range(range_start, position + line_end, first_number)
                range_start = position + line_end
                first_number += block.count(feed)
            position += len(block)
        end = max(position, self._stamp[1])
        if range_start < end:
            yield self._build_range(range_start, end, first_number)

    def list_rows(
        self, line_range: LineRange, limits: Limits, options: ReadOptions, tally: KeyTally
    ) -> list[RawDocument | Reject]:
        """Return the rows of a range; an error that stops the reading is one more reject."""
        rows, error = _parse_range(self._file, line_range, limits, options, tally)
        if error is not None:
            detail = lenient_decoding.make_printable(f"{self.source_file.display_path} {error[1]}")
            rows.append(Reject(self.source_file.relative, self.source_file.uri, error[0], detail))
        return rows

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _build_range(self, start: int, end: int, first_number: int) -> LineRange:
        source_file = self.source_file
        path = str(source_file.path.absolute())
        place = (start, end - start, first_number)
        return LineRange(path, source_file.relative, source_file.uri, self.codec, *place, self._stamp)


def open_line_file(source_file: SourceFile, limits: Limits, options: ReadOptions) -> LineFile | None:
    """Open a file whose lines can be read apart; return None for any other file, and for one that cannot be opened."""
    is_readable = source_file.problem is None and not source_file.not_read and source_file.opener is None
    if not is_readable or source_file.stamp is None or source_file.stamp[0] < MIN_FILE_BYTES:
        return None
    try:
        file = source_walk.open_source_file(source_file)
    except OSError:
        return None
    layout = _detect_layout(file, source_file, limits, options)
    if layout is None:
        file.close()
        return None
    return LineFile(source_file, file, *layout)


def _detect_layout(
    file: BinaryIO, source_file: SourceFile, limits: Limits, options: ReadOptions
) -> tuple[str, int] | None:
    """Return the encoding of JSONL and where its lines begin; None for any other kind, as `read_documents` has it."""
    reader = ByteReader(file)
    head = reader.read_bytes(limits.head_bytes)
    if reader.read_error is not None or file_kinds.detect_compression(head) is not None:
        return None
    detected = file_kinds.detect_kind(head, source_file.relative, is_complete=len(head) < limits.head_bytes)
    codec = detected.codec or "utf-8"
    if detected.kind != "jsonl" or len("\n".encode(codec)) != 1:
        return None
    bom, _ = lenient_decoding.find_byte_order_mark(head)
    return None if holds_records(head[len(bom) :], codec, options.field_map) else (codec, len(bom))


def read_line_range(
    line_range: LineRange, limits: Limits, options: ReadOptions, tally: KeyTally
) -> list[RawDocument | Reject]:
    """Return the rows of a range of a file, opened by its path. Raises LineRangeError."""
    try:
        with source_walk.open_local_file(Path(line_range.path)) as file:
            if _stamp_file(file) != tuple(line_range.stamp):  # a list where it came as JSON
                raise LineRangeError(f"{line_range.path} is another file now.")
            rows, error = _parse_range(file, line_range, limits, options, tally)
    except OSError as os_error:
        raise LineRangeError(f"{line_range.path} cannot be opened ({os_error}).") from None
    if error is not None:
        raise LineRangeError(f"{line_range.path} {error[1]}")
    return rows


def _parse_range(
    file: BinaryIO, line_range: LineRange, limits: Limits, options: ReadOptions, tally: KeyTally
) -> tuple[list[RawDocument | Reject], tuple[str, str] | None]:
    """Parse the lines of a range; returns its rows, and the reason and half a sentence if it cannot be read."""
    source_file = SourceFile(Path(line_range.path), line_range.relative, line_range.uri)
    context = ReadContext(source_file, limits, options, None, tally)
    reader = ByteReader(cast(BinaryIO, _RangeReader(file, line_range.offset, line_range.length)))
    start = reader.read_bytes(2 * RANGE_BYTES)
    lines = split_lines(start, reader, line_range.codec, limits.record_bytes, line_range.first_number)
    parsed = (parse_line(context, line, line_range.codec) for line in lines)
    return [row for row in parsed if row is not None], reader.read_error


class _RangeReader(io.RawIOBase):
    """The bytes of a range, read without moving the position of the file."""

    def __init__(self, file: BinaryIO, offset: int, length: int) -> None:
        super().__init__()
        self._file, self._offset, self._end = file, offset, offset + length

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size`. Raises OSError."""
        data = os.pread(self._file.fileno(), min(size, self._end - self._offset), self._offset)
        self._offset += len(data)
        return data


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    """Return bytes of a file from an offset; none at its end, or where it cannot be read."""
    try:
        return os.pread(file.fileno(), size, offset)
    except OSError:
        return b""


def _stamp_file(file: BinaryIO) -> FileStamp:
    status = os.fstat(file.fileno())
    return status.st_ino, status.st_size, status.st_mtime_ns
