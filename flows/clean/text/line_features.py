"""Features of the line model, computed by column over all lines of a batch.

    compute_line_features(line_table, word_table, document_cues) -> float32, lines x FEATURE_COUNT

Features of a line depend on its document alone: sums are of whole numbers, and no feature crosses documents.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import COUNTED_FLAG, OPENING_CLASS, PACKED_COUNTERS, WORD_FLAG
from flows.clean.lines.lexicon import CUE_BITS, CUE_GROUPS, STOP_WORD_BIT
from flows.clean.lines.line_table import LineTable
from flows.clean.lines.rolling_hash import hash_spans
from flows.clean.lines.word_table import WordTable
from flows.clean.rules.cues import Cue

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_KINDS: Final = ("ad", "promo", "related", "nav", "widget", "footer", "caption", "credit")
_MAX_COUNTED_CHARS: Final = 60_000  # per line; the rest is not counted
_SLOTS_PER_DOCUMENT: Final = 1 << 14  # of the hash table of words
MIN_PROSE_WORDS: Final = 10
_WINDOW_RADII: Final = (3, 8, 20)
_MIN_LONG_WORD: Final = 5  # letters; shorter words carry little meaning


def _count_char_kinds(line_table: LineTable, start: Ints, stop: Ints) -> list[Ints]:
    """Return the number of characters of each class in PACKED_COUNTERS per span; a number packs four counters."""
    counted_offsets = np.flatnonzero((line_table.char_flags & COUNTED_FLAG) != 0)
    low, high = np.searchsorted(counted_offsets, start), np.searchsorted(counted_offsets, stop)
    counted_codes = line_table.codes[counted_offsets]
    counts = []
    for pack in PACKED_COUNTERS:
        sums = np.append(np.uint64(0), np.cumsum(pack[counted_codes]))
        packed = sums[high] - sums[low]
        counts += [((packed >> np.uint64(16 * place)) & np.uint64(0xFFFF)).astype(np.int64) for place in range(4)]
    return counts


def _count_letters(line_table: LineTable, word_table: WordTable, digits: Ints) -> Ints:
    """Return the number of letters of each line: the characters of its words without the digits."""
    lengths = np.append(0, np.cumsum(word_table.end - word_table.start))
    letters: Ints = lengths[word_table.first_word[1:]] - lengths[word_table.first_word[:-1]] - digits
    for index in np.flatnonzero(line_table.end - line_table.start > _MAX_COUNTED_CHARS).tolist():
        counted_flags = line_table.char_flags[line_table.start[index] :][:_MAX_COUNTED_CHARS]
        letters[index] = np.count_nonzero(counted_flags & WORD_FLAG) - digits[index]
    return letters


def compute_line_features(
    line_table: LineTable, word_table: WordTable, document_cues: Sequence[Mapping[int, Cue]]
) -> Floats:
    """Return the features of each line; `document_cues` has the cue of each line by index."""
    codes, start, end, word_counts = line_table.codes, line_table.start, line_table.end, line_table.word_counts
    count = len(start)
    if not count:
        return np.zeros((0, FEATURE_COUNT), np.float32)
    sizes = np.diff(line_table.first_line)
    doc = np.repeat(np.arange(len(sizes)), sizes)
    low, high = line_table.first_line[doc], line_table.first_line[doc + 1]
    position = np.arange(count) - low
    chars = end - start
    upper, digits, commas, stops, separators, quotes, marks, _ = _count_char_kinds(
        line_table, start, np.minimum(end, start + _MAX_COUNTED_CHARS)
    )

    word_start, line, hashes = word_table.start, word_table.line, word_table.hashes
    words_per_line = np.diff(word_table.first_word)
    letters = _count_letters(line_table, word_table, digits)
    lead, length = OPENING_CLASS[codes[word_start]], word_table.end - word_start
    is_stop = (word_table.group_bits & STOP_WORD_BIT).astype(bool)

    def count_per_line(mask: NDArray[np.bool_]) -> Ints:
        """Return how many words of the mask each line has."""
        return np.bincount(line[np.flatnonzero(mask)], minlength=count)

    stop_words = count_per_line(is_stop)
    capitals = count_per_line(lead == 2)
    short_lowercase = count_per_line((lead == 1) & (length <= 3))
    cue_words_at = np.flatnonzero(word_table.group_bits & np.uint16(sum(CUE_BITS)))
    cue_word_lines, cue_word_groups = line[cue_words_at], word_table.group_bits[cue_words_at]
    cue_counts = [
        np.bincount(cue_word_lines[np.flatnonzero(cue_word_groups & bit)], minlength=count) for bit in CUE_BITS
    ]
    cue_word_count = np.bincount(cue_word_lines, minlength=count)
    four_digits = np.flatnonzero((length == 4) & (lead == 3))
    century = codes[word_start[four_digits]]
    years = np.bincount(line[four_digits[(century == 49) | (century == 50)]], minlength=count)

    is_prose = (word_counts >= MIN_PROSE_WORDS) & line_table.ends_sentence
    overlap, prose_overlap = _compute_word_overlap(
        doc, line, hashes, (length >= _MIN_LONG_WORD) & ~is_stop, is_prose, count, len(sizes)
    )
    copies = _count_copies(hash_spans(word_table.prefix_hashes, start, end), doc)

    last, opening = codes[end - 1], OPENING_CLASS[codes[start]]
    per_word = 1.0 / np.maximum(words_per_line, 1)
    per_char = 1.0 / chars
    below = np.append(line_table.gap[1:], 0)
    below[high - 1 == np.arange(count)] = 0
    kinds, enders = _build_cue_columns(document_cues, line_table.first_line, count)
    document_features = _compute_document_features(
        line_table, word_counts, is_prose, cue_word_count * per_word, stop_words * per_word, copies
    )
    columns: list[NDArray[np.generic]] = [
        np.log1p(chars), np.log1p(word_counts), np.minimum(chars / word_counts, 20), stop_words * per_word,
        line_table.ends_sentence, stops > 0, last == ord(":"), np.minimum(stops, 12), commas / word_counts,
        upper / np.maximum(letters, 1), capitals * per_word,
        digits * per_char, np.minimum(separators, 8), quotes > 0, np.log1p(copies - 1), position / (high - low),
        (end - line_table.start[low]) / (line_table.end[high - 1] - line_table.start[low]),
        opening == 1, opening >= 1, opening == 2, opening == 3, opening == 4, opening == 5,
        np.minimum(years, 3), cue_word_count * per_word, word_counts <= 3, overlap, prose_overlap,
        short_lowercase * per_word, np.minimum(line_table.gap, 3), np.minimum(below, 3), letters * per_char,
        np.minimum(marks, 8), last == ord("…"), last == ord("?"), np.log1p(position),
        np.log1p(high - 1 - low - position),
        *(np.minimum(column, 4) for column in cue_counts), *kinds, enders,
        *_compute_window_features(word_counts, is_prose, low, high),
        *(column[doc] for column in document_features),
    ]  # fmt: skip
    features = np.empty((FEATURE_COUNT, count), np.float32)
    for place, column in enumerate(columns):
        features[place] = column
    return np.ascontiguousarray(features.T)


def _compute_word_overlap(
    doc: Ints, line: Ints, hashes: NDArray[np.uint64], is_long: NDArray[np.bool_], is_prose: NDArray[np.bool_],
    count: int, doc_count: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """Return the share of a line's longer words that stand elsewhere in the document, and in other prose of it."""
    at = np.flatnonzero(is_long)
    line_of_word = line[at]
    slot = (hashes[at] >> np.uint64(50)).astype(np.int64) + doc[line_of_word] * _SLOTS_PER_DOCUMENT
    inside = is_prose[line_of_word]
    shared, shared_in_prose = _find_shared_slots(slot, doc_count), _find_shared_slots(slot[inside], doc_count)
    stands_in_prose = np.zeros(doc_count * _SLOTS_PER_DOCUMENT, bool)
    stands_in_prose[slot[inside]] = True
    long_word_count = np.maximum(np.bincount(line_of_word, minlength=count), 1)
    repeated = np.bincount(line_of_word[shared[slot]], minlength=count)
    repeated_in_prose = np.bincount(
        line_of_word[np.where(inside, shared_in_prose[slot], stands_in_prose[slot])], minlength=count
    )
    return repeated / long_word_count, repeated_in_prose / long_word_count


def _find_shared_slots(slot: Ints, doc_count: int) -> NDArray[np.bool_]:
    """Return for each slot whether it holds more than one word."""
    word_index = np.arange(len(slot), dtype=np.int32)
    last = np.empty(doc_count * _SLOTS_PER_DOCUMENT, np.int32)
    last[slot] = word_index
    shared = np.zeros(doc_count * _SLOTS_PER_DOCUMENT, bool)
    shared[slot[last[slot] != word_index]] = True
    return shared


def _count_copies(line_hashes: NDArray[np.uint64], doc: Ints) -> Ints:
    """Return how often each line stands in its document."""
    keys = line_hashes ^ (doc.astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93))
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return counts[inverse].astype(np.int64)


def _build_cue_columns(
    document_cues: Sequence[Mapping[int, Cue]], first: Ints, count: int
) -> tuple[list[NDArray[np.bool_]], NDArray[np.bool_]]:
    """Return one column per cue kind, and one for cues that end an article."""
    kinds, enders = [np.zeros(count, bool) for _ in _KINDS], np.zeros(count, bool)
    for start, line_cues in zip(first.tolist(), document_cues, strict=False):
        for index, cue in line_cues.items():
            if cue.learned:
                kinds[_KINDS.index(cue.kind)][start + index] = True
                enders[start + index] = cue.ends
    return kinds, enders


