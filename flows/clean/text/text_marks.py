"""Marks of decoded texts: cues label lines, select_body_lines keeps lines, position rules label the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.line_table import DocumentLines, LineTable, build_line_table, encode_texts, trim_span
from flows.clean.lines.word_table import WordTable, build_word_table
from flows.clean.models import line_cnn
from flows.clean.rules import cues as cue_data
from flows.clean.rules.cues import CLOSING_BRACKETS, Cue, CueMatcher
from flows.clean.spans import DocumentMarks
from flows.clean.text.body_lines import BodySelection, select_body_lines
from flows.clean.text.line_features import compute_line_features
from flows.clean.text.line_recovery import Layout, flag_glued_texts, lay_out_glued_text, lay_out_text
from flows.clean.text.position_rules import LineVerdict, classify_lines
from schemas.stage_tables import Mark

_BATCH_CHARS: Final = 300_000


@dataclass(frozen=True, slots=True)
class MarkedText:
    """The marks that tile the lines of one text, and the selected body lines."""

    marks: DocumentMarks
    body: BodySelection
    layout: Layout | None = None  # where lines of the text were recovered


def mark_texts(texts: Sequence[str], outlets: Sequence[str | None]) -> list[MarkedText]:
    """Return the marks of each text. `outlets` has the registered domain of each text's outlet, None without a hint."""
    matchers = [cue_data.load_outlet_cues(outlet) for outlet in outlets]
    documents, layouts = texts, [lay_out_text(text) for text in texts]
    texts = [layout.text if layout else text for layout, text in zip(layouts, texts, strict=True)]
    codes = encode_texts(texts)
    if glued_layouts := _lay_out_glued_texts(codes, texts, layouts):
        layouts = [glued_layouts.get(index, layout) for index, layout in enumerate(layouts)]
        texts = [layout.text if layout else text for layout, text in zip(layouts, texts, strict=True)]
        codes = encode_texts(texts)
    line_table = build_line_table(texts, codes)
    word_table = build_word_table(line_table)
    document_cues = cue_data.match_cues(line_table, word_table, matchers)
    features = compute_line_features(line_table, word_table, document_cues)
    splittable_lines = find_splittable_lines(line_table, word_table)
    bodies, marked_texts = (
        select_body_lines(line_table, word_table, document_cues, features, line_cnn.load_shipped_net()),
        [],
    )
    for index, (text, lines, matcher, body) in enumerate(
        zip(texts, line_table.documents, matchers, bodies, strict=True)
    ):
        verdicts = classify_lines(lines, document_cues[index], body, cue_data.find_profile(outlets[index]))
        marks = build_document_marks(text, lines, verdicts, body, matcher, splittable_lines[index])
        layout = layouts[index]
        marked_texts.append(
            MarkedText(layout.restore_marks(marks, documents[index]) if layout else marks, body, layout)
        )
    return marked_texts


def _lay_out_glued_texts(
    codes: NDArray[np.uint16], texts: Sequence[str], layouts: Sequence[Layout | None]
) -> dict[int, Layout]:
    """Return the layouts of texts that have lines, some of them glued together."""
    starts = np.cumsum([1, *(len(text) + 1 for text in texts)])
    glued_layouts: dict[int, Layout] = {}
    for index in np.flatnonzero(flag_glued_texts(codes, starts)).tolist():
        if layouts[index] is None and (layout := lay_out_glued_text(texts[index])):
            glued_layouts[index] = layout
    return glued_layouts


def find_splittable_lines(line_table: LineTable, word_table: WordTable) -> list[dict[int, bool]]:
    """Return the lines of each document that may hold inline clutter.

    True: the line has a word of an inline cue; False: it only ends in a bracket.
    """
    has_cue_word = cue_data.flag_inline_cue_words(line_table, word_table)
    ends_in_bracket = np.isin(line_table.codes[line_table.end - 1], [ord(mark) for mark in CLOSING_BRACKETS])
    splittable_lines: list[dict[int, bool]] = [{} for _ in line_table.documents]
    lines = np.flatnonzero(has_cue_word | ends_in_bracket)
    doc = np.searchsorted(line_table.first_line, lines, side="right") - 1
    for index, line, by_word in zip(
        doc.tolist(), (lines - line_table.first_line[doc]).tolist(), has_cue_word[lines].tolist(), strict=True
    ):
        splittable_lines[index][line] = by_word
    return splittable_lines


