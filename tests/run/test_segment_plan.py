"""Which segments of the parent are kept, and which rows come into which new one."""

from dataclasses import replace

import numpy as np
import pytest

from flows import run
from tests.makers import story
from tests.run.test_partitioning import clean_texts
from tests.run.test_segments import Nights, small_segments  # noqa: F401  (a fixture)

pytestmark = pytest.mark.usefixtures("small_segments")  # of at most eight rows


def list_pieces(state):
    return [(piece.number, len(piece.places), piece.is_dropped) for piece in state.pieces]


def list_ids(state, piece):
    rows = state.dropped if piece.is_dropped else state.articles
    return rows["article_id"].take(piece.places).to_pylist()


@pytest.mark.parametrize(("count", "pieces"), [(0, [(1, 0, False)]), (3, [(1, 3, False)]), (8, [(1, 8, False)]),
                                               (11, [(1, 8, False), (2, 3, False)])])  # fmt: skip
def test_new_rows_are_cut_into_segments_in_the_order_of_their_coming(tmp_path, count, pieces):
    state, _ = clean_texts(tmp_path / "run", {number: story(number) for number in range(max(count, 1))})
    if not count:
        state = state.reject_rows(dict.fromkeys(state.articles["row"].to_pylist(), ("empty", "why")), "clean")
    ids = state.articles["article_id"].to_pylist()
    planned = run.plan_segments(state)
    assert list_pieces(planned) == pieces and planned.kept_segments == ()
    assert [each for piece in planned.pieces for each in list_ids(planned, piece)] == ids
    assert planned.count_published() == count and planned.count_dropped() == state.count_dropped()


def test_dropped_rows_have_segments_of_their_own_behind_those_of_articles(tmp_path):
    state, _ = clean_texts(tmp_path / "run", {number: story(number) for number in range(5)})
    state = replace(state, articles=state.articles.slice(0, 3), dropped=state.articles.slice(3))
    planned = run.plan_segments(state)
    assert list_pieces(planned) == [(1, 3, False), (2, 2, True)]
    assert planned.count_published() == 3 and planned.count_dropped() == {"duplicate": 2}


@pytest.fixture
def nights(tmp_path):
    """Two nights: a full segment of eight rows, and one of two rows, which are too few of a size to be merged."""
    nights = Nights(tmp_path)
    nights.deliver({f"a{number}": story(number) for number in range(8)})
    nights.deliver({f"b{number}": story(20 + number) for number in range(2)})
    return nights


def open_with_rows(nights, stays):
    """Open the latest release as parent, of whose rows those stay that `stays` names by segment."""
    parent = run.open_parent(nights.latest, run.IndexFolder(nights.dataset.state / "index"))
    masks = [mask.copy() for mask in parent.stays]
    for mask, rows in zip(masks, stays, strict=True):
        mask[rows] = True
    return replace(parent, stays=tuple(masks))


ALL, NONE = [*range(8)], []


@pytest.mark.parametrize(
    ("stays", "new", "kept", "pieces"),
    [
        ((ALL, [0, 1]), 0, [8, 2], []),
        ((ALL, [0, 1]), 1, [8, 2], [(3, 1)]),
        ((ALL, [0]), 0, [8], [(3, 1)]),  # one row left: its segment is written again
        ((ALL[:5], [0, 1]), 1, [2], [(3, 5), (4, 1)]),
        ((ALL, NONE), 0, [8], []),  # nothing is left of the second
        ((NONE, NONE), 2, [], [(3, 2)]),
    ],
)
def test_a_segment_is_kept_while_all_its_rows_stay(nights, tmp_path, stays, new, kept, pieces):
    state, _ = clean_texts(tmp_path / "new", {number: story(number + 40) for number in range(max(new, 1))})
    planned = run.plan_segments(
        replace(state, articles=state.articles.slice(0, new), parent=open_with_rows(nights, stays))
    )
    assert [segment.rows for segment in planned.kept_segments] == kept
    assert [(piece.number, len(piece.places)) for piece in planned.pieces] == pieces
    assert planned.count_published() == sum(kept) + sum(rows for _, rows in pieces)


def test_without_merging_each_segment_is_written_again_under_its_number(nights, tmp_path):
    state, _ = clean_texts(tmp_path / "new", {1: story(41)})
    state = replace(state, articles=state.articles.slice(0, 0), parent=open_with_rows(nights, (ALL[:5], [0, 1])))
    planned = run.plan_segments(state, merge=False)
    assert [segment.number for segment in planned.kept_segments] == [2]
    assert [(piece.number, len(piece.places), piece.parent_segments) for piece in planned.pieces] == [(1, 5, (0,))]
    linked = replace(state, parent=replace(open_with_rows(nights, (ALL, [0, 1])), links={(1, 0): "0" * 32}))
    planned = run.plan_segments(linked, merge=False)  # a new link is a changed row
    assert [segment.number for segment in planned.kept_segments] == [1]
    assert [(piece.number, len(piece.places)) for piece in planned.pieces] == [(2, 2)]


def test_nothing_is_kept_of_a_parent_that_cannot_be_shared(nights, tmp_path):
    state, _ = clean_texts(tmp_path / "new", {1: story(41)})
    parent = replace(open_with_rows(nights, (ALL, [0, 1])), can_share=False)
    planned = run.plan_segments(replace(state, articles=state.articles.slice(0, 0), parent=parent))
    assert planned.kept_segments == () and sum(len(piece.places) for piece in planned.pieces) == 10
    places = np.concatenate([piece.places for piece in planned.pieces])
    assert sorted(places.tolist()) == [*range(planned.articles.num_rows)]
