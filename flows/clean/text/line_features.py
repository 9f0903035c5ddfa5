"""What the model sees of each line: figures computed by column over all the lines of a batch.

    line_features(sheet, tokens, named) -> float32, lines x WIDTH

Every figure of a line depends on its document alone: sums are of whole numbers, and no figure crosses documents.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import COUNTED, OPENING, PACKS, WORD
from flows.clean.lines.lexicon import CUE_BITS, CUE_GROUPS, STOP
from flows.clean.lines.line_table import Sheet
from flows.clean.lines.rolling_hash import number
from flows.clean.lines.word_table import Tokens
from flows.clean.rules.cues import Cue

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_KINDS: Final = ("ad", "promo", "related", "nav", "widget", "footer", "caption", "credit")
_SEEN: Final = 60_000  # characters of a line that are counted
_SLOTS: Final = 1 << 14  # of a document's table of words
PROSE_WORDS: Final = 10
_REACHES: Final = (3, 8, 20)
_LONG: Final = 5  # letters of a word that carries meaning


def _totals(sheet: Sheet, start: Ints, stop: Ints) -> list[Ints]:
    """How many characters of each kind in PACKS there are in each stretch: four 16-bit counters to a number."""
    at = np.flatnonzero((sheet.kinds & COUNTED) != 0)
    low, high = np.searchsorted(at, start), np.searchsorted(at, stop)
    found = sheet.codes[at]
    counts = []
    for pack in PACKS:
        sums = np.append(np.uint64(0), np.cumsum(pack[found]))
        packed = sums[high] - sums[low]
        counts += [((packed >> np.uint64(16 * place)) & np.uint64(0xFFFF)).astype(np.int64) for place in range(4)]
    return counts


def _letters(sheet: Sheet, words: Tokens, digits: Ints) -> Ints:
    """How many letters each line has: the characters of its words but for the digits."""
    lengths = np.append(0, np.cumsum(words.until - words.begin))
    letters: Ints = lengths[words.first[1:]] - lengths[words.first[:-1]] - digits
    for index in np.flatnonzero(sheet.end - sheet.start > _SEEN).tolist():
        seen = sheet.kinds[sheet.start[index] :][:_SEEN]
        letters[index] = np.count_nonzero(seen & WORD) - digits[index]
    return letters


def line_features(sheet: Sheet, words_of: Tokens, named: Sequence[Mapping[int, Cue]]) -> Floats:
    """What the model sees: one row a line. `named` are the lines of each document that a cue names."""
    codes, start, end, words = sheet.codes, sheet.start, sheet.end, sheet.words
    count = len(start)
    if not count:
        return np.zeros((0, WIDTH), np.float32)
    sizes = np.diff(sheet.first)
    doc = np.repeat(np.arange(len(sizes)), sizes)
    low, high = sheet.first[doc], sheet.first[doc + 1]
    position = np.arange(count) - low
    chars = end - start
    upper, digits, commas, stops, separators, quotes, marks, _ = _totals(sheet, start, np.minimum(end, start + _SEEN))

    begin, line, hashes = words_of.begin, words_of.line, words_of.hashes
    tokens = np.diff(words_of.first)
    letters = _letters(sheet, words_of, digits)
    lead, length = OPENING[codes[begin]], words_of.until - begin
    is_stop = (words_of.groups & STOP).astype(bool)

    def per_line(mask: NDArray[np.bool_]) -> Ints:
        return np.bincount(line[np.flatnonzero(mask)], minlength=count)

    stop_words = per_line(is_stop)
    capitals = per_line(lead == 2)
    small_short = per_line((lead == 1) & (length <= 3))
    told = np.flatnonzero(words_of.groups & np.uint16(sum(CUE_BITS)))
    told_line, told_groups = line[told], words_of.groups[told]
    cue_counts = [np.bincount(told_line[np.flatnonzero(told_groups & bit)], minlength=count) for bit in CUE_BITS]
    cue_words = np.bincount(told_line, minlength=count)
    four_digits = np.flatnonzero((length == 4) & (lead == 3))
    century = codes[begin[four_digits]]
    years = np.bincount(line[four_digits[(century == 49) | (century == 50)]], minlength=count)

    prose = (words >= PROSE_WORDS) & sheet.ends
    overlap, prose_overlap = _overlaps(doc, line, hashes, (length >= _LONG) & ~is_stop, prose, count, len(sizes))
    copies = _copies(number(words_of.sums, start, end), doc)

    last, opening = codes[end - 1], OPENING[codes[start]]
    per_word = 1.0 / np.maximum(tokens, 1)
    per_char = 1.0 / chars
    below = np.append(sheet.gap[1:], 0)
    below[high - 1 == np.arange(count)] = 0
    kinds, enders = _cue_columns(named, sheet.first, count)
    whole = _documents(sheet, words, prose, cue_words * per_word, stop_words * per_word, copies)
    columns: list[NDArray[np.generic]] = [
        np.log1p(chars), np.log1p(words), np.minimum(chars / words, 20), stop_words * per_word, sheet.ends, stops > 0,
        last == ord(":"), np.minimum(stops, 12), commas / words, upper / np.maximum(letters, 1), capitals * per_word,
        digits * per_char, np.minimum(separators, 8), quotes > 0, np.log1p(copies - 1), position / (high - low),
        (end - sheet.start[low]) / (sheet.end[high - 1] - sheet.start[low]), opening == 1, opening >= 1, opening == 2,
        opening == 3, opening == 4, opening == 5, np.minimum(years, 3), cue_words * per_word, words <= 3, overlap,
        prose_overlap, small_short * per_word, np.minimum(sheet.gap, 3), np.minimum(below, 3), letters * per_char,
        np.minimum(marks, 8), last == ord("…"), last == ord("?"), np.log1p(position),
        np.log1p(high - 1 - low - position),
        *(np.minimum(column, 4) for column in cue_counts), *kinds, enders,
        *_windows(words, prose, low, high),
        *(column[doc] for column in whole),
    ]  # fmt: skip
    figures = np.empty((WIDTH, count), np.float32)
    for place, column in enumerate(columns):
        figures[place] = column
    return np.ascontiguousarray(figures.T)


def _overlaps(
    doc: Ints, line: Ints, hashes: NDArray[np.uint64], long: NDArray[np.bool_], prose: NDArray[np.bool_],
    count: int, documents: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """The share of a line's longer words that stand in other places of the document, and in other prose of it."""
    at = np.flatnonzero(long)
    of = line[at]
    slot = (hashes[at] >> np.uint64(50)).astype(np.int64) + doc[of] * _SLOTS
    inside = prose[of]
    everywhere, in_prose = _shared(slot, documents), _shared(slot[inside], documents)
    once = np.zeros(documents * _SLOTS, bool)
    once[slot[inside]] = True
    whole = np.maximum(np.bincount(of, minlength=count), 1)
    again = np.bincount(of[everywhere[slot]], minlength=count)
    told = np.bincount(of[np.where(inside, in_prose[slot], once[slot])], minlength=count)
    return again / whole, told / whole


