"""Detect whether a text is a table of delimited values, and how it is written.

Python's csv.Sniffer and DuckDB's sniffer were tried on the field's ugly files (docs/decisions.md): the first takes
letters for delimiters, the second wants the file on disk and gives up on rows that are broken. Here each likely dialect
parses the head of the file, and the one whose rows agree most, under a header that the alias table knows best, counts.
"""

import csv
import io
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flows.read.field_aliases import FieldMap, knows_key, states_text
from flows.read.table_columns import name_columns

_SAMPLE: Final = 1 << 18
_ROWS: Final = 200
_DELIMITERS: Final = ",;\t|"
_RARE_DELIMITERS: Final = "^~\x01\x1f¦"
_CONTROL_DELIMITERS: Final = "\x01\x1f"  # of Hive and of exports of data bases; no prose has them
_PROSE_DELIMITERS: Final = ": "  # marks of prose, which delimit only below a header of known names
_NAMED: Final = re.compile(r"\.(?:csv|tsv|tab|psv|scsv)\Z", re.IGNORECASE)
_SEPARATOR_LINE: Final = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_NUMBER: Final = re.compile(r"\s*[+-]?[\d.,]*\d(?:[eE][+-]?\d+)?%?\s*\Z")
_LONGEST_NAME: Final = 64
_ADDRESS: Final = re.compile(r"https?://\S+\s*\Z")
_DATA: Final = re.compile(r"https?://|\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{2,4}|[.!?]\s|\d{1,2}[:.]\d\d\b")
_PROSE_WORDS: Final = 12
_PROSE_ROWS: Final = 0.05  # the share of rows that hold prose; fewer are cells that a stray quote ran together
_PREAMBLE_LINES: Final = 12
_MIN_PADDED: Final = 3  # cells with a blank before their quote
_COMMENTS: Final = ("#", "//", "--")
_DAY: Final = re.compile(
    r"\s*(?:[^\W\d_]{3,10},?\s{1,3})?"  # a day of the week
    r"(?:\d{4}-\d\d-\d\d|\d{1,2}[-/. ](?:\d{1,2}|[^\W\d_]{3,10})[-/. ]\d{4})(?!\d).{0,30}\Z"
)
_CONTENT_SHARE: Final = 0.8  # of the cells of a column that say what it is
FIELD_LIMIT: Final = 1 << 30


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written; `skipped` characters stand before its header, `columns` are its names.

    `has_header`: whether the first row names them. `has_prose`: whether some column may hold a text.
    """

    delimiter: str
    quote: str
    escape: str | None
    skipped: int
    skipped_lines: int
    columns: tuple[str, ...]
    has_header: bool
    has_prose: bool
    is_padded: bool = False  # blanks stand before the quotes of cells

    def reader_options(self) -> dict[str, object]:
        """Return the options of csv.reader."""
        return {
            "delimiter": self.delimiter, "quotechar": self.quote, "escapechar": self.escape,
            "skipinitialspace": self.is_padded, "strict": True,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Trial:
    delimiter: str
    quote: str
    escape: str | None
    rows: list[list[str]]
    broken: int
    width: int
    agreeing: float
    aliases: int
    is_padded: bool


def detect_dialect(head: str, name: str, field_map: FieldMap, *, whole: bool) -> Dialect | None:
    """Detect the dialect of a text that begins with `head`; None where it is no table."""
    named = _NAMED.search(name) is not None
    skipped = len(head) - len(head.lstrip("\r\n \ufeff"))
    separator = _SEPARATOR_LINE.match(head, skipped)
    delimiters = _DELIMITERS
    if separator:
        delimiters, skipped = separator[1], separator.end()
    elif named:
        skipped = _skip_preamble(head, skipped, delimiters)
    sample, complete = _cut_sample(head[skipped : skipped + _SAMPLE], whole=whole and len(head) <= skipped + _SAMPLE)
    first = sample.split("\n", 1)[0]
    rare = "".join(
        delimiter
        for delimiter in _RARE_DELIMITERS
        if _names_columns(first, delimiter) or (delimiter in _CONTROL_DELIMITERS and delimiter in first)
    )
    if not named and not any(delimiter in first for delimiter in delimiters + rare):
        return None
    if len(first) > 20_000 and not named:
        return None
    trials = [
        trial
        for delimiter in delimiters + (_RARE_DELIMITERS + _PROSE_DELIMITERS if named else rare)
        if delimiter in sample and (delimiter not in _PROSE_DELIMITERS or separator or _names_columns(first, delimiter))
        for quote, escape in (('"', None), ('"', "\\"), ("'", None))
        if (quote == '"' or sample.count("'" + delimiter + "'") >= 3)
        and (escape is None or any(f"\\{escaped}" in sample for escaped in ('"', "\n", delimiter)))
        and (trial := _try_dialect(sample, delimiter, quote, escape, complete=complete)) is not None
    ]
    if not trials:
        return _single_column(sample, named, skipped, head) if named else None
    best = max(
        trials,
        key=lambda t: (min(t.aliases, 1), round(t.agreeing, 2), t.aliases, t.width, t.escape is None, t.quote == '"'),
    )
    if not _is_table(best, named=named, stated=separator is not None, field_map=field_map):
        return _single_column(sample, named, skipped, head) if named else None
    return _build_dialect(best, skipped, head[:skipped].count("\n"), field_map)


def _names_columns(header: str, delimiter: str) -> bool:
    """Return whether a header names known columns alone when it is split at this delimiter."""
    cells = [cell.strip("\"'\r\n\ufeff") for cell in header.split(delimiter)]
    return len(cells) >= 2 and all(map(knows_key, cells))


def _pads_cells(sample: str, delimiter: str, quote: str) -> bool:
    """Return whether blanks stand between delimiters and the quotes of cells."""
    padded, plain = sample.count(f"{quote}{delimiter} {quote}"), sample.count(f"{quote}{delimiter}{quote}")
    return delimiter != " " and padded >= _MIN_PADDED > plain


def _skip_preamble(head: str, skipped: int, delimiters: str) -> int:
    """Return where the header begins: behind lines that a tool wrote above it, which have fewer cells."""
    starts = [skipped]
    for line in head[skipped : skipped + _SAMPLE].split("\n")[:_PREAMBLE_LINES]:
        starts.append(starts[-1] + len(line) + 1)
    lines = [head[start:end] for start, end in itertools.pairwise(starts)]
    for at, line in enumerate(lines):
        for delimiter in delimiters:
            cells = [cell.strip(" \"'\r\n\ufeff") for cell in line.split(delimiter)]
            if sum(len(cell) <= _LONGEST_NAME and knows_key(cell) for cell in cells) >= 2:
                above = [line_above for line_above in lines[:at] if not line_above.startswith(_COMMENTS)]
                # A heading of a spreadsheet fills one cell of its row.
                narrower = all(
                    line_above.count(delimiter) < len(cells) - 1 or _count_filled(line_above, delimiter) <= 1
                    for line_above in above
                )
                return starts[at] if narrower else skipped
    return skipped


def _count_filled(line: str, delimiter: str) -> int:
    return sum(bool(cell.strip(" \"'\r\n\ufeff")) for cell in line.split(delimiter))


def is_quoted_whole(head: str) -> bool:
    """Return whether a text is a table each of whose rows was quoted as one cell, as a second save may leave it."""
    first = head.lstrip("\ufeff \r\n").split("\n", 1)[0].strip()
    if first[:1] != '"' or first[-1:] != '"' or len(first) > _LONGEST_NAME * 20:
        return False
    row = next(csv.reader([first]), [])
    return len(row) == 1 and any(_names_columns(row[0], delimiter) for delimiter in _DELIMITERS)


def may_be_table(data: bytes, name: str, codec: str | None) -> bool:
    """Return whether bytes may begin a table: a cheap look, since most texts are none."""
    if codec is not None or _NAMED.search(name):
        return True
    first = data[:4096].lstrip(b"\r\n ").split(b"\n", 1)[0]
    if first[:4].lower() == b"sep=":
        return True
    return any(
        delimiter in first and max(map(len, first.split(delimiter))) <= 2 * _LONGEST_NAME
        for delimiter in (b",", b";", b"\t", b"|")
    ) or any(
        (delimiter in _CONTROL_DELIMITERS and delimiter.encode() in first)
        or _names_columns(first[:1000].decode("utf-8", "replace"), delimiter)
        for delimiter in _RARE_DELIMITERS
    )


def _cut_sample(sample: str, *, whole: bool) -> tuple[str, bool]:
    """Cut the sample at its last line break: an incomplete row says nothing."""
    if whole:
        return sample, True
    end = sample.rfind("\n")
    return (sample[: end + 1], False) if end > 0 else (sample, False)


def _try_dialect(sample: str, delimiter: str, quote: str, escape: str | None, *, complete: bool) -> _Trial | None:
    is_padded = _pads_cells(sample, delimiter, quote)
    rows, broken = parse_rows(sample, delimiter, quote, escape, _ROWS, is_padded=is_padded)
    if not complete and len(rows) > 1:
        rows = rows[:-1]  # it may be cut within a quoted cell
    if broken > len(rows) * 0.3 and escape is None:
        # Quotes within cells were not doubled: each line that can still be split is a row.
        lines = [line for line in sample.split("\n")[:_ROWS] if line.strip()]
        rows, broken = [split_loosely(line, delimiter, quote) for line in lines], 0
    rows = [row for row in rows if row and any(cell.strip() for cell in row)]
    if not rows:
        return None
    widths = [len(row) for row in rows]
    width = max(set(widths), key=lambda w: (widths.count(w), w))
    aliases = sum(knows_key(_last(cell)) for cell in rows[0] if len(cell) <= _LONGEST_NAME)
    if len(rows) <= 3 or aliases >= 2:
        width = len(rows[0])
    if width < 2:
        return None
    agreeing = widths.count(width) / (len(widths) + broken)
    return _Trial(delimiter, quote, escape, rows, broken, width, agreeing, aliases, is_padded)


def parse_rows(
    text: str, delimiter: str, quote: str, escape: str | None, most: int, *, is_padded: bool = False
) -> tuple[list[list[str]], int]:
    """Parse the first rows of a text; returns them and how many were broken."""
    csv.field_size_limit(FIELD_LIMIT)
    lines = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline="\n")
    reader = csv.reader(
        lines, delimiter=delimiter, quotechar=quote, escapechar=escape, skipinitialspace=is_padded, strict=True
    )
    rows: list[list[str]] = []
    broken = 0
    while len(rows) + broken < most:
        try:
            rows.append(next(reader))
        except StopIteration:
            break
        except csv.Error:
            broken += 1
    return rows, broken


def split_loosely(line: str, delimiter: str, quote: str) -> list[str]:
    """Split a line whose inner quotes were not doubled: a quote ends a cell only before a delimiter or the end.

    Blanks between a quote and a delimiter do not count.
    """
    line = line.rstrip("\r\n")
    q, d = re.escape(quote), re.escape(delimiter)
    blanks = "" if delimiter == " " else " {0,20}"
    closing = re.compile(rf"(?<!{q})(?:{q}{q})*{q}(?={blanks}(?:{d}|\Z))")
    padding = re.compile(rf"{blanks}(?={q})")
    filling = re.compile(rf"{blanks}(?={d}|\Z)")
    cells: list[str] = []
    at = 0
    while True:
        if (padded := padding.match(line, at)) and (end := closing.search(line, padded.end() + 1)) is not None:
            cells.append(line[padded.end() + 1 : end.end() - 1].replace(quote * 2, quote))
            filled = filling.match(line, end.end())
            at = filled.end() if filled else end.end()
        else:
            end_at = line.find(delimiter, at)
            end_at = len(line) if end_at < 0 else end_at
            cells.append(line[at:end_at])
            at = end_at
        if at >= len(line):
            return cells
        at += 1
        if at == len(line):
            return [*cells, ""]


def _last(cell: str) -> str:
    name = cell.strip().strip("\ufeff")
    return name if knows_key(name) else name.rpartition(".")[2]


def _is_table(trial: _Trial, *, named: bool, stated: bool, field_map: FieldMap) -> bool:
    """Return True if the rows of a trial are a table, not prose with commas."""
    header = trial.rows[0]
    looks_named = _looks_like_header(header, trial)
    forced = any(key in {cell.strip() for cell in header} for _, key in field_map.keys)
    if forced or (trial.aliases >= 2 and looks_named):
        return named or trial.agreeing >= 0.3  # whatever its rows are like, it is not one article
    if trial.aliases == 1 and looks_named and trial.agreeing >= 0.8 and len(trial.rows) >= 2:
        return True
    if named or stated:
        return trial.agreeing >= 0.6
    cells = [cell for row in trial.rows[1:] for cell in row]
    if trial.agreeing >= 0.9 and len(trial.rows) >= 5 and trial.width >= 3 and looks_named:
        numbers = sum(_NUMBER.match(cell) is not None for cell in cells)
        quoted = trial.delimiter in ";\t|"
        return numbers >= len(cells) * 0.5 or (quoted and max(map(len, header)) <= 30)
    return trial.delimiter in "\t|;" and trial.agreeing >= 0.95 and len(trial.rows) >= 3 and trial.width >= 3


def _looks_like_header(header: list[str], trial: _Trial) -> bool:
    names = [cell.strip() for cell in header]
    filled = [name for name in names[1:] if name]
    return (
        len(filled) >= len(names) - 2
        and len(set(names)) >= len(names) - 1
        and all(len(name) <= _LONGEST_NAME and "\n" not in name and not _DATA.search(name) for name in names)
        and not all(_NUMBER.match(name) for name in filled)
    )


def _build_dialect(trial: _Trial, skipped: int, skipped_lines: int, field_map: FieldMap) -> Dialect:
    header, *rows = trial.rows
    has_header = (
        trial.aliases > 0
        or _looks_like_header(header, trial)
        or any(key in {cell.strip() for cell in header} for _, key in field_map.keys)
    )
    if not has_header:
        columns = name_by_content(trial.rows, trial.width)
        rows = trial.rows
    else:
        wider = [row for row in rows if len(row) == len(header) + 1]
        cells = header
        if rows and len(wider) >= len(rows) * 0.9 and not all(row[-1] == "" for row in wider):
            cells = ["", *header]  # R writes row names without a name for them
        while len(cells) > 1 and not cells[-1].strip() and all(len(r) < len(cells) or not r[-1].strip() for r in rows):
            cells = cells[:-1]  # each line ends in a delimiter
        columns = name_columns(cells)
    prose_rows = sum(any(map(_is_prose, row)) for row in rows)
    has_prose = states_text(columns, field_map) or prose_rows > len(rows) * _PROSE_ROWS
    return Dialect(
        trial.delimiter, trial.quote, trial.escape, skipped, skipped_lines, columns, has_header, has_prose,
        trial.is_padded,
    )  # fmt: skip


def _single_column(sample: str, named: bool, skipped: int, head: str) -> Dialect | None:
    """Return a table of one column if its name says that it is a table and its header that it holds texts."""
    rows, broken = parse_rows(sample, ",", '"', None, _ROWS)
    if not rows or broken or len(rows[0]) != 1 or not knows_key(rows[0][0]):
        return None
    if any(len(row) > 1 for row in rows):
        return None
    return Dialect(",", '"', None, skipped, head[:skipped].count("\n"), name_columns(rows[0]), True, True)


def _is_prose(cell: str) -> bool:
    return len(cell) > 40 and len(cell.split(None, _PROSE_WORDS)) > _PROSE_WORDS


def name_by_content(rows: list[list[str]], width: int) -> tuple[str, ...]:
    """Name the columns of a table without a header by what they hold; by number where that is not plain.

    `text` is the longest prose, `url` the addresses, `date` the only days, `title` the first column of short phrases
    that do not repeat.
    """
    names = [f"column_{number}" for number in range(1, width + 1)]
    sizes = [sum(len(row[at]) for row in rows if at < len(row) and _is_prose(row[at])) for at in range(width)]
    if sum(any(map(_is_prose, row)) for row in rows) > len(rows) * _PROSE_ROWS:
        names[sizes.index(max(sizes))] = "text"
    links = [sum(_ADDRESS.match(row[at]) is not None for row in rows if at < len(row)) for at in range(width)]
    if max(links) >= len(rows) * 0.5:
        names[links.index(max(links))] = "url"
    columns = [[row[at].strip() for row in rows if at < len(row) and row[at].strip()] for at in range(width)]
    unnamed = [at for at, name in enumerate(names) if name.startswith("column_") and columns[at]]
    days = [at for at in unnamed if _hold(columns[at], lambda cell: _DAY.match(cell) is not None)]
    if len(days) == 1:
        names[days[0]] = "date"
    titles = [at for at in unnamed if at not in days and _hold(columns[at], _reads_as_title)]
    if titles and len(set(columns[titles[0]])) >= len(columns[titles[0]]) * 0.9:
        names[titles[0]] = "title"
    return tuple(names)


def _hold(cells: list[str], states: Callable[[str], bool]) -> bool:
    return sum(map(states, cells)) >= len(cells) * _CONTENT_SHARE


def _reads_as_title(cell: str) -> bool:
    return 4 <= len(cell.split()) <= 25 and len(cell) <= 200 and cell[:1].isupper() and not cell.endswith((".", ":"))
