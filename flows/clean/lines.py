"""A decoded document as its non-blank lines, each with its place in the text."""

import re
from dataclasses import dataclass
from typing import Final

# What surrounds words without being one: white space, no-break spaces, zero-width characters, soft hyphens at an edge.
ZERO_WIDTH: Final = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_INVISIBLE: Final = str.maketrans("", "", "\u200b\u2060\ufeff\u00ad")
_EDGES: Final = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
) + ZERO_WIDTH
_WIDE: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDS: Final = re.compile(r"""[.!?…。！？؟।]["'”’»)\]]{0,3}$""")


@dataclass(frozen=True, slots=True)
class Line:
    """One non-blank line: its number from 1, where its words start and end in the document, and the words."""

    number: int
    start: int
    end: int
    text: str  # blanks normalised; only for looking at, never for measuring offsets
    gap: int  # blank lines directly before it
    words: int
    ends: bool  # ends as a sentence does


def split(text: str) -> list[Line]:
    """The non-blank lines of a decoded document (its line breaks are \\n alone)."""
    lines: list[Line] = []
    offset = gap = 0
    for number, raw in enumerate(text.split("\n"), 1):
        begin, end = trim(text, offset, offset + len(raw))
        if begin < end:
            shown = squeeze(text[begin:end])
            lines.append(Line(number, begin, end, shown, gap, count_words(shown), bool(_ENDS.search(shown[-6:]))))
            gap = 0
        else:
            gap += 1
        offset += len(raw) + 1
    return lines


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
