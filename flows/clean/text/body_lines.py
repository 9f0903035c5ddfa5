"""Which lines of a document are the article: what the model keeps, or all of it where somebody extracted it already.

The one seam for a better judge: `find_bodies` sees the lines of a batch and their figures, and answers line by line.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.lexicon import HOME, HOME_WORDS
from flows.clean.lines.line_table import Lines, Sheet
from flows.clean.lines.word_table import Tokens
from flows.clean.models.line_cnn import Net, summary
from flows.clean.rules.cues import Cue
from flows.clean.text import listing_classifier
from flows.clean.text.best_segment import is_item, stretch, turns
from flows.clean.text.line_features import PROSE_WORDS

Floats = NDArray[np.float32]

FEWEST_WORDS: Final = 8  # of an article
_SIGN_OFF, _SIGNED = 4, 2.0  # above a sign-off, a story's last paragraphs: lines, and what that adds
# What the best stretch adds to the score of a paragraph; more where the language is one the net has read little of.
_IN_STRETCH, _AT_HOME = 1.0, 2.0
_SPACE: Final = ord(" ")
# Between two kept lines, unnamed lines are kept too: one beneath a paragraph, a list, others; if likelier than this.
_SUBHEAD, _LIST, _GAP = -3.0, -4.0, -1.5


@dataclass(frozen=True, slots=True)
class Body:
    """The answer of find_bodies: which lines it keeps, the rule that says so, and per line how sure (None: no model).

    `article` is how sure it is of a dump that it holds an article at all: not if below 0.
    """

    keep: list[bool]
    rule: str
    scores: list[float | None]
    article: float | None = None


def find_bodies(
    sheet: Sheet, words_of: Tokens, named: Sequence[Mapping[int, Cue]], figures: Floats, net: Net
) -> list[Body]:
    """Which lines of each document are the article, by their figures (features.line_features).

    `named` are the lines of each that a cue names, in their order. Two regimes, told apart by what a document is like
    as a whole. Of a page dump, the lines that the model takes for the article; of a text that somebody already
    extracted, all: there only a cue may cut.
    """
    words = sheet.words.astype(np.float32)
    prose = sheet.ends & (sheet.words >= PROSE_WORDS)
    at_home = _at_home(sheet, words_of, prose)
    bounds = sheet.first.tolist()
    bodies = []
    for lines, said, turning, start, end in zip(
        sheet.lines, named, turns(sheet, named), bounds[:-1], bounds[1:], strict=True
    ):
        if start == end:
            bodies.append(Body([], "body.extracted", []))
            continue
        own = slice(start, end)
        standard = net.standard(figures[own])
        scores = net.scores(standard)
        # What is published is a probability; what is decided by stays as the net gives it.
        shown: list[float | None] = np.round(1 / (1 + np.exp(-scores.astype(np.float64))), 4).tolist()
        if net.extracted(standard) > 0:
            bodies.append(Body([True] * len(lines), "body.extracted", shown))
            continue
        article = net.article(summary(scores, words[own], prose[own]))
        if article < listing_classifier.DOUBT:
            article = listing_classifier.shipped().article(lines, figures[own], scores)
        first, last = stretch(turning)
        keep = _kept(scores, prose[own], at_home[own], said, first, last)
        _fill(lines, said, scores, keep)
        bodies.append(Body(keep.tolist(), "body.model", shown, article))
    return bodies


def _kept(
    scores: Floats, prose: NDArray[np.bool_], at_home: NDArray[np.bool_], said: Mapping[int, Cue], first: int, last: int
) -> NDArray[np.bool_]:
    """The lines likely to be kept, those of prose in the stretch more so."""
    inside = prose[first:last]
    more = _AT_HOME if 2 * np.count_nonzero(inside & at_home[first:last]) > np.count_nonzero(inside) else _IN_STRETCH
    signed = np.zeros(len(scores), bool)
    for index, cue in said.items():
        if cue.kind == "credit" and cue.ends:
            signed[max(0, index - _SIGN_OFF) : index] = True
    likely = scores.copy()
    likely[first:last] += inside * (more + signed[first:last] * _SIGNED)
    keep: NDArray[np.bool_] = likely > 0
    return keep


def _at_home(sheet: Sheet, words: Tokens, prose: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which paragraphs have one of the words that hardly an Indonesian or Malay one is without."""
    found = np.zeros(len(sheet.start), bool)
    told = np.flatnonzero(words.groups & np.uint16(HOME))
    begin, line = words.begin[told], words.line[told]
    before = (sheet.codes[begin - 1] == _SPACE) | (begin == sheet.start[line])
    found[line[before & (sheet.codes[words.until[told]] == _SPACE)]] = True
    for index in np.flatnonzero(sheet.odd & prose).tolist():
        said = f" {sheet.text[index]}".lower()
        found[index] = any(f" {word} " in said for word in HOME_WORDS)
    return found


def _fill(lines: Lines, said: Mapping[int, Cue], scores: Floats, keep: NDArray[np.bool_]) -> None:
    """Keep the subheads, lists and short paragraphs that stand between two kept lines with no cue among them."""
    places = np.flatnonzero(keep)
    gaps = np.flatnonzero(places[1:] - places[:-1] > 1)
    cues = list(said)
    for above, below in zip(places[gaps].tolist(), places[gaps + 1].tolist(), strict=True):
        next_cue = bisect_left(cues, above)
        if next_cue < len(cues) and cues[next_cue] <= below:
            continue
        count = below - above - 1
        likely = float(scores[above + 1 : below].astype(np.float64).mean())
        under = lines.ends[above] and min(lines.words[above], lines.words[below]) >= PROSE_WORDS
        if (
            likely > _GAP
            or (likely > _SUBHEAD and count == 1 and under)
            or (likely > _LIST and 2 * sum(map(is_item, lines.text[above + 1 : below])) >= count)
        ):
            keep[above + 1 : below] = True
