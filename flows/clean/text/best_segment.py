"""Best segment: the contiguous lines of a document with the greatest weight of prose, most likely its article.

    find_turning_points(line_table, document_cues) -> per document the lines with positive weight or an end cue
    find_best_segment(points)                      -> the first line and one past the last

Most lines of a dump only have a cost, so costs are summed by column and the sweep visits the turning points alone. All
weights are halves of whole numbers: their sums are exact in any order.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import IS_DIGIT, build_char_table
from flows.clean.lines.line_table import LineTable
from flows.clean.rules.cues import Cue

BULLETS: Final = "-•*▪●–►+"
_IS_BULLET: Final = build_char_table(BULLETS)
_MAY_BE_DIGIT: Final = IS_DIGIT.copy()
_MAY_BE_DIGIT[65535] = True  # code points beyond the basic plane may be digits
_NUMBERED: Final = re.compile(r"\d{1,3}[.)]")
_MENU_SEPARATOR: Final = re.compile(r" [·|•»>/] ")
_MIN_PARAGRAPH_WORDS: Final = 25  # a line of so many words is a paragraph even without sentence end
_END_PENALTY: Final = 60.0  # in words of prose: more must follow an end cue to outweigh it
_MAX_RUN_COST: Final = 100.0


class TurningPoints(NamedTuple):
    """Lines of a document that have a positive weight or end an article, and the cost of the lines before each."""

    line_index: list[int]
    weight: list[float]
    cost_before: list[float]


def find_turning_points(line_table: LineTable, document_cues: Sequence[Mapping[int, Cue]]) -> list[TurningPoints]:
    """Return the turning points of each document; `document_cues` has the cue of each line by index."""
    weight, ends_article = _weigh_lines(line_table), np.zeros(len(line_table.start), bool)
    for first_line, line_cues in zip(line_table.first_line.tolist(), document_cues, strict=False):
        for index, cue in line_cues.items():
            weight[first_line + index] = _weigh_cue(cue)
            ends_article[first_line + index] = cue.ends
    is_turning_point = (weight > 0) | ends_article
    turning_lines = np.flatnonzero(is_turning_point)
    doc_bounds = np.searchsorted(turning_lines, line_table.first_line)
    doc_start = np.repeat(line_table.first_line[:-1], np.diff(doc_bounds))
    costs = np.append(0.0, np.cumsum(np.where(is_turning_point, 0.0, -weight)))
    cost_from = np.maximum(np.append(0, turning_lines[:-1] + 1)[: len(turning_lines)], doc_start)
    columns = (
        (turning_lines - doc_start).tolist(),
        weight[turning_lines].tolist(),
        (costs[turning_lines] - costs[cost_from]).tolist(),
    )
    return [TurningPoints(*(column[a:b] for column in columns)) for a, b in pairwise(doc_bounds.tolist())]


def find_best_segment(points: TurningPoints) -> tuple[int, int]:
    """Return the first and one past the last line of the segment with the greatest weight; (0, 0) where none has any.

    The cost of a long run of short lines is limited to that of a table.
    """
    best = total = run_cost = 0.0
    first = start = last = 0
    for index, weight, cost in zip(*points, strict=True):
        if cost:
            cost = min(cost, _MAX_RUN_COST - run_cost)
            run_cost += cost
            total -= cost
        if total <= 0.0:
            total, start = weight, index
        else:
            total += weight
        if weight > 0.0:
            run_cost = max(0.0, run_cost - 2 * weight)
            if total > best:
                best, first, last = total, start, index + 1
    return first, last


def is_prose(text: str, word_count: int, ends_sentence: bool) -> bool:
    """Check whether a line reads as a paragraph."""
    return (word_count >= 8 and ends_sentence) or (
        word_count >= _MIN_PARAGRAPH_WORDS and not _is_menu(text, word_count)
    )


def is_list_item(text: str) -> bool:
    """Check whether a line begins with a bullet or an item number."""
    first = text[0]
    return first in BULLETS or (first.isdigit() and _NUMBERED.match(text) is not None)


def _is_menu(text: str, word_count: int) -> bool:
    """Check whether a line is a whole menu: many items with separators between them."""
    return len(_MENU_SEPARATOR.findall(text[:2000])) >= max(4, word_count // 8)


def _weigh_lines(line_table: LineTable) -> NDArray[np.float64]:
    """Return the weight of each line for (positive) or against (negative) an article, shape (lines,)."""
    word_counts, opening = line_table.word_counts, line_table.codes[line_table.start]
    weight = np.where(
        line_table.ends_sentence & (word_counts >= 8), np.minimum(word_counts, 80), np.minimum(word_counts, 160) / 2
    )
    is_open_ended = ~line_table.ends_sentence & (word_counts >= _MIN_PARAGRAPH_WORDS)
    is_short = (word_counts < 4) | ~(line_table.ends_sentence | is_open_ended)
    weight[is_short] = -5.0
    weight[is_short & _IS_BULLET[opening]] = -2.0
    for index in np.flatnonzero(is_short & _MAY_BE_DIGIT[opening]).tolist():
        if is_list_item(line_table.text[index]):
            weight[index] = -2.0
    for index in np.flatnonzero(is_open_ended).tolist():
        if _is_menu(line_table.text[index], int(word_counts[index])):
            weight[index] = -6.0
    return weight


def _weigh_cue(cue: Cue) -> float:
    """Return the weight of a line that matches this cue."""
    if cue.ends:
        return -_END_PENALTY
    return -6.0 if cue.kind in ("nav", "footer", "promo") else -2.0
