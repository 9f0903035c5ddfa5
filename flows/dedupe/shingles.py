"""Words -> their 5-word shingles as digests, and the keys under which similar texts meet (MinHash, banded).

numpy alone: the minima of a text cost no more than reading its words, so a faster library would save little; and a
kept print must mean the same in every release to come, which a library's random numbers do not promise.
"""

from collections.abc import Sequence
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

_AT_ONCE: Final = 1 << 15  # shingles whose products stay in the processor's cache
_REMEMBERED: Final = 1 << 16  # words


def shingles(words: Sequence[str]) -> Digests:
    """Runs of five words (normal.words), as sorted 64-bit digests, each once.

    Fewer words are one shingle, all of them; no word has none.
    """
    count = len(words)
    if not count:
        return np.empty(0, np.uint64)
    if len(_KNOWN) > _REMEMBERED:
        _KNOWN.clear()
    digests = np.fromiter(map(_KNOWN.__getitem__, words), np.uint64, count)
    width = min(WORDS, count)
    runs = count - width + 1
    mixed = digests[:runs] * _PLACES[0]
    for place in range(1, width):
        mixed += digests[place : place + runs] * _PLACES[place]
    found = _mixed(mixed)
    found.sort()
    again = found[1:] == found[:-1]
    return found[np.append(True, ~again)] if again.any() else found


def bands(texts: Sequence[Digests]) -> Digests:
    """The BANDS keys of each text with these shingles (at least one each): texts x BANDS."""
    if not texts:
        return np.empty((0, BANDS), np.uint64)
    digests = np.concatenate(texts)
    begins = np.cumsum([0, *map(len, texts[:-1])])
    minima = np.full((BANDS * ROWS, len(texts)), np.iinfo(np.uint64).max, np.uint64)
    products = np.empty(min(_AT_ONCE, len(digests)), np.uint64)
    for start in range(0, len(digests), _AT_ONCE):
        part = digests[start : start + _AT_ONCE]
        first, last = np.searchsorted(begins, start, side="right") - 1, np.searchsorted(begins, start + len(part))
        cuts, into = np.maximum(begins[first:last] - start, 0), products[: len(part)]
        # Digests are stirred already: an odd factor orders them anew, and its minimum is as good as a dearer hash's.
        for factor, least in zip(_FACTORS, minima[:, first:last], strict=True):
            np.multiply(part, factor, out=into)
            np.minimum(least, np.minimum.reduceat(into, cuts), out=least)
    rows = minima.T.reshape(len(texts), BANDS, ROWS)
    keys = np.zeros((len(texts), BANDS), np.uint64)
    for place in range(ROWS):
        keys += rows[:, :, place] * _PLACES[place]
    return _mixed(keys)


def jaccard(one: Digests, other: Digests) -> float:
    """Shingles that both have, of those that either has; both sorted, each digest once."""
    if not len(one) or not len(other):
        return 0.0
    every = np.concatenate((one, other))
    every.sort(kind="stable")  # two runs in order, which it sees
    both = int(np.count_nonzero(every[1:] == every[:-1]))
    return both / (len(every) - both)


class _Words(dict[str, int]):
    """The digest of each word, made where it is first asked for."""

    def __missing__(self, word: str) -> int:
        made = int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        self[word] = made
        return made


_KNOWN: Final = _Words()


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
