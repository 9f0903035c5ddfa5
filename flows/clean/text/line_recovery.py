"""Line recovery: where the lines were of a text that lost its line breaks, before the table of lines is made.

    lay_out_text(text) -> Layout | None                     None: the text has its lines and is not touched
    flag_glued_texts(codes, starts), lay_out_glued_text(text)    texts with lines, some of them glued together

A layout is the text with its line breaks back and the joiners gone, and where each of its lines stands in the document
as read: the whole cleaner then works on `Layout.text`, and `Layout.restore_marks` puts the offsets back.
Evidence for a break, in this order: joining commas and glued sentence ends (lines.joints), the head (byline, date,
dateline), clutter inside prose (rules.line_openings). Paragraphs joined by a blank leave none: long ones are divided
between sentences, so that the published text reads as paragraphs.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import EDGE_CHARS, IS_CLOSER, IS_LETTER, IS_UPPER
from flows.clean.lines.joints import Gap, find_joints, holds_joint, is_abbreviation
from flows.clean.lines.lexicon import is_indonesian
from flows.clean.lines.line_table import DocumentLines
from flows.clean.rules.cues import load_general_cues
from flows.clean.rules.line_openings import find_clutter_lines
from flows.clean.spans import DocumentMarks
from flows.clean.text.head_breaks import find_head_breaks
from schemas.stage_tables import Mark

JOINER_RULE: Final = "line.joiner"
_MIN_CHARS: Final = 160  # of a text that can have lost lines
_MAX_BREAKS: Final = 12  # blank lines among them
_MAX_LINES_LOST, _MIN_SHARE = 3, 0.8  # a text is one line, or nearly: one of three at most has most of its characters
_MAX_LINES: Final = 3_000  # no article has more; where more are found, they are no lines
_MIN_PARAGRAPH_WORDS, _MAX_PARAGRAPH_WORDS = 28, 70
_MIN_LAST_WORDS: Final = 6
_SENTENCE_END: Final = re.compile(r"[.!?…][\"”’)]{0,2}\s+(?=[\"“‘(]?[A-Z0-9À-Þ])")
_COMMA: Final = re.compile(r"[ \xa0]?,[ \xa0]{0,2}(?=[\"“‘A-Z])")
_IS_GLUED_MARK: Final = np.zeros(65536, bool)
_IS_GLUED_MARK[[ord(mark) for mark in ".,!?"]] = True


@dataclass(frozen=True, slots=True)
class Layout:
    """A text with its lines back; `lines` are its lines in the document as read, blank ones included.

    `shifts` has for each line how far the document's offsets are from those of `text`; `commas` are the joiners.
    """

    text: str
    lines: list[Gap]
    shifts: list[int]
    commas: list[Gap]

    def restore_marks(self, marks: DocumentMarks, document: str) -> DocumentMarks:
        """Return the marks of the laid-out text as marks of the document as read, with those of the joiners."""
        lines = marks.lines
        shifts = [self.shifts[number - 1] for number in lines.number]
        starts = [start + shift for start, shift in zip(lines.start, shifts, strict=True)]
        ends = [end + shift for end, shift in zip(lines.end, shifts, strict=True)]
        pieces = {
            index: [
                piece._replace(start=piece.start + shifts[index], end=piece.end + shifts[index]) for piece in own_pieces
            ]
            for index, own_pieces in marks.pieces.items()
        }
        document_lines = DocumentLines(
            lines.number, starts, ends, lines.text, lines.gap, lines.word_counts, lines.ends_sentence
        )
        restored = DocumentMarks(document_lines, marks.labels, marks.scores, pieces)
        return _mark_joiners(document, restored, self.commas) if self.commas else restored

    def list_bounds(self) -> list[int]:
        """Return start and end of each line in the document as read, one after the other."""
        return [place for line in self.lines for place in line]


def lay_out_text(text: str) -> Layout | None:
    """Return the layout of a text that is one line, or nearly; None for every other text."""
    if len(text) < _MIN_CHARS:
        return None
    breaks = text.count("\n")
    if breaks > _MAX_BREAKS:
        return None
    if breaks:
        lengths = [len(line) for line in text.split("\n") if line.strip()]
        if len(lengths) > _MAX_LINES_LOST or max(lengths, default=0) < _MIN_SHARE * sum(lengths):
            return None
    return lay_out_lines(text)


def lay_out_glued_text(text: str) -> Layout | None:
    """Return the layout of an Indonesian or Malay text that has lines, some of them glued together; else None.

    In other languages what looks glued is as often the name of a program or a menu of a page.
    """
    return lay_out_lines(text, glued_only=True) if is_indonesian(text) else None


def flag_glued_texts(codes: NDArray[np.uint16], starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each text of a batch whether a sentence end in it may meet a capital or a comma without a blank.

    `codes` are their code points with a line break around each, `starts` where each begins and where the last one ends.
    """
    # One comparison of all code points, then of the few that are left; codes below "!" wrap around.
    marks = np.flatnonzero((codes[2:-3] - np.uint16(ord("!"))) <= ord("?") - ord("!")) + 2
    next_codes = codes[marks + 1]
    marks = marks[(next_codes != ord(" ")) & (next_codes != ord("\n"))]
    marks = marks[_IS_GLUED_MARK[codes[marks]]]
    next_codes = codes[marks + 1]
    next_codes = np.where(IS_CLOSER[next_codes], codes[marks + 2], next_codes)
    previous = codes[marks - 1]
    after_word = IS_LETTER[previous] & ~IS_UPPER[previous] & IS_LETTER[codes[marks - 2]]
    glued = (next_codes == ord(",")) | ((codes[marks] != ord(",")) & IS_UPPER[next_codes] & after_word)
    flags = np.zeros(len(starts) - 1, bool)
    flags[np.searchsorted(starts, marks[glued], side="right") - 1] = True
    return flags


