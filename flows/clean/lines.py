"""Decoded documents as their non-blank lines, each with its place in the text: a batch as columns, a line as a row.

`Sheet` holds the lines of a batch as numpy columns over one array of code points; `Line` is one of them, to look at.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

# What surrounds words without being one: white space, no-break spaces, zero-width characters, soft hyphens at an edge.
ZERO_WIDTH: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_INVISIBLE: Final = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")
_BLANKS: Final = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_EDGES: Final = _BLANKS + ZERO_WIDTH
_SURROGATES: Final = re.compile("[\ud800-\udfff]")
_WIDE: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

Ints = NDArray[np.int64]
_EDGE: Final = np.zeros(65536, bool)
_EDGE[[ord(c) for c in _EDGES]] = True
# Characters that make the words of a line another count than its spaces: any blank but a space, wide scripts.
_ODD: Final = _EDGE.copy()
_ODD[ord(" ")] = False
_ODD[0x3040:0x3100] = _ODD[0x3400:0xA000] = _ODD[0xAC00:0xD7B0] = True


_STOP: Final = np.zeros(65536, bool)
_STOP[[ord(c) for c in ".!?…。！？؟।"]] = True
_CLOSER: Final = np.zeros(65536, bool)
_CLOSER[[ord(c) for c in "\"'”’»)]"]] = True  # a sentence may end before these


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
class Sheet:
    """The non-blank lines of a batch of documents, a column each.

    `codes` are the code points (65,535 for those beyond) of all documents, each with a line break behind it; `first`
    is each document's first line (one more than there are documents), the other columns have one value a line, and
    `start`, `end` index `codes`. `lines` are the same lines of each document, offsets in the document.
    """

    codes: NDArray[np.uint16]
    first: Ints
    start: Ints
    end: Ints
    gap: Ints
    words: Ints
    ends: NDArray[np.bool_]
    lines: list[list[Line]]


def encodable(words: str) -> str:
    """Words that UTF-8 can hold: half a surrogate pair, which JSON may spell, becomes U+FFFD."""
    return _SURROGATES.sub("\ufffd", words)


def split(text: str) -> list[Line]:
    """The non-blank lines of a decoded document (its line breaks are \\n alone)."""
    return sheet([text]).lines[0]


def sheet(texts: Sequence[str]) -> Sheet:
    """The non-blank lines of decoded documents."""
    joined = "\n".join((*texts, ""))
    wide = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    codes = np.minimum(wide, 65535).astype(np.uint16)
    base = np.concatenate(([0], np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)))
    breaks = np.flatnonzero(codes == 10)
    solid = np.flatnonzero(~_EDGE[codes])
    opens = np.concatenate(([0], breaks[:-1] + 1)) if len(breaks) else breaks
    left, right = np.searchsorted(solid, opens), np.searchsorted(solid, breaks)
    filled = np.flatnonzero(left < right)
    start, end = solid[left[filled]], solid[right[filled] - 1] + 1
    doc = np.searchsorted(base, start, side="right") - 1
    first = np.searchsorted(doc, np.arange(len(texts) + 1))
    number = filled - np.searchsorted(breaks, base[doc]) + 1
    above = np.concatenate(([0], number[:-1])) if len(number) else number
    above[first[:-1][first[:-1] < len(doc)]] = 0
    gap = number - above - 1

    spaces = _count(np.flatnonzero(codes == 32), start, end)
    twice = _count(np.flatnonzero((codes[1:] == 32) & (codes[:-1] == 32)), start, end)
    odd = (_count(np.flatnonzero(_ODD[codes]), start, end) + twice) > 0
    words = spaces + 1
    begins, stops = start - base[doc], end - base[doc]
    shown = [texts[d][b:e] for d, b, e in zip(doc.tolist(), begins.tolist(), stops.tolist(), strict=True)]
    for index in np.flatnonzero(odd).tolist():
        shown[index] = squeeze(shown[index])
        words[index] = count_words(shown[index])
    behind = end - 1
    for _ in range(3):
        behind = behind - (_CLOSER[codes[behind]] & (behind > start))
    ends = _STOP[codes[behind]]
    columns = (number.tolist(), begins.tolist(), stops.tolist(), shown, gap.tolist(), words.tolist(), ends.tolist())
    lines = list(map(Line._make, zip(*columns, strict=True)))
    bounds = first.tolist()
    return Sheet(
        codes, first, start, end, gap, words, ends,
        [lines[a:b] for a, b in pairwise(bounds)],
    )  # fmt: skip


def _count(places: Ints, start: Ints, end: Ints) -> Ints:
    """How many of these sorted places lie within each line."""
    return np.searchsorted(places, end) - np.searchsorted(places, start)


def runs_on(line: Line, following: Line) -> bool:
    """The line was broken off a sentence that goes on below, as scrapers do at an inline link."""
    return line.text[-1] in ",(" or following.text[0].islower() or following.text[0] in ",.;)"


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the blanks around it; empty (start == end) where it is all blank."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip(_EDGES))
    right = len(piece.rstrip(_EDGES))
    return (start + left, start + right) if left < right else (start, start)


def squeeze(text: str) -> str:
    """Runs of blanks as one space, invisible characters gone, no blanks around."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join(text.translate(_INVISIBLE).split()).strip(_EDGES)


def count_words(text: str) -> int:
    """Words; scripts that set none apart count two characters as one."""
    spaced = text.count(" ") + 1 if text else 0
    return spaced if text.isascii() else max(spaced, len(_WIDE.findall(text)) // 2)
