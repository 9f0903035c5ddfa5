"""Which lines of a document are the article: the best contiguous stretch, or all of it where nothing surrounds it.

The one seam for a better judge: `find_body` sees the lines and what the cues said of them, and answers line by line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flows.clean.cues import Cue
from flows.clean.lines import Line

# Cue kinds that only a page has around its article; a text somebody extracted keeps one or two at most.
_PAGE_KINDS: Final = frozenset({"nav", "footer", "widget"})
_FEW_PAGE_CUES: Final = 4
_LONG_HEAD: Final = 10  # lines before the first prose line: a menu, not a headline with byline and caption
_APART: Final = re.compile(r" [·|•»>/] ")
_NUMBERED: Final = re.compile(r"\d{1,3}[.)]")
_BULLETS: Final = "-•*▪●–►+"
_BARRIER: Final = 60.0  # words of prose that must follow the end of an article for it not to have been the end
_DEAREST_RUN: Final = 100.0


@dataclass(frozen=True, slots=True)
class Body:
    """The answer of find_body: which lines it keeps, the rule that says so, and per line how sure (None: no model)."""

    keep: list[bool]
    rule: str
    scores: list[float | None]


def find_body(lines: Sequence[Line], named: Sequence[Cue | None]) -> Body:
    """Which of these lines are the article; lines that a cue names are left to the cue.

    Two regimes, told apart by what surrounds the prose. Of a page dump, the contiguous stretch with the greatest
    weight of prose; of a text that somebody already extracted, everything.
    """
    if not is_dump(lines, named):
        return Body([True] * len(lines), "body.extracted", [None] * len(lines))
    return stretch(lines, named)


def stretch(lines: Sequence[Line], named: Sequence[Cue | None]) -> Body:
    """The contiguous stretch of lines with the greatest weight of prose."""
    first, last = _best_stretch(_weights(lines, named))
    return Body([first <= index < last for index in range(len(lines))], "body.stretch", [None] * len(lines))


def is_prose(line: Line) -> bool:
    """A line that reads as a paragraph."""
    return (line.words >= 8 and line.ends) or (line.words >= 25 and not is_menu(line))


def is_menu(line: Line) -> bool:
    """A whole menu on one line: many items apart by a mark."""
    return len(_APART.findall(line.text[:2000])) >= max(4, line.words // 8)


def is_item(line: Line) -> bool:
    """A bullet or a numbered item."""
    return line.text[0] in _BULLETS or bool(_NUMBERED.match(line.text))


def is_dump(lines: Sequence[Line], named: Sequence[Cue | None]) -> bool:
    """A whole page, rather than a text that somebody already extracted."""
    pairs = zip(lines, named, strict=True)
    if sum(cue is not None and cue.kind in _PAGE_KINDS and line.words < 8 for line, cue in pairs) >= _FEW_PAGE_CUES:
        return True
    before = next((index for index, line in enumerate(lines) if is_prose(line)), 0)
    return sum(not is_item(line) for line in lines[:before]) >= _LONG_HEAD


def _weights(lines: Sequence[Line], named: Sequence[Cue | None]) -> list[float]:
    """What each line speaks for or against an article. A long run of short lines costs no more than a table would."""
    weights, spent = [], 0.0
    for line, cue in zip(lines, named, strict=True):
        weight = _weight(line, cue)
        if weight > 0:
            spent = max(0.0, spent - 2 * weight)
        elif cue is None or not cue.ends:
            weight = max(weight, spent - _DEAREST_RUN)
            spent -= weight
        weights.append(weight)
    return weights


def _weight(line: Line, cue: Cue | None) -> float:
    if cue is not None:
        if cue.ends:
            return -_BARRIER
        return -6.0 if cue.kind in ("nav", "footer", "promo") else -2.0
    if line.words >= 8 and line.ends:
        return float(min(line.words, 80))
    if line.words >= 25 and is_menu(line):
        return -6.0
    if line.words >= 25:
        return line.words / 2 if line.words < 160 else 80.0
    if line.words >= 4 and line.ends:
        return line.words / 2
    return -2.0 if is_item(line) else -5.0


def _best_stretch(weights: Sequence[float]) -> tuple[int, int]:
    """The first and one past the last index of the contiguous stretch with the greatest sum; (0, 0) if none is > 0."""
    best = total = 0.0
    first = start = last = 0
    for index, weight in enumerate(weights):
        if total <= 0.0:
            total, start = 0.0, index
        total += weight
        if total > best:
            best, first, last = total, start, index + 1
    return first, last
