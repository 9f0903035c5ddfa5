"""The tables of a release in their published order; each row is read once from its shard."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from flows.run.partitioning import SHARD_COLUMNS, finish_partitioning, index_by_row
from flows.run.run_state import RunState
from schemas import arrow


def sort_articles(state: RunState, folder: Path) -> release.SortedRows:
    """Return ARTICLES sorted by date and article_id. `folder` is an empty folder for the partitions."""
    return release.SortedRows(state.articles.num_rows, _iterate_articles(state, folder))


def sort_lineage(state: RunState, name: str, folder: Path) -> release.SortedRows:
    """Return SPANS or EVIDENCE sorted by article_id and place. `folder` is an empty folder for the partitions."""
    return release.SortedRows(None, _iterate_lineage(state, name, folder))


def load_articles(state: RunState, columns: list[str] | None = None) -> pa.Table:
    """Load ARTICLES, or some columns, into memory in the order of the rows: for few documents."""
    names = columns or arrow.ARTICLES.names
    schema = pa.schema([arrow.ARTICLES.field(name) for name in names])
    tables = [table.select([*names, "row"]) for table in state.stream_articles(names)]
    if not tables:
        return arrow.make_empty_table(schema)
    return pa.concat_tables(tables).sort_by("row").select(names).cast(schema)


def _iterate_articles(state: RunState, folder: Path) -> Iterator[pa.Table]:
    """Yield ARTICLES partition by partition: columns of KEYS as they are now, all others from the shards."""
    keys = state.articles
    order = pc.sort_indices(keys.select(["date", "article_id"]), [("date", "ascending"), ("article_id", "ascending")])
    key_columns = [name for name in arrow.ARTICLES.names if name not in SHARD_COLUMNS]
    ranks = index_by_row(state, _invert_permutation(order.to_numpy()))
    for partition in finish_partitioning(state, "articles", folder).iterate_sorted(
        ranks, lambda table: _sort_indices(table, ())
    ):
        sorted_keys = keys.take(order.take(partition["rank"].combine_chunks())).select(key_columns)
        columns = [sorted_keys[name] if name in key_columns else partition[name] for name in arrow.ARTICLES.names]
        yield pa.table(columns, arrow.ARTICLES.names)


def _iterate_lineage(state: RunState, name: str, folder: Path) -> Iterator[pa.Table]:
    """Yield SPANS or EVIDENCE partition by partition, with the article_id of each row."""
    ids = state.articles["article_id"].combine_chunks()
    order = pc.sort_indices(ids)
    sorted_ids, names = ids.take(order), release.SCHEMAS[name].names
    ranks = index_by_row(state, _invert_permutation(order.to_numpy()))
    sort_columns = release.SORT_KEYS[name][1:]
    for partition in finish_partitioning(state, name, folder).iterate_sorted(
        ranks, lambda table: _sort_indices(table, sort_columns)
    ):
        yield partition.append_column("article_id", sorted_ids.take(partition["rank"].combine_chunks())).select(names)


def _sort_indices(table: pa.Table, columns: tuple[str, ...]) -> pa.Array:
    """Return the indices that sort a table by `rank`, then by `columns`."""
    if not columns:
        return pa.array(np.argsort(table["rank"].to_numpy()))
    if columns == ("start", "end"):
        rank, start, end = (table[name].to_numpy().astype(np.int64) for name in ("rank", *columns))
        packed = (rank << 32) | start
        order = np.argsort(packed, kind="stable")  # stable: fast on runs that are sorted already
        if (np.diff(packed[order]) == 0).any():
            order = np.lexsort((end, packed))
        return pa.array(order)
    return pc.sort_indices(table, [(name, "ascending") for name in ("rank", *columns)])


def _invert_permutation(order: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Return the rank of each row from the sorted order of the rows."""
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks
