"""Rolling hash of text spans: equal for equal text at any offset, ignoring case.

The hash of a span is the difference of two prefix hashes times an inverse power of the base, all modulo 2^64.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import WORD_FLAG, look_up_codes

Ints = NDArray[np.int64]

_LOWERCASE_CODES: Final = np.array(
    [ord(low) if len(low) == 1 else code for code, low in enumerate(map(str.lower, map(chr, range(65536))))], np.uint64
)
SLOT_COUNT: Final = 1 << 18
_CHUNK_CHARS: Final = 1 << 14  # characters per chunk, so that hashes stay in the processor's cache
_MIX_FACTOR: Final = 0xD6E8FEB86659FD93
_BASE: Final = 0x9E3779B97F4A7C15
_INVERSE_BASE: Final = pow(_BASE, -1, 1 << 64)
_POWERS: list[NDArray[np.uint64]] = []


def hash_texts(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Return the hash of each text as `hash_spans` computes it, shape (texts,)."""
    encoded = [text.encode("utf-16-le", "surrogatepass") for text in texts]
    bounds = np.cumsum([0, *(len(text) // 2 for text in encoded)])
    return hash_spans(compute_prefix_hashes(np.frombuffer(b"".join(encoded), np.uint16)), bounds[:-1], bounds[1:])


def compute_slots(hashes: NDArray[np.uint64]) -> Ints:
    """Return the slot of each hash in a table of SLOT_COUNT, for a quick membership test with false positives."""
    mixed = hashes * np.uint64(_MIX_FACTOR)
    return (mixed >> np.uint64(65 - SLOT_COUNT.bit_length())).view(np.int64)


def hash_spans(prefix_hashes: NDArray[np.uint64], start: Ints, end: Ints) -> NDArray[np.uint64]:
    """Return the hash of each span [start, end) of codes, independent of its offset."""
    return (prefix_hashes[end] - prefix_hashes[start]) * load_inverse_powers(len(prefix_hashes))[start]


def load_inverse_powers(count: int) -> NDArray[np.uint64]:
    """Return the inverse powers of the base for at least `count` start offsets."""
    return _load_powers(count)[1]


def find_words(char_flags: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Return the start and end of each run of letters and digits."""
    is_word_char = np.zeros(len(char_flags) + 2, bool)
    is_word_char[1:-1] = char_flags & WORD_FLAG
    steps = np.flatnonzero(is_word_char[1:] != is_word_char[:-1])
    return steps[::2], steps[1::2]


def compute_prefix_hashes(codes: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """Return the prefix hashes of these code points, shape (codes + 1,)."""
    prefix_hashes = np.empty(len(codes) + 1, np.uint64)
    prefix_hashes[0] = 0
    powers = _load_powers(len(codes))[0]
    for start in range(0, len(codes), _CHUNK_CHARS):
        end = min(start + _CHUNK_CHARS, len(codes))
        part = look_up_codes(_LOWERCASE_CODES, codes[start:end])
        part *= powers[start:end]
        part[:1] += prefix_hashes[start : start + 1]
        np.cumsum(part, out=prefix_hashes[start + 1 : end + 1])
    return prefix_hashes


def _load_powers(count: int) -> list[NDArray[np.uint64]]:
    """Return the powers of the base and of its inverse modulo 2^64, cached across batches."""
    if not _POWERS or len(_POWERS[0]) < count:
        size = max(1 << 20, 1 << count.bit_length())
        tables = []
        for base in (_BASE, _INVERSE_BASE):
            row = np.full(size, base, np.uint64)
            row[0] = 1
            tables.append(np.multiply.accumulate(row))
        _POWERS[:] = tables
    return _POWERS
