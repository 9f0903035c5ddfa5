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
from typing import Any, Final, TextIO

import pyarrow as pa

from flows.release import tables

_BREAKS: Final = re.compile("\r\n|[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPECIAL: Final = re.compile('[",\r\n]')
_ROWS: Final = 2000  # that are held as text
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


def _plain(value: str) -> str:
    return value


def _spreadsheet(value: str) -> str:
    return defused(kept(value))


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _json(values: list[str]) -> str:
    return json.dumps(values, ensure_ascii=False)


def _json_line(values: list[str]) -> str:
    return _json([one_line(value) for value in values])  # starts with a bracket: never a formula


def _cells(column: pa.Array, *, spreadsheet: bool) -> list[str]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        shown: Callable[[Any], str] = _instant
    elif pa.types.is_list(kind):
        shown = _json_line if spreadsheet else _json
    elif pa.types.is_string(kind):
        shown = _spreadsheet if spreadsheet else kept
    else:
        # Arrow prints a float32 in the fewest digits that give it back, Python would widen it to a float64 first.
        column, shown = column.cast(pa.string()), _plain
    if pa.types.is_string(kind):
        known = column.dictionary_encode()
        if len(known.dictionary) * 2 < len(column):  # the same few words over and over
            words = [_quoted(shown(value)) for value in known.dictionary.to_pylist()]
            return ["" if at is None else words[at] for at in known.indices.to_pylist()]
    if pa.types.is_list(kind):
        empty = _quoted(shown([]))
        return [_quoted(shown(value)) if value else "" if value is None else empty for value in column.to_pylist()]
    return ["" if value is None else _quoted(shown(value)) for value in column.to_pylist()]


def _quoted(cell: str) -> str:
    """As the csv module quotes, which goes through long texts letter by letter."""
    return '"' + cell.replace('"', '""') + '"' if _SPECIAL.search(cell) else cell


class Csvs:
    """csv/articles.csv and csv/metadata.csv of a release folder, written as the articles come by; a context manager."""

    def __init__(self, folder: Path) -> None:
        names = tables.SCHEMAS["articles"].names
        self._columns = {"csv/articles.csv": names, "csv/metadata.csv": [name for name in names if name != "text"]}
        self.paths = list(self._columns)
        self._folder = folder
        self._open = ExitStack()
        self._files: dict[str, TextIO] = {}

    def __enter__(self) -> "Csvs":
        (self._folder / "csv").mkdir(parents=True, exist_ok=True)
        for path, names in self._columns.items():
            file = (self._folder / path).open("w", encoding="utf-8", newline="")
            self._files[path] = self._open.enter_context(file)
            file.write(",".join(names) + "\r\n")
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def add(self, articles: pa.Table | pa.RecordBatch) -> None:
        """The next rows, in the order of the release."""
        for start in range(0, articles.num_rows, _ROWS):
            some = articles.slice(start, _ROWS)
            for path, names in self._columns.items():
                spreadsheet = path == "csv/metadata.csv"
                rows = zip(*(_cells(_array(some.column(name)), spreadsheet=spreadsheet) for name in names), strict=True)
                self._files[path].writelines(",".join(row) + "\r\n" for row in rows)


def _array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def write(folder: Path) -> list[str]:
    """Write both beside the Parquet of a release folder, from what that holds; returns their paths."""
    with Csvs(folder) as files:
        for batch in tables.batches(folder, "articles"):
            files.add(batch)
    return files.paths
