"""Published tables as Parquet: written so that the bytes depend on the rows alone, and read.

Row groups are cut by row number from the sorted rows, and each is copied into one chunk before it is written.
Otherwise the same rows in other chunks would give other pages and other bytes.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.release.errors import ReleaseError
from schemas import arrow, columns, reader_schemas

SCHEMAS: Final[dict[str, pa.Schema]] = {
    "articles": arrow.ARTICLES,
    "rejects": arrow.REJECTS,
    "changes": arrow.CHANGES,
    "spans": arrow.SPANS,
    "evidence": arrow.EVIDENCE,
}

# Sort keys; nulls come last, as in Arrow.
SORT_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "articles": ("date", "article_id"),
    "rejects": ("source_id", "raw_sha256", "stage", "reason", "detail"),
    "changes": ("article_id",),
    "spans": ("article_id", "start", "end"),
    "evidence": ("article_id", "field", "line", "rule", "quote"),
}

# Tables with long texts have smaller groups, so that a writer, which holds two or three of them, holds about 100 MB.
_GROUP_ROWS: Final[dict[str, int]] = {"articles": 5_000, "rejects": 50_000, "spans": 50_000}
_DEFAULT_GROUP_ROWS: Final = 200_000
_TEXT_ROWS: Final = 100  # rows of articles with texts read from a file at once; a text may have millions of characters
_MAX_BATCH_BYTES: Final = 96 << 20
# At zstd level 7, texts are a seventh smaller than at level 3, for three times the work (at level 9 a sixth, for four
# times). The other tables hardly shrink.
_COMPRESSION_LEVELS: Final[dict[str, int]] = {"articles": 7}
_DEFAULT_COMPRESSION_LEVEL: Final = 3


@dataclass(frozen=True)
class WrittenFile:
    """A Parquet file that was written: its table, its path in the release (with slashes), its number of rows."""

    table: str
    path: str
    rows: int


def conform_table(name: str, table: pa.Table) -> pa.Table:
    """Convert a table to its published schema. Raises ReleaseError that names the column that does not fit."""
    schema = SCHEMAS[name]
    if differing := sorted(set(schema.names) ^ set(table.column_names)):
        raise ReleaseError(f"The table {name} should have the columns of schemas.columns; {differing} differ.")
    table = table.select(schema.names)
    for field in schema:
        column = table.column(field.name)
        if not field.nullable and column.null_count:
            raise ReleaseError(f"{name}.{field.name} may not be null, and is in {column.null_count} rows.")
        if pa.types.is_list(column.type) and any(pc.list_flatten(chunk).null_count for chunk in column.chunks):
            raise ReleaseError(f"{name}.{field.name} holds a list with a null in it.")
    try:
        return table.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ReleaseError(f"The table {name} does not fit its schema: {error}") from None


@dataclass(frozen=True)
class SortedRows:
    """Rows already sorted by SORT_KEYS, in pieces of any size."""

    pieces: Iterable[pa.Table]


def _take_rows(
    batches: list[pa.RecordBatch], starts: np.ndarray, row_numbers: np.ndarray, schema: pa.Schema
) -> pa.Table:
    # Table.take first joins all chunks of a column, which overflows where its texts exceed 2 GB.
    batch_numbers = np.searchsorted(starts, row_numbers, side="right") - 1
    pieces, position_parts = [], []
    for index in np.unique(batch_numbers):
        positions = np.flatnonzero(batch_numbers == index)
        pieces.append(batches[index].take(pa.array(row_numbers[positions] - starts[index])))
        position_parts.append(positions)
    original_order = np.argsort(np.concatenate(position_parts))
    return pa.Table.from_batches(pieces, schema).take(pa.array(original_order)).combine_chunks()


def _sort_table(name: str, table: pa.Table) -> SortedRows:
    """Sort the rows of a table by its SORT_KEYS, lazily, one row group at a time."""
    table = conform_table(name, table)
    keys = [(key, "ascending") for key in SORT_KEYS[name]]
    row_order = pc.sort_indices(table.select(list(SORT_KEYS[name])), keys).to_numpy().astype(np.int64)
    batches = [batch for batch in table.to_batches() if batch.num_rows]
    starts = np.cumsum([0, *(batch.num_rows for batch in batches)])[:-1]
    size = _GROUP_ROWS.get(name, _DEFAULT_GROUP_ROWS)
    groups = (row_order[first : first + size] for first in range(0, len(row_order), size))
    return SortedRows(_take_rows(batches, starts, row_numbers, table.schema) for row_numbers in groups)


def _cut_row_groups(name: str, pieces: Iterable[pa.Table], size: int) -> Iterator[pa.Table]:
    """Yield the rows in groups of `size`, each of one chunk; the last group may be smaller."""
    pending: list[pa.Table] = []
    pending_rows = 0
    for piece in pieces:
        table = conform_table(name, piece)
        while table.num_rows:
            head = table.slice(0, size - pending_rows)
            table = table.slice(head.num_rows)
            pending.append(head)
            pending_rows += head.num_rows
            if pending_rows == size:
                yield pa.concat_tables(pending).combine_chunks()
                pending, pending_rows = [], 0
    if pending_rows:
        yield pa.concat_tables(pending).combine_chunks()


def write_table(
    folder: Path,
    name: str,
    rows: pa.Table | SortedRows,
    path: str | None = None,
    on_group: Callable[[pa.Table], None] = lambda _rows: None,
) -> WrittenFile:
    """Write a table, sorted, as one file of a release folder; without `path`, where its only file belongs.

    Memory holds one or two row groups of SortedRows. `on_group` is called with each row group, in order. While one
    group is compressed, the next is fetched. Raises ReleaseError where the rows do not fit their schema.
    """
    sorted_rows = rows if isinstance(rows, SortedRows) else _sort_table(name, rows)
    path = reader_schemas.TABLE_PATHS[name] if path is None else path
    size = _GROUP_ROWS.get(name, _DEFAULT_GROUP_ROWS)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    row_count = 0
    with (
        pq.ParquetWriter(
            folder / path,
            SCHEMAS[name],
            version="2.6",
            compression="zstd",
            compression_level=_COMPRESSION_LEVELS.get(name, _DEFAULT_COMPRESSION_LEVEL),
        ) as writer,
        ThreadPoolExecutor(1) as packer,
    ):
        groups = _cut_row_groups(name, sorted_rows.pieces, size)
        group = next(groups, None)
        while group is not None:
            writing = packer.submit(writer.write_table, group, row_group_size=size)
            on_group(group)
            row_count += group.num_rows
            group = next(groups, None)
            writing.result()
            pa.default_memory_pool().release_unused()
    return WrittenFile(name, path, row_count)


def list_table_files(release: Path, name: str) -> list[Path]:
    """List the Parquet files of a table in a release folder, in order."""
    return sorted(release.glob(reader_schemas.TABLE_PATHS[name]))


def read_batches(
    release: Path, name: str, column_names: list[str] | None = None, group_parts: int = 1
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a published table file by file, in batches of a row group or of its `group_parts`-th part."""
    yield from read_file_batches(list_table_files(release, name), name, column_names, group_parts)


