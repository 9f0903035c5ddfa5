"""Comparison of this run's articles with the parent's rows: which rows stay as they are.

A row stays where its document is not in this source (`--append`), or where the source still has it, with the same
bytes, values and origin, made by the same code with the same parameters. Such rows are not read: their segment is
kept, or they are copied into another. All other documents of the source remain in `RunState.articles`.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.run.parent_rows import Mask, ParentRows, Positions, RowPlaces, group_by_segment
from flows.run.run_state import RunState
from flows.run.segment_index import compute_origin_digests, compute_source_hashes
from flows.run.segment_keys import view_binary


def match_parent(
    state: RunState, parent: ParentRows, left: list[tuple[int, Positions]], settings: str, *, append: bool
) -> RunState:
    """Return the state whose articles are those that the parent does not have as they are.

    With `append` all rows of the parent stay, articles and dropped duplicates, but for those that `left` and those of
    documents of this source; a new article whose source_id another row has becomes `id~article_id`. `settings` is the
    digest of code and parameters: rows made by others are made again.
    """
    places = parent.find_ids(state.articles["article_id"])
    if append:
        parent = replace(parent, stays=tuple(np.ones(len(mask), bool) for mask in parent.stays))
        renamed = parent.find_ids(pa.array(list(state.renamed_ids), pa.string()))
        parent = parent.without_rows([*left, *group_by_segment(places), *group_by_segment(renamed)])
        state = _give_way_on_source_ids(state, parent)
    carried_count = parent.count_rows(is_dropped=False) + parent.count_rows(is_dropped=True)
    same = _mark_same_rows(state, parent, places, settings)
    stays = [mask.copy() for mask in parent.stays]
    for number, rows in group_by_segment(RowPlaces(places.segments[same], places.rows[same])):
        stays[number][rows] = True
    return replace(
        state,
        articles=state.articles.filter(pa.array(~same)),
        parent=replace(parent, stays=tuple(stays)),
        carried_count=carried_count,
    )


def _give_way_on_source_ids(state: RunState, parent: ParentRows) -> RunState:
    """Rename the source_id of articles of this source that a row of the parent has."""
    if not state.articles.num_rows:
        return state
    hashes = compute_source_hashes(state.articles["source_id"])
    is_taken = np.zeros(len(hashes), bool)
    for index, stays in zip(parent.indexes, parent.stays, strict=True):
        parent_hashes = index.read_column("source_hash").to_numpy()[stays]
        is_taken |= np.isin(hashes, parent_hashes)
    if not is_taken.any():
        return state
    column_index = state.articles.schema.get_field_index("source_id")
    source_ids, ids = state.articles["source_id"], state.articles["article_id"]
    renamed = pc.if_else(pa.array(is_taken), pc.binary_join_element_wise(source_ids, ids, "~"), source_ids)
    articles = state.articles.set_column(column_index, state.articles.schema.field(column_index), renamed)
    return replace(state, articles=articles.combine_chunks())


def _mark_same_rows(state: RunState, parent: ParentRows, places: RowPlaces, settings: str) -> Mask:
    """Return the mask of the articles that equal their row of the parent, and were made by the same code."""
    comparable = [parent.can_share and segment.settings == (settings,) for segment in parent.segments]
    is_overridden = np.isin(state.articles["row"].to_numpy(), list(state.own_urls))
    is_candidate = ~is_overridden & places.exists & np.append(np.array(comparable, bool), False)[places.segments]
    same = np.zeros(len(is_candidate), bool)
    candidates = np.flatnonzero(is_candidate)
    if not len(candidates):
        return same
    digests = np.frombuffer(b"".join(compute_origin_digests(state.articles.take(pa.array(candidates)))), "V16")
    for number in np.unique(places.segments[candidates]).tolist():
        in_segment = np.flatnonzero(places.segments[candidates] == number)
        parent_digests = view_binary(parent.indexes[number].rows.table["origin_digest"], 16).view("V16").reshape(-1)
        same[candidates[in_segment]] = parent_digests[places.rows[candidates[in_segment]]] == digests[in_segment]
    return same
