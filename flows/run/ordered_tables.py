"""The tables of a release as they are written: each article's rows are fetched once, in the order of the release."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from flows.run.partitioning import IN_SHARDS, by_row, fetched
from flows.run.run_state import Working
from schemas import arrow


def articles(working: Working, folder: Path) -> release.Sorted:
    """ARTICLES in the order of the release. `folder` is an empty one, for what does not fit into memory."""
    return release.Sorted(working.articles.num_rows, _articles(working, folder))


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


def _articles(working: Working, folder: Path) -> Iterator[pa.Table]:
    keys = working.articles
    order = pc.sort_indices(keys.select(["date", "article_id"]), [("date", "ascending"), ("article_id", "ascending")])
    held = [name for name in arrow.ARTICLES.names if name not in IN_SHARDS]
    ranks = by_row(working, _ranks(order.to_numpy()))
    for found in fetched(working, "articles", folder).sorted(ranks, lambda bucket: _order(bucket, ())):
        own = keys.take(order.take(found["rank"].combine_chunks())).select(held)
        columns = [own[name] if name in held else found[name] for name in arrow.ARTICLES.names]
        yield pa.table(columns, arrow.ARTICLES.names)


def _lineage(working: Working, name: str, folder: Path) -> Iterator[pa.Table]:
    ids = working.articles["article_id"].combine_chunks()
    order = pc.sort_indices(ids)
    ordered, names = ids.take(order), release.SCHEMAS[name].names
    ranks = by_row(working, _ranks(order.to_numpy()))
    keys = release.ORDER[name][1:]
    for found in fetched(working, name, folder).sorted(ranks, lambda bucket: _order(bucket, keys)):
        yield found.append_column("article_id", ordered.take(found["rank"].combine_chunks())).select(names)


def _order(bucket: pa.Table, keys: tuple[str, ...]) -> pa.Array:
    """The order by rank and then by these columns."""
    if not keys:
        return pa.array(np.argsort(bucket["rank"].to_numpy()))
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
