"""The contiguous stretch of a document's lines with the greatest weight of prose: where its article most likely lies.

    turns(sheet, named) -> of each document the lines that speak for an article or end one, and what lies between them
    stretch(turns)      -> the first line and the one behind the last

Most lines of a dump only cost, so what they cost is summed by column and the sweep takes the others alone. All weights
are halves of whole numbers: their sums are exact in any order.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import DIGIT, one_of
from flows.clean.lines.line_table import Sheet
from flows.clean.rules.cues import Cue

BULLETS: Final = "-•*▪●–►+"
_BULLET: Final = one_of(BULLETS)
_MAY_COUNT: Final = DIGIT.copy()
_MAY_COUNT[65535] = True  # beyond the basic plane there are digits too
_NUMBERED: Final = re.compile(r"\d{1,3}[.)]")
_APART: Final = re.compile(r" [·|•»>/] ")
_PARAGRAPH: Final = 25  # words of a line that is one even where it does not end as a sentence does
_BARRIER: Final = 60.0  # words of prose that must follow the end of an article for it not to have been the end
_DEAREST_RUN: Final = 100.0


class Turns(NamedTuple):
    """The lines of a document that weigh more than nothing or end an article, and the cost of those before each."""

    line: list[int]
    weight: list[float]
    cost: list[float]


def turns(sheet: Sheet, named: Sequence[Mapping[int, Cue]]) -> list[Turns]:
    """The turns of each document; `named` are the lines of each that a cue names."""
    weight, ending = _weights(sheet), np.zeros(len(sheet.start), bool)
    for start, said in zip(sheet.first.tolist(), named, strict=False):
        for index, cue in said.items():
            weight[start + index] = _weight_of(cue)
            ending[start + index] = cue.ends
    is_turn = (weight > 0) | ending
    at = np.flatnonzero(is_turn)
    of = np.searchsorted(at, sheet.first)
    start = np.repeat(sheet.first[:-1], np.diff(of))
    costs = np.append(0.0, np.cumsum(np.where(is_turn, 0.0, -weight)))
    since = np.maximum(np.append(0, at[:-1] + 1)[: len(at)], start)
    columns = (at - start).tolist(), weight[at].tolist(), (costs[at] - costs[since]).tolist()
    return [Turns(*(column[a:b] for column in columns)) for a, b in pairwise(of.tolist())]


def stretch(found: Turns) -> tuple[int, int]:
    """The first and one past the last index of the stretch with the greatest weight; (0, 0) where none has any.

    A long run of short lines costs no more than a table would.
    """
    best = total = spent = 0.0
    first = start = last = 0
    for index, weight, cost in zip(*found, strict=True):
        if cost:
            cost = min(cost, _DEAREST_RUN - spent)
            spent += cost
            total -= cost
        if total <= 0.0:
            total, start = weight, index
        else:
            total += weight
        if weight > 0.0:
            spent = max(0.0, spent - 2 * weight)
            if total > best:
                best, first, last = total, start, index + 1
    return first, last


def is_prose(text: str, words: int, ends: bool) -> bool:
    """A line that reads as a paragraph."""
    return (words >= 8 and ends) or (words >= _PARAGRAPH and not _is_menu(text, words))


def is_item(text: str) -> bool:
    """A bullet or a numbered item."""
    first = text[0]
    return first in BULLETS or (first.isdigit() and _NUMBERED.match(text) is not None)


def _is_menu(text: str, words: int) -> bool:
    """A whole menu on one line: many items apart by a mark."""
    return len(_APART.findall(text[:2000])) >= max(4, words // 8)


def _weights(sheet: Sheet) -> NDArray[np.float64]:
    """What each line speaks for or against an article."""
    words, opening = sheet.words, sheet.codes[sheet.start]
    weight = np.where(sheet.ends & (words >= 8), np.minimum(words, 80), np.minimum(words, 160) / 2)
    open_ended = ~sheet.ends & (words >= _PARAGRAPH)
    short = (words < 4) | ~(sheet.ends | open_ended)
    weight[short] = -5.0
    weight[short & _BULLET[opening]] = -2.0
    for index in np.flatnonzero(short & _MAY_COUNT[opening]).tolist():
        if is_item(sheet.text[index]):
            weight[index] = -2.0
    for index in np.flatnonzero(open_ended).tolist():
        if _is_menu(sheet.text[index], int(words[index])):
            weight[index] = -6.0
    return weight


def _weight_of(cue: Cue) -> float:
    if cue.ends:
        return -_BARRIER
    return -6.0 if cue.kind in ("nav", "footer", "promo") else -2.0
