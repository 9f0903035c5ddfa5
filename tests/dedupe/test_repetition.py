"""When a text repeats another, by counts of shingles: bounds are exact."""

import numpy as np
import pytest

from flows.dedupe.repetition import SIMILARITY_THRESHOLD, is_contained, is_repetition, is_similar


@pytest.mark.parametrize(
    ("shared", "count", "other", "similar"),
    [(7, 7, 10, True), (7, 10, 7, True), (7, 8, 9, True), (7, 8, 10, False), (6, 7, 9, False), (10, 10, 10, True)],
)  # 7 of 10, 7 of 11, 6 of 10 that either has
def test_texts_that_share_seven_tenths_of_all_are_near_duplicates(shared, count, other, similar):
    assert bool(is_similar(shared, count, other)) is similar
    assert (shared / (count + other - shared) >= SIMILARITY_THRESHOLD) is similar


@pytest.mark.parametrize(
    ("shared", "count", "longer", "contained"),
    [(8, 10, 100, True), (7, 10, 100, False), (10, 10, 11, True), (10, 10, 10, False), (10, 11, 10, False)],
)
def test_a_text_of_which_eight_tenths_stand_in_a_longer_one_is_contained(shared, count, longer, contained):
    assert bool(is_contained(shared, count, longer)) is contained


def test_a_repetition_is_either_whichever_of_the_two_is_longer():
    shared, counts = np.array([8, 8, 7, 7, 3]), np.array([10, 100, 10, 7, 10])
    others = np.array([100, 10, 100, 10, 10])
    assert is_repetition(shared, counts, others).tolist() == [True, True, False, True, False]
