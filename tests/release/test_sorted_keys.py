"""128-bit keys and their values, against a dictionary."""

import hashlib
import random

import numpy as np
import pytest

from flows.release import SortedKeys, split_keys


def digest(number: int, width: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()[:width]


def split(numbers: list[int], width: int = 16) -> np.ndarray:
    return split_keys(b"".join(digest(number, width) for number in numbers), width)


@pytest.mark.parametrize("seed", range(4))
def test_every_key_has_the_values_that_it_was_first_added_with(seed):
    draw = random.Random(seed)
    keys, expected = SortedKeys(np.int32, np.int64), {}
    for at in range(30):
        numbers = draw.sample(range(400), draw.choice([0, 1, 2, 7, 40]))
        keys.add_keys(split(numbers), np.array(numbers, np.int32), np.full(len(numbers), at))
        expected = dict.fromkeys(numbers, at) | expected
        asked = [draw.randrange(500) for _ in range(50)]
        is_found, (stored, times) = keys.find_keys(split(asked))
        assert is_found.tolist() == [number in expected for number in asked]
        assert stored.tolist() == [number if number in expected else 0 for number in asked]
        assert times.tolist() == [expected.get(number, 0) for number in asked]


def test_a_key_that_shares_only_one_half_is_another():
    keys = SortedKeys()
    first = split([1])
    keys.add_keys(first)
    for row in (0, 1):
        other = first.copy()
        other[row] += 1
        assert keys.find_keys(other)[0].tolist() == [False]
    assert keys.find_keys(first)[0].tolist() == [True]


def test_without_keys_nothing_is_found():
    keys = SortedKeys(np.int32)
    keys.add_keys(split([]), np.empty(0, np.int32))
    is_found, (values,) = keys.find_keys(split([3, 4]))
    assert (is_found.tolist(), values.tolist(), values.dtype) == ([False, False], [0, 0], np.int32)


def test_keys_are_the_first_sixteen_bytes_of_a_digest():
    assert split([5, 6], 32).tolist() == split([5, 6], 16).tolist()
