"""Sample of articles, each with its document reassembled from spans."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.report.article_choice import STRATA_COLUMNS, choose_articles
from flows.report.document_query import QUERY_COLUMNS, match_exactly, match_place
from flows.report.statistics import list_table_files, read_batches, read_file_batches
from schemas import arrow

Row = dict[str, Any]
_BATCH_ROWS: Final = 8192  # rows, with their texts, in memory at a time


@dataclass(frozen=True)
class TracedSpan:
    """A span of a line: its text, kind, and the rule that set it."""

    text: str
    kind: str
    rule: str
    score: float | None


@dataclass(frozen=True)
class TracedLine:
    """A non-blank line of the decoded document, numbered from 1."""

    number: int
    spans: list[TracedSpan]


@dataclass(frozen=True)
class TracedArticle:
    """A row of articles, its evidence, and its document.

    `is_aligned` is False where the kept text cannot be assigned to lines.
    """

    row: Row
    evidence: list[Row]
    lines: list[TracedLine]
    is_aligned: bool


def _split_paragraph(paragraph: str, spans: list[Row]) -> list[str]:
    """Split a paragraph among the kept spans of its line, at the blank nearest before the length of each span.

    Blanks of the published text are normalised, so its pieces may be shorter than the spans: with more than one kept
    span in a line, the split is approximate.
    """
    pieces, remainder = [], paragraph
    for span in spans[:-1]:
        length = span["end"] - span["start"]
        if length >= len(remainder):
            cut = len(remainder)
        else:
            cut = length if remainder[length].isspace() else max(remainder.rfind(" ", 0, length), 0) or length
        pieces.append(remainder[:cut].strip())
        remainder = remainder[cut:].lstrip()
    return [*pieces, remainder]


def reassemble_document(text: str, spans: list[Row]) -> tuple[list[TracedLine], bool]:
    """Reassemble the lines of a document from its spans; kept text comes from `text`, one paragraph a line.

    Where the number of lines with kept text is not that of the paragraphs, kept spans are empty and the second value is
    False.
    """
    sorted_spans = sorted(spans, key=itemgetter("line", "start"))
    paragraphs = text.split("\n")
    body_lines = {span["line"] for span in sorted_spans if span["kind"] == "body"}
    is_aligned = len(body_lines) == len(paragraphs)
    unplaced = iter(paragraphs)
    lines = []
    for number, group in groupby(sorted_spans, key=itemgetter("line")):
        line_spans = list(group)
        body_spans = [span for span in line_spans if span["kind"] == "body"]
        pieces = (
            iter(_split_paragraph(next(unplaced), body_spans))
            if is_aligned and body_spans
            else iter([""] * len(body_spans))
        )
        traced_spans = [
            TracedSpan(
                next(pieces) if span["kind"] == "body" else span["text"] or "",
                span["kind"],
                span["rule"],
                span["score"],
            )
            for span in line_spans
        ]
        lines.append(TracedLine(number, traced_spans))
    return lines, is_aligned


def _read_rows(folder: Path, table: str, ids: pa.Array, segment: str) -> list[Row]:
    """Read the rows of a table that belong to these article_ids; of one segment only, where it is named."""
    columns = {"articles": arrow.ARTICLES, "spans": arrow.SPANS, "evidence": arrow.EVIDENCE}[table].names
    rows: list[Row] = []
    sorted_ids = sorted(ids.to_pylist())
    paths = list_table_files(folder, table) if sorted_ids else []
    for path in [path for path in paths if path.stem.endswith(segment)] or paths:
        with pq.ParquetFile(path) as file:
            groups = [n for n in range(file.num_row_groups) if _may_contain_ids(file.metadata.row_group(n), sorted_ids)]
            for batch in file.iter_batches(_BATCH_ROWS, groups, columns):
                rows += batch.filter(pc.is_in(batch["article_id"], value_set=ids)).to_pylist()
    return rows


def _may_contain_ids(group: pq.RowGroupMetaData, sorted_ids: list[str]) -> bool:
    """Return whether a row group can hold any of the ids, by its statistics: lineage is sorted by article_id."""
    columns = (group.column(number) for number in range(group.num_columns))
    statistics = next(column.statistics for column in columns if column.path_in_schema == "article_id")
    return (
        statistics is None
        or not statistics.has_min_max
        or bisect_left(sorted_ids, statistics.min) < bisect_right(sorted_ids, statistics.max)
    )


def sample_articles(folder: Path, most: int) -> list[TracedArticle]:
    """Return at most `most` articles of the newest segment, in its order: all, or outlets and months in turns.

    Of a release of layout 1 it is a sample of its last file.
    """
    newest = list_table_files(folder, "articles")[-1:]
    ids = choose_articles(read_file_batches(newest, STRATA_COLUMNS), most)
    return _load_articles(folder, ids, newest[0].stem.removeprefix("articles-") if newest else "")


def find_articles(folder: Path, query: str) -> list[TracedArticle]:
    """Find the articles that a query names, as `match_documents` does, a batch at a time."""
    exact_ids: list[str] = []
    place_ids: list[str] = []
    for batch in read_batches(folder, "articles", list(QUERY_COLUMNS)):
        exact_ids += batch.filter(match_exactly(batch, query))["article_id"].to_pylist()
        place_ids += batch.filter(match_place(batch, query))["article_id"].to_pylist()
    return _load_articles(folder, exact_ids or place_ids)


def _load_articles(folder: Path, article_ids: list[str], segment: str = "") -> list[TracedArticle]:
    """Load articles, of one segment or of any, with their evidence and documents."""
    ids = pa.array(article_ids, pa.string())
    spans: dict[str, list[Row]] = {key: [] for key in article_ids}
    evidence: dict[str, list[Row]] = {key: [] for key in article_ids}
    for row in _read_rows(folder, "spans", ids, segment):
        spans[row["article_id"]].append(row)
    for row in _read_rows(folder, "evidence", ids, segment):
        evidence[row["article_id"]].append(row)
    articles = []
    for row in _read_rows(folder, "articles", ids, segment):
        lines, is_aligned = reassemble_document(row["text"], spans[row["article_id"]])
        articles.append(TracedArticle(row, evidence[row["article_id"]], lines, is_aligned))
    return articles
