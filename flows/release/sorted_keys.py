"""Keys of 128 bits in sorted arrays: the digests of raw bytes in state/raw, and the keys of cached outcomes.

A Python set of as many keys takes several times the memory.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
_Run = list[npt.NDArray[Any]]


class SortedKeys:
    """128-bit keys and values of each; `value_types` are the numpy types of the values.

    Keys are an array of shape (2, count), see `split_keys`. They lie in runs sorted by the first half, each at least
    twice as long as the next: few runs to search, and few merges of each key.
    """

    def __init__(self, *value_types: type[np.generic]) -> None:
        self._value_types = value_types
        self._runs: list[_Run] = []

    def add_keys(self, keys: Keys, *values: npt.NDArray[Any]) -> None:
        """Add keys with an array of each value. Of a key that is there already the older values count."""
        if not keys.shape[1]:
            return
        self._runs.append(_sort_run([keys[0], keys[1], *values]))
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            self._runs[-2:] = [_sort_run([np.concatenate(parts) for parts in zip(*self._runs[-2:], strict=True)])]

    def find_keys(self, keys: Keys) -> tuple[npt.NDArray[np.bool_], list[npt.NDArray[Any]]]:
        """Find keys: -> mask of those that are there, an array of each value, 0 where a key is not.

        Of two keys that share their first half, which is practically impossible, one is not found.
        """
        is_found = np.zeros(keys.shape[1], bool)
        values = [np.zeros(keys.shape[1], value_type) for value_type in self._value_types]
        for firsts, seconds, *run_values in self._runs:
            places = np.searchsorted(firsts, keys[0])
            places[places == len(firsts)] = 0
            matches = (firsts[places] == keys[0]) & (seconds[places] == keys[1]) & ~is_found
            for found_values, stored_values in zip(values, run_values, strict=True):
                found_values[matches] = stored_values[places[matches]]
            is_found |= matches
        return is_found, values


def split_keys(digests: bytes | memoryview, width: int) -> Keys:
    """Split digests of `width` bytes, one after the other, into the first two integers of each: shape (2, count)."""
    return np.frombuffer(digests, np.uint64).reshape(-1, width // 8)[:, :2].T.copy()


def _sort_run(run: _Run) -> _Run:
    order = np.argsort(run[0], kind="stable")
    return [column[order] for column in run]
