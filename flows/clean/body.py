"""Which lines of a document are the article: what the model keeps, or all of it where somebody extracted it already.

The one seam for a better judge: `find_body` sees the lines and their figures, and answers line by line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean import listing
from flows.clean.cues import Cue
from flows.clean.features import PROSE_WORDS
from flows.clean.lines import Lines
from flows.clean.net import Net, summary

Floats = NDArray[np.float32]

FEWEST_WORDS: Final = 8  # of an article
_APART: Final = re.compile(r" [·|•»>/] ")
_NUMBERED: Final = re.compile(r"\d{1,3}[.)]")
BULLETS: Final = "-•*▪●–►+"
_BARRIER: Final = 60.0  # words of prose that must follow the end of an article for it not to have been the end
_DEAREST_RUN: Final = 100.0
_SIGN_OFF, _SIGNED = 4, 2.0  # above a sign-off, a story's last paragraphs: lines, and what that adds
# What the best stretch adds to the score of a paragraph; more where the language is one the net has read little of.
_IN_STRETCH, _AT_HOME = 1.0, 2.0
_HOME: Final = (b" yang ", b" dan ", b" dengan ", b" untuk ", b" pada ")
# Between two kept lines, unnamed lines are kept too: one beneath a paragraph, a list, others; if likelier than this.
_SUBHEAD, _LIST, _GAP = -3.0, -4.0, -1.5


@dataclass(frozen=True, slots=True)
class Body:
    """The answer of find_body: which lines it keeps, the rule that says so, and per line how sure (None: no model).

    `article` is how sure it is of a dump that it holds an article at all: not if below 0.
    """

    keep: list[bool]
    rule: str
    scores: list[float | None]
    article: float | None = None


def find_body(lines: Lines, named: Sequence[Cue | None], figures: Floats, net: Net) -> Body:
    """Which of these lines are the article, by their figures (features.line_features).

    Two regimes, told apart by what the document is like as a whole. Of a page dump, the lines that the model takes for
    the article; of a text that somebody already extracted, all: there only a cue may cut.
    """
    if not lines:
        return Body([], "body.extracted", [])
    standard = net.standard(figures)
    scores = net.scores(standard)
    # What is published is a probability; what is decided by stays as the net gives it.
    shown: list[float | None] = np.round(1 / (1 + np.exp(-scores.astype(np.float64))), 4).tolist()
    if net.extracted(standard) > 0:
        return Body([True] * len(lines), "body.extracted", shown)
    words = np.array(lines.words, np.float32)
    prose = (words >= PROSE_WORDS) & np.array(lines.ends)
    article = net.article(summary(scores, words, prose))
    if article < listing.DOUBT:
        article = listing.shipped().article(lines, figures, scores)
    said = [(index, cue) for index, cue in enumerate(named) if cue is not None]
    first, last = stretch(lines, said)
    prose[:first] = prose[last:] = False
    signed = np.zeros(len(lines), bool)
    for index, cue in said:
        if cue.kind == "credit" and cue.ends:
            signed[max(0, index - _SIGN_OFF) : index] = True
    likely = scores + prose * ((_AT_HOME if _at_home(lines, prose) else _IN_STRETCH) + signed * _SIGNED)
    keep = (likely > 0).tolist()
    _fill(lines, named, scores, keep)
    return Body(keep, "body.model", shown, article)


def _at_home(lines: Lines, prose: NDArray[np.bool_]) -> bool:
    """Whether most paragraphs are Indonesian or Malay, by the words that hardly one is without."""
    # The words are ASCII, and to make other small letters of a text takes longer than all else.
    said = "\n".join([f" {text}" for text in compress(lines.text, prose.tolist())]).encode("utf-8", "replace").lower()
    paragraphs = said.split(b"\n") if said else []
    if 2 * sum(map(said.count, _HOME)) <= len(paragraphs):
        return False
    return 2 * sum(any(word in text for word in _HOME) for text in paragraphs) > len(paragraphs)


def _fill(lines: Lines, named: Sequence[Cue | None], scores: Floats, keep: list[bool]) -> None:
    """Keep the subheads, lists and short paragraphs that stand between two kept lines with no cue among them."""
    places = [index for index, kept in enumerate(keep) if kept]
    for above, below in pairwise(places):
        count = below - above - 1
        if count == 0 or any(cue is not None for cue in named[above : below + 1]):
            continue
        likely = float(scores[above + 1 : below].astype(np.float64).mean())
        under = lines.ends[above] and min(lines.words[above], lines.words[below]) >= PROSE_WORDS
        if (
            likely > _GAP
            or (likely > _SUBHEAD and count == 1 and under)
            or (likely > _LIST and 2 * sum(map(is_item, lines.text[above + 1 : below])) >= count)
        ):
            keep[above + 1 : below] = [True] * count


def stretch(lines: Lines, said: Sequence[tuple[int, Cue]]) -> tuple[int, int]:
    """The first and one past the last index of the contiguous stretch of lines with the greatest weight of prose.

    `said` are the lines that a cue names. (0, 0) where none weighs more than nothing. A long run of short lines costs
    no more than a table would.
    """
    weights = list(map(_weight, lines.words, lines.ends, lines.text))
    ending = {index for index, cue in said if cue.ends}
    for index, cue in said:
        weights[index] = _weight_of(cue)
    best = total = spent = 0.0
    first = start = last = 0
    for index, weight in enumerate(weights):
        if weight > 0.0:
            if spent > 0.0:
                spent = max(0.0, spent - 2 * weight)
        elif index not in ending:
            if spent > weight + _DEAREST_RUN:
                weight = spent - _DEAREST_RUN
            spent -= weight
        if total <= 0.0:
            total, start = weight, index
        else:
            total += weight
        if total > best:
            best, first, last = total, start, index + 1
    return first, last


def is_prose(text: str, words: int, ends: bool) -> bool:
    """A line that reads as a paragraph."""
    return (words >= 8 and ends) or (words >= 25 and not _is_menu(text, words))


def _is_menu(text: str, words: int) -> bool:
    """A whole menu on one line: many items apart by a mark."""
    return len(_APART.findall(text[:2000])) >= max(4, words // 8)


def is_item(text: str) -> bool:
    """A bullet or a numbered item."""
    first = text[0]
    return first in BULLETS or (first.isdigit() and _NUMBERED.match(text) is not None)


def _weight(words: int, ends: bool, text: str) -> float:
    """What a line speaks for or against an article."""
    if words < 4 or (words < 25 and not ends):
        first = text[0]
        return -5.0 if "A" <= first <= "~" or not is_item(text) else -2.0
    if words < 8:
        return words / 2
    if ends:
        return float(min(words, 80))
    if _is_menu(text, words):
        return -6.0
    return words / 2 if words < 160 else 80.0


def _weight_of(cue: Cue) -> float:
    if cue.ends:
        return -_BARRIER
    return -6.0 if cue.kind in ("nav", "footer", "promo") else -2.0
