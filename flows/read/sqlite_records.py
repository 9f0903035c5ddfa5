"""An SQLite database -> the records of the table that holds texts, by Python's sqlite3.

Opened read-only and immutable: nothing is written beside it, no journal is played back, no extension loaded. Read row
by row in the table's own order.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from flows.read.errors import TableError
from flows.read.field_aliases import FieldMap, plan_keys
from flows.read.source_records import SourceRecord, convert_value, encode_record
from flows.read.table_columns import number_repeats

_SAMPLE: Final = 20
_PROSE: Final = 80  # characters that some text of the sample must have


def read_sqlite(path: Path, table: str, field_map: FieldMap) -> Iterator[SourceRecord]:
    """Read the named table, else those that hold texts under the same columns as the best of them.

    Raises TableError where there is none, or the database is damaged. A table that holds texts under other columns is
    one record with a problem: which is meant is for the user to say.
    """
    try:
        with closing(_connect(path)) as database:
            tables = _list_tables(database)
            chosen, other_tables = _choose_tables(database, tables, table, field_map)
            for name in chosen:
                place = "" if len(chosen) == 1 else f"{name}!"
                yield from _read_rows(database, name, place)
            for name in other_tables:
                detail = f"is another table that holds texts, beside {chosen[0]}: read it with --table {name}."
                yield SourceRecord(f"#{name}", f"Table {name}", None, None, ("many_articles", detail))
    except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
        # Names of columns are taken as UTF-8 alone, and SQLite answers some damage with "out of memory".
        raise TableError(
            "damaged_container",
            f"is a damaged SQLite database ({str(error) or 'out of memory'}); what stands before was read. Repair it.",
        ) from None


def _connect(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1", uri=True)
    database.text_factory = _decode_text
    database.execute("PRAGMA trusted_schema = OFF")
    return database


def _decode_text(data: bytes) -> str:
    from flows.read import lenient_decoding

    try:
        return data.decode()
    except UnicodeDecodeError:
        return lenient_decoding.decode_leniently(data)


def _quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list_tables(database: sqlite3.Connection) -> dict[str, tuple[str, ...]]:
    rows = database.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid"
    ).fetchall()
    tables: dict[str, tuple[str, ...]] = {}
    for (name,) in rows:
        try:
            columns = database.execute(f"PRAGMA table_info({_quote_name(name)})").fetchall()
        except sqlite3.Error:
            continue
        tables[name] = tuple(column[1] for column in columns)
    return tables


def _choose_tables(
    database: sqlite3.Connection, tables: Mapping[str, tuple[str, ...]], table: str, field_map: FieldMap
) -> tuple[list[str], list[str]]:
    if table:
        named = [name for name in tables if name.lower() == table.lower()]
        if not named:
            raise TableError(
                "no_content", f"has no table {table}; its tables are {_list_names(tables)}: name one with --table."
            )
        return named, []
    scores = {name: _score_table(database, name, columns, field_map) for name, columns in tables.items()}
    holding = [name for name in tables if scores[name] > 0]
    if not holding:
        raise TableError(
            "no_content",
            f"is an SQLite database in which no table is known to hold texts; its tables are {_list_names(tables)}: "
            "name one with --table, and its column with --map text=COLUMN.",
        )
    best = max(holding, key=lambda name: scores[name])
    alike = [name for name in holding if tables[name] == tables[best]]
    return alike, [name for name in holding if name not in alike]


def _list_names(tables: Mapping[str, tuple[str, ...]]) -> str:
    return "; ".join(f"{name} ({', '.join(columns[:12])})" for name, columns in list(tables.items())[:12]) or "none"


def _score_table(database: sqlite3.Connection, name: str, columns: tuple[str, ...], field_map: FieldMap) -> float:
    """Return how well columns and first rows of a table fit articles; 0 if it holds no text."""
    plan = plan_keys(columns, field_map)
    texts = [path for field in ("text", "html") for _, path in plan.candidates.get(field, ())]
    if not texts:
        return 0
    quoted = ", ".join(map(_quote_name, texts))
    try:
        rows = database.execute(f"SELECT {quoted} FROM {_quote_name(name)} LIMIT {_SAMPLE}").fetchall()  # noqa: S608
    except sqlite3.Error:
        return 0
    longest = max((len(value) for row in rows for value in row if isinstance(value, str | bytes)), default=0)
    forced = any(key in columns for field, key in field_map.keys if field in ("text", "html"))
    if longest < _PROSE and not forced:
        return 0
    return len(plan.candidates) + min(longest, 5000) / 5000 + 10 * forced


def _read_rows(database: sqlite3.Connection, name: str, place: str) -> Iterator[SourceRecord]:
    cursor = database.execute(f"SELECT * FROM {_quote_name(name)}")  # noqa: S608
    # Not those of table_info, which leaves out generated columns: each value behind one would have a wrong name.
    columns = number_repeats([column[0] for column in cursor.description])
    for number, row in enumerate(cursor, 1):
        fields: dict[str, Any] = {key: convert_value(value) for key, value in zip(columns, row, strict=True)}
        yield SourceRecord(f"#{place}R{number}", f"Row {number} of table {name}", encode_record(fields), fields)
