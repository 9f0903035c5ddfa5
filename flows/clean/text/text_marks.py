"""Decoded texts -> their marks: cues name lines, find_bodies keeps lines, position settles the rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from flows.clean.lines.line_table import Lines, Sheet, sheet, trim
from flows.clean.lines.word_table import Tokens, tokens
from flows.clean.models import line_cnn
from flows.clean.rules import cues as cue_data
from flows.clean.rules.cues import CLOSING, Cue, Cues
from flows.clean.spans import Mark, Marks
from flows.clean.text.body_lines import Body, find_bodies
from flows.clean.text.line_features import line_features
from flows.clean.text.position_rules import Verdict, place

_TOGETHER: Final = 300_000  # characters


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one text: the marks that tile its lines, and which lines were kept."""

    marks: Marks
    body: Body


def find(texts: Sequence[str], outlets: Sequence[str | None]) -> list[Found]:
    """What is found in each text. `outlets` has the registered domain of each one's outlet, where there is a hint."""
    cues = [cue_data.of_outlet(outlet) for outlet in outlets]
    table = sheet(texts)
    spoken = tokens(table)
    named = cue_data.name_all(table, spoken, cues)
    figures = line_features(table, spoken, named)
    held = pieceable(table, spoken)
    bodies, found = find_bodies(table, spoken, named, figures, line_cnn.shipped()), []
    for index, (text, lines, own, body) in enumerate(zip(texts, table.lines, cues, bodies, strict=True)):
        verdicts = place(lines, named[index], body, cue_data.profile_of(outlets[index]))
        found.append(Found(tile(text, lines, verdicts, body, own, held[index]), body))
    return found


def marks_of(text: str, outlet: str | None = None) -> list[Mark]:
    """The marks of one text."""
    return list(find([text], [outlet])[0].marks)


def pieceable(table: Sheet, spoken: Tokens) -> list[dict[int, bool]]:
    """The lines of each document that may hold clutter: by an inline cue's word (True), or just in a last bracket."""
    told = cue_data.may_hold(table, spoken)
    closed = np.isin(table.codes[table.end - 1], [ord(mark) for mark in CLOSING])
    held: list[dict[int, bool]] = [{} for _ in table.lines]
    lines = np.flatnonzero(told | closed)
    doc = np.searchsorted(table.first, lines, side="right") - 1
    for index, line, by_word in zip(
        doc.tolist(), (lines - table.first[doc]).tolist(), told[lines].tolist(), strict=True
    ):
        held[index][line] = by_word
    return held


def tile(
    text: str, lines: Lines, verdicts: Sequence[Verdict], body: Body, cues: Cues, held: Mapping[int, bool]
) -> Marks:
    """One mark a line; a kept line with clutter inside it, in pieces. `held` are the lines to look into (pieceable)."""
    pieces: dict[int, list[Mark]] = {}
    for index, told in held.items():
        verdict = verdicts[index]
        if verdict.kind == "body":
            whole = Mark(lines.number[index], lines.start[index], lines.end[index], *verdict, body.scores[index])
            found = _pieces(text, whole, cues, told)
            if found:
                pieces[index] = found
    return Marks(lines, verdicts, body.scores, pieces)


def clutter_hits(texts: Sequence[str]) -> list[int]:
    """How many lines of each published text a clutter cue still names, wholly or in part."""
    cues, counts = cue_data.general(), []
    for some in together(texts):
        table = sheet(texts[some])
        spoken = tokens(table)
        named = cue_data.name_all(table, spoken, [cues] * len(table.lines))
        for lines, said, held in zip(table.lines, named, pieceable(table, spoken), strict=True):
            hits = {index for index, told in held.items() if any(True for _ in cues.inside(lines.text[index], told))}
            counts.append(len(hits | said.keys()))
    return counts


def together(texts: Sequence[str]) -> Iterator[slice]:
    """Texts to look at together: what is known of a few fits the processor's cache, and memory stays flat."""
    start, size = 0, 0
    for end, text in enumerate(texts):
        if end > start and size + len(text) > _TOGETHER:
            yield slice(start, end)
            start, size = end, 0
        size += len(text)
    if start < len(texts):
        yield slice(start, len(texts))


def _pieces(text: str, whole: Mark, cues: Cues, told: bool) -> list[Mark]:
    found = sorted(
        ((start, end, cue) for start, end, cue in cues.inside(text[whole.start : whole.end], told)), key=_by_place
    )
    if not found:
        return []
    pieces: list[Mark] = []
    at = whole.start
    for start, end, cue in found:
        begin, until = max(at, whole.start + start), whole.start + end
        for kind, rule, score, left, right in (
            (whole.kind, whole.rule, whole.score, at, begin),
            (cue.kind, cue.id, None, begin, until),
        ):
            left, right = trim(text, left, right) if left < right else (left, left)
            if left < right:
                pieces.append(Mark(whole.line, left, right, kind, rule, score))
        at = max(at, until)
    left, right = trim(text, at, whole.end) if at < whole.end else (at, at)
    if left < right:
        pieces.append(whole._replace(start=left, end=right))
    return pieces


def _by_place(piece: tuple[int, int, Cue]) -> tuple[int, int]:
    return piece[0], piece[1]
