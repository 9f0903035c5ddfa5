"""Show one article in the terminal: its values, their evidence, and every line of its document."""

import textwrap
from collections.abc import Iterator

from flows.report import TracedArticle, TracedLine

_WIDTH = 100
_SHOWN = (
    "title", "subtitle", "outlet", "outlet_basis", "authors", "author_basis", "editors", "agency", "cited_sources",
    "published_at", "date", "date_basis", "dateline", "place", "language", "url", "is_partial", "duplicate_of",
    "word_count", "boilerplate_share", "source_id", "source_uri", "article_id",
)  # fmt: skip


def format_article(article: TracedArticle) -> Iterator[str]:
    """Yield the article as lines of text. Words are as scraped: print them with control characters replaced."""
    for column in _SHOWN:
        value = article.row[column]
        if value is None or value == [] or value is False:
            continue
        if column == "boilerplate_share":
            value = f"{value:.0%}"
        yield from _wrap_words("; ".join(value) if isinstance(value, list) else str(value), f"{column:<18}")
    yield ""
    yield "Evidence"
    for row in article.evidence:
        place = "-" if row["line"] is None else f"line {row['line']}"
        yield from _wrap_words(f'"{row["quote"]}"  ({row["rule"]}, {place}, {row["sure"]})', f"{row['field']:<18}")
    yield ""
    yield "The document: + kept, - cut (kind, rule)"
    for line in article.lines:
        yield from _format_document_line(line)
    if not article.is_aligned:
        yield "The kept lines and the paragraphs do not match one to one; the text as published:"
        yield from article.row["text"].split("\n")


def _format_document_line(line: TracedLine) -> Iterator[str]:
    for piece in line.spans:
        if piece.kind == "body":
            yield from _wrap_words(piece.text or "...", f"{line.number:>5} +  ")
        else:
            yield from _wrap_words(f"[{piece.kind}, {piece.rule}] {piece.text}", f"{line.number:>5} -  ")


def _wrap_words(words: str, first_indent: str) -> list[str]:
    flat = " ".join(words.split())
    return textwrap.wrap(flat, _WIDTH, initial_indent=first_indent, subsequent_indent=" " * len(first_indent)) or [
        first_indent.rstrip()
    ]
