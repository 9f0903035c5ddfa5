"""Shingles of a text as 64-bit digests, and the band keys under which similar texts collide (MinHash, banded).

numpy suffices: the minima of a text cost no more than reading its words, so a faster library would save little. A
stored print must also mean the same in every later release, which a library's random numbers do not promise.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

Digests = npt.NDArray[np.uint64]

# Raise it when the meaning of a print changes; stored prints of another version are computed again.
VERSION: Final = 1
SHINGLE_WORDS: Final = 5
BANDS: Final = 32
ROWS: Final = 4  # two texts of similarity s share a band with probability 1 - (1 - s**ROWS) ** BANDS: .9998 at .7
SAMPLE_SIZE: Final = 16  # lowest digests of a text by which one that stands in it, or holds it, is found

_CHUNK_SIZE: Final = 1 << 15  # shingles whose products fit in the processor's cache
_CACHED_WORDS: Final = 1 << 16  # words


def compute_shingles(words: Sequence[str]) -> Digests:
    """Return runs of five words (of normalization.split_words) as sorted, unique 64-bit digests.

    Fewer words are one shingle; no words have none.
    """
    count = len(words)
    if not count:
        return np.empty(0, np.uint64)
    if len(_WORD_DIGESTS) > _CACHED_WORDS:
        _WORD_DIGESTS.clear()
    digests = np.fromiter(map(_WORD_DIGESTS.__getitem__, words), np.uint64, count)
    width = min(SHINGLE_WORDS, count)
    run_count = count - width + 1
    run_sums = digests[:run_count] * _POSITION_FACTORS[0]
    for place in range(1, width):
        run_sums += digests[place : place + run_count] * _POSITION_FACTORS[place]
    shingle_digests = _mix_bits(run_sums)
    shingle_digests.sort()
    is_repeat = shingle_digests[1:] == shingle_digests[:-1]
    return shingle_digests[np.append(True, ~is_repeat)] if is_repeat.any() else shingle_digests


def compute_band_keys(texts: Sequence[Digests]) -> Digests:
    """Return the BANDS keys of each text, an array texts x BANDS; every text needs at least one shingle."""
    if not texts:
        return np.empty((0, BANDS), np.uint64)
    digests = np.concatenate(texts)
    text_starts = np.cumsum([0, *map(len, texts[:-1])])
    minima = np.full((BANDS * ROWS, len(texts)), np.iinfo(np.uint64).max, np.uint64)
    products = np.empty(min(_CHUNK_SIZE, len(digests)), np.uint64)
    for start in range(0, len(digests), _CHUNK_SIZE):
        chunk = digests[start : start + _CHUNK_SIZE]
        first, last = (
            np.searchsorted(text_starts, start, side="right") - 1,
            np.searchsorted(text_starts, start + len(chunk)),
        )
        chunk_starts, chunk_products = np.maximum(text_starts[first:last] - start, 0), products[: len(chunk)]
        # Digests are mixed already: an odd factor reorders them, and its minimum is as good as a costlier hash's.
        for factor, text_minima in zip(_HASH_FACTORS, minima[:, first:last], strict=True):
            np.multiply(chunk, factor, out=chunk_products)
            np.minimum(text_minima, np.minimum.reduceat(chunk_products, chunk_starts), out=text_minima)
    rows = minima.T.reshape(len(texts), BANDS, ROWS)
    keys = np.zeros((len(texts), BANDS), np.uint64)
    for place in range(ROWS):
        keys += rows[:, :, place] * _POSITION_FACTORS[place]
    return _mix_bits(keys)


def compute_jaccard(digests: Digests, other_digests: Digests) -> float:
    """Return the Jaccard similarity of two sorted arrays of unique digests, 0 to 1."""
    if not len(digests) or not len(other_digests):
        return 0.0
    shared_count = count_shared(digests, other_digests)
    return shared_count / (len(digests) + len(other_digests) - shared_count)


def count_shared(digests: Digests, other_digests: Digests) -> int:
    """Count the digests that two sorted arrays of unique digests share."""
    merged = np.concatenate((digests, other_digests))
    merged.sort(kind="stable")  # merges the two sorted runs
    return int(np.count_nonzero(merged[1:] == merged[:-1]))


class _WordDigests(dict[str, int]):
    """Cache of word digests, computed on first use."""

    def __missing__(self, word: str) -> int:
        digest = int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        self[word] = digest
        return digest


_WORD_DIGESTS: Final = _WordDigests()


def _mix_bits(values: Digests) -> Digests:
    """Mix the bits of each value (the finalizer of splitmix64); different values stay different."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _generate_factors(count: int, start: int) -> Digests:
    """Return fixed odd numbers of splitmix64."""
    steps = np.arange(start + 1, start + count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return _mix_bits(steps) | np.uint64(1)


_POSITION_FACTORS: Final = _generate_factors(SHINGLE_WORDS, 0)
_HASH_FACTORS: Final = _generate_factors(BANDS * ROWS, SHINGLE_WORDS)
