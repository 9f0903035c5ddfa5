"""The tables of a release as they are written: each article's rows are fetched once, in the order of the release."""

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from flows.steps.sorting import Buckets, Piece, dealt
from flows.steps.working import Working
from schemas import arrow, stages

_ARTICLES: Final = 20_000  # in a bucket
_LINEAGE: Final = 4_000  # articles whose spans are in a bucket: of page dumps, some 50 MB
_OPEN: Final = 500  # buckets at most: each is a file that is open while rows are dealt


def articles(working: Working, folder: Path) -> release.Sorted:
    """ARTICLES in the order of the release. `folder` is an empty one, for what does not fit into memory."""
    order = pc.sort_indices(
        working.articles.select(["date", "article_id"]), [("date", "ascending"), ("article_id", "ascending")]
    )
    return release.Sorted(working.articles.num_rows, _articles(working, _ranks(order.to_numpy()), folder))


def deal_lineage(working: Working, folder: Path, aside: Executor) -> Working:
    """Begin to fetch SPANS and EVIDENCE beside the judging that follows: Arrow works without the interpreter's lock.

    Which of the articles are published need not be known for that; nor do articles that come later stand in the way.
    """
    return replace(working, ahead={name: aside.submit(_dealt, working, name, folder) for name in ("spans", "evidence")})


def lineage(working: Working, name: str, folder: Path) -> release.Sorted:
    """SPANS or EVIDENCE in the order of the release."""
    return release.Sorted(None, _lineage(working, name, folder))


def whole(working: Working, columns: list[str] | None = None) -> pa.Table:
    """ARTICLES (or some columns) in memory, in the order of the rows: for a few documents."""
    names = columns or arrow.ARTICLES.names
    schema = pa.schema([arrow.ARTICLES.field(name) for name in names])
    found = [table.select([*names, "row"]) for table in working.stream(names)]
    if not found:
        return arrow.empty(schema)
    return pa.concat_tables(found).sort_by("row").select(names).cast(schema)


def _articles(working: Working, ranks: npt.NDArray[np.int64], folder: Path) -> Iterator[pa.Table]:
    place = _places(working)
    schema = arrow.ARTICLES.remove_metadata()

    def pieces() -> Iterator[Piece]:
        for table in working.stream(schema.names):
            rank = ranks[place[table["row"].to_numpy()]]
            yield table.select(schema.names).cast(schema).append_column("rank", pa.array(rank)), rank // _ARTICLES

    count = -(-working.articles.num_rows // _ARTICLES)
    for _, bucket in dealt(pieces(), count, folder, "articles"):
        yield bucket.take(pa.array(np.argsort(bucket["rank"].to_numpy()))).select(schema.names)


@dataclass(frozen=True)
class Dealt:
    """Lineage in buckets by ranges of article_id, each beginning with one of `edges` but for the first.

    Instead of its article_id each row has the `row` of its article: a number is sorted and copied faster than 32
    letters.
    """

    buckets: Buckets
    edges: npt.NDArray[np.bytes_]

    def add(self, working: Working, name: str) -> None:
        """Fetch the lineage of all articles of `working`."""
        bucket = np.searchsorted(self.edges, _ids(working), side="right")
        rows = working.articles["row"].to_numpy()

        def pieces() -> Iterator[Piece]:
            for places, table in working.lineage(name):
                yield table.append_column("row", pa.array(rows[places])), bucket[places]

        self.buckets.add(pieces())


def _dealt(working: Working, name: str, folder: Path) -> Dealt:
    size = max(_LINEAGE, -(-working.articles.num_rows // _OPEN))
    edges = np.sort(_ids(working))[size::size]
    dealt = Dealt(Buckets(len(edges) + 1, folder, name), edges)
    dealt.add(working, name)
    return dealt


def _lineage(working: Working, name: str, folder: Path) -> Iterator[pa.Table]:
    if name in working.ahead:
        dealt: Dealt = working.ahead[name].result()
        carried = pc.equal(working.articles["shard"], stages.PARENT)  # they came after
        dealt.add(replace(working, articles=working.articles.filter(carried)), name)
    else:
        dealt = _dealt(working, name, folder)
    ids = working.articles["article_id"].combine_chunks()
    order = pc.sort_indices(ids)
    ordered, names = ids.take(order), release.SCHEMAS[name].names
    ranks = np.append(_places(working, _ranks(order.to_numpy())), -1)  # by row
    for _, bucket in dealt.buckets:
        rank = ranks[np.minimum(bucket["row"].to_numpy(), len(ranks) - 1)]
        if (rank < 0).any():  # of articles that were judged unfit since
            bucket, rank = bucket.filter(pa.array(rank >= 0)), rank[rank >= 0]
        bucket = bucket.append_column("rank", pa.array(rank))
        found = bucket.take(_order(bucket, release.ORDER[name][1:]))
        yield found.append_column("article_id", ordered.take(found["rank"].combine_chunks())).select(names)


def _ids(working: Working) -> npt.NDArray[np.bytes_]:
    """Their article_ids, each of 32 letters, as numpy compares them."""
    fixed = working.articles["article_id"].combine_chunks().cast(pa.binary()).cast(pa.binary(32))
    return np.frombuffer(fixed.buffers()[1], "S32")[fixed.offset : fixed.offset + len(fixed)]


def _order(bucket: pa.Table, keys: tuple[str, ...]) -> pa.Array:
    """The order by rank and then by these columns."""
    if keys == ("start", "end"):
        rank, start, end = (bucket[name].to_numpy().astype(np.int64) for name in ("rank", *keys))
        first = (rank << 32) | start
        order = np.argsort(first, kind="stable")  # of runs in order, which it is quick to see
        if (np.diff(first[order]) == 0).any():
            order = np.lexsort((end, first))
        return pa.array(order)
    return pc.sort_indices(bucket, [(name, "ascending") for name in ("rank", *keys)])


def _ranks(order: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _places(working: Working, values: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.int64]:
    """row -> place in the table, or the value there; -1 where the table has no such row."""
    rows = working.articles["row"].to_numpy()
    found = np.full(int(rows.max(initial=-1)) + 1, -1, np.int64)
    found[rows] = np.arange(len(rows)) if values is None else values
    return found
