"""The tables of a release as they are written: each article's rows are fetched once, in the order of the release."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from flows.steps.sorting import dealt
from flows.steps.working import Working
from schemas import arrow

_ARTICLES: Final = 20_000  # in a bucket
_LINEAGE: Final = 4_000  # articles whose spans are in a bucket: of page dumps, some 50 MB


def articles(working: Working, folder: Path) -> release.Sorted:
    """ARTICLES in the order of the release. `folder` is an empty one, for what does not fit into memory."""
    order = pc.sort_indices(
        working.articles.select(["date", "article_id"]), [("date", "ascending"), ("article_id", "ascending")]
    )
    return release.Sorted(working.articles.num_rows, _articles(working, _ranks(order.to_numpy()), folder))


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

    def pieces() -> Iterator[tuple[pa.Table, npt.NDArray[np.int64]]]:
        for table in working.stream(schema.names):
            rank = ranks[place[table["row"].to_numpy()]]
            yield table.select(schema.names).cast(schema).append_column("rank", pa.array(rank)), rank // _ARTICLES

    count = -(-working.articles.num_rows // _ARTICLES)
    for _, bucket in dealt(pieces(), count, folder, "articles"):
        yield bucket.take(pa.array(np.argsort(bucket["rank"].to_numpy()))).select(schema.names)


def _lineage(working: Working, name: str, folder: Path) -> Iterator[pa.Table]:
    """Sorted by the rank of the article_id instead of it: a number is sorted and copied faster than 32 letters."""
    ids = working.articles["article_id"].combine_chunks()
    order = pc.sort_indices(ids)
    ordered, ranks = ids.take(order), _ranks(order.to_numpy()).astype(np.int32)

    def pieces() -> Iterator[tuple[pa.Table, npt.NDArray[np.int64]]]:
        for places, table in working.lineage(name):
            rank = ranks[places]
            yield table.append_column("rank", pa.array(rank)), rank.astype(np.int64) // _LINEAGE

    names = release.SCHEMAS[name].names
    for _, bucket in dealt(pieces(), -(-len(ids) // _LINEAGE), folder, name):
        found = bucket.take(_order(bucket, release.ORDER[name][1:]))
        yield found.append_column("article_id", ordered.take(found["rank"].combine_chunks())).select(names)


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


def _places(working: Working) -> npt.NDArray[np.int64]:
    """row -> place in the table."""
    rows = working.articles["row"].to_numpy()
    place = np.zeros(int(rows.max(initial=-1)) + 1, np.int64)
    place[rows] = np.arange(len(rows))
    return place
