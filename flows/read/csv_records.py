"""A table of delimited values -> its records, as a stream.

Decoded here and parsed by Python's csv module in its strict mode, which is C, keeps every byte of a cell and says
where a row is broken. A row of another width than the header, or with a stray quote, is a reject with its line;
reading goes on at the next line that is a row again. No more than one row is held.
"""

import codecs
import csv
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Final

from flows.read import lenient_decoding
from flows.read.byte_reader import ByteReader
from flows.read.csv_dialect import FIELD_LIMIT, Dialect, parse_rows, split_loosely
from flows.read.source_records import SourceRecord, encode_record, encode_strictly

_CHUNK: Final = 1 << 18
_LONE_RETURN: Final = re.compile("\r(?!\n)")
_RETURN_MARK: Final = "\ue00d"  # private use: a carriage return within a cell that is not quoted
_RETURN_BYTES: Final = _RETURN_MARK.encode()
_ESCAPE: Final = re.compile(r"\\(.)")
_MARKS_FROM: Final = 3  # rows that a column must have been a mark in
_MARK: Final = re.compile(r"\s{0,20}(?:https?://\S{1,3000}|[\d.,:/ T+-]{1,40}Z?|[\w-]{1,40})\s{0,20}\Z")


def decode_stream(start: bytes, reader: ByteReader, codec: str) -> Iterator[str]:
    """Decode a stream piece by piece; bytes that are no UTF-8 come as surrogates, for `decode_cell`."""
    decoder = codecs.getincrementaldecoder(codec)("surrogateescape" if codec == "utf-8" else "replace")
    for at in range(0, len(start), _CHUNK):
        yield decoder.decode(start[at : at + _CHUNK])
    while piece := reader.read_bytes(_CHUNK):
        yield decoder.decode(piece)
    yield decoder.decode(b"", True)


def decode_cell(cell: str) -> str:
    """Decode what of a cell was no UTF-8: as Windows-1252, or as damaged UTF-8, whichever loses less."""
    try:
        cell.encode()
    except UnicodeEncodeError:
        return lenient_decoding.decode_leniently(cell.encode("utf-8", "surrogateescape"))
    return cell


def read_csv(start: bytes, reader: ByteReader, codec: str, dialect: Dialect, limit: int) -> Iterator[SourceRecord]:
    """Read the records of a table whose first bytes are `start`; a row of more than `limit` characters is too large."""
    lines = _split_lines(decode_stream(start, reader, codec), dialect.skipped, limit)
    return _Table(chain.from_iterable(lines), dialect, limit).records()


def _split_lines(pieces: Iterator[str], skipped: int, limit: int) -> Iterator[list[str]]:
    """Split a decoded stream into lines with their breaks; a file of old Macintosh lines at its returns.

    A return that ends no line is marked, since csv takes it for the end of one. A line beyond the limit comes in parts.
    """
    pending = ""
    for piece in pieces:
        if skipped:
            skip_count = min(skipped, len(piece))
            skipped -= skip_count
            piece = piece[skip_count:]
        pending += piece
        if pending.endswith("\r"):
            continue  # its line feed may come
        if "\n" not in pending:
            if pending.count("\r") > 2:
                pending = pending.replace("\r", "\n")
            elif len(pending) > limit:
                yield [pending]
                pending = ""
                continue
        if "\r" in pending and pending.count("\r") != pending.count("\r\n"):
            pending = _LONE_RETURN.sub(_RETURN_MARK, pending)
        lines = pending.split("\n")
        pending = lines.pop()
        yield [line + "\n" for line in lines]
    if "\n" not in pending and pending.count("\r") > 1:
        yield [line + "\n" for line in pending.rstrip("\r").split("\r")]
    elif pending:
        yield [_LONE_RETURN.sub(_RETURN_MARK, pending) if "\r" in pending.rstrip("\r") else pending]


class _RowTooLarge(Exception):
    pass


