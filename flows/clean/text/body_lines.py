"""Selection of article lines: by the line model, or all lines where the text is already extracted.

To replace the model, replace `select_body_lines`: it gets the lines of a batch with their features and returns per
line whether it is kept.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.lexicon import INDONESIAN_BIT, INDONESIAN_WORDS
from flows.clean.lines.line_table import DocumentLines, LineTable
from flows.clean.lines.word_table import WordTable
from flows.clean.models.line_cnn import Net, summarize_scores
from flows.clean.rules.cues import Cue
from flows.clean.text import listing_classifier
from flows.clean.text.best_segment import find_best_segment, find_turning_points, is_list_item
from flows.clean.text.line_features import MIN_PROSE_WORDS
from flows.clean.text.story_continuations import find_announced_rows, find_continuation

Floats = NDArray[np.float32]

MIN_ARTICLE_WORDS: Final = 8
_SIGN_OFF_LINES, _SIGN_OFF_BONUS = 4, 2.0  # score bonus of the lines above a sign-off: a story's last paragraphs
# Score bonus of a paragraph in the best segment; higher for languages that the training data has little of.
_SEGMENT_BONUS, _RARE_LANGUAGE_BONUS = 1.0, 2.0
# Minimum score of a line of a page dump, calibrated on held-back sites: at 0 too much of other stories is kept.
# In rare languages it loses more than it keeps, so there the minimum is 0.
_MIN_SCORE: Final = 0.5
_SPACE: Final = ord(" ")
# Minimum mean score to keep lines between two kept ones: a single line beneath a paragraph, a list, other lines.
_MIN_SUBHEAD_SCORE, _MIN_LIST_SCORE, _MIN_GAP_SCORE = -3.0, -4.0, -1.5


@dataclass(frozen=True, slots=True)
class BodySelection:
    """The selected lines of a document, the rule, and the probability of each line (None: no model ran).

    `article_logit` is the logit that a page dump holds an article at all; below 0 it holds none.
    """

    keep: list[bool]
    rule: str
    scores: list[float | None]
    article_logit: float | None = None


def select_body_lines(
    line_table: LineTable, word_table: WordTable, document_cues: Sequence[Mapping[int, Cue]], features: Floats, net: Net
) -> list[BodySelection]:
    """Return the article lines of each document, by their features (line_features.compute_line_features).

    `document_cues` has the cue of each line by index, in order. The model tells two cases apart per document: in a
    page dump the lines that it scores as article are kept; in a text that is already extracted all lines are kept,
    and only a cue may cut there.
    """
    word_counts = line_table.word_counts.astype(np.float32)
    is_prose = line_table.ends_sentence & (line_table.word_counts >= MIN_PROSE_WORDS)
    is_rare_language = _flag_rare_languages(line_table, word_table, is_prose)
    bounds = line_table.first_line.tolist()
    all_standardized = net.standardize_features(features)
    bodies = []
    for lines, line_cues, points, start, end in zip(
        line_table.documents,
        document_cues,
        find_turning_points(line_table, document_cues),
        bounds[:-1],
        bounds[1:],
        strict=True,
    ):
        if start == end:
            bodies.append(BodySelection([], "body.extracted", []))
            continue
        doc_lines = slice(start, end)
        standardized = all_standardized[doc_lines]
        is_extract = net.predict_extract_logit(standardized) > 0
        # An extract is kept whole whatever its scores are: those of one member are published.
        scores = net.score_rows(standardized, member_count=1 if is_extract else None)
        # Published scores are rounded probabilities; decisions use the logits themselves.
        probabilities: list[float | None] = np.round(1 / (1 + np.exp(-scores.astype(np.float64))), 4).tolist()
        if is_extract:
            bodies.append(BodySelection([True] * len(lines), "body.extracted", probabilities))
            continue
        article_logit = net.predict_article_logit(summarize_scores(scores, word_counts[doc_lines], is_prose[doc_lines]))
        if article_logit < listing_classifier.DOUBT_THRESHOLD:
            article_logit = listing_classifier.load_shipped_classifier().predict_article_logit(
                lines, features[doc_lines], scores, article_logit
            )
        first, last = find_best_segment(points)
        keep = _select_by_score(scores, is_prose[doc_lines], is_rare_language[doc_lines], line_cues, first, last)
        _continue_story(lines, line_cues, scores, keep)
        _fill_gaps(lines, line_cues, scores, keep)
        bodies.append(BodySelection(keep.tolist(), "body.model", probabilities, article_logit))
    return bodies


def _select_by_score(
    scores: Floats,
    is_prose: NDArray[np.bool_],
    is_rare_language: NDArray[np.bool_],
    line_cues: Mapping[int, Cue],
    first: int,
    last: int,
) -> NDArray[np.bool_]:
    """Return the lines with at least the minimum score, after a bonus for prose within the best segment."""
    prose_in_segment = is_prose[first:last]
    is_rare = 2 * np.count_nonzero(prose_in_segment & is_rare_language[first:last]) > np.count_nonzero(prose_in_segment)
    bonus, minimum = (_RARE_LANGUAGE_BONUS, 0.0) if is_rare else (_SEGMENT_BONUS, _MIN_SCORE)
    above_sign_off = np.zeros(len(scores), bool)
    for index, cue in line_cues.items():
        if cue.kind == "credit" and cue.ends:
            above_sign_off[max(0, index - _SIGN_OFF_LINES) : index] = True
    adjusted = scores.copy()
    adjusted[first:last] += prose_in_segment * (bonus + above_sign_off[first:last] * _SIGN_OFF_BONUS)
    keep: NDArray[np.bool_] = adjusted > minimum
    return keep


def _flag_rare_languages(
    line_table: LineTable, word_table: WordTable, is_prose: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return for each paragraph whether the training data has little of its language.

    Indonesian and Malay are told by words that nearly every paragraph contains, others by their script.
    """
    is_rare_language = line_table.has_unspaced.copy()
    word_rows = np.flatnonzero(word_table.group_bits & np.uint16(INDONESIAN_BIT))
    start, line = word_table.start[word_rows], word_table.line[word_rows]
    has_blank_before = (line_table.codes[start - 1] == _SPACE) | (start == line_table.start[line])
    is_rare_language[line[has_blank_before & (line_table.codes[word_table.end[word_rows]] == _SPACE)]] = True
    for index in np.flatnonzero(line_table.irregular & is_prose).tolist():
        padded_text = f" {line_table.text[index]}".lower()
        is_rare_language[index] |= any(f" {word} " in padded_text for word in INDONESIAN_WORDS)
    return is_rare_language


