"""What --append takes over from the parent release."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, release
from flows.run.assembly import keys_table, narrowed
from flows.run.run_state import Working
from schemas import arrow, stage_tables

_COLUMNS = [
    "article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "url", "published_at", "date", "date_basis",
    "char_count", "boilerplate_share", "duplicate_of", "content_hash", "outlet", "title", "authors",
]  # fmt: skip


def carry_over(working: Working, parent: Path, held: pa.ChunkedArray | pa.Array, gone: set[str]) -> Working:
    """Add the parent's articles that are not `held` by this source and not `gone`; their lineage comes with them.

    A carried article whose source_id this source now uses for another article is kept under `id~article_id`: nothing is
    lost, and the key stays unique.
    """
    carried = _carried(working, parent, held, gone)
    without = pa.nulls(carried.num_rows, pa.string())  # what it repeated may be gone
    place = carried.schema.get_field_index("duplicate_of")
    return _with(working, carried.set_column(place, carried.schema.field(place), without), parent)


def release_as_run(path: Path, documents_in: int, carried: int, shards: tuple[cache.Shard, ...] = ()) -> Working:
    """A release as a run that carried all of it over: to make it again without some of it."""
    rejects = release.load(path, "rejects").cast(arrow.REJECTS)
    empty = Working(arrow.empty(stage_tables.KEYS), rejects, documents_in, shards=shards)
    whole = _with(empty, _carried(empty, path, pa.array([], pa.string()), set()), path)
    return replace(whole, carried=carried)


def _with(working: Working, carried: pa.Table, parent: Path) -> Working:
    articles = pa.concat_tables([working.articles, carried]).unify_dictionaries().combine_chunks()
    return replace(working, articles=articles, carried=carried.num_rows, parent=parent)


def _carried(working: Working, parent: Path, held: pa.ChunkedArray | pa.Array, gone: set[str]) -> pa.Table:
    known = pa.concat_arrays([*_chunks(held), pa.array(sorted(gone), pa.string())])
    parts, places, first = [], [], 0
    for batch in release.batches(parent, "articles", _COLUMNS):
        rest = np.flatnonzero(~np.asarray(pc.is_in(batch.column("article_id"), value_set=known)))
        if len(rest):
            table = release.complete("articles", batch, parent, _COLUMNS)
            parts.append(narrowed(table.take(pa.array(rest))))
            places.append(rest + first)
        first += batch.num_rows
    if not parts:
        return arrow.empty(stage_tables.KEYS)
    found = pa.concat_tables(parts).unify_dictionaries()
    count = found.num_rows
    taken = pc.is_in(found["source_id"], value_set=working.articles["source_id"].combine_chunks())
    other = pc.binary_join_element_wise(found["source_id"], found["article_id"], "~")
    columns = {name: found[name] for name in found.column_names if name != "has_url"}
    columns["source_id"] = pc.if_else(taken, other, found["source_id"])
    begin = (pc.max(working.articles["row"]).as_py() if working.articles.num_rows else -1) + 1
    rows = np.arange(begin, begin + count)
    return keys_table(columns, rows, np.full(count, stage_tables.PARENT), np.concatenate(places))


def _chunks(values: pa.ChunkedArray | pa.Array) -> list[pa.Array]:
    return values.chunks if isinstance(values, pa.ChunkedArray) else [values]
