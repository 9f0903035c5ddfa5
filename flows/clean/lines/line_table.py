"""Decoded documents as their non-blank lines, each with its place in the text: a batch as columns, a line as a row.

`Sheet` holds the lines of a batch as numpy columns over one array of code points; `Line` is one of them, to look at.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import BLANK, CLOSER, EDGES, KIND, LETTER, STOP, looked_up

_INVISIBLE: Final = "\u200b\u2060\ufeff\u00ad"
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_WIDE: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # counted two to a word

Ints = NDArray[np.int64]
_WIDE_FROM: Final = 0x3040
_BEFORE_LETTERS: Final = 6  # characters before the first letter of a line: in most lines none


class Line(NamedTuple):
    """One non-blank line: its number from 1, where its words start and end in the document, and the words."""

    number: int
    start: int
    end: int
    text: str  # blanks normalised; only for looking at, never for measuring offsets
    gap: int  # blank lines directly before it
    words: int
    ends: bool  # ends as a sentence does


@dataclass(frozen=True, slots=True)
class Lines(Sequence[Line]):
    """The lines of one document, a column each; a `Line` is made where one is looked at."""

    number: list[int]
    start: list[int]
    end: list[int]
    text: list[str]
    gap: list[int]
    words: list[int]
    ends: list[bool]

    def __len__(self) -> int:
        return len(self.number)

    @overload
    def __getitem__(self, at: int) -> Line: ...
    @overload
    def __getitem__(self, at: slice) -> list[Line]: ...
    def __getitem__(self, at: int | slice) -> Line | list[Line]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(len(self.number)))]
        return Line(
            self.number[at], self.start[at], self.end[at], self.text[at], self.gap[at], self.words[at], self.ends[at]
        )

    def __iter__(self) -> Iterator[Line]:
        columns = (self.number, self.start, self.end, self.text, self.gap, self.words, self.ends)
        return map(Line._make, zip(*columns, strict=True))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The non-blank lines of a batch of documents, a column each.

    `codes` are the code points (65,535 for those beyond) of all documents, with a line break before and behind each;
    `first` is each document's first line (one more than there are documents), the other columns have one value a line,
    and `start`, `end` index `codes`. `lines` are the same lines of each document, offsets in the document.
    """

    codes: NDArray[np.uint16]
    kinds: NDArray[np.uint8]  # of characters.KIND
    first: Ints
    start: Ints
    end: Ints
    gap: Ints
    words: Ints
    ends: NDArray[np.bool_]
    odd: NDArray[np.bool_]  # shown otherwise than it stands, or with much before its first letter
    letter: Ints  # its first letter, or its end, where it is not odd
    text: list[str]  # its words as they are shown: blanks normalised
    lines: list[Lines]


def encodable(words: str) -> str:
    """Words that UTF-8 can hold: half a surrogate pair, which JSON may spell, becomes U+FFFD."""
    return _SURROGATES.sub("\ufffd", words)


def split(text: str) -> Lines:
    """The non-blank lines of a decoded document (its line breaks are \\n alone)."""
    return sheet([text]).lines[0]


def sheet(texts: Sequence[str]) -> Sheet:
    """The non-blank lines of decoded documents."""
    codes = _codes(texts)
    base = np.cumsum([1, *(len(text) + 1 for text in texts)])
    # Lines lie between the runs of blanks that hold a line break, words between the others.
    kinds = looked_up(KIND, codes)
    blank = np.flatnonzero((kinds & BLANK) != 0)
    apart = np.flatnonzero(np.diff(blank) != 1)
    opens, shuts = blank[np.append(0, apart + 1)], blank[np.append(apart, len(blank) - 1)] + 1
    breaks = np.flatnonzero(codes == 10)
    held = np.searchsorted(opens, breaks, side="right") - 1
    held = held[np.append(True, held[1:] != held[:-1])]
    start, end = shuts[held[:-1]], opens[held[1:]]
    doc = np.searchsorted(base, start, side="right") - 1
    first = np.searchsorted(doc, np.arange(len(texts) + 1))
    row = np.searchsorted(breaks, start)  # its place among all lines, blank ones too
    number = row - np.searchsorted(breaks, base[:-1])[doc] + 1
    above = np.append(0, number)[:-1]
    above[first[:-1][first[:-1] < len(doc)]] = 0
    gap = number - above - 1

    words = np.diff(held)
    strange = np.append(0, np.cumsum((shuts - opens != 1) | (codes[opens] != ord(" "))))
    odd = strange[held[1:]] > strange[held[:-1] + 1]
    wide = np.flatnonzero(codes >= _WIDE_FROM)
    begins, stops = (start - base[doc]).tolist(), (end - base[doc]).tolist()
    shown = [texts[d][b:e] for d, b, e in zip(doc.tolist(), begins, stops, strict=True)]
    crowded = np.searchsorted(wide, end) > np.searchsorted(wide, start)
    for index in np.flatnonzero(odd | crowded).tolist():
        shown[index] = squeeze(shown[index])
        words[index] = count_words(shown[index]) if crowded[index] else shown[index].count(" ") + 1
    behind = end - 1
    for _ in range(3):
        behind = behind - (CLOSER[codes[behind]] & (behind > start))
    ends = STOP[codes[behind]]
    letter = start
    for _ in range(_BEFORE_LETTERS):
        letter = letter + (~LETTER[codes[letter]] & (letter < end))
    odd |= ~LETTER[codes[letter]] & (letter < end)
    columns = (number.tolist(), begins, stops, shown, gap.tolist(), words.tolist(), ends.tolist())
    return Sheet(
        codes, kinds, first, start, end, gap, words, ends, odd, letter, shown,
        [Lines(*(column[a:b] for column in columns)) for a, b in pairwise(first.tolist())],
    )  # fmt: skip


def _codes(texts: Sequence[str]) -> NDArray[np.uint16]:
    """The code points of texts, a line break around each; 65,535 for those that need more than 16 bits."""
    # Text by text, since one emoji makes a string of them all wider.
    coded = [_coded(text) for text in texts]
    return np.frombuffer(b"\n\0".join((b"", *coded, b"")), np.uint16)


def _coded(text: str) -> bytes:
    coded = text.encode("utf-16-le", "surrogatepass")
    if len(coded) == 2 * len(text):
        return coded
    wide = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    return np.minimum(wide, 65535).astype(np.uint16).tobytes()


def runs_on(text: str, following: str) -> bool:
    """The line was broken off a sentence that goes on below, as scrapers do at an inline link."""
    return text[-1] in ",(" or following[0].islower() or following[0] in ",.;)"


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the blanks around it; empty (start == end) where it is all blank."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip(EDGES))
    right = len(piece.rstrip(EDGES))
    return (start + left, start + right) if left < right else (start, start)


def squeeze(text: str) -> str:
    """Runs of blanks as one space, invisible characters gone, no blanks around."""
    if text.isascii():
        return " ".join(text.split())
    for char in _INVISIBLE:  # most texts have none, and looking for one is a hundred times quicker than a translation
        if char in text:
            text = text.replace(char, "")
    return " ".join(text.split()).strip(EDGES)


def count_words(text: str) -> int:
    """Words; scripts that set none apart count two characters as one."""
    spaced = text.count(" ") + 1 if text else 0
    return spaced if text.isascii() else max(spaced, len(_WIDE.findall(text)) // 2)
