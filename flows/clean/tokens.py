"""The words of a batch's lines as numbers: the same number for the same word wherever it stands, whatever its case."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.characters import KIND, WORD, looked_up
from flows.clean.lines import Sheet

Ints = NDArray[np.int64]

_LOWER: Final = np.array([ord(chr(c).lower()) if len(chr(c).lower()) == 1 else c for c in range(65536)], np.uint64)
SLOTS: Final = 1 << 18
_AT_ONCE: Final = 1 << 14  # characters whose numbers stay in the processor's cache
_MIX: Final = 0xD6E8FEB86659FD93
_BASE: Final = 0x9E3779B97F4A7C15
_UNDO: Final = pow(_BASE, -1, 1 << 64)
_POWERS: list[NDArray[np.uint64]] = []


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every run of letters and digits: where it begins and ends in the sheet's codes, its line, its number.

    `sums` gives the number of any stretch of codes (`number`).
    """

    begin: Ints
    until: Ints
    line: Ints
    hashes: NDArray[np.uint64]
    sums: NDArray[np.uint64]


class Lexicon:
    """Some groups of words, each a bit: which groups each of many words is in, by one look into a table."""

    def __init__(self, groups: Sequence[str]) -> None:
        """At most 16 groups; a group is words between blanks."""
        words = [word_hashes(group) for group in groups]
        self._words = np.unique(np.concatenate(words))
        self._bits = np.zeros(len(self._words), np.uint16)
        for place, group in enumerate(words):
            self._bits[np.searchsorted(self._words, group)] |= 1 << place
        self._rows = np.zeros(SLOTS, np.uint16)
        # Of the words that share a slot each but one is looked up by itself.
        slot = slots(self._words)
        _, firsts = np.unique(slot, return_index=True)
        self._rows[slot[firsts]] = firsts
        self._held = np.zeros(SLOTS, bool)
        self._held[slot] = True
        self._crowded = np.delete(np.arange(len(slot)), firsts).tolist()

    def bits(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """The groups of each word, a bit each."""
        slot = slots(hashes)
        found = np.zeros(len(hashes), np.uint16)
        maybe = np.flatnonzero(self._held[slot])
        row = self._rows[slot[maybe]]
        found[maybe] = self._bits[row] * (self._words[row] == hashes[maybe])
        for crowded in self._crowded:
            found[hashes == self._words[crowded]] = self._bits[crowded]
        return found


def tokens(sheet: Sheet) -> Tokens:
    """The words of a batch of documents."""
    begin, until = _words(sheet.kinds)
    # No word crosses lines, and none lies outside them.
    line = np.repeat(
        np.arange(len(sheet.start)), np.diff(np.searchsorted(begin, np.append(sheet.start, len(sheet.codes))))
    )
    sums = _sums(sheet.codes)
    return Tokens(begin, until, line, number(sums, begin, until), sums)


def word_hashes(words: str) -> NDArray[np.uint64]:
    """The numbers of these words, sorted, each once."""
    codes = np.frombuffer(" ".join(words.split()).lower().encode("utf-16-le"), np.uint16)
    return np.unique(number(_sums(codes), *_words(KIND[codes])))


def text_hash(words: str) -> NDArray[np.uint64]:
    """The number of this stretch of text as one of codes has it (`number`)."""
    sums = _sums(np.frombuffer(words.encode("utf-16-le", "surrogatepass"), np.uint16))
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


def _words(kinds: NDArray[np.uint8]) -> tuple[Ints, Ints]:
    solid = np.zeros(len(kinds) + 2, bool)
    solid[1:-1] = kinds & WORD
    steps = np.flatnonzero(solid[1:] != solid[:-1])
    return steps[::2], steps[1::2]


def _sums(codes: NDArray[np.uint16]) -> NDArray[np.uint64]:
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