def build_document_marks(
    text: str,
    lines: DocumentLines,
    verdicts: Sequence[LineVerdict],
    body: BodySelection,
    matcher: CueMatcher,
    splittable_lines: Mapping[int, bool],
) -> DocumentMarks:
    """Return one mark per line, or pieces where a kept line has inline clutter (see find_splittable_lines)."""
    pieces: dict[int, list[Mark]] = {}
    for index, has_cue_word in splittable_lines.items():
        verdict = verdicts[index]
        if verdict.kind == "body":
            whole_line = Mark(lines.number[index], lines.start[index], lines.end[index], *verdict, body.scores[index])
            line_pieces = _split_line(text, whole_line, matcher, has_cue_word)
            if line_pieces:
                pieces[index] = line_pieces
    return DocumentMarks(lines, verdicts, body.scores, pieces)


def count_clutter_lines(texts: Sequence[str]) -> list[int]:
    """Return how many lines of each published text a clutter cue still names, wholly or in part."""
    matcher, counts = cue_data.load_general_cues(), []
    for batch in batch_texts(texts):
        line_table = build_line_table(texts[batch])
        word_table = build_word_table(line_table)
        document_cues = cue_data.match_cues(line_table, word_table, [matcher] * len(line_table.documents))
        for lines, line_cues, splittable_lines in zip(
            line_table.documents, document_cues, find_splittable_lines(line_table, word_table), strict=True
        ):
            clutter_lines = {
                index
                for index, has_cue_word in splittable_lines.items()
                if any(True for _ in matcher.find_inline_clutter(lines.text[index], has_cue_word))
            }
            counts.append(len(clutter_lines | line_cues.keys()))
    return counts


def batch_texts(texts: Sequence[str]) -> Iterator[slice]:
    """Yield slices of texts to process together: a small batch fits the processor's cache, and memory stays flat."""
    start, size = 0, 0
    for end, text in enumerate(texts):
        if end > start and size + len(text) > _BATCH_CHARS:
            yield slice(start, end)
            start, size = end, 0
        size += len(text)
    if start < len(texts):
        yield slice(start, len(texts))


def _split_line(text: str, whole_line: Mark, matcher: CueMatcher, has_cue_word: bool) -> list[Mark]:
    """Return a kept line as marks of body and inline clutter; empty where it has no clutter."""
    inline_clutter = sorted(
        (
            (start, end, cue)
            for start, end, cue in matcher.find_inline_clutter(text[whole_line.start : whole_line.end], has_cue_word)
        ),
        key=_order_by_offset,
    )
    if not inline_clutter:
        return []
    pieces: list[Mark] = []
    at = whole_line.start
    for start, end, cue in inline_clutter:
        begin, until = max(at, whole_line.start + start), whole_line.start + end
        for kind, rule, score, piece_start, piece_end in (
            (whole_line.kind, whole_line.rule, whole_line.score, at, begin),
            (cue.kind, cue.id, None, begin, until),
        ):
            piece_start, piece_end = (
                trim_span(text, piece_start, piece_end) if piece_start < piece_end else (piece_start, piece_start)
            )
            if piece_start < piece_end:
                pieces.append(Mark(whole_line.line, piece_start, piece_end, kind, rule, score))
        at = max(at, until)
    piece_start, piece_end = trim_span(text, at, whole_line.end) if at < whole_line.end else (at, at)
    if piece_start < piece_end:
        pieces.append(whole_line._replace(start=piece_start, end=piece_end))
    return pieces


def _order_by_offset(piece: tuple[int, int, Cue]) -> tuple[int, int]:
    """Return the sort key of a clutter piece: start, end."""
    return piece[0], piece[1]
