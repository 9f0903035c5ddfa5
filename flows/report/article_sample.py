"""Articles to look at, with the whole document each was cut from put together again from its spans."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from heapq import nsmallest
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.report.statistics import batches, parts
from schemas import arrow

Row = dict[str, Any]
_TOGETHER: Final = 8192  # rows with their texts
_BEGINNING = re.compile(r"[0-9a-f]{6,32}")


@dataclass(frozen=True)
class Piece:
    """A span of a line: its words, what it is, and the rule that said so."""

    words: str
    kind: str
    rule: str
    score: float | None


@dataclass(frozen=True)
class Line:
    """A non-blank line of the decoded document, by its number there (from 1)."""

    number: int
    pieces: list[Piece]


@dataclass(frozen=True)
class Article:
    """A row of articles, its rows of evidence, and its document; `aligned` is False where kept words are not placed."""

    row: Row
    evidence: list[Row]
    lines: list[Line]
    aligned: bool


def _shares(paragraph: str, spans: list[Row]) -> list[str]:
    """A paragraph dealt out to the spans of its line, at the blank nearest before each span's length.

    The published text has its blanks settled, so a span's words may be shorter than the span: with more than one
    kept span in a line the place of the break between them is near, not exact.
    """
    dealt, rest = [], paragraph
    for span in spans[:-1]:
        length = span["end"] - span["start"]
        if length >= len(rest):
            at = len(rest)
        else:
            at = length if rest[length].isspace() else max(rest.rfind(" ", 0, length), 0) or length
        dealt.append(rest[:at].strip())
        rest = rest[at:].lstrip()
    return [*dealt, rest]


def put_together(text: str, spans: list[Row]) -> tuple[list[Line], bool]:
    """The lines of a document from its spans, kept words taken from the published text, one paragraph a line.

    Where the lines that hold kept words and the paragraphs do not match in number, kept pieces stay empty and the
    second value is False.
    """
    ordered = sorted(spans, key=itemgetter("line", "start"))
    paragraphs = text.split("\n")
    kept_lines = {span["line"] for span in ordered if span["kind"] == "body"}
    aligned = len(kept_lines) == len(paragraphs)
    remaining = iter(paragraphs)
    lines = []
    for number, group in groupby(ordered, key=itemgetter("line")):
        on_line = list(group)
        kept = [span for span in on_line if span["kind"] == "body"]
        words = iter(_shares(next(remaining), kept)) if aligned and kept else iter([""] * len(kept))
        pieces = [
            Piece(
                next(words) if span["kind"] == "body" else span["text"] or "", span["kind"], span["rule"], span["score"]
            )
            for span in on_line
        ]
        lines.append(Line(number, pieces))
    return lines, aligned


def _matching(folder: Path, table: str, ids: pa.Array) -> list[Row]:
    names = {"articles": arrow.ARTICLES, "spans": arrow.SPANS, "evidence": arrow.EVIDENCE}[table].names
    rows: list[Row] = []
    wanted = sorted(ids.to_pylist())
    for path in parts(folder, table) if wanted else []:
        with pq.ParquetFile(path) as file:
            groups = [n for n in range(file.num_row_groups) if _may_hold(file.metadata.row_group(n), wanted)]
            for batch in file.iter_batches(_TOGETHER, groups, names):
                rows += batch.filter(pc.is_in(batch["article_id"], value_set=ids)).to_pylist()
    return rows


def _may_hold(group: pq.RowGroupMetaData, wanted: list[str]) -> bool:
    """Whether any of the ids, sorted, can stand in a row group: lineage is sorted by them."""
    found = (group.column(number) for number in range(group.num_columns))
    ids = next(column.statistics for column in found if column.path_in_schema == "article_id")
    return ids is None or not ids.has_min_max or bisect_left(wanted, ids.min) < bisect_right(wanted, ids.max)


def draw(folder: Path, most: int) -> list[Article]:
    """At most `most` articles, in the order of the release: all of them, or those with the smallest article_id.

    The key is a digest, so the smallest are as good as drawn by lot, and are the same each time.
    """
    chosen: list[str] = []
    for batch in batches(folder, "articles", ["article_id"]):
        chosen = nsmallest(most, chosen + batch["article_id"].to_pylist())
    return _read(folder, chosen)


def find(folder: Path, asked: str) -> list[Article]:
    """The articles that `asked` names: an article_id or at least 6 digits of its beginning, a source_id, or a URL."""
    chosen: list[str] = []
    for batch in batches(folder, "articles", ["article_id", "source_id", "url"]):
        hit = pc.or_(pc.equal(batch["source_id"], asked), pc.fill_null(pc.equal(batch["url"], asked), False))
        if _BEGINNING.fullmatch(asked):
            hit = pc.or_(hit, pc.starts_with(batch["article_id"], asked))
        chosen += batch.filter(hit)["article_id"].to_pylist()
    return _read(folder, chosen)


def _read(folder: Path, chosen: list[str]) -> list[Article]:
    ids = pa.array(chosen, pa.string())
    spans: dict[str, list[Row]] = {key: [] for key in chosen}
    evidence: dict[str, list[Row]] = {key: [] for key in chosen}
    for row in _matching(folder, "spans", ids):
        spans[row["article_id"]].append(row)
    for row in _matching(folder, "evidence", ids):
        evidence[row["article_id"]].append(row)
    drawn = []
    for row in _matching(folder, "articles", ids):
        lines, aligned = put_together(row["text"], spans[row["article_id"]])
        drawn.append(Article(row, evidence[row["article_id"]], lines, aligned))
    return drawn