def lay_out_lines(text: str, *, glued_only: bool = False) -> Layout | None:
    """Return the layout of a text, physical line by physical line; None where no line was lost and no joiner stands.

    `glued_only`: only lines in which a sentence end meets the next sentence or a comma are divided.
    """
    lines: list[Gap] = []
    commas: list[Gap] = []
    is_changed = False
    line_start = 0
    for content in text.split("\n"):
        start, end = _trim_edges(text, line_start, line_start + len(content))
        line_start += len(content) + 1
        if start == end or (glued_only and not holds_joint(text, start, end)):
            lines.append((start, end))
            continue
        own_lines, own_commas = recover_lines(text, start, end, glued_only=glued_only, is_head=not commas and not lines)
        is_changed = is_changed or own_lines != [(start, end)]
        lines += own_lines
        commas += own_commas
    if (not is_changed and not commas) or len(lines) > _MAX_LINES or len(commas) > _MAX_LINES:
        return None
    pieces, shifts, length = [], [], 0
    for start, end in lines:
        pieces.append(text[start:end])
        shifts.append(start - length)
        length += end - start + 1
    return Layout("\n".join(pieces), lines, shifts, commas)


def recover_lines(
    text: str, start: int, end: int, *, glued_only: bool = False, is_head: bool = True
) -> tuple[list[Gap], list[Gap]]:
    """Return the lines of one physical line, and the joining commas that stand between them and inside them."""
    joints = find_joints(text, start, end, strict=glued_only)
    if glued_only and not joints.commas and not joints.gaps:
        return [(start, end)], []
    gaps = list(joints.gaps)
    if is_head or not glued_only:
        gaps = sorted({*gaps, *find_head_breaks(text, start, end)})
    # A comma and a blank look like any other comma, so between words they are no gaps.
    spaced = sum(text[last - 1].isspace() for _, last in joints.gaps)
    joined_by_commas = joints.style == "comma" and 2 * spaced > len(joints.gaps)
    for first, last in find_clutter_lines(text, start, end, gaps, joined_by_commas=joined_by_commas):
        gaps += [(first, first)] if first > start else []
        gaps += [_take_comma(text, last, end)] if last < end else []
    lines = _divide_at_gaps(text, start, end, sorted(gaps))
    if not glued_only and joints.style == "blank":
        paragraphs = [paragraph for line in lines for paragraph in divide_paragraphs(text, *line)]
        lines = [line for paragraph in paragraphs for line in _separate_appeals(text, *paragraph)]
    between = _find_commas_between(text, start, end, lines)
    return lines, sorted([*between, *_select_commas_inside(text, joints.commas, lines)])


def _take_comma(text: str, at: int, end: int) -> Gap:
    """Return the gap behind clutter: with the comma that joined it to the next line, if one stands there."""
    joiner = _COMMA.match(text, at, end)
    return (at, joiner.end()) if joiner else (at, at)


def _select_commas_inside(text: str, commas: Sequence[Gap], lines: Sequence[Gap]) -> list[Gap]:
    """Return the commas that stand within a line."""
    starts = [line[0] for line in lines]
    inside = []
    for comma in commas:
        index = bisect_right(starts, comma[0]) - 1
        if index >= 0 and starts[index] < comma[0] and comma[1] <= lines[index][1]:
            inside.append(_trim_edges(text, *comma))
    return inside


def _divide_at_gaps(text: str, start: int, end: int, gaps: Sequence[Gap]) -> list[Gap]:
    """Return the lines between gaps, without the blanks around them."""
    lines = []
    at = start
    for gap in [*gaps, (end, end)]:
        first, last = _trim_edges(text, at, max(at, gap[0]))
        if first < last:
            lines.append((first, last))
        at = max(at, gap[1])
    return lines


