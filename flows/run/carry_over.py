"""Articles of the parent release that `--append` carries over."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, release
from flows.run.assembly import build_keys_table, select_key_columns
from flows.run.run_state import RunState
from schemas import arrow, stage_tables

_PARENT_COLUMNS = [
    "article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "url", "published_at", "date", "date_basis",
    "char_count", "boilerplate_share", "duplicate_of", "content_hash", "outlet", "title", "authors",
]  # fmt: skip


def carry_over_articles(
    state: RunState, parent: Path, current_ids: pa.ChunkedArray | pa.Array, withdrawn_ids: set[str]
) -> RunState:
    """Add the parent's articles that are neither in `current_ids` (this source) nor in `withdrawn_ids`, with lineage.

    A carried article keeps its article_id. If this source uses its source_id for another article, its source_id becomes
    `id~article_id`, so that nothing is lost and the key stays unique.
    """
    carried = _load_carried_keys(state, parent, current_ids, withdrawn_ids)
    no_links = pa.nulls(carried.num_rows, pa.string())  # the article that it repeats may be gone
    return _append_carried(state, arrow.replace_column(carried, "duplicate_of", no_links), parent)


def load_release_state(
    path: Path, documents_in: int, carried_count: int, shards: tuple[cache.Shard, ...] = ()
) -> RunState:
    """Load a release as the state of a run that carried all of it over, to remake it without some articles."""
    rejects = release.load_table(path, "rejects").cast(arrow.REJECTS)
    empty = RunState(arrow.make_empty_table(stage_tables.KEYS), rejects, documents_in, shards=shards)
    state = _append_carried(empty, _load_carried_keys(empty, path, pa.array([], pa.string()), set()), path)
    return replace(state, carried_count=carried_count)


def _append_carried(state: RunState, carried: pa.Table, parent: Path) -> RunState:
    """Append carried KEYS to the articles of a run."""
    articles = pa.concat_tables([state.articles, carried]).unify_dictionaries().combine_chunks()
    return replace(state, articles=articles, carried_count=carried.num_rows, parent=parent)


def _load_carried_keys(
    state: RunState, parent: Path, current_ids: pa.ChunkedArray | pa.Array, withdrawn_ids: set[str]
) -> pa.Table:
    """Load KEYS of the parent's articles that are not excluded, with new row numbers and free source_ids."""
    excluded_ids = pa.concat_arrays([*_list_chunks(current_ids), pa.array(sorted(withdrawn_ids), pa.string())])
    tables, positions, batch_start = [], [], 0
    for batch in release.read_batches(parent, "articles", _PARENT_COLUMNS):
        indices = np.flatnonzero(~np.asarray(pc.is_in(batch.column("article_id"), value_set=excluded_ids)))
        if len(indices):
            table = release.upgrade_batch("articles", batch, parent, _PARENT_COLUMNS)
            tables.append(select_key_columns(table.take(pa.array(indices))))
            positions.append(indices + batch_start)
        batch_start += batch.num_rows
    if not tables:
        return arrow.make_empty_table(stage_tables.KEYS)
    articles = pa.concat_tables(tables).unify_dictionaries()
    count = articles.num_rows
    is_id_taken = pc.is_in(articles["source_id"], value_set=state.articles["source_id"].combine_chunks())
    suffixed_ids = pc.binary_join_element_wise(articles["source_id"], articles["article_id"], "~")
    columns = {name: articles[name] for name in articles.column_names if name != "has_url"}
    columns["source_id"] = pc.if_else(is_id_taken, suffixed_ids, articles["source_id"])
    first_row = (pc.max(state.articles["row"]).as_py() if state.articles.num_rows else -1) + 1
    rows = np.arange(first_row, first_row + count)
    return build_keys_table(columns, rows, np.full(count, stage_tables.PARENT), np.concatenate(positions))


def _list_chunks(values: pa.ChunkedArray | pa.Array) -> list[pa.Array]:
    """Return the chunks of an Arrow array, chunked or not."""
    return values.chunks if isinstance(values, pa.ChunkedArray) else [values]