def read_file_batches(
    paths: Iterable[Path], name: str, column_names: list[str] | None = None, group_parts: int = 1
) -> Iterator[pa.RecordBatch]:
    """Yield the rows of some files of a published table, as `read_batches` does.

    Batches of articles with their texts are smaller where texts are long: about _MAX_BATCH_BYTES.
    """
    size = max(1, _GROUP_ROWS.get(name, _DEFAULT_GROUP_ROWS) // group_parts)
    has_texts = name == "articles" and (column_names is None or "text" in column_names)
    for path in paths:
        # Mapped, and not fetched ahead: of a row group, memory holds what is decoded and not its compressed bytes too.
        with pq.ParquetFile(path, memory_map=True, pre_buffer=False) as file:
            if has_texts:
                yield from _join_batches(
                    file.iter_batches(batch_size=min(size, _TEXT_ROWS), columns=column_names), size
                )
            else:
                yield from file.iter_batches(batch_size=size, columns=column_names)


def _join_batches(batches: Iterable[pa.RecordBatch], row_count: int) -> Iterator[pa.RecordBatch]:
    """Join small batches into ones of `row_count` rows at most, and of about _MAX_BATCH_BYTES."""
    pending: list[pa.RecordBatch] = []
    pending_rows = pending_bytes = 0
    for batch in batches:
        if pending and (pending_rows + batch.num_rows > row_count or pending_bytes + batch.nbytes > _MAX_BATCH_BYTES):
            yield pa.concat_batches(pending)
            pending, pending_rows, pending_bytes = [], 0, 0
        pending.append(batch)
        pending_rows += batch.num_rows
        pending_bytes += batch.nbytes
    if pending:
        yield pa.concat_batches(pending)


def open_file(path: Path) -> pq.ParquetFile:
    """Open a Parquet file."""
    return pq.ParquetFile(path)


def read_schema(release: Path, name: str) -> pa.Schema:
    """Read the schema of a published table from its first file."""
    with pq.ParquetFile(list_table_files(release, name)[0]) as file:
        return file.schema_arrow


def load_table(release: Path, name: str) -> pa.Table:
    """Load a whole published table with the current schema, or with its own where that differs.

    Raises ReleaseError where it cannot be read.
    """
    if name not in columns.PUBLISHED:
        raise ReleaseError(f"{name!r} is no published table: choose one of {', '.join(columns.PUBLISHED)}.")
    paths = list_table_files(release, name)
    if not paths:
        raise ReleaseError(f"{release} holds no {name}: it is not a release, or it is damaged; run `kliping verify`.")
    tables = []
    for path in paths:
        try:
            # pq.read_table would take parent folders named a=b for partition columns; ParquetFile does not.
            with pq.ParquetFile(path) as file:
                tables.append(file.read())
        except (pa.ArrowException, OSError) as error:
            raise ReleaseError(f"{path} cannot be read ({error}): run `kliping verify`.") from None
    loaded = pa.concat_tables(tables)
    # Parquet names the list element differently from schemas.arrow.
    return loaded.cast(SCHEMAS[name]) if loaded.schema.equals(SCHEMAS[name]) else loaded
