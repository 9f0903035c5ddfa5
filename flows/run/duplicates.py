"""Duplicate links: of new articles, and of old ones whose kept article left the release.

An article that was published first keeps its role, so most rows of the parent need not be looked at: new articles and
old duplicates that lost their original are compared with those rows of the parent that share a digest or a band with
one of them, and with each other.
"""

from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, dedupe, release
from flows.run.keys_table import append_keys
from flows.run.parent_candidates import find_candidates, join_visited, mark_linked_rows, read_visited
from flows.run.parent_rows import ParentRows, Positions
from flows.run.run_state import RunState
from schemas import arrow, stage_tables

_KEPT, _LOST_ORIGINAL, _NEW = range(3)  # generations of FINGERPRINTS


def mark_duplicates(state: RunState, mode: str) -> RunState:
    """Set `duplicate_of` of each duplicate, and drop duplicates where `mode` is `drop`.

    Dropped duplicates are kept whole. They return when the article that they repeat leaves, and all of them where the
    mode is `mark` now.
    """
    mapped_tables: list[release.MappedTable] = []
    parent = state.parent
    unlinked = _find_unlinked_rows(state) if parent else []
    fingerprints, prints, old_places = _gather_fingerprints(state, unlinked, mapped_tables)
    release_pages = partial(release.release_pages, mapped_tables)
    links = dedupe.link_duplicates(fingerprints, prints, release_pages)
    release_pages()
    link_by_id = dict(zip(links["article_id"].to_pylist(), links["duplicate_of"].to_pylist(), strict=True))
    if parent:
        changed_links = {
            place: link_by_id.get(key)
            for key, place in old_places.items()
            if link_by_id.get(key) != _read_published_link(parent, place)
        }
        state = replace(state, parent=replace(parent, links={**parent.links, **changed_links}))
    own_links = links.filter(pc.invert(pc.is_in(links["article_id"], pa.array(list(old_places), pa.string()))))
    places = pc.index_in(state.articles["article_id"], own_links["article_id"].combine_chunks())
    values = own_links["duplicate_of"].combine_chunks().take(places.combine_chunks())
    state = replace(state, articles=arrow.replace_column(state.articles, "duplicate_of", values))
    state = _return_dropped_rows(state, mode)
    return _drop_duplicates(state) if mode == "drop" else state


def _read_published_link(parent: ParentRows, place: tuple[int, int]) -> str | None:
    """Read the link that a row of the parent was published with."""
    value = parent.indexes[place[0]].read_column("duplicate_of")[place[1]].as_py()
    return value.hex() if value is not None else None


def _return_dropped_rows(state: RunState, mode: str) -> RunState:
    """Publish dropped duplicates of the parent that repeat no article any more; in mode `mark` all of them."""
    parent = state.parent
    for number in parent.list_numbers(is_dropped=True) if parent else ():
        assert parent is not None
        returns = parent.stays[number] if mode == "mark" else parent.stays[number] & ~mark_linked_rows(parent, number)
        state, parent = _take_parent_rows(state, parent, number, np.flatnonzero(returns))
    return replace(state, parent=parent)


def _drop_duplicates(state: RunState) -> RunState:
    """Drop the duplicates, also the articles of the parent that were published as such; each becomes a reject too."""
    parent = state.parent
    for number in parent.list_numbers(is_dropped=False) if parent else ():
        assert parent is not None
        rows = np.flatnonzero(parent.stays[number] & mark_linked_rows(parent, number))
        state, parent = _take_parent_rows(state, parent, number, rows)
    state = replace(state, parent=parent)
    dropped = state.articles.filter(pc.is_valid(state.articles["duplicate_of"]))
    rejections = {
        row: ("duplicate", f"Repeats article {original}; duplicates are dropped on request.")
        for row, original in zip(dropped["row"].to_pylist(), dropped["duplicate_of"].to_pylist(), strict=True)
    }
    return replace(state.reject_rows(rejections, "dedupe"), dropped=dropped)


