"""Marks -> spans that tile every non-blank line -> the published text."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from operator import itemgetter
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.clean.lines.line_table import Lines, squeeze, trim
from schemas.stage_tables import MARKS

_LINES: Final = 1 << 32  # more than a document has
_NO_SPACE_BEFORE: Final = re.compile(r"[.,;:!?…)\]”’]")


class Mark(NamedTuple):
    """One row of MARKS but for its document."""

    line: int
    start: int
    end: int
    kind: str
    rule: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one document: what each line is and the score of its keeping; a few lines are in pieces."""

    lines: Lines
    what: Sequence[tuple[str, str]]  # kind and rule
    score: Sequence[float | None]
    pieces: Mapping[int, Sequence[Mark]]  # by the line's index, in the order of the text

    def columns(self) -> list[list[Any]]:
        """Line, start, end, (kind, rule) and score of the marks, a list each."""
        lines = self.lines
        columns: list[list[Any]] = [lines.number[:], lines.start[:], lines.end[:], list(self.what), list(self.score)]
        for index in sorted(self.pieces, reverse=True):
            for column, values in zip(columns, zip(*map(_packed, self.pieces[index]), strict=True), strict=True):
                column[index : index + 1] = values
        return columns

    def kept(self) -> list[bool]:
        """Which lines are the article's, wholly or in part."""
        kept = [kind == "body" for kind, _ in self.what]
        for index, pieces in self.pieces.items():
            kept[index] = any(piece.kind == "body" for piece in pieces)
        return kept

    def __iter__(self) -> Iterator[Mark]:
        for line, start, end, (kind, rule), score in zip(*self.columns(), strict=True):
            yield Mark(line, start, end, kind, rule, score)


def _packed(mark: Mark) -> tuple[int, int, int, tuple[str, str], float | None]:
    return mark.line, mark.start, mark.end, (mark.kind, mark.rule), mark.score


def table_of(documents: Sequence[Marks]) -> pa.Table:
    """The marks of documents, numbered in this order, as a table of MARKS."""
    columns: list[list[Any]] = [[], [], [], [], [], []]
    for doc, marks in enumerate(documents):
        found = marks.columns()
        columns[0].extend([doc] * len(found[0]))
        for column, values in zip(columns[1:], found, strict=True):
            column.extend(values)
    *places, whats, scores = columns
    rows: defaultdict[tuple[str, str], int] = defaultdict(count().__next__)
    said = pa.array(list(map(rows.__getitem__, whats)), pa.int32())
    kinds, rules = ([what[part] for what in rows] for part in (0, 1))
    names = [pa.array(part, pa.string()).take(said) for part in (kinds, rules)]
    arrays = [*(pa.array(column, pa.int32()) for column in places), *names, pa.array(scores, pa.float32())]
    return pa.table(arrays, schema=MARKS)


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
    if over.num_rows:
        touched = pc.is_in(_lines(marks), value_set=_lines(over))
        above, below, texts = _by_doc(over), _by_doc(marks.filter(touched)), _texts(documents)
        laid = ((doc, span) for doc, spans in above.items() for span in _laid(texts[doc], below.get(doc, []), spans))
        marks = pa.concat_tables([marks.filter(pc.invert(touched)), marks_table(laid)])
    return marks.take(np.lexsort((marks["start"], marks["doc"])))


def _lines(table: pa.Table) -> pa.ChunkedArray:
    """Each row's line, as a number that no other document's line has."""
    return pc.add(pc.multiply(table["doc"].cast(pa.int64()), _LINES), table["line"])


def cut(documents: pa.Table, spans: pa.Table) -> list[str]:
    """The published text of each document, in the order of `documents`: its body spans, one line a line.

    Blanks within a line become one space, a line's pieces are joined by one, empty lines go; no other change.
    """
    body = spans.filter(pc.equal(spans["kind"], "body"))
    places: dict[int, list[tuple[int, int, int]]] = {}
    columns = (body[name].to_pylist() for name in ("doc", "start", "end", "line"))
    for doc, start, end, line in zip(*columns, strict=True):
        places.setdefault(doc, []).append((start, end, line))
    return [_published(text, sorted(places.get(doc, []))) for doc, text in _texts(documents).items()]


def _published(text: str, places: list[tuple[int, int, int]]) -> str:
    lines, at = [""], -1
    for start, end, line in places:
        words = squeeze(text[start:end])
        if line != at:
            lines.append(words)
            at = line
        else:
            between = " " if lines[-1] and words and not _NO_SPACE_BEFORE.match(words) else ""
            lines[-1] += between + words
    return "\n".join(filter(None, lines))


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
