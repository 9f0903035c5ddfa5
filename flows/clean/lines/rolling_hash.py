"""Stretches of characters as numbers: the same for the same stretch wherever it stands, whatever its case."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import WORD, looked_up

Ints = NDArray[np.int64]

_LOWER: Final = np.array([ord(chr(c).lower()) if len(chr(c).lower()) == 1 else c for c in range(65536)], np.uint64)
SLOTS: Final = 1 << 18
_AT_ONCE: Final = 1 << 14  # characters whose numbers stay in the processor's cache
_MIX: Final = 0xD6E8FEB86659FD93
_BASE: Final = 0x9E3779B97F4A7C15
_UNDO: Final = pow(_BASE, -1, 1 << 64)
_POWERS: list[NDArray[np.uint64]] = []


def text_hash(words: str) -> NDArray[np.uint64]:
    """The number of this stretch of text as one of codes has it (`number`)."""
    sums = sums_of(np.frombuffer(words.encode("utf-16-le", "surrogatepass"), np.uint16))
    return sums[-1:]


def slots(numbers: NDArray[np.uint64]) -> Ints:
    """Where each number stands in a table of SLOTS: a quick first look at whether it is among some."""
    mixed = numbers * np.uint64(_MIX)
    return (mixed >> np.uint64(65 - SLOTS.bit_length())).view(np.int64)


def number(sums: NDArray[np.uint64], start: Ints, end: Ints) -> NDArray[np.uint64]:
    """A number for each stretch of codes, the same wherever it stands."""
    return (sums[end] - sums[start]) * undoing(len(sums))[start]


def undoing(count: int) -> NDArray[np.uint64]:
    """What makes the number of a stretch the same wherever it starts, for at least so many starts."""
    return _powers(count)[1]


def words_in(kinds: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    """Where each run of letters and digits begins and ends, by the kinds of the characters."""
    solid = np.zeros(len(kinds) + 2, bool)
    solid[1:-1] = kinds & WORD
    steps = np.flatnonzero(solid[1:] != solid[:-1])
    return steps[::2], steps[1::2]


def sums_of(codes: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """What gives the number of any stretch of these characters (`number`)."""
    sums = np.empty(len(codes) + 1, np.uint64)
    sums[0] = 0
    powers = _powers(len(codes))[0]
    for start in range(0, len(codes), _AT_ONCE):
        end = min(start + _AT_ONCE, len(codes))
        part = looked_up(_LOWER, codes[start:end])
        part *= powers[start:end]
        part[:1] += sums[start : start + 1]
        np.cumsum(part, out=sums[start + 1 : end + 1])
    return sums


def _powers(count: int) -> list[NDArray[np.uint64]]:
    """The powers of the base and of its inverse modulo 2^64, kept for the next batch."""
    if not _POWERS or len(_POWERS[0]) < count:
        size = max(1 << 20, 1 << count.bit_length())
        found = []
        for base in (_BASE, _UNDO):
            row = np.full(size, base, np.uint64)
            row[0] = 1
            found.append(np.multiply.accumulate(row))
        _POWERS[:] = found
    return _POWERS
