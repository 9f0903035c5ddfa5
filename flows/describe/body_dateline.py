"""Dateline at the start of the body, marked so that it is cut from the text."""

import re
from dataclasses import dataclass

from flows.describe.document_view import DocumentView, Evidence
from flows.outlets import Outlet, Registry
from flows.outlets.dateline import Dateline, parse_dateline
from schemas.stage_tables import Mark

_DASH = re.compile(r"\s{0,40}[-–—]{1,2}")
_BARE_DASH = re.compile(r"(?:, ?){0,3}[-–—]{1,2} ?[\u200e\u200f]?(?:[A-Z0-9\"“(][^\n]{60}|(?:, ?){1,3}[\w(][^\n]{60})")
_BARE_MARKS = re.compile(r"[\s,\u200e\u200f]{0,20}[-–—]{1,2}[\s,\u200e\u200f]{0,20}")
_JOINTS = frozenset("-–—,(")  # what joins the pieces of a dateline that a page broke at its links
_BLANK_BEFORE_COMMA = re.compile(r"\s{1,3}(?=,)")
_MAX_PIECES, _MAX_JOINED_LENGTH = 3, 80
_LINES_ABOVE = 4  # lines above the body in which a dateline may stand, separated from its sentence
_MAX_LINES = 6  # a dateline stands in the first body line, or below a headline and credits that count as body
_MAX_SENTENCES = 2  # it may also follow a lead quotation
_SENTENCE_WORDS = 15


@dataclass(frozen=True)
class BodyDateline:
    """Dateline of a document; `line_index` is the index of its line in `DocumentView.lines`, None if there is none."""

    dateline: str | None = None
    place: str | None = None
    outlet: Outlet | None = None
    agency: str | None = None
    line_index: int | None = None
    evidence: tuple[Evidence, ...] = ()
    marks: tuple[Mark, ...] = ()


def find_body_dateline(view: DocumentView, registry: Registry) -> BodyDateline:
    """Find the dateline in one of the first body lines.

    Below the first body line a dateline must name an outlet or an agency, or follow a heading.
    """
    tried_lines = sentences = 0
    body_start = view.body_start if view.body_lines else len(view.lines)
    for index in range(max(0, body_start - _LINES_ABOVE), len(view.lines)):
        line = view.lines[index]
        if line.body_offset is None and line.kind != "dateline":
            # A dateline separated from its sentence looks like a line of the head.
            if index < body_start and len(line.text) <= 60:
                parsed, length_on_line = _parse_line_dateline(view, index, registry)
                if parsed and parsed.outlet and length_on_line == len(line.text.rstrip()):
                    return _build_dateline(view, index, parsed, length_on_line)
            continue
        parsed, length_on_line = _parse_line_dateline(view, index, registry)
        if parsed and (tried_lines == 0 or parsed.outlet or parsed.agency or _is_heading(view, index - 1)):
            return _build_dateline(view, index, parsed, length_on_line)
        tried_lines += 1
        sentences += line.word_count >= _SENTENCE_WORDS
        if tried_lines == _MAX_LINES or sentences == _MAX_SENTENCES:
            break
    return _mark_bare_dash(view)


def _mark_bare_dash(view: DocumentView) -> BodyDateline:
    """Mark the dash and commas left where a page lost its dateline, so that they are cut; the dateline stays None.

    Where the second body line starts with a dash too, the lines are a list and nothing is marked.
    """
    first_line, *next_lines = [line.plain_text for line in view.body_lines[:2]] or [""]
    if not _BARE_DASH.match(first_line) or (next_lines and next_lines[0][0] in "-–—"):
        return BodyDateline()
    line = view.body_lines[0]
    bare_marks = _BARE_MARKS.match(line.text)
    return BodyDateline(
        marks=(line.mark_span("dateline", "dateline.bare-dash", 0, bare_marks.end() if bare_marks else 1),)
    )


def _is_heading(view: DocumentView, index: int) -> bool:
    """Return whether a line is a heading rather than a sentence."""
    return index >= 0 and view.lines[index].word_count <= 25 and view.lines[index].plain_text[-1] not in '."”'


def _parse_line_dateline(view: DocumentView, index: int, registry: Registry) -> tuple[Dateline | None, int]:
    """Return the dateline of a line and the number of its code points that stand on that line; (None, 0) without one.

    Pages cut at every tag leave the place, the outlet and the dash on lines of their own.
    """
    line = view.lines[index]
    line_text = line.text.rstrip()
    joined = line_text
    for next_line in view.lines[index + 1 : index + 1 + _MAX_PIECES]:
        next_text = next_line.text.strip()
        is_continued = next_text[:1] in _JOINTS or joined.rstrip()[-1:] in _JOINTS
        if len(joined) > _MAX_JOINED_LENGTH or not is_continued:
            break
        joined = f"{joined} {next_text}"
    if joined != line_text:
        parsed = parse_dateline(_BLANK_BEFORE_COMMA.sub("", joined), registry)
        if parsed and parsed.printed and len("".join(parsed.printed.split())) > len("".join(line_text.split())):
            return parsed, len(line_text)
    parsed = parse_dateline(line.text, registry)
    return parsed, parsed.end_offset if parsed else 0


def _build_dateline(view: DocumentView, index: int, parsed: Dateline, length_on_line: int) -> BodyDateline:
    line = view.lines[index]
    marks = [line.mark_span("dateline", "dateline.opening", 0, length_on_line)]
    quote = line.text[:length_on_line]
    missing = len("".join(parsed.printed.split())) - len("".join(quote.split()))  # letters on the next lines
    for next_line in view.lines[index + 1 : index + 1 + _MAX_PIECES]:
        if missing <= 0:
            break
        end = 0
        while end < len(next_line.text) and missing > 0:
            missing -= not next_line.text[end].isspace()
            end += 1
        marks.append(next_line.mark_span("dateline", "dateline.opening", 0, end))
    evidence = [line.cite_evidence("dateline", "dateline.opening", quote)]
    if parsed.place:
        evidence.append(line.cite_evidence("place", "dateline.place", quote))
    return BodyDateline(
        parsed.printed, parsed.place, parsed.outlet, parsed.agency, index, tuple(evidence), tuple(marks)
    )
