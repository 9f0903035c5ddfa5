"""One article of the sample as HTML: its values, the evidence for them, and its document span by span."""

import datetime as dt
import re
from typing import Any

from flows.report.article_sample import Row, TracedArticle, TracedLine, TracedSpan
from flows.report.escaping import Html, join_markup, render_link, tag

# A longer document is cut off here, and the page says so.
MAX_SHOWN_CHARACTERS = 60_000
_SHOWN_COLUMNS = (
    "subtitle", "outlet", "authors", "editors", "agency", "cited_sources", "published_at", "date", "dateline", "place",
    "language", "url", "fetched_at", "is_partial", "duplicate_of", "word_count", "boilerplate_share", "source_id",
    "source_uri", "article_id",
)  # fmt: skip
_BASIS_COLUMNS = {"outlet": "outlet_basis", "authors": "author_basis", "date": "date_basis"}


def _render_field(column: str, row: Row) -> Html | None:
    """Render one value with its basis; return None where the article has no such value."""
    cell: Any = row[column]
    if cell is None or cell == [] or cell is False:
        return None
    if column == "url":
        return render_link(cell, cell)
    if column in ("article_id", "duplicate_of", "source_id", "source_uri"):
        return tag("code", cell)
    if isinstance(cell, dt.datetime):
        words = cell.strftime("%Y-%m-%d %H:%M UTC")
    elif isinstance(cell, list):
        words = "; ".join(cell)
    elif column == "boilerplate_share":
        words = f"{cell:.0%}"
    elif cell is True:
        words = "yes"
    else:
        words = str(cell)
    basis = row.get(_BASIS_COLUMNS.get(column, ""))
    return tag("span", words, tag("span", f" ({basis})", class_="soft") if basis else Html(""), dir="auto")


def _render_fields(row: Row) -> Html:
    """Render the values of an article as a list."""
    fields = [(column, _render_field(column, row)) for column in _SHOWN_COLUMNS]
    return tag(
        "dl",
        *(join_markup([tag("dt", name), tag("dd", markup)], "") for name, markup in fields if markup is not None),
        class_="facts",
    )


def _render_evidence(rows: list[Row]) -> Html:
    """Render the rows of evidence as a table."""
    if not rows:
        return tag("p", "No value of this article is claimed by a rule.", class_="soft")
    heads = tag("tr", *(tag("th", head, scope="col") for head in ("field", "words", "rule", "line", "how sure")))
    body = [
        tag(
            "tr",
            tag("th", row["field"], scope="row"),
            tag("td", row["quote"], dir="auto"),
            tag("td", tag("code", row["rule"])),
            tag("td", "–" if row["line"] is None else str(row["line"]), class_="number"),
            tag("td", row["sure"]),
        )
        for row in rows
    ]
    return tag("div", tag("table", tag("thead", heads), tag("tbody", *body)), class_="wide evidence")


def _render_span(span: TracedSpan) -> Html:
    """Render a span with its kind and rule as tooltip."""
    score = "" if span.score is None else f", body with probability {span.score:.2f}"
    explanation = f"{'kept' if span.kind == 'body' else 'cut'}: {span.kind}, rule {span.rule}{score}"
    # The kind comes from a closed list, but the table was read from a file: only a plain word becomes a class.
    kind = span.kind if span.kind.isalpha() and span.kind.isascii() else "other"
    return tag("mark", span.text or "…", class_=f"k-{kind}", title=explanation, data_why=explanation, tabindex=0)


def _render_rule(span: TracedSpan) -> Html:
    """Render the rule that cut a span, after its kind where the rule is not named after it."""
    is_named_after_kind = span.kind in re.split(r"[.-]", span.rule)
    return tag("span", "" if is_named_after_kind else f"{span.kind}: ", tag("code", span.rule))


def _render_line(line: TracedLine) -> Html:
    """Render one line of the document."""
    rules = dict.fromkeys(_render_rule(span) for span in line.spans if span.kind != "body")
    return tag(
        "li",
        tag("span", str(line.number), class_="at"),
        tag("span", join_markup(list(rules), ", "), class_="rules"),
        tag("span", join_markup([_render_span(span) for span in line.spans], " "), class_="words", dir="auto"),
    )


def _render_document(article: TracedArticle) -> Html:
    """Render the document line by line, up to MAX_SHOWN_CHARACTERS."""
    rendered, shown_characters = [], 0
    for line in article.lines:
        shown_characters += sum(len(span.text) for span in line.spans)
        if shown_characters > MAX_SHOWN_CHARACTERS:
            break
        rendered.append(_render_line(line))
    elements = [tag("h3", "The document, line by line")]
    if not article.lines:
        elements.append(tag("p", "This release holds no spans of this document.", class_="soft"))
    elements.append(tag("ol", *rendered, class_="document"))
    if len(rendered) < len(article.lines):
        elements.append(
            tag("p", f"The first {len(rendered)} of {len(article.lines)} lines; the rest is in lineage/spans.parquet.")
        )
    if not article.is_aligned:
        text = article.row["text"]
        elements += [
            tag("h3", "The text, as published"),
            tag("p", "Its paragraphs do not match the kept lines one to one, so they are shown apart.", class_="soft"),
            *(tag("p", paragraph, dir="auto") for paragraph in text[:MAX_SHOWN_CHARACTERS].split("\n")),
        ]
        if len(text) > MAX_SHOWN_CHARACTERS:
            elements.append(tag("p", "The rest is in data/.", class_="soft"))
    return join_markup(elements)


def render_article(article: TracedArticle) -> Html:
    """Render the article as one closed <details>, whose summary is its title."""
    row = article.row
    heading = row["title"] or row["text"].split("\n")[0][:120]
    subheadings = [
        row["outlet"] or "outlet not known",
        str(row["date"] or "day not known"),
        f"{row['word_count']:,} words",
    ]
    return tag(
        "details",
        tag("summary", tag("span", heading, dir="auto"), tag("span", ", ".join(subheadings), class_="soft")),
        tag(
            "div",
            tag(
                "div",
                _render_fields(row),
                tag("h3", "The words that say so"),
                _render_evidence(article.evidence),
                class_="side",
            ),
            tag("div", _render_document(article)),
            class_="inside",
        ),
        class_="article",
    )
