"""Rows that share digests with one text, and not with several texts together."""

import numpy as np
import pyarrow as pa

from flows.dedupe import compute_prints
from flows.dedupe.sample_pairs import MIN_SHARED, find_sharing_rows, sample_shingles
from flows.dedupe.shingles import SAMPLE_SIZE
from tests.makers import story


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


def test_the_sample_of_a_text_is_that_of_its_row_whatever_rows_are_asked_for():
    texts = [story(0), "Pendek.", story(1), story(2)]
    prints = compute_prints(pa.table({"content_hash": [f"{number}" * 32 for number in range(4)], "text": texts}))

    def read(rows):
        places, digests = sample_shingles(prints, rows)
        return [sorted(digests[places == place].tolist()) for place in range(4 if rows is None else len(rows))]

    samples = read(None)
    assert [len(sample) for sample in samples] == [SAMPLE_SIZE, 0, SAMPLE_SIZE, SAMPLE_SIZE]  # one has no shingles
    assert len({tuple(sample) for sample in samples}) == 4
    assert read(np.array([3, 1, 0])) == [samples[3], samples[1], samples[0]]
