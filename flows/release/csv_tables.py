"""The CSV copies, made of the rows that the Parquet is made of, some at a time.

Both are RFC 4180: UTF-8 without a mark, CRLF between rows, quotes only where needed. Lists are JSON, instants ISO 8601
with `Z`, days ISO 8601, true and false in small letters, null is empty. Readers take certain words for null, in quotes
or not; a string that is spelled like one of them, apostrophes before it or not, gets an apostrophe more in front, which
can be taken away again.

`articles.csv` holds every column, but for that exactly as the Parquet has it; a text spans several lines within quotes.
`metadata.csv` is for spreadsheets: no text, one line a row. Line breaks and tabs become blanks, other control
characters (terminal escapes among them) and marks that turn the direction of writing are left out, and a cell that a
spreadsheet would run as a formula (its first character after blanks is = + - @ or a wide form of them) gets a
leading apostrophe. Who needs the exact value reads the other files.
"""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.release import parquet_tables

_BREAKS: Final = re.compile("\r\n|[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ROWS: Final = 2000  # that are held as text,
_BYTES: Final = 64 << 20  # or fewer, so that no text of them is too large for Arrow
_FORMULA: Final = tuple("=+-@＝＋－＠")


def one_line(value: str) -> str:
    """A string on one line, without control characters."""
    if value.isprintable():  # most are, and it is asked much faster than it is mended
        return value
    return _CONTROLS.sub("", _BREAKS.sub(" ", value))


def defused(value: str) -> str:
    """A string as a cell of metadata.csv: one line, no control characters, never a formula."""
    line = one_line(value)
    return f"'{line}" if line.lstrip().startswith(_FORMULA) else line


# What pandas, and datasets with it, Polars, DuckDB, Arrow and R take for null unless told otherwise; in small letters.
NULLS: Final = frozenset(
    {"na", "n/a", "#na", "#n/a", "#n/a n/a", "<na>", "nan", "-nan", "+nan", "1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan",
     "null", "none", "nil", "\\n", "nat"}
)  # fmt: skip


_LONGEST: Final = max(map(len, NULLS))
_LONG: Final = 32


def kept(value: str) -> str:
    """A string as a cell that no reader takes for null."""
    if len(value) > _LONG and value[0].isalnum() and value[_LONGEST:_LONG].strip():
        return value  # it does not end where a null would
    return f"'{value}" if value.lstrip("'").strip().casefold() in NULLS else value


def _spreadsheet(value: str) -> str:
    return defused(kept(value))


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _json(values: list[str]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _json_line(values: list[str]) -> str:
    return _json([one_line(value) for value in values])  # starts with a bracket: never a formula


# Arrow goes through a column some ten times as fast as Python does, and most cells are as their values: what these
# patterns cannot rule out is asked in Python.
_NO_NULL: Final = "(?s)[0-9A-Za-z].{7,}[0-9A-Za-z]"  # longer than any of NULLS, whatever stands around it
_UNFIT: Final = "^[^\\pL\\pN]|[\\x00-\\x1f\\x7f-\\x{9f}\\x{200e}\\x{200f}\\x{2028}-\\x{202e}\\x{2066}-\\x{2069}]"


def _cells(column: pa.Array, *, both: bool) -> tuple[pa.Array, pa.Array]:
    """A column as the cells of articles.csv, and (where `both` are wanted) as those of metadata.csv."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        cells = _quoted(_mended(column, pa.repeat(True, len(column)), _instant))
        return cells, cells
    if pa.types.is_list(kind):
        filled = pc.greater(pc.list_value_length(column), 0)
        empty = pc.if_else(pc.is_valid(column), "[]", pa.scalar(None, pa.string()))
        exact, plain = (_quoted(_mended(column, filled, shown, empty)) for shown in (_json, _json_line))
        return exact, plain
    if not pa.types.is_string(kind):
        # Arrow prints a float32 in the fewest digits that give it back, Python would widen it to a float64 first.
        cells = pc.fill_null(column.cast(pa.string()), "")
        return cells, cells
    doubtful = pc.invert(pc.match_substring_regex(column, _NO_NULL))
    exact = _quoted(_mended(column, doubtful, kept, column))
    if not both:
        return exact, exact
    unfit = pc.or_(doubtful, pc.match_substring_regex(column, _UNFIT))
    return exact, _quoted(_mended(column, unfit, _spreadsheet, column))


def _mended(column: pa.Array, where: pa.Array, shown: Callable[[Any], str], others: pa.Array | None = None) -> pa.Array:
    """The others, where a mask says so what is shown of a column instead."""
    where = pc.and_(pc.fill_null(where, False), pc.is_valid(column))
    if others is None:
        others = pa.nulls(len(column), pa.string())
    if not pc.any(where).as_py():
        return others
    found = column.filter(where)
    if pa.types.is_list(column.type):
        made = pa.array([shown(value) for value in found.to_pylist()], pa.string())
    else:  # the same few words over and over
        known = found.dictionary_encode()
        made = pa.array([shown(value) for value in known.dictionary.to_pylist()], pa.string()).take(known.indices)
    return pc.replace_with_mask(others, where, made)


def _quoted(cells: pa.Array) -> pa.Array:
    """In quotes where a reader of CSV needs them; nothing for null."""
    special = pc.fill_null(pc.match_substring_regex(cells, '[",\r\n]'), False)
    count = pc.sum(special).as_py() or 0
    if count > len(cells) // 2:  # texts: taking them apart and putting them together again would copy each twice more
        doubled = pc.replace_substring(cells, '"', '""')
        cells = pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), cells)
    elif count:
        doubled = pc.replace_substring(cells.filter(special), '"', '""')
        cells = pc.replace_with_mask(cells, special, pc.binary_join_element_wise('"', doubled, '"', ""))
    return pc.fill_null(cells, "")


class Csvs:
    """csv/articles.csv and csv/metadata.csv of a release folder, written as the articles come by; a context manager."""

    def __init__(self, folder: Path) -> None:
        names = parquet_tables.SCHEMAS["articles"].names
        self._columns = {"csv/articles.csv": names, "csv/metadata.csv": [name for name in names if name != "text"]}
        self.paths = list(self._columns)
        self._folder = folder
        self._open = ExitStack()
        self._files: dict[str, BinaryIO] = {}

    def __enter__(self) -> "Csvs":
        (self._folder / "csv").mkdir(parents=True, exist_ok=True)
        for path, names in self._columns.items():
            file = self._open.enter_context((self._folder / path).open("wb"))
            self._files[path] = file
            file.write((",".join(names) + "\r\n").encode())
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, articles: pa.Table | pa.RecordBatch) -> None:
        """The next rows, in the order of the release."""
        start, step = 0, _ROWS
        while start < articles.num_rows:
            some = articles.slice(start, step)
            if some.nbytes > _BYTES and step > 1:
                step = max(step // 4, 1)
                continue
            start += step
            metadata = self._columns["csv/metadata.csv"]
            pairs = {name: _cells(_array(some.column(name)), both=name in metadata) for name in articles.schema.names}
            for number, (path, names) in enumerate(self._columns.items()):
                cells = [pairs[name][number] for name in names]
                cells[-1] = pc.binary_join_element_wise(cells[-1], "\r\n", "")
                rows = pc.binary_join_element_wise(*cells, ",")
                first, last = rows.offset, rows.offset + len(rows)
                edges = np.frombuffer(rows.buffers()[1], np.int32)
                self._files[path].write(memoryview(rows.buffers()[2])[edges[first] : edges[last]])


def _array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def write(folder: Path) -> list[str]:
    """Write both beside the Parquet of a release folder, from what that holds; returns their paths."""
    with Csvs(folder) as files:
        for batch in parquet_tables.batches(folder, "articles"):
            files.add(batch)
    return files.paths
