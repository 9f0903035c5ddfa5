"""Sorted keys of a segment: where some stand, and which rows have them."""

import numpy as np
import pyarrow as pa
import pytest

from flows.run.segment_keys import SegmentKeys, sort_keys, view_binary

KEYS = SegmentKeys(np.array([3, 5, 5, 5, 9], np.uint64), np.array([7, 0, 1, 4, 2], np.int32))


@pytest.mark.parametrize(
    ("needles", "max_rows", "matches"),
    [
        ([3, 5, 9], None, [(0, 0), (1, 1), (1, 2), (1, 3), (2, 4)]),
        ([0, 4, 10], None, []),
        ([5, 9], 2, [(1, 4)]),
        ([5, 9], 3, [(0, 1), (0, 2), (0, 3), (1, 4)]),
        ([], None, []),
    ],
)
def test_each_place_of_a_key_is_found(needles, max_rows, matches):
    places, slots = KEYS.find_places(np.array(needles, np.uint64), max_rows)
    assert list(zip(places.tolist(), slots.tolist(), strict=True)) == matches


def test_nothing_is_found_in_a_segment_without_keys():
    empty = SegmentKeys(np.empty(0, np.uint64), np.empty(0, np.int32))
    assert [len(part) for part in empty.find_places(np.array([3], np.uint64))] == [0, 0]


def test_rows_that_go_take_their_keys_with_them():
    moved = KEYS.move_rows(np.array([0, -1, 5, -1, 2, -1, -1, 1], np.int32))
    assert (moved.keys.tolist(), moved.rows.tolist()) == ([3, 5, 5, 9], [1, 0, 2, 5])


def test_keys_are_sorted_and_equal_ones_by_their_rows():
    parts = [SegmentKeys(np.array([9, 5], np.uint64), np.array([1, 8], np.int32)), KEYS]
    assert sort_keys(parts).to_pydict() == {"key": [3, 5, 5, 5, 5, 9, 9], "row": [7, 0, 1, 4, 8, 1, 2]}
    assert sort_keys([]).num_rows == 0


def test_bytes_of_a_slice_are_those_of_its_rows():
    column = pa.chunked_array([pa.array([b"ab", b"cd", b"ef"], pa.binary(2)).slice(1), pa.array([b"gh"], pa.binary(2))])
    assert view_binary(column, 2).tobytes() == b"cdefgh" and view_binary(column.slice(1, 1), 2).tobytes() == b"ef"
    assert view_binary(pa.nulls(0, pa.binary(2)), 2).shape == (0, 2)
