"""Rows that share digests with one text, and not with several texts together."""

import numpy as np

from flows.dedupe.sample_pairs import MIN_SHARED, find_sharing_rows


def find(pairs):
    numbers, rows = np.array(pairs, np.int32).reshape(-1, 2).T
    return find_sharing_rows(numbers, rows).tolist()


def test_a_row_shares_enough_with_one_text():
    assert find([(3, 7)] * MIN_SHARED + [(3, 8)] * (MIN_SHARED - 1)) == [7]


def test_what_it_shares_with_several_texts_is_not_added_up():
    assert find([(0, 7)] * (MIN_SHARED - 1) + [(1, 7)] * (MIN_SHARED - 1)) == []


def test_a_row_is_named_once_however_many_texts_it_shares_with():
    assert find([(0, 7)] * MIN_SHARED + [(1, 7)] * MIN_SHARED + [(1, 2)] * MIN_SHARED) == [2, 7]
    assert find([]) == []