def _shared(slot: Ints, documents: int) -> NDArray[np.bool_]:
    """Which slots hold more than one word."""
    here = np.arange(len(slot), dtype=np.int32)
    last = np.empty(documents * _SLOTS, np.int32)
    last[slot] = here
    shared = np.zeros(documents * _SLOTS, bool)
    shared[slot[last[slot] != here]] = True
    return shared


def _copies(numbers: NDArray[np.uint64], doc: Ints) -> Ints:
    """How often a line stands in its document."""
    keys = numbers ^ (doc.astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93))
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return counts[inverse].astype(np.int64)


def _cue_columns(
    named: Sequence[Mapping[int, Cue]], first: Ints, count: int
) -> tuple[list[NDArray[np.bool_]], NDArray[np.bool_]]:
    kinds, enders = [np.zeros(count, bool) for _ in _KINDS], np.zeros(count, bool)
    for start, said in zip(first.tolist(), named, strict=False):
        for index, cue in said.items():
            kinds[_KINDS.index(cue.kind)][start + index] = True
            enders[start + index] = cue.ends
    return kinds, enders


def _windows(words: Ints, prose: NDArray[np.bool_], low: Ints, high: Ints) -> list[NDArray[np.generic]]:
    """What stands around a line: prose within some lines, and how far the next prose is."""
    here = np.arange(len(words))
    all_words = np.concatenate(([0], np.cumsum(words)))
    prose_words = np.concatenate(([0], np.cumsum(words * prose)))
    columns: list[NDArray[np.generic]] = []
    for reach in _REACHES:
        left, right = np.maximum(here - reach, low), np.minimum(here + reach + 1, high)
        total = all_words[right] - all_words[left]
        columns += [(prose_words[right] - prose_words[left]) / total, np.log1p(total / (right - left))]
    marked = np.where(prose, here, -1)
    before = np.maximum.accumulate(np.concatenate(([-1], marked[:-1])))
    after = np.minimum.accumulate(np.concatenate((np.where(prose, here, len(words))[1:], [len(words)]))[::-1])[::-1]
    before, after = np.maximum(before, low - 1), np.minimum(after, high)
    whole = np.maximum(prose_words[high] - prose_words[low], 1)
    above, below = prose_words[here] - prose_words[low], prose_words[high] - prose_words[here + 1]
    return [
        *columns, np.log1p(here - before), np.log1p(after - here), above / whole, below / whole, np.log1p(above),
        np.log1p(below),
    ]  # fmt: skip


def _documents(
    sheet: Sheet,
    words: Ints,
    prose: NDArray[np.bool_],
    cues: NDArray[np.float64],
    stops: NDArray[np.float64],
    copies: Ints,
) -> list[NDArray[np.float64]]:
    """What a document is like: one value each, the same for all its lines. Sums are of whole numbers."""

    def total(values: NDArray[np.generic]) -> Ints:
        sums = np.concatenate(([0], np.cumsum(np.rint(values.astype(np.float64)).astype(np.int64))))
        return sums[sheet.first[1:]] - sums[sheet.first[:-1]]

    lines = np.maximum(np.diff(sheet.first), 1)
    everything = np.maximum(total(words), 1)
    in_prose = total(words * prose)
    unit = 1 << 16
    return [
        np.log1p(lines), in_prose / everything, np.log1p(in_prose), total(words < 5) / lines,
        total(np.log1p(words) * unit) / (lines * unit), total(cues * unit) / (lines * unit),
        total(copies > 1) / lines, total(stops * words * unit) / (everything * unit),
        total(sheet.gap > 0) / lines, total(prose) / lines,
    ]  # fmt: skip


WIDTH: Final = 37 + len(CUE_GROUPS) + len(_KINDS) + 1 + 2 * len(_REACHES) + 6 + 10