class _Table:
    """A table being read: its lines, and which columns are marks by which a row is known again after a break."""

    def __init__(self, lines: Iterator[str], dialect: Dialect, limit: int) -> None:
        self._lines, self._dialect, self._limit = lines, dialect, limit
        self._number = dialect.skipped_lines  # of the line that was taken last
        self._held: list[str] = []  # lines of the row that is being parsed
        self._held_size = 0
        self._again: list[str] = []  # lines to be parsed again, the next one last
        self._marks = [0] * len(dialect.columns)
        self._good = 0
        csv.field_size_limit(FIELD_LIMIT)
        self._reader = csv.reader(self._feed(), **dialect.reader_options())  # type: ignore[arg-type]

    def _feed(self) -> Iterator[str]:
        """Yield the lines for csv, and hold those of the row that it is at."""
        while True:
            if self._again:
                line = self._again.pop()
            elif (next_line := next(self._lines, None)) is not None:
                line = next_line
            else:
                return
            self._number += 1
            self._held.append(line)
            self._held_size += len(line)
            if self._held_size > self._limit:
                raise _RowTooLarge
            yield line if self._dialect.escape is None or "\\" not in line else self._unescape_line(line)

    def _unescape_line(self, line: str) -> str:
        r"""Write the escapes of data bases as csv reads them: `\n` is a line break, `\N` alone in a cell is null."""
        delimiter = self._dialect.delimiter

        def replace_escape(escape: re.Match[str]) -> str:
            letter = escape[1]
            if letter == "N":
                is_alone = line[escape.start() - 1 : escape.start()] in ("", delimiter)
                ends = line[escape.end() : escape.end() + 1] in ("", "\r", "\n", delimiter)
                return "" if is_alone and ends else escape[0]
            return {"n": "\\\n", "t": "\\\t", "r": ""}.get(letter, escape[0])

        return _ESCAPE.sub(replace_escape, line)

    def records(self) -> Iterator[SourceRecord]:
        dialect = self._dialect
        if dialect.has_header:
            self._next_row()
            self._release()
        number = 0
        width = len(dialect.columns)
        while True:
            first = self._number + 1
            row, problem = self._next_row()
            if row is None and problem is None:
                return
            if row is not None and (not row or (width > 1 and not any(map(str.strip, row)))):
                self._release()
                continue  # a blank line, or a row of blank cells as spreadsheets leave them, is no record
            number += 1
            if row is not None:
                while len(row) > width and row[-1] == "":
                    row.pop()
                if len(row) == width:
                    self._release()
                    self._learn(row)
                    yield self._build_record(number, first, row)
                    continue
                problem = (
                    "broken_record",
                    f"has {len(row):,} cells, {width:,} were expected as in the header: "
                    "put quotes around cells that hold a delimiter or a line break.",
                )
                if len(row) == 1 and width > 2:
                    self._skip_to_row()
            elif (rescued := self._rescue_row()) is not None:
                self._learn(rescued)
                yield self._build_record(number, first, rescued)
                continue
            else:
                self._skip_to_row()
            assert problem is not None
            yield self._build_problem(number, first, problem)

    def _next_row(self) -> tuple[list[str] | None, tuple[str, str] | None]:
        try:
            return next(self._reader), None
        except StopIteration:
            return None, None
        except _RowTooLarge:
            self._reader = csv.reader(self._feed(), **self._dialect.reader_options())  # type: ignore[arg-type]
            detail = f"goes on for more than {self._limit:,} characters; a quote in it may never be closed."
            return None, ("too_large", detail)
        except csv.Error as error:
            self._reader = csv.reader(self._feed(), **self._dialect.reader_options())  # type: ignore[arg-type]
            return None, ("broken_record", f"is broken CSV ({error}): write a quote within a cell twice.")

    def _learn(self, row: list[str]) -> None:
        """Count in which columns a short word, a number, a day or an address stands."""
        if self._good < 50:
            self._good += 1
            for at, cell in enumerate(row):
                self._marks[at] += _MARK.match(cell) is not None

    def _skip_to_row(self) -> None:
        """Leave what is broken: give back the lines behind its first one, and pass over those that are no rows."""
        broken = self._held
        self._release()
        self._number -= len(broken) - 1
        self._again.extend(reversed(broken[1:]))
        head_lines = broken[:1]
        while True:
            line = self._again.pop() if self._again else next(self._lines, None)
            if line is None:
                break
            if self._is_row(line):
                self._again.append(line)
                break
            self._number += 1
            if sum(map(len, head_lines)) < self._limit:
                head_lines.append(line)
        self._held = head_lines

    def _is_row(self, line: str) -> bool:
        """Return True if a line can only be a row: of the right width, with marks of other rows in their columns."""
        dialect = self._dialect
        # A row's text may go on in the next lines: only its beginning stands on this one.
        rows, _ = parse_rows(line, dialect.delimiter, dialect.quote, dialect.escape, 1)
        opened = not rows
        if opened:
            rows, _ = parse_rows(
                line.rstrip("\r\n") + dialect.quote, dialect.delimiter, dialect.quote, dialect.escape, 1
            )
        if not rows:
            return False
        row = rows[0]
        if len(row) > len(dialect.columns) or (len(row) < len(dialect.columns) and not opened):
            return False
        marks = [at for at, count in enumerate(self._marks) if count == self._good] if self._good >= _MARKS_FROM else []
        marks = [at for at in marks if at < len(row) - opened]
        if marks:
            return all(_MARK.match(row[at]) is not None and bool(row[at].strip()) for at in marks)
        if not self._good:  # nothing is known yet of what a row is like
            return not opened and (len(row) >= 3 or line.startswith(dialect.quote))
        return line.startswith(dialect.quote) and len(row) >= 2

    def _rescue_row(self) -> list[str] | None:
        """Return the row of the first broken line, if it can be split although its quotes were not doubled."""
        broken = self._held
        if not broken or len(broken[0]) > self._limit:
            return None
        row = split_loosely(broken[0], self._dialect.delimiter, self._dialect.quote)
        if len(row) != len(self._dialect.columns) or self._dialect.escape is not None:
            return None
        self._release()
        self._number -= len(broken) - 1
        self._again.extend(reversed(broken[1:]))
        return row

    def _release(self) -> None:
        """Forget the lines of the row that was parsed."""
        self._held, self._held_size = [], 0

    def _build_record(self, number: int, line: int, row: list[str]) -> SourceRecord:
        place, label = f"#R{number}", f"Row {number} (line {line})"
        fields: dict[str, object] = dict(zip(self._dialect.columns, row, strict=True))
        # What was no UTF-8 shows when the record is encoded; most records have nothing of it.
        with suppress(UnicodeEncodeError):
            raw = encode_strictly(fields)
            if _RETURN_BYTES not in raw:
                return SourceRecord(place, label, raw, fields)
        cells = [decode_cell(cell.replace(_RETURN_MARK, "\r")) for cell in row]
        fields = dict(zip(self._dialect.columns, cells, strict=True))
        return SourceRecord(place, label, encode_record(fields), fields)

    def _build_problem(self, number: int, line: int, problem: tuple[str, str]) -> SourceRecord:
        text = "".join(self._held).replace(_RETURN_MARK, "\r")
        self._release()
        raw = None if problem[0] == "too_large" else text.encode("utf-8", "surrogateescape").rstrip(b"\r\n")
        return SourceRecord(f"#R{number}", f"Row {number} (line {line})", raw, None, problem)
