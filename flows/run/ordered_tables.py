"""The tables of a segment in their published order: rows of shards and of the parent's segments, merged.

Rows of a segment of the parent are sorted already and are read as a stream. Rows of the shards of this run are
partitioned by ranges of their sort key first, where they are many. The streams are merged by the rank of each row.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from flows.run.partitioning import SHARD_COLUMNS, PartitionedTable, index_by_row
from flows.run.run_state import RunState
from schemas import arrow, stage_tables

_MERGED_ARTICLES: Final = 2_000  # articles whose rows are merged at a time,
_MERGED_CHARS: Final = 1 << 23  # or fewer, of so many characters of text or document

Ranks = npt.NDArray[np.int64]


def sort_articles(state: RunState, folder: Path) -> release.SortedRows:
    """Return ARTICLES sorted by date and article_id. `folder` is an empty folder for the partitions."""
    return release.SortedRows(_iterate_articles(state, folder))


def sort_lineage(state: RunState, name: str, folder: Path) -> release.SortedRows:
    """Return SPANS or EVIDENCE sorted by article_id and place. `folder` is an empty folder for the partitions."""
    return release.SortedRows(_iterate_lineage(state, name, folder))


def load_articles(state: RunState, columns: list[str] | None = None) -> pa.Table:
    """Load ARTICLES, or some columns, into memory in the order of the rows: for few documents."""
    names = columns or arrow.ARTICLES.names
    schema = pa.schema([arrow.ARTICLES.field(name) for name in names])
    tables = [table.select([*names, "row"]) for table in state.stream_articles(names)]
    if not tables:
        return arrow.make_empty_table(schema)
    return pa.concat_tables(tables).sort_by("row").select(names).cast(schema)


def rank_articles(state: RunState) -> pa.Array:
    """Return the places of the articles in the order of their file: by date and article_id."""
    keys = state.articles.select(["date", "article_id"])
    return pc.sort_indices(keys, [("date", "ascending"), ("article_id", "ascending")])


def _iterate_articles(state: RunState, folder: Path) -> Iterator[pa.Table]:
    """Yield ARTICLES in order: columns of KEYS as they are now, all others from the shards and the parent."""
    keys = state.articles
    order = rank_articles(state)
    key_columns = [name for name in arrow.ARTICLES.names if name not in SHARD_COLUMNS]
    ranks = index_by_row(state, _invert_permutation(order.to_numpy()))
    for piece in _merge_streams(state, "articles", ranks, folder):
        sorted_keys = keys.take(order.take(piece["rank"].combine_chunks())).select(key_columns)
        columns = [sorted_keys[name] if name in key_columns else piece[name] for name in arrow.ARTICLES.names]
        yield pa.table(columns, arrow.ARTICLES.names)


def _iterate_lineage(state: RunState, name: str, folder: Path) -> Iterator[pa.Table]:
    """Yield SPANS or EVIDENCE in order, with the article_id of each row."""
    ids = state.articles["article_id"].combine_chunks()
    order = pc.sort_indices(ids)
    sorted_ids, names = ids.take(order), release.SCHEMAS[name].names
    ranks = index_by_row(state, _invert_permutation(order.to_numpy()))
    for piece in _merge_streams(state, name, ranks, folder):
        yield piece.append_column("article_id", sorted_ids.take(piece["rank"].combine_chunks())).select(names)


def _merge_streams(state: RunState, name: str, ranks: Ranks, folder: Path) -> Iterator[pa.Table]:
    """Yield the rows of a table in the order of the ranks of their articles, with these as column `rank`."""
    shards = state.articles["shard"].to_numpy()
    streams = []
    if (shards > stage_tables.PARENT).any():
        own_state = replace(state, articles=state.articles.filter(pa.array(shards > stage_tables.PARENT)))
        sort_columns = release.SORT_KEYS[name][1:] if name != "articles" else ()
        table = PartitionedTable.from_state(own_state, name, folder)
        streams.append(table.iterate_sorted(ranks, lambda rows: _sort_indices(rows, sort_columns)))
    for number in np.unique(shards[shards <= stage_tables.PARENT])[::-1].tolist():
        carried_state = replace(state, articles=state.articles.filter(pa.array(shards == number)))
        streams.append(_stream_carried(carried_state, name, ranks))
    if len(streams) == 1:
        yield from (piece for piece in streams[0] if piece.num_rows)
    else:
        yield from _merge_by_rank(streams, _plan_ends(state, name, ranks))


def _stream_carried(state: RunState, name: str, ranks: Ranks) -> Iterator[pa.Table]:
    """Yield rows of one segment of the parent in the order of its file, with the rank of each."""
    if name == "articles":
        for table in state.stream_articles(SHARD_COLUMNS):
            yield table.append_column("rank", pa.array(ranks[table["row"].to_numpy()]))
        return
    rows = state.articles["row"].to_numpy()
    for places, table in state.stream_lineage(name):
        row_numbers = rows[places]
        yield table.append_column("row", pa.array(row_numbers)).append_column("rank", pa.array(ranks[row_numbers]))


def _plan_ends(state: RunState, name: str, ranks: Ranks) -> list[int]:
    """Return the ranks at which merged pieces end: after so many articles, or characters of text or document."""
    chars = state.articles["char_count"].to_numpy().astype(np.float64)
    if name != "articles":
        chars = chars / np.maximum(1 - state.articles["boilerplate_share"].to_numpy().astype(np.float64), 1e-6)
    by_rank = np.zeros(len(chars))
    by_rank[ranks[state.articles["row"].to_numpy()]] = chars
    by_chars, by_count = np.cumsum(by_rank) // _MERGED_CHARS, np.arange(len(chars)) // _MERGED_ARTICLES
    ends = np.flatnonzero((np.diff(by_chars) > 0) | (np.diff(by_count) > 0)) + 1
    return [*ends.tolist(), len(chars)]


def _merge_by_rank(streams: list[Iterator[pa.Table]], ends: list[int]) -> Iterator[pa.Table]:
    """Merge tables whose ranks ascend within each stream; an article's rows are in one stream, in order."""
    pending: list[pa.Table | None] = [next(stream, None) for stream in streams]
    for end in ends:
        parts = []
        for number, stream in enumerate(streams):
            table = pending[number]
            while table is not None:
                count = int(np.searchsorted(table["rank"].to_numpy(), end))
                parts.append(table.slice(0, count))
                if count < table.num_rows:
                    table = table.slice(count)
                    break
                table = next(stream, None)
            pending[number] = table
        parts = [part for part in parts if part.num_rows]
        if parts:
            names = parts[0].column_names
            # Streams differ in what their schemas say of nulls.
            merged = pa.concat_tables([pa.table([part[name] for name in names], names) for part in parts])
            yield merged.take(pa.array(np.argsort(merged["rank"].to_numpy(), kind="stable")))


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


def _invert_permutation(order: npt.NDArray[np.uint64]) -> Ranks:
    """Return the rank of each row from the sorted order of the rows."""
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks
