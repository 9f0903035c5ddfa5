"""What the model sees of each line: figures computed by column over all the lines of a batch.

    line_features(sheet, named) -> float32, lines x WIDTH

Every figure of a line depends on its document alone: sums are of whole numbers, and no figure crosses documents.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.cues import Cue
from flows.clean.lines import Sheet

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

CUE_GROUPS: Final = (
    "share", "related", "byline", "legal", "cta", "ads", "comment", "photo", "nav", "time",
)  # fmt: skip
_KINDS: Final = ("ad", "promo", "related", "nav", "widget", "footer", "caption", "credit")
_SEEN: Final = 60_000  # characters of a line that are counted
_SLOTS: Final = 1 << 14  # of a document's table of words
_PROSE_WORDS: Final = 10
_REACHES: Final = (3, 8, 20)
_LONG: Final = 5  # letters of a word that carries meaning


def _classes() -> dict[str, NDArray[np.bool_]]:
    letters, upper, digit = (np.zeros(65536, bool) for _ in range(3))
    for code in range(65536):
        char = chr(code)
        letters[code], upper[code], digit[code] = char.isalpha(), char.isupper(), char.isdigit()
    letters[65535] = True  # beyond the basic plane: rare scripts, emoji

    def one_of(chars: str) -> NDArray[np.bool_]:
        table = np.zeros(65536, bool)
        table[[ord(char) for char in chars]] = True
        return table

    return {
        "letter": letters, "upper": upper, "digit": digit, "comma": one_of(",;"), "stop": one_of(".!?…。！？؟।"),
        "separator": one_of("|›»·•/>"), "quote": one_of("\"“”„«»‘’"), "mark": one_of(":()[]#@&+=_"),
    }  # fmt: skip


_CLASS: Final = _classes()
_LOWER: Final = np.array([ord(chr(c).lower()) if len(chr(c).lower()) == 1 else c for c in range(65536)], np.uint64)
_OPENING: Final = np.zeros(65536, np.int8)
_OPENING[_CLASS["letter"]] = 1
_OPENING[_CLASS["upper"]] = 2
_OPENING[_CLASS["digit"]] = 3
_OPENING[[ord(c) for c in "-•*▪●–►+>»"]] = 4
_OPENING[[ord(c) for c in "([\"“‘'"]] = 5
_PACKS: Final = [
    sum((_CLASS[name].astype(np.uint64) << np.uint64(16 * place)) for place, name in enumerate(names))
    for names in (("letter", "upper", "digit", "comma"), ("stop", "separator", "quote", "mark"))
]
_BASE: Final = 0x9E3779B97F4A7C15 | 1
_UNDO: Final = pow(_BASE, -1, 1 << 64)


@cache
def _groups() -> tuple[NDArray[np.uint64], list[NDArray[np.uint64]]]:
    """The hashes of the function words, and of each group of cue words, sorted."""
    with Path(__file__).with_name("words.toml").open("rb") as file:
        lists = tomllib.load(file)
    return word_hashes(lists["stop"]), [word_hashes(lists[name]) for name in CUE_GROUPS]


def word_hashes(words: str) -> NDArray[np.uint64]:
    """The hashes of these words, sorted, each once."""
    codes = np.frombuffer(" ".join(words.split()).lower().encode("utf-16-le"), np.uint16)
    return np.unique(_hash(codes, *_words(codes)))


def _words(codes: NDArray[np.uint16]) -> tuple[Ints, Ints]:
    """Where the runs of letters and digits begin and end."""
    solid = (_CLASS["letter"] | _CLASS["digit"])[codes].view(np.int8)
    steps = np.diff(solid, prepend=np.int8(0), append=np.int8(0))
    return np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)


_POWERS: list[NDArray[np.uint64]] = []


def _powers(count: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """The powers of the base and of its inverse modulo 2^64, kept for the next batch."""
    if not _POWERS or len(_POWERS[0]) < count:
        size = max(1 << 20, 1 << count.bit_length())
        found = []
        for base in (_BASE, _UNDO):
            row = np.full(size, base, np.uint64)
            row[0] = 1
            found.append(np.multiply.accumulate(row))
        _POWERS[:] = found
    return _POWERS[0], _POWERS[1]


def _hash(codes: NDArray[np.uint16], start: Ints, end: Ints) -> NDArray[np.uint64]:
    """A number for each stretch of code points, the same wherever it stands."""
    power, undo = _powers(len(codes) + 1)
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(_LOWER[codes] * power[: len(codes)], out=sums[1:])
    return (sums[end] - sums[start]) * undo[start]


def _totals(values: NDArray[np.uint64], start: Ints, end: Ints) -> list[Ints]:
    """The four 16-bit counters of a packed column, summed over each line's first characters."""
    if not len(start):
        return [np.zeros(0, np.int64)] * 4
    stop = np.minimum(end, start + _SEEN)
    packed = np.add.reduceat(values, np.stack((start, stop), 1).ravel())[::2]
    return [((packed >> np.uint64(16 * place)) & np.uint64(0xFFFF)).astype(np.int64) for place in range(4)]


def _member(values: NDArray[np.uint64], among: NDArray[np.uint64]) -> NDArray[np.bool_]:
    place = np.searchsorted(among, values)
    place[place == len(among)] = 0
    return among[place] == values


