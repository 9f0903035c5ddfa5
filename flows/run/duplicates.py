"""Duplicate links between the articles of a run, and from them to articles that were carried over."""

from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, dedupe, release
from flows.run.run_state import RunState
from schemas import arrow, stage_tables


def mark_duplicates(state: RunState, mode: str, dataset: release.Dataset | None = None) -> RunState:
    """Set `duplicate_of` of each duplicate, or move duplicates to rejects where `mode` is `drop`.

    Carried articles are compared by their saved prints, or by their texts where no prints were saved.
    """
    mapped_tables: list[release.MappedTable] = []
    prints, print_rows = _gather_prints(state, dataset, mapped_tables)
    fingerprints = dedupe.assemble_fingerprints(state.articles, prints, print_rows)
    release_pages = partial(release.release_pages, mapped_tables)
    links = dedupe.link_duplicates(fingerprints, prints, release_pages)
    release_pages()
    if state.carried_count:
        state = replace(state, prints=prints, release_pages=release_pages)
    if mode == "drop":
        pairs = zip(links["article_id"].to_pylist(), links["duplicate_of"].to_pylist(), strict=True)
        rejections = {
            key: ("duplicate", f"Repeats article {original}; duplicates are dropped on request.")
            for key, original in pairs
        }
        return state.reject_rows(state.map_ids_to_rows(rejections), "dedupe")
    link_rows = pc.index_in(state.articles["article_id"], value_set=links["article_id"].combine_chunks())
    duplicate_of = links["duplicate_of"].combine_chunks().take(link_rows)
    return replace(state, articles=arrow.replace_column(state.articles, "duplicate_of", duplicate_of))


def save_carried_prints(state: RunState, dataset: release.Dataset) -> None:
    """Save the prints of carried articles, so that the next run need not read their texts.

    The prints of all other articles are in the shards, beside their outcomes.
    """
    carried = state.articles.filter(pc.equal(state.articles["shard"], stage_tables.PARENT))
    release.save_prints(dataset, state.prints, carried["content_hash"], dedupe.VERSION, state.release_pages)


def _gather_prints(
    state: RunState, dataset: release.Dataset | None, mapped_tables: list[release.MappedTable]
) -> tuple[pa.Table, pa.Array]:
    """Return PRINTS, and for each article its row in them.

    Appends the memory-mapped tables that the prints are in to `mapped_tables`.
    """
    shard_numbers, positions = state.articles["shard"].to_numpy(), state.articles["at"].to_numpy()
    carried = np.flatnonzero(shard_numbers == stage_tables.PARENT)
    # Shards of this run come first. A carried article may have its prints in a shard of an earlier run.
    used_shards = [number for number in np.unique(shard_numbers).tolist() if number != stage_tables.PARENT]
    unused_shards = sorted(set(range(len(state.shards))) - set(used_shards)) if len(carried) else []
    tables = [_load_shard_prints(state.shards[number], mapped_tables) for number in [*used_shards, *unused_shards]]
    starts = np.zeros(len(state.shards) + 1, np.int64)
    starts[[*used_shards, *unused_shards]] = np.cumsum([0, *(part.num_rows for part in tables)])[:-1]
    print_rows = starts[shard_numbers] + positions
    if len(carried):
        saved_prints = release.map_prints(dataset, dedupe.VERSION) if dataset else None
        if saved_prints is not None:
            mapped_tables.append(saved_prints)
            tables.append(saved_prints.table.replace_schema_metadata())
        all_prints = pa.concat_tables([stage_tables.PRINTS.empty_table(), *tables])
        content_hashes = state.articles["content_hash"].take(pa.array(carried))
        matches = pc.index_in(content_hashes, value_set=all_prints["content_hash"].combine_chunks())
        print_rows[carried] = np.asarray(pc.fill_null(matches, -1), np.int64)
        missing = carried[np.asarray(pc.is_null(matches))]
        computed, rows = _compute_prints(replace(state, articles=state.articles.take(pa.array(missing))))
        print_row_by_row = {row: all_prints.num_rows + number for number, row in enumerate(rows)}
        print_rows[missing] = [
            print_row_by_row[row] for row in state.articles["row"].take(pa.array(missing)).to_pylist()
        ]
        tables += computed
    return pa.concat_tables([stage_tables.PRINTS.empty_table(), *tables]), pa.array(print_rows)


def _load_shard_prints(shard: cache.Shard, mapped_tables: list[release.MappedTable]) -> pa.Table:
    """Load the prints of a shard, mapped where they are a file."""
    mapped = shard.map_prints()
    if mapped is None:
        return shard.read_table("prints")
    mapped_tables.append(mapped)
    return mapped.table


def _compute_prints(state: RunState) -> tuple[list[pa.Table], list[int]]:
    """Compute prints from texts, and return them with the rows of their articles."""
    tables: list[pa.Table] = []
    rows: list[int] = []
    for table in state.stream_articles(["content_hash", "text"]):
        tables.append(dedupe.compute_prints(table))
        rows += table["row"].to_pylist()
    return tables, rows
