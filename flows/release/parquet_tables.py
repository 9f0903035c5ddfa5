"""The published tables as Parquet: written so that the bytes depend on the rows alone, and read back.

Row groups are cut by row number from the sorted rows and copied into one piece first: left in the pieces they
arrived in, the same rows would give other pages and other bytes.
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
from schemas import arrow, columns

SCHEMAS: Final[dict[str, pa.Schema]] = {
    "articles": arrow.ARTICLES,
    "rejects": arrow.REJECTS,
    "changes": arrow.CHANGES,
    "spans": arrow.SPANS,
    "evidence": arrow.EVIDENCE,
}

# Sort keys; nulls come last, which is where Arrow puts them.
ORDER: Final[dict[str, tuple[str, ...]]] = {
    "articles": ("date", "article_id"),
    "rejects": ("source_id", "raw_sha256", "stage", "reason", "detail"),
    "changes": ("article_id",),
    "spans": ("article_id", "start", "end"),
    "evidence": ("article_id", "field", "line", "rule", "quote"),
}

_PLACES: Final[dict[str, str]] = {
    "articles": "data/articles-*.parquet",
    "rejects": "rejects/rejects.parquet",
    "changes": "diff/changes.parquet",
    "spans": "lineage/spans.parquet",
    "evidence": "lineage/evidence.parquet",
}

ROWS_A_FILE: Final = 250_000
# Tables with long texts have smaller groups, so that a writer or reader holds some 100 MB at most.
_GROUP: Final[dict[str, int]] = {"articles": 20_000, "rejects": 50_000}
_GROUP_ELSE: Final = 200_000
# Texts are a seventh smaller at level 7 than at 3, for three times the work (a sixth at 9, for four); the numbers and
# words of the others hardly.
_LEVEL: Final[dict[str, int]] = {"articles": 7}
_LEVEL_ELSE: Final = 3


@dataclass(frozen=True)
class Written:
    """A Parquet file that was written: of which table, its path in the release, with slashes, and its rows."""

    table: str
    path: str
    rows: int


def conform(name: str, table: pa.Table) -> pa.Table:
    """The table with exactly the published schema. Raises ReleaseError where it does not fit, naming the column."""
    schema = SCHEMAS[name]
    if missing := sorted(set(schema.names) ^ set(table.column_names)):
        raise ReleaseError(f"The table {name} should have the columns of schemas.columns; {missing} differ.")
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
class Sorted:
    """Rows that come sorted as ORDER says, in pieces of any size; `rows` in all, where articles need to know."""

    rows: int | None
    pieces: Iterable[pa.Table]


def _gather(batches: list[pa.RecordBatch], starts: np.ndarray, wanted: np.ndarray, schema: pa.Schema) -> pa.Table:
    # Table.take joins all chunks of a column first, which overflows where its texts exceed 2 GB.
    of = np.searchsorted(starts, wanted, side="right") - 1
    pieces, places = [], []
    for index in np.unique(of):
        here = np.flatnonzero(of == index)
        pieces.append(batches[index].take(pa.array(wanted[here] - starts[index])))
        places.append(here)
    back = np.argsort(np.concatenate(places))
    return pa.Table.from_batches(pieces, schema).take(pa.array(back)).combine_chunks()


def _sorted(name: str, table: pa.Table) -> Sorted:
    """The rows of a table as they are to be written."""
    table = conform(name, table)
    keys = [(key, "ascending") for key in ORDER[name]]
    order = pc.sort_indices(table.select(list(ORDER[name])), keys).to_numpy().astype(np.int64)
    batches = [batch for batch in table.to_batches() if batch.num_rows]
    starts = np.cumsum([0, *(batch.num_rows for batch in batches)])[:-1]
    size = _GROUP.get(name, _GROUP_ELSE)
    parts = (order[first : first + size] for first in range(0, len(order), size))
    return Sorted(len(order), (_gather(batches, starts, wanted, table.schema) for wanted in parts))


def _groups(name: str, pieces: Iterable[pa.Table], size: int, a_file: int | None) -> Iterator[pa.Table]:
    """The rows in groups of `size`, each of one chunk; the last one, and the last one `a_file`, has what is left."""
    held: list[pa.Table] = []
    count = done = 0
    for piece in pieces:
        table = conform(name, piece)
        while table.num_rows:
            room = min(size, (a_file or done + size) - done) - count
            some = table.slice(0, room)
            table = table.slice(room)
            held.append(some)
            count += some.num_rows
            if some.num_rows == room:
                yield pa.concat_tables(held).combine_chunks()
                done = (done + count) % a_file if a_file else 0
                held, count = [], 0
    if count:
        yield pa.concat_tables(held).combine_chunks()


def write(
    folder: Path, name: str, rows: pa.Table | Sorted, each: Callable[[pa.Table], None] = lambda _rows: None
) -> list[Written]:
    """Write a table into a release folder: sorted, one file or (articles) 250,000 rows a file.

    Rows that come in pieces are held a row group or two at a time; `each` is given them in their order. While one is
    packed, the next is fetched. Raises ReleaseError where they do not fit their schema.
    """
    given = rows if isinstance(rows, Sorted) else _sorted(name, rows)
    files = max(1, -(-(given.rows or 0) // ROWS_A_FILE)) if name == "articles" else 1
    size = _GROUP.get(name, _GROUP_ELSE)
    written = []
    groups = _groups(name, given.pieces, size, ROWS_A_FILE if name == "articles" else None)
    group = next(groups, None)
    for number in range(files):
        path = _PLACES[name].replace("*", f"{number:05d}-of-{files:05d}")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        count = 0
        with (
            pq.ParquetWriter(
                folder / path,
                SCHEMAS[name],
                version="2.6",
                compression="zstd",
                compression_level=_LEVEL.get(name, _LEVEL_ELSE),
            ) as writer,
            ThreadPoolExecutor(1) as packer,
        ):
            while group is not None and (name != "articles" or count < ROWS_A_FILE):
                packed = packer.submit(writer.write_table, group, row_group_size=size)
                each(group)
                count += group.num_rows
                group = next(groups, None)
                packed.result()
        written.append(Written(name, path, count))
    if group is not None:
        raise ReleaseError(f"The table {name} has more rows than the {given.rows} that were said.")
    return written


def parts(release: Path, name: str) -> list[Path]:
    """The Parquet files of a table in a release folder, in order."""
    return sorted(release.glob(_PLACES[name]))


def batches(release: Path, name: str, only: list[str] | None = None, in_parts: int = 1) -> Iterator[pa.RecordBatch]:
    """The rows of a published table in order, a row group at a time, or its parts one by one; `only` these columns."""
    size = max(1, _GROUP.get(name, _GROUP_ELSE) // in_parts)
    for path in parts(release, name):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=size, columns=only)


def schema_of(release: Path, name: str) -> pa.Schema:
    """The schema that a published table has."""
    with pq.ParquetFile(parts(release, name)[0]) as file:
        return file.schema_arrow


def load(release: Path, table: str) -> pa.Table:
    """A published table, whole, with the present schema, or the one its file states where that is another.

    Raises ReleaseError where it cannot be read.
    """
    if table not in columns.PUBLISHED:
        raise ReleaseError(f"{table!r} is no published table: choose one of {', '.join(columns.PUBLISHED)}.")
    found = parts(release, table)
    if not found:
        raise ReleaseError(f"{release} holds no {table}: it is not a release, or it is damaged; run `kliping verify`.")
    read = []
    for path in found:
        try:
            # A ParquetFile, not read_table: that one takes folders named a=b above it for columns.
            with pq.ParquetFile(path) as file:
                read.append(file.read())
        except (pa.ArrowException, OSError) as error:
            raise ReleaseError(f"{path} cannot be read ({error}): run `kliping verify`.") from None
    whole = pa.concat_tables(read)
    # Parquet names the items of a list otherwise than schemas.arrow does.
    return whole.cast(SCHEMAS[table]) if whole.schema.equals(SCHEMAS[table]) else whole