def _compute_window_features(
    word_counts: Ints, is_prose: NDArray[np.bool_], low: Ints, high: Ints
) -> list[NDArray[np.generic]]:
    """Return features of the lines around: prose within a few lines, and the distance to the next prose."""
    line_index = np.arange(len(word_counts))
    all_words = np.concatenate(([0], np.cumsum(word_counts)))
    prose_words = np.concatenate(([0], np.cumsum(word_counts * is_prose)))
    columns: list[NDArray[np.generic]] = []
    for radius in _WINDOW_RADII:
        window_start, window_end = np.maximum(line_index - radius, low), np.minimum(line_index + radius + 1, high)
        total = all_words[window_end] - all_words[window_start]
        columns += [
            (prose_words[window_end] - prose_words[window_start]) / total,
            np.log1p(total / (window_end - window_start)),
        ]
    marked = np.where(is_prose, line_index, -1)
    before = np.maximum.accumulate(np.concatenate(([-1], marked[:-1])))
    after = np.minimum.accumulate(
        np.concatenate((np.where(is_prose, line_index, len(word_counts))[1:], [len(word_counts)]))[::-1]
    )[::-1]
    before, after = np.maximum(before, low - 1), np.minimum(after, high)
    document_prose = np.maximum(prose_words[high] - prose_words[low], 1)
    above, below = prose_words[line_index] - prose_words[low], prose_words[high] - prose_words[line_index + 1]
    return [
        *columns, np.log1p(line_index - before), np.log1p(after - line_index),
        above / document_prose, below / document_prose, np.log1p(above), np.log1p(below),
    ]  # fmt: skip


def _compute_document_features(
    line_table: LineTable,
    word_counts: Ints,
    is_prose: NDArray[np.bool_],
    cue_word_share: NDArray[np.float64],
    stop_word_share: NDArray[np.float64],
    copies: Ints,
) -> list[NDArray[np.float64]]:
    """Return features of the whole document, one value per document; sums are of whole numbers."""

    def sum_per_document(values: NDArray[np.generic]) -> Ints:
        """Return the rounded sum over the lines of each document."""
        sums = np.concatenate(([0], np.cumsum(np.rint(values.astype(np.float64)).astype(np.int64))))
        return sums[line_table.first_line[1:]] - sums[line_table.first_line[:-1]]

    lines = np.maximum(np.diff(line_table.first_line), 1)
    all_words = np.maximum(sum_per_document(word_counts), 1)
    prose_words = sum_per_document(word_counts * is_prose)
    unit = 1 << 16
    return [
        np.log1p(lines), prose_words / all_words, np.log1p(prose_words), sum_per_document(word_counts < 5) / lines,
        sum_per_document(np.log1p(word_counts) * unit) / (lines * unit),
        sum_per_document(cue_word_share * unit) / (lines * unit), sum_per_document(copies > 1) / lines,
        sum_per_document(stop_word_share * word_counts * unit) / (all_words * unit),
        sum_per_document(line_table.gap > 0) / lines, sum_per_document(is_prose) / lines,
    ]  # fmt: skip


FEATURE_COUNT: Final = 37 + len(CUE_GROUPS) + len(_KINDS) + 1 + 2 * len(_WINDOW_RADII) + 6 + 10
