"""One article in the terminal: what is claimed of it, the words that say so, and every line of its document."""

import textwrap
from collections.abc import Iterator

from flows.report import Article, Line

_WIDTH = 100
_SHOWN = (
    "title", "subtitle", "outlet", "outlet_basis", "authors", "author_basis", "editors", "agency", "cited_sources",
    "published_at", "date", "date_basis", "dateline", "place", "language", "url", "is_partial", "duplicate_of",
    "word_count", "boilerplate_share", "source_id", "source_uri", "article_id",
)  # fmt: skip


def lines(article: Article) -> Iterator[str]:
    """The article as lines of text; words are as they were scraped, so show them with controls removed."""
    for column in _SHOWN:
        value = article.row[column]
        if value is None or value == [] or value is False:
            continue
        if column == "boilerplate_share":
            value = f"{value:.0%}"
        yield from _wrapped("; ".join(value) if isinstance(value, list) else str(value), f"{column:<18}")
    yield ""
    yield "The words that say so"
    for row in article.evidence:
        place = "-" if row["line"] is None else f"line {row['line']}"
        yield from _wrapped(f'"{row["quote"]}"  ({row["rule"]}, {place}, {row["sure"]})', f"{row['field']:<18}")
    yield ""
    yield "The document: + kept, - cut (kind, rule)"
    for line in article.lines:
        yield from _document_line(line)
    if not article.aligned:
        yield "The kept lines do not match the paragraphs one to one; the text as published:"
        yield from article.row["text"].split("\n")


def _document_line(line: Line) -> Iterator[str]:
    for piece in line.pieces:
        if piece.kind == "body":
            yield from _wrapped(piece.words or "...", f"{line.number:>5} +  ")
        else:
            yield from _wrapped(f"[{piece.kind}, {piece.rule}] {piece.words}", f"{line.number:>5} -  ")


def _wrapped(words: str, first: str) -> list[str]:
    flat = " ".join(words.split())
    return textwrap.wrap(flat, _WIDTH, initial_indent=first, subsequent_indent=" " * len(first)) or [first.rstrip()]
