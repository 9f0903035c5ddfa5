"""`kliping outlet learn SOURCE`: propose the lines that an outlet repeats on page after page for its profile.

A repeated line is knowledge about an outlet, not about a document: it is counted here once, and a person decides. A
run never compares a document with its neighbours.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

if TYPE_CHECKING:
    import pyarrow as pa

# A line is proposed if it stands in at least so many articles and this share of them. A line of more words, or a
# sentence of more words, is part of an article.
_FEWEST = 3
_SHARE = 0.05
_WORDS, _SENTENCE = 24, 8
_NOBODYS = ("body", "head.unclaimed", "tail.unclaimed")
_SHOWN = 60


class RepeatedLineCounter:
    """Counts, by outlet, in how many of its articles each line stands that no cue names yet.

    With `outlet_name` all articles count as of that outlet. Else an article counts for the outlet of the registry that
    its URL or dateline names, else for the registered domain of its URL.
    """

    def __init__(self, outlet_name: str | None = None) -> None:
        """Start with no articles counted."""
        self._outlet_name = outlet_name
        self.articles: Counter[str] = Counter()
        self._lines: dict[str, Counter[str]] = {}

    def count_batch(self, raw: "pa.Table") -> None:
        """Count a batch of RAW; documents without an article or without an outlet do not count."""
        from flows.clean import clean_documents
        from flows.clean.lines.line_table import normalize_blanks

        cleaned = clean_documents(raw)
        outlets = self._identify_outlets(cleaned.documents)
        texts = cleaned.documents["text"].to_pylist()
        lines_by_document: list[set[str]] = [set() for _ in outlets]
        columns = (cleaned.marks[name].to_pylist() for name in ("doc", "start", "end", "rule"))
        for doc, start, end, rule in zip(*columns, strict=True):
            if rule in _NOBODYS or rule.startswith("body."):
                line = normalize_blanks(texts[doc][start:end])
                count = line.count(" ") + 1
                if count <= _WORDS and len(line) > 2 and not (count > _SENTENCE and line[-1] in ".!?"):
                    lines_by_document[doc].add(line)
        for outlet, lines in zip(outlets, lines_by_document, strict=True):
            if outlet is not None:
                self.articles[outlet] += 1
                self._lines.setdefault(outlet, Counter()).update(lines)

    def _identify_outlets(self, documents: "pa.Table") -> list[str | None]:
        if self._outlet_name:
            return [self._outlet_name] * documents.num_rows
        hints, urls = documents["outlet_hint"].to_pylist(), documents["url"].to_pylist()
        return [hint or _extract_domain(url) for hint, url in zip(hints, urls, strict=True)]

    def propose_lines(self, outlet: str) -> list[tuple[str, int]]:
        """Return the lines that repeat across an outlet's articles, most frequent first, each with its count."""
        least = max(_FEWEST, _SHARE * self.articles[outlet])
        repeated = [(line, count) for line, count in self._lines[outlet].items() if count >= least]
        return sorted(repeated, key=lambda item: (-item[1], item[0]))[:_SHOWN]

    def format_proposals(self) -> Iterable[str]:
        """Yield the proposals as TOML to paste, with how often each line was counted."""
        for outlet in sorted(self.articles):
            lines = self.propose_lines(outlet)
            yield f"# {outlet}: {self.articles[outlet]} articles, {len(lines)} lines repeat that no cue names."
            if lines:
                yield "# Paste those that are never part of an article into the outlet's profile, under their kind."
                yield "[cues]"
                yield "nav = ["
                yield from (f"  {_quote_toml_line(line)},  # in {count}" for line, count in lines)
                yield "]"


def _extract_domain(url: str | None) -> str | None:
    """Return the registered domain of a URL, or None."""
    from flows.outlets.registry import extract_registered_domain

    host = urlsplit(url).hostname if url else None
    return extract_registered_domain(host) if host else None


def _quote_toml_line(line: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in line)
    return '"' + printable.replace("\\", "\\\\").replace('"', '\\"') + '"'


def learn_repeated_lines(
    source: Annotated[str, typer.Argument(help="Raw articles: a folder, a file or a quoted glob.")],
    outlet: Annotated[
        str | None,
        typer.Option(help="Count all articles as of this outlet, which the registry need not hold yet."),
    ] = None,
    limit: Annotated[int, typer.Option(help="Read only this many documents; 0 reads all.", min=0)] = 0,
) -> None:
    """Count the lines that repeat across an outlet's articles, and propose them for its profile.

    Example: kliping outlet learn scraped/kabarpagi --outlet kabarpagi
    """
    from flows.read import SourceError, read_batches

    counter = RepeatedLineCounter(outlet)
    try:
        for batch in read_batches(source, limit=limit or None):
            counter.count_batch(batch.documents)
    except SourceError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if not counter.articles:
        typer.echo(
            f"Read {source} and found no article with an outlet; expected several articles of one outlet. Give records "
            "with their URL, or name the outlet of all these articles with --outlet NAME.",
            err=True,
        )
        raise typer.Exit(2)
    for line in counter.format_proposals():
        typer.echo(line)
