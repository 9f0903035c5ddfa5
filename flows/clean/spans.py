"""Marks -> spans that tile every non-blank line -> the published text."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

import pyarrow as pa

from flows.clean.lines import squeeze, trim
from schemas.stages import MARKS

_NO_SPACE_BEFORE: Final = re.compile(r"[.,;:!?…)\]”’]")


class Mark(NamedTuple):
    """One row of MARKS but for its document."""

    line: int
    start: int
    end: int
    kind: str
    rule: str
    score: float | None = None


def marks_table(rows: Iterable[tuple[int, Mark]]) -> pa.Table:
    """Marks with their document's number, as a table of MARKS."""
    pairs = list(rows)
    docs, marks = [doc for doc, _ in pairs], [mark for _, mark in pairs]
    columns = [docs, *zip(*marks, strict=True)] if pairs else [()] * len(MARKS)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, MARKS, strict=True)], schema=MARKS)


def settle(documents: pa.Table, marks: pa.Table, over: pa.Table) -> pa.Table:
    """The marks with `over` laid upon them: MARKS sorted by doc and start that tile every non-blank line.

    A span of `over` wins over what it covers; of two spans of `over` that overlap, the one that begins first wins.
    Spans of `over` lie within one line, as in MARKS. Blanks between two pieces belong to neither.
    """
    above = _by_doc(over)
    if not above:
        return marks.sort_by([("doc", "ascending"), ("start", "ascending")])
    below = _by_doc(marks)
    texts = _texts(documents)
    rows: list[tuple[int, Mark]] = []
    for doc, text in texts.items():
        spans = _laid(text, below.get(doc, []), above[doc]) if doc in above else below.get(doc, [])
        rows.extend((doc, span) for span in sorted(spans, key=itemgetter(1)))
    return marks_table(rows)


def cut(documents: pa.Table, spans: pa.Table) -> list[str]:
    """The published text of each document, in the order of `documents`: its body spans, one line a line.

    Blanks within a line become one space, a line's pieces are joined by one, empty lines go; no other change.
    """
    body = _by_doc(spans)
    return [_published(text, body.get(doc, [])) for doc, text in _texts(documents).items()]


def _published(text: str, spans: list[Mark]) -> str:
    kept = sorted((span for span in spans if span.kind == "body"), key=itemgetter(1))
    lines = []
    for _, pieces in groupby(kept, key=itemgetter(0)):
        line = ""
        for piece in pieces:
            words = squeeze(text[piece.start : piece.end])
            line += (" " if line and words and not _NO_SPACE_BEFORE.match(words) else "") + words
        if line:
            lines.append(line)
    return "\n".join(lines)


def _laid(text: str, below: list[Mark], above: list[Mark]) -> list[Mark]:
    """`below` without what `above` covers, and `above` without what covers it."""
    tops: list[Mark] = []
    reached = 0
    for span in sorted(above, key=itemgetter(1)):
        start, end = trim(text, max(span.start, reached), span.end)
        if start < end:
            tops.append(span._replace(start=start, end=end))
            reached = end
    ends = [top.end for top in tops]
    result = list(tops)
    for span in below:
        at = span.start
        index = bisect_right(ends, at)
        while at < span.end:
            until = min(tops[index].start, span.end) if index < len(tops) else span.end
            start, end = trim(text, at, until) if at < until else (at, at)
            if start < end:
                result.append(span._replace(start=start, end=end))
            if index >= len(tops):
                break
            at = max(at, tops[index].end)
            index += 1
    return result


def _texts(documents: pa.Table) -> dict[int, str]:
    return dict(zip(documents.column("doc").to_pylist(), documents.column("text").to_pylist(), strict=True))


def _by_doc(table: pa.Table) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = {}
    columns: list[list[Any]] = [table.column(name).to_pylist() for name in ("doc", *Mark._fields)]
    for doc, *mark in zip(*columns, strict=True):
        found.setdefault(doc, []).append(Mark(*mark))
    return found
