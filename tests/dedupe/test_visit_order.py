"""Articles that stand in a longer one are visited after it."""

import numpy as np
import pytest

from flows.dedupe.fingerprint_table import PrintTable
from flows.dedupe.sample_pairs import find_sample_pairs
from flows.dedupe.visit_order import rank_visits
from tests.dedupe.test_fingerprint_table import table

# Shingles of texts: 0 stands in 2, which stands in 4; 1 and 3 are alone; 5 is nearly 4.
SHINGLES = [
    np.arange(100, 180), np.arange(1_000, 1_100), np.arange(100, 300), np.arange(5_000, 5_050), np.arange(100, 600),
    np.arange(105, 610),
]  # fmt: skip


def mix(numbers):
    """Return digests that are spread as those of shingles are."""
    return np.unique(numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def rank(generations):
    prints = PrintTable(table([mix(numbers) for numbers in SHINGLES]))
    rows = np.arange(len(SHINGLES))
    pairs = find_sample_pairs(rows, rows, prints, len(rows))
    ranks = rank_visits(pairs, rows, np.array(generations, np.int8), prints).tolist()
    return [ranks.index(place) for place in range(len(ranks))]


@pytest.mark.parametrize(
    ("generations", "order"),
    [
        ([2] * 6, [1, 3, 4, 5, 2, 0]),  # those that stand in others last, from the longest
        ([0] * 6, [0, 1, 2, 3, 4, 5]),  # published ones keep their places
        ([2, 2, 2, 2, 1, 1], [4, 5, 1, 2, 3, 0]),  # what holds 2 is of another generation
        ([2, 2, 1, 2, 2, 2], [2, 1, 3, 4, 5, 0]),  # 0 stands in 4 too, which is of its generation
    ],
)
def test_each_is_visited_after_the_longer_one_of_its_generation_that_holds_it(generations, order):
    assert rank(generations) == order
