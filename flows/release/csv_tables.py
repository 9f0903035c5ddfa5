"""CSV copies of the articles of a segment, written from the same rows as the Parquet, in chunks.

Both files follow RFC 4180: UTF-8, CRLF between rows, quotes only where needed. Lists are
JSON, instants ISO 8601 with `Z`, days ISO 8601, true and false in lower case, null is empty. CSV readers take certain
words for null, quoted or not. A string that is spelled like one of them, with or without apostrophes in front, gets one
more apostrophe in front, which can be removed again.

`articles-<segment>.csv.gz` holds every column and, apart from that apostrophe, the exact strings of the Parquet; a text
spans several lines within quotes.
`metadata-<segment>.csv` is for spreadsheets: a byte order mark, no text, one line for each row. Line breaks and tabs
become blanks. Other control characters (terminal escapes among them) and bidirectional marks are left out. What a
spreadsheet would run as a formula (= + - @ or a wide form of them, at the start of a cell or, since some part cells
there, behind ; , or a tab within it) gets an apostrophe in front. The exact strings are in the other files.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.release import parquet_tables

_LINE_BREAKS: Final = re.compile("\r\n|[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CHUNK_ROWS: Final = 2000  # formatted at a time,
_CHUNK_BYTES: Final = (
    64 << 20
)  # or fewer rows, so that a formatted column stays below the 2 GB limit of an Arrow string array
_GZIP_LEVEL: Final = 4  # level 6 takes three times as long for 1 % less
_GZIP_MEMBER_BYTES: Final = 8 << 20  # bytes of CSV compressed at a time
# A spreadsheet may start a cell at the start of ours and, as its locale says, behind ; , or a tab in it.
_FORMULA_START: Final = re.compile(r"\A(?=\s*[=+\-@＝＋－＠])")
_INNER_FORMULA_START: Final = re.compile(r'([;,][\s"\[]*)(?=[=+\-@＝＋－＠])')
_BYTE_ORDER_MARK: Final = "\ufeff"


def flatten_lines(value: str) -> str:
    """Return a string on one line, without control characters."""
    if value.isprintable():  # true for most strings, and much cheaper than the two substitutions
        return value
    return _CONTROLS.sub("", _LINE_BREAKS.sub(" ", value))


def escape_formula(value: str) -> str:
    """Return a string as a cell of the metadata CSV: one line, no control characters, no start of a formula."""
    return _INNER_FORMULA_START.sub(r"\1'", _FORMULA_START.sub("'", flatten_lines(value)))


# Words that pandas (and so datasets), Polars, DuckDB, Arrow and R read as null by default; in lower case.
NULL_WORDS: Final = frozenset(
    {"na", "n/a", "#na", "#n/a", "#n/a n/a", "<na>", "nan", "-nan", "+nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan",
     "null", "none", "nil", "\\n", "nat"}
)  # fmt: skip


_LONGEST_NULL_WORD: Final = max(map(len, NULL_WORDS))
_LONG_TEXT: Final = 32


def escape_null_word(value: str) -> str:
    """Return a string as a cell that no CSV reader takes for null."""
    if len(value) > _LONG_TEXT and value[0].isalnum() and value[_LONGEST_NULL_WORD:_LONG_TEXT].strip():
        return value  # longer than any null word
    return f"'{value}" if value.lstrip("'").strip().casefold() in NULL_WORDS else value


def _format_spreadsheet_text(value: str) -> str:
    return escape_formula(escape_null_word(value))


def _format_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _format_list(values: list[str]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _format_list_on_one_line(values: list[str]) -> str:
    return escape_formula(_format_list([flatten_lines(value) for value in values]))


# Arrow scans a column about ten times as fast as Python, and most cells equal their strings. Only the cells that these
# patterns select are formatted in Python.
_NO_NULL_WORD: Final = (
    "(?s)[0-9A-Za-z].{7,}[0-9A-Za-z]"  # longer than any of NULL_WORDS with its apostrophes and blanks
)
_NEEDS_ESCAPE: Final = '^[^\\pL\\pN]|[;,][\\s"\\[]*[=+\\-@＝＋－＠]|[\\x00-\\x1f\\x7f-\\x{9f}\\x{200e}\\x{200f}\\x{2028}-\\x{202e}\\x{2066}-\\x{2069}]'  # noqa: E501


def _format_cells(column: pa.Array, *, for_spreadsheet: bool) -> tuple[pa.Array, pa.Array]:
    """Return a column as cells of the articles' CSV, and as cells of the metadata CSV if `for_spreadsheet`."""
    arrow_type = column.type
    if pa.types.is_timestamp(arrow_type):
        cells = _quote_cells(_replace_cells(column, pa.repeat(True, len(column)), _format_instant))
        return cells, cells
    if pa.types.is_list(arrow_type):
        has_elements = pc.greater(pc.list_value_length(column), 0)
        empty = pc.if_else(pc.is_valid(column), "[]", pa.scalar(None, pa.string()))
        exact_cells, spreadsheet_cells = (
            _quote_cells(_replace_cells(column, has_elements, format_list, empty))
            for format_list in (_format_list, _format_list_on_one_line)
        )
        return exact_cells, spreadsheet_cells
    if not pa.types.is_string(arrow_type):
        # Arrow prints a float32 in the fewest digits that restore it; Python would widen it to a float64 first.
        cells = pc.fill_null(column.cast(pa.string()), "")
        return cells, cells
    maybe_null_word = pc.invert(pc.match_substring_regex(column, _NO_NULL_WORD))
    exact_cells = _quote_cells(_replace_cells(column, maybe_null_word, escape_null_word, column))
    if not for_spreadsheet:
        return exact_cells, exact_cells
    needs_escape = pc.or_(maybe_null_word, pc.match_substring_regex(column, _NEEDS_ESCAPE))
    return exact_cells, _quote_cells(_replace_cells(column, needs_escape, _format_spreadsheet_text, column))


