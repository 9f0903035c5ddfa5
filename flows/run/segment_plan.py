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


@dataclass(frozen=True)
class _Plan:
    """Segments of one kind: KEYS of all rows to be written, segments that are kept, segments to be written."""

    rows: pa.Table
    kept_segments: tuple[release.Segment, ...]
    pieces: tuple[SegmentPiece, ...]


def plan_segments(state: RunState, *, merge: bool = True) -> RunState:
    """Return the state with its kept segments and pieces; rows of segments that are written again join its tables.

    Published articles and dropped duplicates have segments of their own, planned in the same way. With `merge` false (a
    purge), each segment of the parent is kept or written again under its number.
    """
    free_number = release.find_first_free_number(state.parent.segments) if state.parent else 1
    published = _plan_rows(state.articles, state.parent, free_number, merge=merge, is_dropped=False)
    if not published.pieces and not published.kept_segments:
        empty_piece = SegmentPiece(free_number, np.empty(0, np.int64), ())
        published = replace(published, pieces=(empty_piece,))
    free_number += len(published.pieces)
    dropped = _plan_rows(state.dropped, state.parent, free_number, merge=merge, is_dropped=True)
    return replace(
        state,
        articles=published.rows,
        dropped=dropped.rows,
        kept_segments=(*published.kept_segments, *dropped.kept_segments),
        pieces=(*published.pieces, *dropped.pieces),
    )


def _plan_rows(rows: pa.Table, parent: ParentRows | None, free_number: int, *, merge: bool, is_dropped: bool) -> _Plan:
    """Plan the segments of published articles, or of dropped duplicates: KEYS of the rows that do not stay."""
    home = _find_home(rows, parent, is_dropped=is_dropped)
    sources = [*_list_parent_sources(parent, home, is_dropped=is_dropped), *_list_new_sources(home)]
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
    pieces = []
    for group in written_groups:
        rows, places = _gather_rows(rows, parent, [sources[number] for number in group])
        parent_segments = tuple(
            number for number in (sources[index].parent_segment for index in group) if number is not None
        )
        for start in range(0, len(places), release.SEGMENT_ROWS):
            number = free_number
            if not merge and parent_segments and start == 0 and parent:
                number = parent.segments[parent_segments[0]].number or free_number
            piece_places = places[start : start + release.SEGMENT_ROWS]
            pieces.append(SegmentPiece(number, piece_places, parent_segments, is_dropped))
            free_number += 1
    return _Plan(rows, kept_segments, tuple(pieces))


def _find_home(rows: pa.Table, parent: ParentRows | None, *, is_dropped: bool) -> npt.NDArray[np.int32]:
    """Return for each row the parent's segment of its kind whose row it replaces; -1 where it is new among them."""
    if parent is None:
        return np.full(rows.num_rows, -1, np.int32)
    home = parent.find_ids(rows["article_id"]).segments
    is_kind = np.append(parent.is_dropped == is_dropped, False)
    return np.where(is_kind[home], home, -1).astype(np.int32)


def _list_parent_sources(parent: ParentRows | None, home: npt.NDArray[np.int32], *, is_dropped: bool) -> list[_Source]:
    """List the rows that remain of each segment of the parent of this kind."""
    if parent is None:
        return []
    changed_segments = {number for number, _ in parent.links}
    sources = []
    for number in parent.list_numbers(is_dropped=is_dropped):
        stays = parent.stays[number]
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
    rows: pa.Table, parent: ParentRows | None, sources: list[_Source]
) -> tuple[pa.Table, npt.NDArray[np.int64]]:
    """Append the rows of the parent's segments to `rows` (KEYS); return it with the places of all rows, in order.

    A row that replaces one of the parent comes after the rows of that segment that stay.
    """
    place_parts = [np.empty(0, np.int64)]
    tables, place = [], rows.num_rows
    for source in sources:
        if source.parent_segment is not None:
            assert parent is not None
            staying = np.flatnonzero(parent.stays[source.parent_segment])
            tables.append(parent.load_keys(source.parent_segment, staying))
            place_parts.append(np.arange(place, place + len(staying)))
            place += len(staying)
        place_parts.append(source.places)
    if tables:
        carried = pa.concat_tables([arrow.make_empty_table(stage_tables.KEYS), *tables])
        rows = append_keys(rows, carried)
    return rows, np.concatenate(place_parts)