def _trim_edges(text: str, start: int, end: int) -> Gap:
    """Return the span without the blanks around it; (start, start) where it is all blank."""
    piece = text[start:end]
    left_edge, right = len(piece) - len(piece.lstrip(EDGE_CHARS)), len(piece.rstrip(EDGE_CHARS))
    return (start + left_edge, start + right) if left_edge < right else (start, start)


def _find_commas_between(text: str, start: int, end: int, lines: Sequence[Gap]) -> list[Gap]:
    """Return what stands between lines and is no blank: the commas that joined them."""
    commas, at = [], start
    for first, last in [*lines, (end, end)]:
        comma = _trim_edges(text, at, first) if at < first else (at, at)
        if comma[0] < comma[1]:
            commas.append(comma)
        at = last
    return commas


def divide_paragraphs(text: str, start: int, end: int) -> list[Gap]:
    """Divide a long line of many sentences into paragraphs of ordinary length: nothing says where they were."""
    if text.count(" ", start, end) < _MAX_PARAGRAPH_WORDS:
        return [(start, end)]
    paragraphs, at, counted_to, open_quotes = [], start, start, 0
    has_straight_quotes = text.find('"', start, end) >= 0
    for match in _SENTENCE_END.finditer(text, start, end):
        last = match.end()
        if text[match.start()] == "." and is_abbreviation(text, match.start()):
            continue
        if has_straight_quotes:
            open_quotes += text.count('"', counted_to, last)
            counted_to = last
        words = text.count(" ", at, last)
        if open_quotes % 2 and words < 2 * _MAX_PARAGRAPH_WORDS:
            continue
        opens_quote = text[last] in '"“'
        if words >= _MIN_PARAGRAPH_WORDS or (opens_quote and words >= _MIN_PARAGRAPH_WORDS // 3):
            if text.count(" ", last, end) < _MIN_LAST_WORDS:
                break
            paragraphs.append(_trim_edges(text, at, last))
            at = last
    paragraphs.append(_trim_edges(text, at, end))
    return paragraphs


def _separate_appeals(text: str, start: int, end: int) -> list[Gap]:
    """Return a paragraph with the sentences at its start that a cue names as lines of their own.

    A cue names a whole line by its beginning, and nothing says that the sentences behind it belong to it.
    """
    lines: list[Gap] = []
    while sentence := _SENTENCE_END.search(text, start, end):
        first = _trim_edges(text, start, sentence.end())
        cue = load_general_cues().match_line(text[slice(*first)], text.count(" ", *first) + 1, has_cue_word=False)
        if (
            cue is None
            or cue.on != "start"
            or (text[sentence.start()] == "." and is_abbreviation(text, sentence.start()))
        ):
            break
        if text.count(" ", sentence.end(), end) + 1 < _MIN_PARAGRAPH_WORDS // 2:
            break  # too few words for a paragraph: they belong to the appeal
        lines.append(first)
        start = sentence.end()
    return [*lines, _trim_edges(text, start, end)]


def _mark_joiners(document: str, marks: DocumentMarks, commas: Sequence[Gap]) -> DocumentMarks:
    """Return the marks with those of the joiners: each belongs to the line it stands in, else to the one before it."""
    lines = marks.lines
    joiners_by_line: dict[int, list[Mark]] = {}
    for first, last in commas:
        index = max(0, bisect_right(lines.start, first) - 1)
        if index < len(lines.start):
            joiner = Mark(lines.number[index], first, last, "widget", JOINER_RULE)
            joiners_by_line.setdefault(index, []).append(joiner)
    pieces = {index: list(own_pieces) for index, own_pieces in marks.pieces.items()}
    for index, joiners in joiners_by_line.items():
        (kind, rule), score = marks.labels[index], marks.scores[index]
        line_mark = Mark(lines.number[index], lines.start[index], lines.end[index], kind, rule, score)
        pieces[index] = _insert_joiners(document, pieces.get(index, [line_mark]), joiners)
    return DocumentMarks(lines, marks.labels, marks.scores, pieces)


def _insert_joiners(document: str, pieces: Sequence[Mark], joiners: Sequence[Mark]) -> list[Mark]:
    """Return the pieces of a line with joiners cut out of those that hold them; all in the order of the text."""
    divided: list[Mark] = []
    at = 0
    for piece in pieces:
        start = piece.start
        while at < len(joiners) and joiners[at].start < piece.end:
            joiner = joiners[at]
            first, last = _trim_edges(document, start, joiner.start) if start < joiner.start else (start, start)
            if first < last:
                divided.append(piece._replace(start=first, end=last))
            divided.append(joiner)
            start = max(start, joiner.end)
            at += 1
        first, last = _trim_edges(document, start, piece.end) if start < piece.end else (start, start)
        if first < last:
            divided.append(piece._replace(start=first, end=last))
    return [*divided, *joiners[at:]]