def line_features(sheet: Sheet, named: Sequence[Sequence[Cue | None]]) -> Floats:
    """What the model sees: one row a line. `named` is what the cues said of each document's lines."""
    codes, start, end, words = sheet.codes, sheet.start, sheet.end, sheet.words
    count = len(start)
    if not count:
        return np.zeros((0, WIDTH), np.float32)
    sizes = np.diff(sheet.first)
    doc = np.repeat(np.arange(len(sizes)), sizes)
    low, high = sheet.first[doc], sheet.first[doc + 1]
    position = np.arange(count) - low
    chars = end - start
    letters, upper, digits, commas = _totals(_PACKS[0][codes], start, end)
    stops, separators, quotes, marks = _totals(_PACKS[1][codes], start, end)

    begin, until = _words(codes)
    line = np.searchsorted(start, begin, side="right") - 1
    hashes = _hash(codes, begin, until)
    tokens = np.bincount(line, minlength=count)
    function_words, groups = _groups()
    lead = _OPENING[codes[begin]]
    is_stop = _member(hashes, function_words)
    length = until - begin

    def per_line(mask: NDArray[np.bool_]) -> Ints:
        return np.bincount(line[mask], minlength=count)

    stop_words = per_line(is_stop)
    capitals = per_line(lead == 2)
    small_short = per_line((lead == 1) & (length <= 3))
    every = np.unique(np.concatenate(groups))
    maybe = np.flatnonzero(_member(hashes, every))
    cue_counts = [np.bincount(line[maybe[_member(hashes[maybe], group)]], minlength=count) for group in groups]
    cue_words = np.bincount(line[maybe], minlength=count)
    years = per_line((length == 4) & (lead == 3) & ((codes[begin] == 49) | (codes[begin] == 50)))

    prose = (words >= _PROSE_WORDS) & sheet.ends
    overlap, prose_overlap = _overlaps(doc, line, hashes, (length >= _LONG) & ~is_stop, prose, count, len(sizes))
    copies = _copies(codes, start, end, doc)

    last, opening = codes[end - 1], _OPENING[codes[start]]
    per_word = 1.0 / np.maximum(tokens, 1)
    per_char = 1.0 / chars
    below = np.append(sheet.gap[1:], 0)
    below[high - 1 == np.arange(count)] = 0
    kinds, enders = _cue_columns(named, count)
    columns: list[NDArray[np.generic]] = [
        np.log1p(chars), np.log1p(words), np.minimum(chars / words, 20), stop_words * per_word, sheet.ends, stops > 0,
        last == ord(":"), np.minimum(stops, 12), commas / words, upper / np.maximum(letters, 1), capitals * per_word,
        digits * per_char, np.minimum(separators, 8), quotes > 0, np.log1p(copies - 1), position / (high - low),
        (end - sheet.start[low]) / (sheet.end[high - 1] - sheet.start[low]), opening == 1, opening >= 1, opening == 2,
        opening == 3, opening == 4, opening == 5, np.minimum(years, 3), cue_words * per_word, words <= 3, overlap,
        prose_overlap, small_short * per_word, np.minimum(sheet.gap, 3), np.minimum(below, 3), letters * per_char,
        np.minimum(marks, 8), last == ord("…"), last == ord("?"), np.log1p(position), np.log1p(high - 1 - low - position),
        *(np.minimum(column, 4) for column in cue_counts), *kinds, enders,
        *_windows(words, prose, low, high),
        *(column[doc] for column in _documents(sheet, words, prose, cue_words * per_word, stop_words * per_word, copies)),
    ]  # fmt: skip
    return np.stack([column.astype(np.float32) for column in columns], axis=1)


def _overlaps(
    doc: Ints, line: Ints, hashes: NDArray[np.uint64], long: NDArray[np.bool_], prose: NDArray[np.bool_],
    count: int, documents: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
    """The share of a line's longer words that stand in other places of the document, and in other prose of it."""
    at = np.flatnonzero(long)
    of = line[at]
    slot = (hashes[at] >> np.uint64(50)).astype(np.int64) + doc[of] * _SLOTS
    inside = prose[of]
    everywhere = np.bincount(slot, minlength=documents * _SLOTS)
    in_prose = np.bincount(slot[inside], minlength=documents * _SLOTS)
    whole = np.maximum(np.bincount(of, minlength=count), 1)
    again = np.bincount(of[everywhere[slot] > 1], minlength=count)
    told = np.bincount(of[in_prose[slot] > inside], minlength=count)
    return again / whole, told / whole


def _copies(codes: NDArray[np.uint16], start: Ints, end: Ints, doc: Ints) -> Ints:
    """How often a line stands in its document."""
    keys = _hash(codes, start, end) ^ (doc.astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93))
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return counts[inverse].astype(np.int64)


def _cue_columns(named: Sequence[Sequence[Cue | None]], count: int) -> tuple[list[NDArray[np.bool_]], NDArray[np.bool_]]:
    kinds, enders, at = [np.zeros(count, bool) for _ in _KINDS], np.zeros(count, bool), 0
    for cues in named:
        for cue in cues:
            if cue is not None:
                kinds[_KINDS.index(cue.kind)][at] = True
                enders[at] = cue.ends
            at += 1
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
    sheet: Sheet, words: Ints, prose: NDArray[np.bool_], cues: NDArray[np.float64], stops: NDArray[np.float64], copies: Ints
) -> list[NDArray[np.float64]]:
    """What a document is like: one value each, the same for all its lines. Sums are rounded so that order is nothing."""
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
        total((sheet.gap > 0)) / lines, total(prose) / lines,
    ]  # fmt: skip


WIDTH: Final = 37 + len(CUE_GROUPS) + len(_KINDS) + 1 + 2 * len(_REACHES) + 6 + 10