def _replace_cells(
    column: pa.Array, mask: pa.Array, format_cell: Callable[[Any], str], default_cells: pa.Array | None = None
) -> pa.Array:
    """Replace the default cells by formatted elements of the column where the mask is true."""
    mask = pc.and_(pc.fill_null(mask, False), pc.is_valid(column))
    if default_cells is None:
        default_cells = pa.nulls(len(column), pa.string())
    if not pc.any(mask).as_py():
        return default_cells
    selected = column.filter(mask)
    if pa.types.is_list(column.type):
        formatted = pa.array([format_cell(value) for value in selected.to_pylist()], pa.string())
    else:  # few distinct strings: format each once
        distinct = selected.dictionary_encode()
        formatted = pa.array([format_cell(value) for value in distinct.dictionary.to_pylist()], pa.string()).take(
            distinct.indices
        )
    return pc.replace_with_mask(default_cells, mask, formatted)


def _quote_cells(cells: pa.Array) -> pa.Array:
    """Quote the cells that need quotes in a CSV; null becomes empty."""
    special = pc.fill_null(pc.match_substring_regex(cells, '[",\r\n]'), False)
    special_count = pc.sum(special).as_py() or 0
    if special_count > len(cells) // 2:  # texts: filtering and replacing would copy each string twice more
        doubled = pc.replace_substring(cells, '"', '""')
        cells = pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), cells)
    elif special_count:
        doubled = pc.replace_substring(cells.filter(special), '"', '""')
        cells = pc.replace_with_mask(cells, special, pc.binary_join_element_wise('"', doubled, '"', ""))
    return pc.fill_null(cells, "")


