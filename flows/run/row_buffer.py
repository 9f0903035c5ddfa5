"""Append-only Arrow table that is built from single rows and from tables."""

from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from flows.run.table_files import move_to_disk

_BUFFERED_ROWS: Final = 8192  # rows held as Python objects at a time
_MEMORY_ROWS: Final = 65_536  # rows held in memory before they are moved to a file


class RowBuffer:
    """Append-only Arrow table of a schema; at most `_BUFFERED_ROWS` rows are held as Python objects.

    With a `folder` at most `_MEMORY_ROWS` rows are in memory; the others are mapped from files there.
    """

    def __init__(self, schema: pa.Schema, folder: Path | None = None) -> None:
        self.schema, self._folder = schema, folder
        self.row_count = 0
        self._mapped_tables: list[pa.Table] = []
        self._tables: list[pa.Table] = []
        self._small_tables: list[pa.Table] = []  # either these or `_rows` are empty
        self._rows: list[tuple[Any, ...]] = []

    def append_row(self, row: tuple[Any, ...]) -> None:
        """Append one row, a tuple in the order of the schema."""
        self._flush_tables()
        self._rows.append(row)
        self.row_count += 1
        if len(self._rows) == _BUFFERED_ROWS:
            self._flush_rows()

    def append_table(self, table: pa.Table) -> None:
        """Append all rows of a table."""
        self._flush_rows()
        self._small_tables.append(table.replace_schema_metadata(self.schema.metadata).cast(self.schema))
        self.row_count += table.num_rows
        if sum(small.num_rows for small in self._small_tables) >= _BUFFERED_ROWS:
            self._flush_tables()

    def to_table(self) -> pa.Table:
        """Return all rows appended so far as one table."""
        self._flush_rows()
        self._flush_tables()
        return pa.concat_tables([self.schema.empty_table(), *self._mapped_tables, *self._tables])

    def _flush_tables(self) -> None:
        """Combine small tables: thousands of chunks make each later step slow."""
        if self._small_tables:
            self._add_table(pa.concat_tables(self._small_tables).combine_chunks())
            self._small_tables = []

    def _flush_rows(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
            self._add_table(pa.table(arrays, schema=self.schema))
            self._rows = []

    def _add_table(self, table: pa.Table) -> None:
        """Add a table, and move all that are in memory to a file where they have many rows."""
        self._tables.append(table)
        if self._folder is not None and sum(part.num_rows for part in self._tables) >= _MEMORY_ROWS:
            joined = pa.concat_tables(self._tables).combine_chunks()
            self._mapped_tables.append(move_to_disk(joined, self._folder))
            self._tables = []
