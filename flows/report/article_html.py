"""One article of the sample as HTML: its values, the evidence for them, and its document span by span.

templates/article.html.j2 is the layout.
"""

import datetime as dt
import re
from typing import Any

from markupsafe import Markup

from flows.report.article_sample import Row, TracedArticle, TracedLine, TracedSpan
from flows.report.templating import render_html
from schemas.reader_schemas import TABLE_PATHS

# A longer document is cut off here, and the page says so.
MAX_SHOWN_CHARACTERS = 60_000
_SHOWN_COLUMNS = (
    "subtitle", "outlet", "authors", "editors", "agency", "cited_sources", "published_at", "date", "dateline", "place",
    "language", "url", "fetched_at", "is_partial", "duplicate_of", "word_count", "boilerplate_share", "source_id",
    "source_uri", "article_id",
)  # fmt: skip
_CODE_COLUMNS = ("article_id", "duplicate_of", "source_id", "source_uri")
_BASIS_COLUMNS = {"outlet": "outlet_basis", "authors": "author_basis", "date": "date_basis"}


def render_article(article: TracedArticle) -> Markup:
    """Render the article as one closed <details>, whose summary is its title."""
    row = article.row
    text = row["text"]
    outlet, day = row["outlet"] or "outlet not known", row["date"] or "day not known"
    return render_html(
        "article.html.j2",
        heading=row["title"] or text.split("\n")[0][:120],
        subheading=f"{outlet}, {day}, {row['word_count']:,} words",
        facts=_list_facts(row),
        code_columns=_CODE_COLUMNS,
        evidence=article.evidence,
        lines=[_trace_line(line) for line in _select_shown_lines(article.lines)],
        line_count=len(article.lines),
        spans_path=TABLE_PATHS["spans"],
        paragraphs=[] if article.is_aligned else text[:MAX_SHOWN_CHARACTERS].split("\n"),
        is_text_cut=len(text) > MAX_SHOWN_CHARACTERS,
    )


def _list_facts(row: Row) -> list[tuple[str, str, str | None]]:
    """List the values that an article has: column, words, basis."""
    return [
        (column, _format_fact(column, row[column]), row.get(_BASIS_COLUMNS.get(column, "")))
        for column in _SHOWN_COLUMNS
        if row[column] is not None and row[column] is not False and row[column] != []
    ]


def _format_fact(column: str, cell: Any) -> str:  # noqa: ANN401
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(cell, list):
        return "; ".join(cell)
    if column == "boilerplate_share":
        return f"{cell:.0%}"
    return "yes" if cell is True else str(cell)


def _select_shown_lines(lines: list[TracedLine]) -> list[TracedLine]:
    """Return the lines from the first on that hold at most MAX_SHOWN_CHARACTERS together."""
    shown_characters = 0
    for index, line in enumerate(lines):
        shown_characters += sum(len(span.text) for span in line.spans)
        if shown_characters > MAX_SHOWN_CHARACTERS:
            return lines[:index]
    return lines


def _trace_line(line: TracedLine) -> dict[str, Any]:
    """Return the number of a line, the rules that cut parts of it (kind, rule), and its spans."""
    rules = dict.fromkeys(_name_rule(span) for span in line.spans if span.kind != "body")
    return {"number": line.number, "rules": list(rules), "spans": [_trace_span(span) for span in line.spans]}


def _name_rule(span: TracedSpan) -> tuple[str, str]:
    """Return the kind and the rule of a span; no kind where the rule is named after it."""
    is_named_after_kind = span.kind in re.split(r"[.-]", span.rule)
    return "" if is_named_after_kind else span.kind, span.rule


def _trace_span(span: TracedSpan) -> dict[str, str]:
    """Return the text of a span, its CSS class, and why it was kept or cut."""
    score = "" if span.score is None else f", body with probability {span.score:.2f}"
    return {
        "text": span.text or "…",
        "why": f"{'kept' if span.kind == 'body' else 'cut'}: {span.kind}, rule {span.rule}{score}",
        # The kind comes from a closed list, but the table was read from a file: only a plain word becomes a class.
        "css": span.kind if span.kind.isalpha() and span.kind.isascii() else "other",
    }