class _GzipFile:
    """Writer of a gzip file by Arrow's codec: members without name and time, so equal rows give equal bytes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._codec = pa.Codec("gzip", compression_level=_GZIP_LEVEL)
        self._pending: list[bytes | memoryview] = []
        self._pending_bytes = 0

    def write(self, content: bytes | memoryview) -> None:
        """Write some bytes."""
        self._pending.append(content)
        self._pending_bytes += len(content)
        if self._pending_bytes >= _GZIP_MEMBER_BYTES:
            self._write_member()

    def close(self) -> None:
        """Write what is pending and close the file."""
        if self._pending:
            self._write_member()
        self._file.close()

    def _write_member(self) -> None:
        self._file.write(self._codec.compress(b"".join(self._pending)))
        self._pending, self._pending_bytes = [], 0


class CsvWriter:
    """Writer of the two CSV files of a segment, chunk by chunk; a context manager. Folders must exist."""

    def __init__(self, articles_path: Path, metadata_path: Path) -> None:
        names = parquet_tables.SCHEMAS["articles"].names
        self._paths = (articles_path, metadata_path)
        self._columns = (names, [name for name in names if name != "text"])
        self._open = ExitStack()

    def __enter__(self) -> "CsvWriter":
        self._articles_file = _GzipFile(self._paths[0])
        self._open.callback(self._articles_file.close)
        self._metadata_file = self._open.enter_context(self._paths[1].open("wb"))
        headers = [(",".join(names) + "\r\n").encode() for names in self._columns]
        self._articles_file.write(headers[0])
        self._metadata_file.write(_BYTE_ORDER_MARK.encode() + headers[1])
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def write_rows(self, articles: pa.Table | pa.RecordBatch) -> None:
        """Write the next rows, in the order of the segment."""
        for chunk in _cut_chunks(articles):
            cells_by_column = {
                name: _format_cells(_combine_chunks(chunk.column(name)), for_spreadsheet=name in self._columns[1])
                for name in articles.schema.names
            }
            lines = [
                _join_cells([cells_by_column[name][number] for name in columns])
                for number, columns in enumerate(self._columns)
            ]
            self._articles_file.write(lines[0])
            self._metadata_file.write(lines[1])


def _cut_chunks(articles: pa.Table | pa.RecordBatch) -> Iterator[pa.Table | pa.RecordBatch]:
    """Cut rows into chunks of so few bytes that no formatted column overflows."""
    start, chunk_rows = 0, _CHUNK_ROWS
    while start < articles.num_rows:
        chunk = articles.slice(start, chunk_rows)
        if chunk.nbytes > _CHUNK_BYTES and chunk_rows > 1:
            chunk_rows = max(chunk_rows // 4, 1)
            continue
        start += chunk_rows
        yield chunk


def _format_rows(articles: pa.RecordBatch) -> memoryview:
    """Format rows with all columns as lines of the articles' CSV."""
    return _join_cells(
        [_format_cells(articles.column(name), for_spreadsheet=False)[0] for name in articles.schema.names]
    )


def _join_cells(cells: list[pa.Array]) -> memoryview:
    """Join the cells of each row, columns in order, into lines."""
    rows = pc.binary_join_element_wise(*cells[:-1], pc.binary_join_element_wise(cells[-1], "\r\n", ""), ",")
    first_row, last_row = rows.offset, rows.offset + len(rows)
    offsets = np.frombuffer(rows.buffers()[1], np.int32)
    return memoryview(rows.buffers()[2])[offsets[first_row] : offsets[last_row]]


def _combine_chunks(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def export_csv(release: Path, target: BinaryIO) -> int:
    """Write the articles of a release as one CSV, segment after segment; return the number of its rows."""
    names = parquet_tables.SCHEMAS["articles"].names
    target.write((",".join(names) + "\r\n").encode())
    row_count = 0
    for batch in parquet_tables.read_batches(release, "articles"):
        for chunk in _cut_chunks(batch.select(names)):
            target.write(_format_rows(chunk))
        row_count += batch.num_rows
    return row_count
