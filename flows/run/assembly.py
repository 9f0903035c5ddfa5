"""Assembly of `RunState` from the outcomes of documents and their places in the source."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache
from flows.run.keys_table import CHUNK_ROWS, build_keys_table, select_key_columns
from flows.run.run_state import RunState
from flows.run.table_files import move_to_disk
from flows.workers import batch_processing
from schemas import arrow, stage_tables

_KEY_SOURCE_COLUMNS: Final = [
    "article_id", "url", "published_at", "date", "date_basis", "char_count", "boilerplate_share", "content_hash",
    "outlet", "title", "authors", "own_url", "fallback_id",
]  # fmt: skip
_ORIGIN_COLUMNS: Final = ("source_id", "source_uri", "raw_sha256")


def assemble_from_index(
    store: cache.OutcomeStore, index: cache.SourceIndex, cleaned_count: int, folder: Path
) -> RunState:
    """Build the state of a run: its documents in the order of the source, each an article or a reject.

    `cleaned_count` is the number of documents that were cleaned in this run; the others came from the cache. KEYS of
    many articles are mapped from files in `folder`. Raises RuntimeError where the store lacks an outcome.
    """
    arrivals = index.arrivals
    locations = store.find_outcomes(arrivals["key"].combine_chunks()) if len(arrivals) else None
    shard_numbers = locations.shard_numbers if locations else np.empty(0, np.int32)
    positions = locations.positions if locations else np.empty(0, np.int32)
    if (shard_numbers < 0).any():
        raise RuntimeError("a document was cleaned and its outcome is not there")
    article_rows = np.flatnonzero(positions >= 0)
    reject_rows = np.flatnonzero(positions < 0)
    return RunState(
        _load_keys(store, arrivals, article_rows, shard_numbers[article_rows], positions[article_rows], folder),
        pa.concat_tables(
            [
                _load_rejects(store, arrivals, reject_rows, shard_numbers[reject_rows], -1 - positions[reject_rows]),
                index.rejects,
            ]
        ),
        documents_in=len(arrivals) + index.rejects.num_rows,
        shards=tuple(store.shards),
        used_places=_collect_used_places(shard_numbers, positions),
        cleaned_count=cleaned_count,
        cached_count=len(arrivals) - cleaned_count,
        keys_folder=folder,
    )


def _collect_used_places(shard_numbers: np.ndarray, positions: np.ndarray) -> dict[int, np.ndarray]:
    """Return, by the number of each shard, the positions in it that documents of this run use."""
    grouped = positions[np.argsort(shard_numbers, kind="stable")]
    numbers, counts = np.unique(shard_numbers, return_counts=True)
    ends = np.cumsum(counts)
    return {n: grouped[end - count : end] for n, count, end in zip(numbers.tolist(), counts, ends, strict=True)}


def assemble_from_outcomes(
    outcomes: Sequence[batch_processing.BatchOutcome], rejects: Sequence[pa.Table], document_count: int
) -> RunState:
    """Build the state of a run from outcomes in memory and the REJECTS of reading.

    Unlike `assemble_from_index`, source_id and the other origin columns come from the outcomes themselves.
    """
    shards = tuple(cache.InMemoryShard(outcome) for outcome in outcomes)
    tables, first_row = [arrow.make_empty_table(stage_tables.KEYS)], 0
    for number, shard in enumerate(shards):
        articles = select_key_columns(
            shard.read_table("articles", [*_KEY_SOURCE_COLUMNS, *_ORIGIN_COLUMNS, "fetched_at"])
        ).drop_columns(["has_url"])
        positions = np.arange(articles.num_rows)
        columns = {name: articles[name] for name in articles.column_names}
        tables.append(build_keys_table(columns, first_row + positions, np.full(len(positions), number), positions))
        first_row += len(positions)
    own_rejects = [shard.read_table("rejects", list(arrow.REJECTS.names)).cast(arrow.REJECTS) for shard in shards]
    return RunState(
        pa.concat_tables(tables).unify_dictionaries().combine_chunks(),
        pa.concat_tables([arrow.make_empty_table(arrow.REJECTS), *own_rejects, *rejects]),
        document_count,
        shards=shards,
    )


def _load_keys(
    store: cache.OutcomeStore,
    arrivals: pa.Table,
    rows: np.ndarray,
    shard_numbers: np.ndarray,
    positions: np.ndarray,
    folder: Path,
) -> pa.Table:
    """Load KEYS of the articles at these shard positions, with the origin columns of today's source, in chunks."""
    chunks = [arrow.make_empty_table(stage_tables.KEYS)]
    for start in range(0, len(rows), CHUNK_ROWS):
        part = slice(start, start + CHUNK_ROWS)
        keys = _load_keys_chunk(store, arrivals, rows[part], shard_numbers[part], positions[part])
        chunks.append(keys if len(rows) <= CHUNK_ROWS else move_to_disk(keys, folder))
    return pa.concat_tables(chunks).unify_dictionaries()


def _load_keys_chunk(
    store: cache.OutcomeStore, arrivals: pa.Table, rows: np.ndarray, shard_numbers: np.ndarray, positions: np.ndarray
) -> pa.Table:
    used_shards = np.unique(shard_numbers)
    tables = [
        select_key_columns(store.shards[number].read_table("articles", _KEY_SOURCE_COLUMNS))
        for number in used_shards.tolist()
    ]
    starts = np.zeros(len(store.shards), np.int64)
    starts[used_shards] = np.cumsum([0, *(table.num_rows for table in tables)])[:-1]
    cached_articles = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    articles = cached_articles.take(pa.array(starts[shard_numbers] + positions))
    origin = arrivals.select([*_ORIGIN_COLUMNS, "fetched_at", "bare_id"]).take(pa.array(rows))
    columns = {name: articles[name] for name in articles.column_names if name != "has_url"}
    columns |= {name: origin[name] for name in origin.column_names if name != "bare_id"}
    columns["article_id"] = pc.if_else(articles["has_url"], articles["article_id"], origin["bare_id"])
    # Outcomes are cached by content, so what follows from the document's place is not in them.
    is_bare = pc.and_(pc.is_valid(articles["fallback_id"]), pc.invert(articles["has_own_url"]))
    columns["fallback_id"] = pc.if_else(is_bare, origin["bare_id"], articles["fallback_id"])
    return build_keys_table(columns, rows, shard_numbers, positions)


def _load_rejects(
    store: cache.OutcomeStore, arrivals: pa.Table, rows: np.ndarray, shard_numbers: np.ndarray, positions: np.ndarray
) -> pa.Table:
    """Load REJECTS at these shard positions, with the origin columns of today's source, in the order of `rows`."""
    order = np.argsort(shard_numbers, kind="stable")
    # `take` on a chunked table copies all its chunks into one first: done once here, not for each shard.
    origin = arrivals.select(list(_ORIGIN_COLUMNS)).take(pa.array(rows[order])).combine_chunks()
    tables, start = [arrow.make_empty_table(arrow.REJECTS)], 0
    for number, count in zip(*np.unique(shard_numbers, return_counts=True), strict=True):
        indices, shard_origin = order[start : start + count], origin.slice(start, count)
        rejects = (
            store.shards[number].read_table("rejects", list(arrow.REJECTS.names)).take(pa.array(positions[indices]))
        )
        columns = [shard_origin[name] if name in _ORIGIN_COLUMNS else rejects[name] for name in arrow.REJECTS.names]
        tables.append(pa.table(columns, schema=arrow.REJECTS))
        start += count
    return pa.concat_tables(tables).take(pa.array(np.argsort(rows[order], kind="stable")))
