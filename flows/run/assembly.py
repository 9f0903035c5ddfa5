"""Outcomes and where their documents lay -> `Working`."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache
from flows.run.run_state import Working
from flows.workers import batch_processing
from schemas import arrow, stage_tables

_NARROW: Final = [
    "article_id", "url", "published_at", "date", "date_basis", "char_count", "boilerplate_share", "content_hash",
    "outlet", "title", "authors",
]  # fmt: skip
_ORIGIN: Final = ("source_id", "source_uri", "raw_sha256")


def assembled(store: cache.Store, found: cache.Ledger, cleaned: int) -> Working:
    """A run's documents, in the order of the source, each with its outcome: an article, or a reject."""
    arrivals = found.arrivals
    places = store.find(arrivals["key"].combine_chunks()) if len(arrivals) else None
    shard = places.shard if places else np.empty(0, np.int32)
    at = places.at if places else np.empty(0, np.int32)
    if (shard < 0).any():
        raise RuntimeError("a document was cleaned and its outcome is not there")
    articles = np.flatnonzero(at >= 0)
    rejects = np.flatnonzero(at < 0)
    return Working(
        _keys(store, arrivals, articles, shard[articles], at[articles]),
        pa.concat_tables([_rejects(store, arrivals, rejects, shard[rejects], -1 - at[rejects]), found.rejects]),
        documents_in=len(arrivals) + found.rejects.num_rows,
        shards=tuple(store.shards),
        used=_by_shard(shard, at),
        cleaned=cleaned,
        kept=len(arrivals) - cleaned,
    )


def _by_shard(shard: np.ndarray, at: np.ndarray) -> dict[int, np.ndarray]:
    """What is used of each shard."""
    ranked = at[np.argsort(shard, kind="stable")]
    numbers, counts = np.unique(shard, return_counts=True)
    ends = np.cumsum(counts)
    return {n: ranked[end - count : end] for n, count, end in zip(numbers.tolist(), counts, ends, strict=True)}


def assembled_of(made: Sequence[batch_processing.Outcome], rejects: Sequence[pa.Table], documents: int) -> Working:
    """The same of outcomes in memory, under the names they have, and the REJECTS of reading."""
    shards = tuple(cache.Held(one) for one in made)
    parts, first = [arrow.empty(stage_tables.KEYS)], 0
    for number, shard in enumerate(shards):
        found = narrowed(shard.table("articles", [*_NARROW, *_ORIGIN, "fetched_at"])).drop_columns(["has_url"])
        at = np.arange(found.num_rows)
        columns = {name: found[name] for name in found.column_names}
        parts.append(keys_table(columns, first + at, np.full(len(at), number), at))
        first += len(at)
    own = [shard.table("rejects", list(arrow.REJECTS.names)).cast(arrow.REJECTS) for shard in shards]
    return Working(
        pa.concat_tables(parts).unify_dictionaries().combine_chunks(),
        pa.concat_tables([arrow.empty(arrow.REJECTS), *own, *rejects]),
        documents,
        shards=shards,
    )


def narrowed(table: pa.Table) -> pa.Table:
    """Of articles what KEYS holds of their values, and whether they have a URL."""
    made = {
        "outlet": pc.dictionary_encode(table["outlet"]),
        "has_title": pc.is_valid(table["title"]),
        "has_author": pc.greater(pc.list_value_length(table["authors"]), 0),
        "has_url": pc.is_valid(table["url"]),
    }
    names = [name for name in table.column_names if name not in ("url", "outlet", "title", "authors")]
    return pa.table([*(table[name] for name in names), *made.values()], [*names, *made])


def keys_table(columns: dict[str, object], rows: np.ndarray, shard: np.ndarray, at: np.ndarray) -> pa.Table:
    """KEYS from its columns but for the numbers, which come last; without links no duplicate is known yet."""
    made = {
        "duplicate_of": pa.nulls(len(rows), pa.string()),
        **columns,
        "row": pa.array(rows, pa.int64()),
        "shard": pa.array(shard, pa.int32()),
        "at": pa.array(at, pa.int32()),
    }
    return pa.table([made[name] for name in stage_tables.KEYS.names], stage_tables.KEYS.names).cast(stage_tables.KEYS)


def _keys(store: cache.Store, arrivals: pa.Table, rows: np.ndarray, shard: np.ndarray, at: np.ndarray) -> pa.Table:
    used = np.unique(shard)
    parts = [narrowed(store.shards[number].table("articles", _NARROW)) for number in used.tolist()]
    if not parts:
        return arrow.empty(stage_tables.KEYS)
    starts = np.zeros(len(store.shards), np.int64)
    starts[used] = np.cumsum([0, *(part.num_rows for part in parts)])[:-1]
    whole = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
    found = whole.take(pa.array(starts[shard] + at))
    origin = arrivals.select([*_ORIGIN, "fetched_at", "bare_id"]).take(pa.array(rows))
    columns = {name: found[name] for name in found.column_names if name != "has_url"}
    columns |= {name: origin[name] for name in origin.column_names if name != "bare_id"}
    columns["article_id"] = pc.if_else(found["has_url"], found["article_id"], origin["bare_id"])
    return keys_table(columns, rows, shard, at)


def _rejects(store: cache.Store, arrivals: pa.Table, rows: np.ndarray, shard: np.ndarray, at: np.ndarray) -> pa.Table:
    order = np.argsort(shard, kind="stable")
    # To take some rows of a table in many pieces Arrow joins the pieces first: all at once, not shard by shard.
    origin = arrivals.select(list(_ORIGIN)).take(pa.array(rows[order])).combine_chunks()
    parts, first = [arrow.empty(arrow.REJECTS)], 0
    for number, count in zip(*np.unique(shard, return_counts=True), strict=True):
        here, own = order[first : first + count], origin.slice(first, count)
        found = store.shards[number].table("rejects", list(arrow.REJECTS.names)).take(pa.array(at[here]))
        columns = [own[name] if name in _ORIGIN else found[name] for name in arrow.REJECTS.names]
        parts.append(pa.table(columns, schema=arrow.REJECTS))
        first += count
    return pa.concat_tables(parts).take(pa.array(np.argsort(rows[order], kind="stable")))
