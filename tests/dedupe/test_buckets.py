"""Rows that share keys, and the kept ones among them."""

import numpy as np
import pytest

from flows.dedupe.buckets import KeptRows, build_buckets


def build(parts, row_count, min_shared=1):
    return build_buckets(
        ((np.array(rows, np.int64), np.array(keys, np.uint64)) for rows, keys in parts), row_count, min_shared
    )


def list_members(buckets, row_count):
    """Return for each bucket of several rows its rows."""
    members = {}
    for row in range(row_count):
        for number in buckets.of_row(row).tolist():
            members.setdefault(number, []).append(row)
    return sorted(members.values())


PARTS = [([0, 1, 2, 3], [7, 8, 7, 9]), ([0, 1, 2, 3], [5, 5, 6, 5])]


def test_rows_of_one_key_are_a_bucket_and_keys_of_other_parts_are_others():
    buckets = build(PARTS, 5)
    assert list_members(buckets, 5) == [[0, 1, 3], [0, 2]]
    assert buckets.list_rows().tolist() == [0, 1, 2, 3]
    assert sorted(buckets.sizes.tolist()) == [2, 3]
    assert list_members(build([([0, 1], [7, 7]), ([0, 1], [7, 7])], 2), 2) == [[0, 1], [0, 1]]


def test_a_key_of_one_row_alone_is_no_bucket():
    buckets = build([([0, 1], [1, 2])], 3)
    assert list_members(buckets, 3) == [] and buckets.list_rows().tolist() == []
    assert build([], 3).list_rows().tolist() == []
    assert build([([], [])], 2).list_rows().tolist() == []


@pytest.mark.parametrize(
    ("parts", "members"),
    [
        ([([0, 1], [7, 7]), ([0, 1], [5, 5])], [[0, 1], [0, 1]]),
        (PARTS, []),  # 1, 2 and 3 share one key each, so 0 stays alone
        ([([0, 1, 2], [7, 7, 7]), ([0, 1, 3], [5, 5, 5]), ([2, 3], [4, 6])], [[0, 1], [0, 1]]),
    ],
)
def test_rows_in_fewer_buckets_than_asked_for_leave_until_none_does(parts, members):
    assert list_members(build(parts, 4, 2), 4) == members


def test_candidates_are_the_rows_kept_so_far_of_the_same_buckets():
    kept = KeptRows(build(PARTS, 5))
    assert kept.find_candidates(0).tolist() == []
    kept.add_row(0)
    assert kept.find_candidates(2).tolist() == [0] and kept.find_candidates(4).tolist() == []
    kept.add_row(1)
    assert sorted(kept.find_candidates(3).tolist()) == [0, 1] and kept.find_candidates(2).tolist() == [0]
    assert sorted(kept.find_candidates(0).tolist()) == [0, 0, 1]  # once for each bucket