def _take_parent_rows(state: RunState, parent: ParentRows, number: int, rows: Positions) -> tuple[RunState, ParentRows]:
    """Move rows of a segment of the parent to the articles of the run."""
    if not len(rows):
        return state, parent
    articles = append_keys(state.articles, parent.load_keys(number, rows))
    taken = {(number, row) for row in rows.tolist()}
    links = {place: link for place, link in parent.links.items() if place not in taken}
    return replace(state, articles=articles), replace(parent.without_rows([(number, rows)]), links=links)


def _find_unlinked_rows(state: RunState) -> list[tuple[int, Positions]]:
    """Find the rows that stay and whose original does not: it left, or its text is another one now."""
    parent = state.parent
    assert parent is not None
    left_ids = pa.concat_arrays(
        [
            pa.array([], pa.binary(16)),
            *(
                index.read_column("article_id").filter(pa.array(~stays))
                for index, stays in zip(parent.indexes, parent.stays, strict=True)
            ),
        ]
    )
    if not len(left_ids):
        return []
    return [
        (number, rows[parent.stays[number][rows]])
        for number, rows in enumerate(parent.find_values("duplicate_of", left_ids))
        if parent.stays[number][rows].any()
    ]


def _gather_fingerprints(
    state: RunState, unlinked: list[tuple[int, Positions]], mapped_tables: list[release.MappedTable]
) -> tuple[pa.Table, pa.Table, dict[str, tuple[int, int]]]:
    """Return FINGERPRINTS and PRINTS of the articles to be compared, and the places of the unlinked old rows by id.

    Appends the memory-mapped tables that the prints are in to `mapped_tables`.
    """
    prints, print_rows = _gather_prints(state, mapped_tables)
    generations = np.full(state.articles.num_rows, _NEW, np.int8)
    if state.parent is None:
        return dedupe.assemble_fingerprints(state.articles, prints, generations, print_rows), prints, {}
    parent = state.parent
    generations[_find_published(state, parent, is_duplicate=True)] = _LOST_ORIGINAL
    generations[_find_published(state, parent, is_duplicate=False)] = _KEPT
    own_visited = read_visited(prints, print_rows.to_numpy()[generations != _KEPT])
    old_rows = {number: (rows, np.full(len(rows), _LOST_ORIGINAL, np.int8)) for number, rows in unlinked}
    tables = [dedupe.assemble_fingerprints(state.articles, prints, generations, print_rows)]
    print_tables, print_count = [prints], prints.num_rows
    unlinked_prints = [_take_index_prints(parent, number, rows) for number, rows in unlinked]
    visited = join_visited([own_visited, *(read_visited(table, np.arange(len(table))) for table in unlinked_prints)])
    old_places: dict[str, tuple[int, int]] = {}
    for number in range(len(parent.indexes)):
        candidates = find_candidates(parent, number, visited)
        rows, row_generations = old_rows.get(number, (np.empty(0, np.int64), np.empty(0, np.int8)))
        candidates = np.setdiff1d(candidates, rows)
        rows = np.concatenate([rows, candidates])
        row_generations = np.concatenate([row_generations, np.full(len(candidates), _KEPT, np.int8)])
        if not len(rows):
            continue
        order = np.argsort(rows)
        rows, row_generations = rows[order], row_generations[order]
        index_rows = parent.indexes[number].rows.table.take(pa.array(rows))
        index_prints = _take_index_prints(parent, number, rows)
        ids = [key.hex() for key in index_rows["article_id"].to_pylist()]
        old_places |= {
            key: (number, row)
            for key, row, generation in zip(ids, rows.tolist(), row_generations.tolist(), strict=True)
            if generation == _LOST_ORIGINAL
        }
        columns = index_rows.select(["date", "date_basis", "published_at", "char_count"])
        articles = columns.append_column("article_id", pa.array(ids, pa.string()))
        index_fingerprints = dedupe.assemble_fingerprints(
            articles, index_prints, row_generations, pa.array(np.arange(len(rows)))
        )
        column_index = index_fingerprints.schema.get_field_index("print")
        print_column = pc.add(index_fingerprints["print"], print_count)
        field = index_fingerprints.schema.field(column_index)
        tables.append(index_fingerprints.set_column(column_index, field, print_column))
        print_tables.append(index_prints)
        print_count += len(rows)
    return pa.concat_tables(tables), pa.concat_tables(print_tables), old_places


