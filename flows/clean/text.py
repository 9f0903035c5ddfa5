"""Decoded texts -> their marks: cues name lines, find_body keeps lines, position settles the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from flows.clean import cues as cue_data
from flows.clean import net
from flows.clean.body import Body, find_body
from flows.clean.cues import CLOSING, Cue, Cues
from flows.clean.features import line_features
from flows.clean.lines import Lines, Sheet, sheet, trim
from flows.clean.place import Verdict, place
from flows.clean.spans import Mark, Marks
from flows.clean.tokens import Tokens, tokens


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
    bounds = table.first.tolist()
    named = cue_data.name_all(table, spoken, cues)
    figures = line_features(table, spoken, named)
    held = pieceable(table, spoken)
    model, found = net.shipped(), []
    for index, (text, lines, own) in enumerate(zip(texts, table.lines, cues, strict=True)):
        start, end = bounds[index : index + 2]
        body = find_body(lines, named[index], figures[start:end], model)
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


def clutter_hits(text: str) -> int:
    """How many lines of a published text a clutter cue still names, wholly or in part."""
    cues, table = cue_data.general(), sheet([text])
    spoken, lines = tokens(table), table.lines[0]
    (named,), (held,) = cue_data.name_all(table, spoken, [cues]), pieceable(table, spoken)
    hits = {index for index, cue in enumerate(named) if cue is not None}
    hits |= {index for index, told in held.items() if any(True for _ in cues.inside(lines.text[index], told))}
    return len(hits)


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
