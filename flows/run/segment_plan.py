"""Plan of the segments of a release: which of the parent's are kept, and which rows are written into which new one.

A segment is kept if all its rows stay as they are. Any other is written again, with its changed articles in the place
of the old ones. New articles follow in the order of their arrival, 50,000 a segment. Small segments are merged by row
counts alone (flows/release/segments.py), so that the plan is a function of the parent and the rows.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows import release
from flows.run.keys_table import append_keys
from flows.run.parent_rows import ParentRows
from flows.run.run_state import RunState, SegmentPiece
from schemas import arrow, stage_tables


@dataclass(frozen=True)
class _Source:
    """Rows that come into one segment if nothing is merged: of a segment of the parent, or new ones."""

    rows: int
    parent_segment: int | None
    places: npt.NDArray[np.int64]  # in the articles of the run
    must_write: bool


def plan_segments(state: RunState, *, merge: bool = True) -> RunState:
    """Return the state with its kept segments and pieces; rows of segments that are written again join `articles`.

    With `merge` false (a purge), each segment of the parent is kept or written again under its number.
    """
    parent = state.parent
    home = _find_home(state, parent)
    sources = [*(_list_parent_sources(parent, home) if parent else []), *_list_new_sources(home)]
    merged = [source.rows < release.SEGMENT_ROWS or source.must_write for source in sources]
    candidates = [number for number, is_merged in enumerate(merged) if is_merged]
    groups = (
        [[candidates[index] for index in group] for group in release.plan_merges([sources[n].rows for n in candidates])]
        if merge
        else [[number] for number in candidates if sources[number].rows]
    )
    kept = [number for number, is_merged in enumerate(merged) if not is_merged]
    written_groups = []
    for group in groups:
        if len(group) == 1 and not sources[group[0]].must_write:
            kept.append(group[0])
        else:
            written_groups.append(group)
    kept_numbers = [sources[number].parent_segment for number in sorted(kept)]
    kept_segments = tuple(parent.segments[number] for number in kept_numbers if number is not None) if parent else ()
    free_number = release.find_first_free_number(parent.segments) if parent else 1
    articles, pieces = state.articles, []
    for group in written_groups:
        articles, places = _gather_rows(articles, parent, [sources[number] for number in group])
        parent_segments = tuple(
            number for number in (sources[index].parent_segment for index in group) if number is not None
        )
        for start in range(0, len(places), release.SEGMENT_ROWS):
            number = free_number
            if not merge and parent_segments and start == 0 and parent:
                number = parent.segments[parent_segments[0]].number or free_number
            pieces.append(SegmentPiece(number, places[start : start + release.SEGMENT_ROWS], parent_segments))
            free_number += 1
    if not pieces and not kept_segments:
        pieces.append(SegmentPiece(free_number, np.empty(0, np.int64), ()))
    return replace(state, articles=articles, kept_segments=kept_segments, pieces=tuple(pieces))


def _find_home(state: RunState, parent: ParentRows | None) -> npt.NDArray[np.int32]:
    """Return for each article of the run the parent's segment whose row it replaces; -1 where it is new."""
    if parent is None:
        return np.full(state.articles.num_rows, -1, np.int32)
    return parent.find_ids(state.articles["article_id"]).segments


def _list_parent_sources(parent: ParentRows, home: npt.NDArray[np.int32]) -> list[_Source]:
    """List the rows that remain of each segment of the parent."""
    changed_segments = {number for number, _ in parent.links}
    sources = []
    for number, stays in enumerate(parent.stays):
        places = np.flatnonzero(home == number)
        must_write = not parent.can_share or not stays.all() or number in changed_segments
        sources.append(_Source(int(stays.sum()) + len(places), number, places, must_write))
    return sources


def _list_new_sources(home: npt.NDArray[np.int32]) -> list[_Source]:
    """List the new rows, cut into segments."""
    places = np.flatnonzero(home < 0)
    size = release.SEGMENT_ROWS
    return [
        _Source(len(places[start : start + size]), None, places[start : start + size], must_write=True)
        for start in range(0, len(places), size)
    ]


def _gather_rows(
    articles: pa.Table, parent: ParentRows | None, sources: list[_Source]
) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """Append the rows of the parent's segments to `articles`; return it with the places of all rows, in order.

    A row that replaces one of the parent comes after the rows of that segment that stay.
    """
    place_parts = [np.empty(0, np.int64)]
    tables, place = [], articles.num_rows
    for source in sources:
        if source.parent_segment is not None:
            assert parent is not None
            rows = np.flatnonzero(parent.stays[source.parent_segment])
            tables.append(parent.load_keys(source.parent_segment, rows))
            place_parts.append(np.arange(place, place + len(rows)))
            place += len(rows)
        place_parts.append(source.places)
    if tables:
        carried = pa.concat_tables([arrow.make_empty_table(stage_tables.KEYS), *tables])
        articles = append_keys(articles, carried)
    return articles, np.concatenate(place_parts)