def _continue_story(
    lines: DocumentLines, line_cues: Mapping[int, Cue], scores: Floats, keep: NDArray[np.bool_]
) -> None:
    """Keep the paragraphs that go on below a bare "Read more" within the story, and the rows that it announces."""
    for header, cue in line_cues.items():
        if not cue.ends or header == 0 or not keep[header - 1]:
            continue
        index = find_continuation(lines, line_cues, header)
        while (
            index is not None
            and index < len(lines)
            and index not in line_cues
            and lines.ends_sentence[index]
            and lines.word_counts[index] >= MIN_PROSE_WORDS
            and scores[index] > -_SEGMENT_BONUS
        ):
            keep[index] = True
            index += 1
    for rows in find_announced_rows(lines, line_cues, keep.tolist()):
        keep[rows.start : rows.stop] = True


def _fill_gaps(lines: DocumentLines, line_cues: Mapping[int, Cue], scores: Floats, keep: NDArray[np.bool_]) -> None:
    """Keep the subheads, lists and short paragraphs between two kept lines where no cue stands among them."""
    kept_lines = np.flatnonzero(keep)
    gaps = np.flatnonzero(kept_lines[1:] - kept_lines[:-1] > 1)
    cue_lines = list(line_cues)
    for above, below in zip(kept_lines[gaps].tolist(), kept_lines[gaps + 1].tolist(), strict=True):
        next_cue = bisect_left(cue_lines, above)
        if next_cue < len(cue_lines) and cue_lines[next_cue] <= below:
            continue
        count = below - above - 1
        mean_score = float(scores[above + 1 : below].astype(np.float64).mean())
        is_between_prose = (
            lines.ends_sentence[above] and min(lines.word_counts[above], lines.word_counts[below]) >= MIN_PROSE_WORDS
        )
        if (
            mean_score > _MIN_GAP_SCORE
            or (mean_score > _MIN_SUBHEAD_SCORE and count == 1 and is_between_prose)
            or (mean_score > _MIN_LIST_SCORE and 2 * sum(map(is_list_item, lines.text[above + 1 : below])) >= count)
        ):
            keep[above + 1 : below] = True
