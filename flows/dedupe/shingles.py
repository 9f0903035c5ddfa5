"""A text -> its 5-word shingles as digests, and the keys under which similar texts meet (MinHash, banded).

numpy alone: the minima of a text cost less than the digests of its words, so a faster library would save little; and a
kept print must mean the same in every release to come, which a library's random numbers do not promise.
"""

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

Digests = npt.NDArray[np.uint64]

# Raised when a print made before means something else now; kept prints of another version are made anew.
VERSION: Final = 1
WORDS: Final = 5
BANDS: Final = 32
ROWS: Final = 4  # two texts of similarity s share a band with probability 1 - (1 - s**ROWS) ** BANDS: .9998 at .7

_WORD: Final = re.compile(r"[^\W_]+")
_AT_ONCE: Final = 4096  # shingles


def shingles(text: str) -> Digests:
    """Its runs of five words (NFKC, case folded, letters and digits), as sorted 64-bit digests, each once.

    A text of fewer words has one shingle, all of it; one of no word has none.
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))
    if not words:
        return np.empty(0, np.uint64)
    digests = np.array([_word(word) for word in words], np.uint64)
    width = min(WORDS, len(digests))
    runs = len(digests) - width + 1
    mixed = np.zeros(runs, np.uint64)
    for place in range(width):
        mixed += digests[place : place + runs] * _PLACES[place]
    return np.unique(_mixed(mixed))


def bands(digests: Digests) -> Digests:
    """The BANDS keys of a text with these shingles (at least one)."""
    minima = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, np.uint64)
    for start in range(0, len(digests), _AT_ONCE):
        part = digests[start : start + _AT_ONCE, np.newaxis]
        # Digests are stirred already: an odd factor orders them anew, and its minimum is as good as a dearer hash's.
        np.minimum(minima, (part * _FACTORS).min(axis=0), out=minima)
    rows = minima.reshape(BANDS, ROWS)
    keys = np.zeros(BANDS, np.uint64)
    for place in range(ROWS):
        keys += rows[:, place] * _PLACES[place]
    return _mixed(keys)


def jaccard(one: Digests, other: Digests) -> float:
    """Shingles that both have, of those that either has; both sorted, each digest once."""
    if not len(one) or not len(other):
        return 0.0
    small, large = (one, other) if len(one) <= len(other) else (other, one)
    place = np.searchsorted(large, small)
    place[place == len(large)] = 0
    both = int(np.count_nonzero(large[place] == small))
    return both / (len(one) + len(other) - both)


@lru_cache(maxsize=1 << 16)
def _word(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _mixed(values: Digests) -> Digests:
    """Each value's bits stirred (the finalizer of splitmix64); different values stay different."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _constants(count: int, start: int) -> Digests:
    """Numbers of splitmix64, odd, the same for ever."""
    steps = np.arange(start + 1, start + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return _mixed(steps) | np.uint64(1)


_PLACES: Final = _constants(WORDS, 0)
_FACTORS: Final = _constants(BANDS * ROWS, WORDS)