def _find_published(state: RunState, parent: ParentRows, *, is_duplicate: bool) -> npt.NDArray[np.int64]:
    """Find the articles of this run that the parent published as duplicates, or as originals, whatever their text."""
    places = parent.find_ids(state.articles["article_id"])
    matches = np.zeros(len(places.segments), bool)
    for number in np.unique(places.segments[places.exists]).tolist():
        in_segment = np.flatnonzero(places.segments == number)
        links = parent.indexes[number].read_column("duplicate_of").take(pa.array(places.rows[in_segment]))
        matches[in_segment] = np.asarray(pc.is_valid(links)) == is_duplicate
    return np.flatnonzero(matches)


def _take_index_prints(parent: ParentRows, number: int, rows: Positions) -> pa.Table:
    """Take PRINTS of some rows of a segment, in their order."""
    index = parent.indexes[number]
    print_files = index.read_column("print_file").to_numpy()[rows]
    print_rows = index.read_column("print_row").to_numpy()[rows]
    tables, order = [stage_tables.PRINTS.empty_table()], []
    for file_number in np.unique(print_files).tolist():
        selected = np.flatnonzero(print_files == file_number)
        mapped = release.map_table(index.print_paths[file_number])
        tables.append(take_from_batches(mapped.table, print_rows[selected]))
        order.append(selected)
        mapped.release_pages()
    positions = np.argsort(np.concatenate(order)) if order else np.empty(0, np.int64)
    return pa.concat_tables(tables).combine_chunks().take(pa.array(positions))


def take_from_batches(table: pa.Table, rows: npt.NDArray[np.int32]) -> pa.Table:
    """Take rows of a mapped table of many batches, in the order of `rows`, without joining the batches first."""
    batches = table.to_batches()
    starts = np.cumsum([0, *(batch.num_rows for batch in batches)])
    numbers = np.searchsorted(starts, rows, side="right") - 1
    parts, order = [table.schema.remove_metadata().empty_table()], []
    for number in np.unique(numbers).tolist():
        selected = np.flatnonzero(numbers == number)
        part = pa.Table.from_batches([batches[number].take(pa.array(rows[selected] - starts[number]))])
        parts.append(part.replace_schema_metadata())
        order.append(selected)
    positions = np.argsort(np.concatenate(order)) if order else np.empty(0, np.int64)
    return pa.concat_tables(parts).combine_chunks().take(pa.array(positions))


def _gather_prints(state: RunState, mapped_tables: list[release.MappedTable]) -> tuple[pa.Table, pa.Array]:
    """Return PRINTS of the shards of this run, and for each article its row in them."""
    shard_numbers, positions = state.articles["shard"].to_numpy(), state.articles["at"].to_numpy()
    used_shards = np.unique(shard_numbers).tolist()
    tables = [_load_shard_prints(state.shards[number], mapped_tables) for number in used_shards]
    starts = np.zeros(len(state.shards) + 1, np.int64)
    starts[used_shards] = np.cumsum([0, *(part.num_rows for part in tables)])[:-1]
    return pa.concat_tables([stage_tables.PRINTS.empty_table(), *tables]), pa.array(starts[shard_numbers] + positions)


def _load_shard_prints(shard: cache.Shard, mapped_tables: list[release.MappedTable]) -> pa.Table:
    """Load the prints of a shard, mapped where they are a file."""
    mapped = shard.map_prints()
    if mapped is None:
        return shard.read_table("prints")
    mapped_tables.append(mapped)
    return mapped.table
