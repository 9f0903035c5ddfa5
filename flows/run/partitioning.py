"""What lies of articles in the shards, fetched and dealt into buckets that follow one another as a release does.

It can begin before it is known which of the articles are published, and beside the judging of them, since Arrow works
without the interpreter's lock: rows of articles that fall away are left out when a bucket is read, and those of
articles that come later are added before. What KEYS holds of an article may change meanwhile and is not dealt.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.run.external_sort import Buckets, Piece
from flows.run.run_state import Working
from schemas import arrow, stage_tables

# Articles in a bucket, with their texts; or those whose lineage is in one: of page dumps, some 40 MB of spans. The more
# buckets there are, the smaller the pieces that go into each.
_SIZES: Final = {"articles": 8_000, "spans": 3_000, "evidence": 20_000}
_OPEN: Final = 500  # buckets at most: each is a file that is open while rows are dealt
# The columns of ARTICLES that KEYS does not hold as they are published.
IN_SHARDS: Final = [name for name in arrow.ARTICLES.names if name == "outlet" or name not in stage_tables.KEYS.names]
_ARTICLES: Final = pa.schema(
    [*(arrow.ARTICLES.field(name).remove_metadata() for name in IN_SHARDS), stage_tables.KEYS.field("row")]
)

_DEALT_BY: Final = ["row", "article_id", "date", "shard", "at"]  # of KEYS

_Sortable = npt.NDArray[np.bytes_]


@dataclass(frozen=True)
class Dealt:
    """Rows of one table in buckets by ranges of what articles are sorted by, `edges` where all but the first begin.

    Each row has the `row` of its article: a number is sorted and copied faster than the 32 letters of an article_id.
    """

    name: str
    buckets: Buckets
    edges: _Sortable

    @classmethod
    def of(cls, working: Working, name: str, folder: Path) -> "Dealt":
        """The rows of all articles of `working`: `articles` (IN_SHARDS), `spans` or `evidence`."""
        size = max(_SIZES[name], -(-working.articles.num_rows // _OPEN))
        edges = np.sort(_sortable(working, name))[size::size]
        dealt = cls(name, Buckets(len(edges) + 1, folder, name), edges)
        dealt.add(working)
        return dealt

    def add(self, working: Working) -> None:
        """More rows: of all articles of `working`."""
        bucket = np.searchsorted(self.edges, _sortable(working, self.name), side="right")
        rows = working.articles["row"].to_numpy()

        def pieces() -> Iterator[Piece]:
            if self.name == "articles":
                place = by_row(working, np.arange(len(rows)))
                for table in working.stream(IN_SHARDS):
                    yield table.cast(_ARTICLES), bucket[place[table["row"].to_numpy()]]
            else:
                for places, table in working.lineage(self.name):
                    yield table.append_column("row", pa.array(rows[places])), bucket[places]

        self.buckets.add(pieces())

    def sorted(self, ranks: npt.NDArray[np.int64], order: Callable[[pa.Table], pa.Array]) -> Iterator[pa.Table]:
        """The buckets, each sorted, with the `rank` of its article; `ranks` by row, -1 for what fell away."""
        ranks = np.append(ranks, -1)  # what came after all of them fell away
        for _, bucket in self.buckets:
            rank = ranks[np.minimum(bucket["row"].to_numpy(), len(ranks) - 1)]
            if (rank < 0).any():
                bucket, rank = bucket.filter(pa.array(rank >= 0)), rank[rank >= 0]
            bucket = bucket.append_column("rank", pa.array(rank))
            yield bucket.take(order(bucket))


def deal_ahead(working: Working, folder: Path, aside: Executor) -> Working:
    """Begin to deal beside what follows; the same `working`, with what comes of it."""
    tables = ("articles", "spans", "evidence")  # what takes longest to write is wanted first
    few = replace(working, articles=working.articles.select(_DEALT_BY))  # all others would be held twice meanwhile
    return replace(working, ahead={name: aside.submit(Dealt.of, few, name, folder) for name in tables})


def fetched(working: Working, name: str, folder: Path) -> Dealt:
    """The rows of all articles of `working`, and maybe of others, dealt before or now."""
    if name not in working.ahead:
        return Dealt.of(working, name, folder)
    ahead: Dealt = working.ahead[name].result()
    carried = working.articles.filter(pc.equal(working.articles["shard"], stage_tables.PARENT))  # they came after
    ahead.add(replace(working, articles=carried))
    return ahead


def by_row(working: Working, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """A number of each article by its row; -1 where there is no article of that row."""
    rows = working.articles["row"].to_numpy()
    found = np.full(int(rows.max(initial=-1)) + 1, -1, np.int64)
    found[rows] = values
    return found


def _sortable(working: Working, name: str) -> _Sortable:
    """What articles are sorted by, as bytes that numpy compares: an article_id has 32 letters; no day comes last."""
    ids = working.articles["article_id"].combine_chunks().cast(pa.binary()).cast(pa.binary(32))
    letters = np.frombuffer(ids.buffers()[1], "S32")[ids.offset : ids.offset + len(ids)]
    if name != "articles":
        return letters
    days = pc.fill_null(working.articles["date"].combine_chunks().cast(pa.int32()), np.iinfo(np.int32).max)
    both = np.empty(len(letters), [("day", ">u4"), ("id", "S32")])
    both["day"] = days.to_numpy(zero_copy_only=False).astype(np.int64) + (1 << 31)
    both["id"] = letters
    return both.view("S36")
