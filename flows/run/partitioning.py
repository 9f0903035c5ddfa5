"""Rows of articles, spans and evidence, read from the shards and partitioned by the sort order of a segment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.run.external_sort import PartitionChunk, PartitionedRows
from flows.run.run_state import RunState
from schemas import arrow, stage_tables

# Articles in a partition: with their texts, or with their lineage (for pages with much boilerplate, 40 MB of spans).
# More partitions would mean smaller chunks in each.
_PARTITION_SIZES: Final = {"articles": 5_000, "spans": 1_000, "evidence": 10_000}
_MAX_PARTITIONS: Final = 500  # each is a file that is open while rows are partitioned
# The columns of ARTICLES that KEYS lacks, and `outlet`, which KEYS holds as a dictionary.
SHARD_COLUMNS: Final = [
    name for name in arrow.ARTICLES.names if name == "outlet" or name not in stage_tables.KEYS.names
]
_ARTICLE_SCHEMA: Final = pa.schema(
    [*(arrow.ARTICLES.field(name).remove_metadata() for name in SHARD_COLUMNS), stage_tables.KEYS.field("row")]
)
# Characters in a partition: of 4 bytes each they stay below the 2^31 bytes that one column of an Arrow array can hold.
_MAX_PARTITION_CHARS: Final = 1 << 28

_SortKeys = npt.NDArray[np.bytes_]


@dataclass(frozen=True)
class PartitionedTable:
    """Rows of one table in partitions by ranges of the sort key; `edges` are the first keys of all but the first.

    Each row has the `row` of its article: an integer is sorted and copied faster than an article_id of 32 letters.
    """

    name: str
    partitions: PartitionedRows
    edges: _SortKeys

    @classmethod
    def from_state(cls, state: RunState, name: str, folder: Path) -> "PartitionedTable":
        """Partition `articles` (SHARD_COLUMNS), `spans` or `evidence` of all articles of a run."""
        edges = _plan_edges(state.articles, name)
        table = cls(name, PartitionedRows(len(edges) + 1, folder, name), edges)
        table._append_articles(state)
        return table

    def _append_articles(self, state: RunState) -> None:
        """Append the rows of all articles of `state` to the partitions."""
        partition_of = np.searchsorted(self.edges, _encode_sort_keys(state.articles, self.name), side="right")
        rows = state.articles["row"].to_numpy()

        def iterate_chunks() -> Iterator[PartitionChunk]:
            if self.name == "articles":
                place_by_row = index_by_row(state, np.arange(len(rows)))
                for table in state.stream_articles(SHARD_COLUMNS):
                    yield table.cast(_ARTICLE_SCHEMA), partition_of[place_by_row[table["row"].to_numpy()]]
            else:
                for places, table in state.stream_lineage(self.name):
                    yield table.append_column("row", pa.array(rows[places])), partition_of[places]

        self.partitions.append_chunks(iterate_chunks())

    def iterate_sorted(
        self, ranks: npt.NDArray[np.int64], sort_indices: Callable[[pa.Table], pa.Array]
    ) -> Iterator[pa.Table]:
        """Yield the partitions in order, each sorted by `sort_indices`, with the `rank` of the article of each row.

        `ranks` are by row.
        """
        for _, partition in self.partitions:
            partition = partition.append_column("rank", pa.array(ranks[partition["row"].to_numpy()]))
            yield partition.take(sort_indices(partition))


def index_by_row(state: RunState, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return an array that maps the row of an article to its value; -1 where no article has that row."""
    rows = state.articles["row"].to_numpy()
    by_row = np.full(int(rows.max(initial=-1)) + 1, -1, np.int64)
    by_row[rows] = values
    return by_row


def _plan_edges(sizes: pa.Table, name: str) -> _SortKeys:
    """Return the first sort keys of all partitions but the first.

    A partition holds at most so many articles and, but for its last article, at most _MAX_PARTITION_CHARS characters:
    of text for `articles`, of whole documents for their lineage.
    """
    keys = _encode_sort_keys(sizes, name)
    order = np.argsort(keys)
    chars = sizes["char_count"].to_numpy().astype(np.float64)
    if name != "articles":
        chars = chars / np.maximum(1 - sizes["boilerplate_share"].to_numpy().astype(np.float64), 1e-6)
    total_chars = np.cumsum(chars[order])
    max_rows = max(_PARTITION_SIZES[name], -(-len(keys) // _MAX_PARTITIONS))
    max_chars = max(_MAX_PARTITION_CHARS, total_chars[-1] / _MAX_PARTITIONS if len(keys) else 0)
    by_rows, by_chars = np.arange(len(keys)) // max_rows, total_chars // max_chars
    starts = np.flatnonzero((np.diff(by_rows) > 0) | (np.diff(by_chars) > 0)) + 1
    return keys[order[starts]]


def _encode_sort_keys(articles: pa.Table, name: str) -> _SortKeys:
    """Encode the sort key of each article as fixed-width bytes: article_id, after the day for `articles`."""
    ids = articles["article_id"].combine_chunks().cast(pa.binary()).cast(pa.binary(32))
    id_bytes = np.frombuffer(ids.buffers()[1], "S32")[ids.offset : ids.offset + len(ids)]
    if name != "articles":
        return id_bytes
    days = pc.fill_null(articles["date"].combine_chunks().cast(pa.int32()), np.iinfo(np.int32).max)
    day_and_id = np.empty(len(id_bytes), [("day", ">u4"), ("id", "S32")])
    day_and_id["day"] = days.to_numpy(zero_copy_only=False).astype(np.int64) + (1 << 31)
    day_and_id["id"] = id_bytes
    return day_and_id.view("S36")
