"""One article of the sample as HTML: what is claimed of it, the words that say so, and every span of its document."""

import datetime as dt
import re
from typing import Any

from flows.report.article_sample import Article, Line, Piece, Row
from flows.report.escaping import Html, join, link, tag

# A document longer than this is shown to here, and the page says so.
LONGEST = 60_000
_SHOWN = (
    "subtitle", "outlet", "authors", "editors", "agency", "cited_sources", "published_at", "date", "dateline", "place",
    "language", "url", "fetched_at", "is_partial", "duplicate_of", "word_count", "boilerplate_share", "source_id",
    "source_uri", "article_id",
)  # fmt: skip
_BASES = {"outlet": "outlet_basis", "authors": "author_basis", "date": "date_basis"}


def _value(column: str, row: Row) -> Html | None:
    value: Any = row[column]
    if value is None or value == [] or value is False:
        return None
    if column == "url":
        return link(value, value)
    if column in ("article_id", "duplicate_of", "source_id", "source_uri"):
        return tag("code", value)
    if isinstance(value, dt.datetime):
        words = value.strftime("%Y-%m-%d %H:%M UTC")
    elif isinstance(value, list):
        words = "; ".join(value)
    elif column == "boilerplate_share":
        words = f"{value:.0%}"
    elif value is True:
        words = "yes"
    else:
        words = str(value)
    basis = row.get(_BASES.get(column, ""))
    return tag("span", words, tag("span", f" ({basis})", class_="soft") if basis else Html(""), dir="auto")


def _claims(row: Row) -> Html:
    pairs = [(column, _value(column, row)) for column in _SHOWN]
    return tag("dl", *(join([tag("dt", c), tag("dd", v)], "") for c, v in pairs if v is not None), class_="facts")


def _evidence(rows: list[Row]) -> Html:
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


def _piece(piece: Piece) -> Html:
    score = "" if piece.score is None else f", body with probability {piece.score:.2f}"
    why = f"{'kept' if piece.kind == 'body' else 'cut'}: {piece.kind}, rule {piece.rule}{score}"
    # The kind comes from a closed list, but the table was read from a file: only a plain word becomes a class.
    kind = piece.kind if piece.kind.isalpha() and piece.kind.isascii() else "other"
    return tag("mark", piece.words or "…", class_=f"k-{kind}", title=why, data_why=why, tabindex=0)


def _rule(piece: Piece) -> Html:
    """The rule that cut a piece; most are named after the kind, for the others the kind stands before it."""
    named = piece.kind in re.split(r"[.-]", piece.rule)
    return tag("span", "" if named else f"{piece.kind}: ", tag("code", piece.rule))


def _line(line: Line) -> Html:
    rules = dict.fromkeys(_rule(piece) for piece in line.pieces if piece.kind != "body")
    return tag(
        "li",
        tag("span", str(line.number), class_="at"),
        tag("span", join(list(rules), ", "), class_="rules"),
        tag("span", join([_piece(piece) for piece in line.pieces], " "), class_="words", dir="auto"),
    )


def _document(article: Article) -> Html:
    shown, used = [], 0
    for line in article.lines:
        used += sum(len(piece.words) for piece in line.pieces)
        if used > LONGEST:
            break
        shown.append(_line(line))
    parts = [tag("h3", "The document, line by line")]
    if not article.lines:
        parts.append(tag("p", "This release holds no spans of this document.", class_="soft"))
    parts.append(tag("ol", *shown, class_="document"))
    if len(shown) < len(article.lines):
        parts.append(
            tag("p", f"The first {len(shown)} of {len(article.lines)} lines; the rest is in lineage/spans.parquet.")
        )
    if not article.aligned:
        text = article.row["text"]
        parts += [
            tag("h3", "The text, as published"),
            tag("p", "Its paragraphs do not match the kept lines one to one, so they are shown apart.", class_="soft"),
            *(tag("p", paragraph, dir="auto") for paragraph in text[:LONGEST].split("\n")),
        ]
        if len(text) > LONGEST:
            parts.append(tag("p", "The rest is in data/.", class_="soft"))
    return join(parts)


def render(article: Article) -> Html:
    """The article as one closed <details>, whose summary names it."""
    row = article.row
    name = row["title"] or row["text"].split("\n")[0][:120]
    beneath = [row["outlet"] or "outlet not known", str(row["date"] or "day not known"), f"{row['word_count']:,} words"]
    return tag(
        "details",
        tag("summary", tag("span", name, dir="auto"), tag("span", ", ".join(beneath), class_="soft")),
        tag(
            "div",
            tag("div", _claims(row), tag("h3", "The words that say so"), _evidence(article.evidence), class_="side"),
            tag("div", _document(article)),
            class_="inside",
        ),
        class_="article",
    )
