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
_LINEAGE: Final = 8_000  # articles whose spans are in a bucket


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
    ids = working.articles["article_id"].combine_chunks()
    ordered = ids.take(pc.sort_indices(ids))
    firsts = ordered.take(pa.array(np.arange(0, len(ordered), _LINEAGE)))
    bounds = np.array([int(one[:15], 16) for one in firsts.to_pylist()], np.int64)
    keys = [(key, "ascending") for key in release.ORDER[name]]

    def pieces() -> Iterator[tuple[pa.Table, npt.NDArray[np.int64]]]:
        for table in working.lineage(name):
            if len(bounds) <= 1:
                yield table, np.zeros(table.num_rows, np.int64)
                continue
            known = pc.dictionary_encode(table["article_id"].combine_chunks())
            head = np.array([int(one[:15], 16) for one in known.dictionary.to_pylist()], np.int64)
            bucket = np.maximum(np.searchsorted(bounds, head, side="right") - 1, 0)
            yield table, bucket[known.indices.to_numpy()]

    for _, bucket in dealt(pieces(), len(bounds), folder, name):
        yield bucket.take(pc.sort_indices(bucket.select(list(release.ORDER[name])), keys))


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
