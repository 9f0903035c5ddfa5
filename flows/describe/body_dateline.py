"""How the body opens: its dateline, marked so that it is cut from the text."""

import re
from dataclasses import dataclass

from flows.describe.document_view import Evidence, Mark, Sheet
from flows.outlets import Outlet, Registry
from flows.outlets.dateline import Dateline, parse_dateline

_DASH = re.compile(r"\s{0,40}[-–—]{1,2}")
_LOST = re.compile(r"[-–—] ?[A-Z\"“][^\n]{60}")
_ABOVE = 3  # lines above the body where a dateline cut off from its sentence may stand
_LINES = 6  # a dateline stands in the first line of the body, or below a headline and credits taken for body
_SENTENCES = 2  # or behind a lead quotation
_SENTENCE_WORDS = 15


@dataclass(frozen=True)
class Opening:
    """The dateline of a document, and the index in `Sheet.lines` of the line it opens; None where there is none."""

    dateline: str | None = None
    place: str | None = None
    outlet: Outlet | None = None
    agency: str | None = None
    at: int | None = None
    evidence: tuple[Evidence, ...] = ()
    marks: tuple[Mark, ...] = ()


def opening(sheet: Sheet, registry: Registry) -> Opening:
    """The dateline in one of the first body lines. Behind the very first one it must name an outlet or an agency."""
    tried = sentences = 0
    start = sheet.body_from if sheet.body else len(sheet.lines)
    for at in range(max(0, start - _ABOVE), len(sheet.lines)):
        line = sheet.lines[at]
        if line.body_at is None and line.kind != "dateline":
            # Cut off from its sentence, a dateline looks like a line of the head.
            if at < start and len(line.text) <= 60:
                found, reach = _find(sheet, at, registry)
                if found and found.outlet and reach == len(line.text.rstrip()):
                    return _taken(sheet, at, found, reach)
            continue
        found, reach = _find(sheet, at, registry)
        if found and (tried == 0 or found.outlet or found.agency or _short(sheet, at - 1)):
            return _taken(sheet, at, found, reach)
        tried += 1
        sentences += line.words >= _SENTENCE_WORDS
        if tried == _LINES or sentences == _SENTENCES:
            break
    return _bare_dash(sheet)


def _bare_dash(sheet: Sheet) -> Opening:
    """The dash that is left where a page lost its dateline: cut, but no dateline. A list begins every line with one."""
    first, *others = [line.plain for line in sheet.body[:2]] or [""]
    if not _LOST.match(first) or (others and others[0][0] in "-–—"):
        return Opening()
    line = sheet.body[0]
    return Opening(
        marks=(line.mark("dateline", "dateline.bare-dash", 0, len(line.text) - len(line.text.lstrip()) + 1),)
    )


def _short(sheet: Sheet, at: int) -> bool:
    """Whether a line is a heading rather than a sentence."""
    return at >= 0 and sheet.lines[at].words <= 25 and sheet.lines[at].plain[-1] not in '."”'


def _find(sheet: Sheet, at: int, registry: Registry) -> tuple[Dateline | None, int]:
    """The dateline of a line, and how many of its code points stand on that line.

    Pages cut at every tag leave the outlet on a line of its own and the dash on the next.
    """
    line = sheet.lines[at]
    alone = line.text.rstrip()
    after = sheet.lines[at + 1].text.strip() if at + 1 < len(sheet.lines) else ""
    if len(alone) <= 60 and after[:1] in {"-", "–", "—"}:
        if after.strip("-–—") == "" and at + 2 < len(sheet.lines):
            after += " " + sheet.lines[at + 2].text.strip()
        found = parse_dateline(f"{alone} {after}", registry)
        if found and found.end_offset > len(alone):
            return found, len(alone)
    found = parse_dateline(line.text, registry)
    return found, found.end_offset if found else 0


def _taken(sheet: Sheet, at: int, found: Dateline, reach: int) -> Opening:
    line = sheet.lines[at]
    marks = [line.mark("dateline", "dateline.opening", 0, reach)]
    quote = line.text[:reach]
    if reach < found.end_offset:
        after = sheet.lines[at + 1]
        dash = _DASH.match(after.text)
        if dash:
            marks.append(after.mark("dateline", "dateline.opening", 0, dash.end()))
    evidence = [line.evidence("dateline", "dateline.opening", quote)]
    if found.place:
        evidence.append(line.evidence("place", "dateline.place", quote))
    return Opening(found.printed, found.place, found.outlet, found.agency, at, tuple(evidence), tuple(marks))
