"""Spans that tile every non-blank line of a document, and the published text that they give."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from operator import itemgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.clean.lines.line_table import DocumentLines, normalize_blanks, trim_span
from flows.clean.lines.sentence_joining import join_sentences
from schemas.stage_tables import MARKS, Mark

_KEY_STRIDE: Final = 1 << 32  # more than the lines and characters of any document
_NO_SPACE_BEFORE: Final = re.compile(r"[.,;:!?…)\]”’]")


@dataclass(frozen=True, slots=True)
class DocumentMarks:
    """The marks of one document: label and score of each line; a few lines are split into pieces."""

    lines: DocumentLines
    labels: Sequence[tuple[str, str]]  # (kind, rule) of each line
    scores: Sequence[float | None]
    pieces: Mapping[int, Sequence[Mark]]  # by line index; pieces in text order

    def to_columns(self) -> list[list[Any]]:
        """Return line, start, end, (kind, rule) and score of the marks, one list each."""
        lines = self.lines
        columns: list[list[Any]] = [lines.number[:], lines.start[:], lines.end[:], list(self.labels), list(self.scores)]
        for index in sorted(self.pieces, reverse=True):
            for column, values in zip(columns, zip(*map(_pack_mark, self.pieces[index]), strict=True), strict=True):
                column[index : index + 1] = values
        return columns

    def flag_kept_lines(self) -> list[bool]:
        """Return for each line whether it belongs to the article, wholly or in part."""
        is_kept = [kind == "body" for kind, _ in self.labels]
        for index, pieces in self.pieces.items():
            is_kept[index] = any(piece.kind == "body" for piece in pieces)
        return is_kept

    def __iter__(self) -> Iterator[Mark]:
        for line, start, end, (kind, rule), score in zip(*self.to_columns(), strict=True):
            yield Mark(line, start, end, kind, rule, score)


def _pack_mark(mark: Mark) -> tuple[int, int, int, tuple[str, str], float | None]:
    """Return the fields of a mark with kind and rule as one pair."""
    return mark.line, mark.start, mark.end, (mark.kind, mark.rule), mark.score


def build_marks_table(documents: Sequence[DocumentMarks]) -> pa.Table:
    """Return the marks of documents, numbered in this order, as a table of MARKS."""
    columns: list[list[Any]] = [[], [], [], [], [], []]
    for doc, marks in enumerate(documents):
        mark_columns = marks.to_columns()
        columns[0].extend([doc] * len(mark_columns[0]))
        for column, values in zip(columns[1:], mark_columns, strict=True):
            column.extend(values)
    *positions, labels, scores = columns
    code_of_label: defaultdict[tuple[str, str], int] = defaultdict(count().__next__)
    label_codes = pa.array(list(map(code_of_label.__getitem__, labels)), pa.int32())
    kinds, rules = ([label[part] for label in code_of_label] for part in (0, 1))
    names = [pa.array(part, pa.string()).take(label_codes) for part in (kinds, rules)]
    arrays = [*(pa.array(column, pa.int32()) for column in positions), *names, pa.array(scores, pa.float32())]
    return pa.table(arrays, schema=MARKS)


def build_marks_table_from_rows(rows: Iterable[tuple[int, Mark]]) -> pa.Table:
    """Return (document number, mark) pairs as a table of MARKS."""
    pairs = list(rows)
    docs, marks = [doc for doc, _ in pairs], [mark for _, mark in pairs]
    columns = [docs, *zip(*marks, strict=True)] if pairs else [()] * len(MARKS)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, MARKS, strict=True)], schema=MARKS)


def overlay_marks(documents: pa.Table, marks: pa.Table, overlay: pa.Table) -> pa.Table:
    """Return the marks with `overlay` on top: MARKS sorted by doc and start that tile every non-blank line.

    A span of `overlay` replaces what it covers; of two overlapping spans of `overlay`, the one that begins first wins.
    Spans of `overlay` lie within one line, as in MARKS. Blanks between two pieces belong to neither.
    """
    rows = np.arange(marks.num_rows)
    if overlay.num_rows:
        is_touched = pc.is_in(_compute_keys(marks, "line"), value_set=_compute_keys(overlay, "line")).to_numpy()
        overlay_by_doc, marks_by_doc, texts = (
            _group_marks_by_doc(overlay),
            _group_marks_by_doc(marks.take(np.flatnonzero(is_touched))),
            _map_doc_texts(documents),
        )
        overlaid_marks = (
            (doc, span)
            for doc, spans in overlay_by_doc.items()
            for span in _overlay_document_marks(texts[doc], marks_by_doc.get(doc, []), spans)
        )
        marks = pa.concat_tables([marks, build_marks_table_from_rows(overlaid_marks)])
        rows = np.append(np.flatnonzero(~is_touched), np.arange(len(is_touched), marks.num_rows))
    # Marks and overlay are nearly in order, which a stable sort of one key uses.
    return marks.take(rows[np.argsort(_compute_keys(marks, "start").to_numpy()[rows], kind="stable")])


def _compute_keys(table: pa.Table, column: str) -> pa.ChunkedArray:
    """Return for each row a number that orders by document, then by this column (line or start)."""
    return pc.add(pc.multiply(table["doc"].cast(pa.int64()), _KEY_STRIDE), table[column])


def extract_body_texts(documents: pa.Table, spans: pa.Table) -> list[str]:
    """Return the published text of each document, in the order of `documents`: its body spans, line by line.

    Runs of blanks within a line become one space, pieces of a line are joined by one space, empty lines are dropped,
    and a sentence that a text (no page) broke over lines is one line again.
    """
    body = spans.filter(pc.equal(spans["kind"], "body"))
    spans_by_doc: dict[int, list[tuple[int, int, int]]] = {}
    columns = (body[name].to_numpy().tolist() for name in ("doc", "start", "end", "line"))
    for doc, start, end, line in zip(*columns, strict=True):
        spans_by_doc.setdefault(doc, []).append((start, end, line))
    return [
        _join_body_spans(text, sorted(spans_by_doc.get(doc, [])), rejoin=media != "html")
        for media, (doc, text) in zip(documents["media"].to_pylist(), _map_doc_texts(documents).items(), strict=True)
    ]


def _join_body_spans(text: str, body_spans: list[tuple[int, int, int]], *, rejoin: bool) -> str:
    """Return the text of these (start, end, line) spans with their line breaks; `rejoin` broken sentences."""
    lines, current_line = [""], -1
    for start, end, line in body_spans:
        words = normalize_blanks(text[start:end])
        if line != current_line:
            lines.append(words)
            current_line = line
        else:
            between = " " if lines[-1] and words and not _NO_SPACE_BEFORE.match(words) else ""
            lines[-1] += between + words
    lines = list(filter(None, lines))
    return "\n".join(join_sentences(lines) if rejoin else lines)


def _overlay_document_marks(text: str, base: list[Mark], overlay: list[Mark]) -> list[Mark]:
    """Return `overlay` without overlaps, and the parts of `base` that it does not cover."""
    top_marks: list[Mark] = []
    covered_until = 0
    for span in sorted(overlay, key=itemgetter(1)):
        start, end = trim_span(text, max(span.start, covered_until), span.end)
        if start < end:
            top_marks.append(span._replace(start=start, end=end))
            covered_until = end
    ends = [top.end for top in top_marks]
    combined_marks = list(top_marks)
    for span in base:
        at = span.start
        index = bisect_right(ends, at)
        while at < span.end:
            until = min(top_marks[index].start, span.end) if index < len(top_marks) else span.end
            start, end = trim_span(text, at, until) if at < until else (at, at)
            if start < end:
                combined_marks.append(span._replace(start=start, end=end))
            if index >= len(top_marks):
                break
            at = max(at, top_marks[index].end)
            index += 1
    return combined_marks


def _map_doc_texts(documents: pa.Table) -> dict[int, str]:
    """Return the text of each document by its number."""
    return dict(zip(documents.column("doc").to_pylist(), documents.column("text").to_pylist(), strict=True))


def _group_marks_by_doc(table: pa.Table) -> dict[int, list[Mark]]:
    """Return the marks of a MARKS table by document number."""
    marks_by_doc: dict[int, list[Mark]] = {}
    columns: list[list[Any]] = [table.column(name).to_pylist() for name in ("doc", *Mark._fields)]
    for doc, *mark in zip(*columns, strict=True):
        marks_by_doc.setdefault(doc, []).append(Mark(*mark))
    return marks_by_doc
