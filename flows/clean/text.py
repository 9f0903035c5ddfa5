"""A decoded text -> its marks: cues name lines, find_body keeps lines, position settles the rest."""

from collections.abc import Sequence

from flows.clean import cues as cue_data
from flows.clean.body import Body, find_body
from flows.clean.cues import Cue, Cues
from flows.clean.lines import Line, split, trim
from flows.clean.place import Verdict, place
from flows.clean.spans import Mark


def marks_of(text: str, outlet: str | None = None) -> list[Mark]:
    """The marks of a text, which tile its non-blank lines. `outlet` is its registered domain, where there is a hint."""
    cues = cue_data.of_outlet(outlet)
    lines = split(text)
    named = cues.name(lines)
    body = find_body(lines, named)
    return tile(text, lines, place(lines, named, body, cue_data.profile_of(outlet)), body, cues)


def tile(text: str, lines: Sequence[Line], verdicts: Sequence[Verdict], body: Body, cues: Cues) -> list[Mark]:
    """One mark a line; a kept line with clutter inside it, in pieces."""
    marks: list[Mark] = []
    for line, verdict, score in zip(lines, verdicts, body.scores, strict=True):
        whole = Mark(line.number, line.start, line.end, verdict.kind, verdict.rule, score)
        marks.extend(_pieces(text, whole, cues) if verdict.kind == "body" else [whole])
    return marks


def clutter_hits(text: str) -> int:
    """How many lines of a published text a clutter cue still names, wholly or in part."""
    cues, lines = cue_data.general(), split(text)
    named = cues.name(lines)
    return sum(
        cue is not None or any(True for _ in cues.inside(line.text)) for line, cue in zip(lines, named, strict=True)
    )


def _pieces(text: str, whole: Mark, cues: Cues) -> list[Mark]:
    found = sorted(((start, end, cue) for start, end, cue in cues.inside(text[whole.start : whole.end])), key=_by_place)
    if not found:
        return [whole]
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
