"""`kliping outlet learn SOURCE`: the lines that an outlet prints on page after page, proposed for its profile.

That a line repeats is knowledge about an outlet and not about a document: it is counted here, once, by a person who
then decides; a run never looks at a document's neighbours.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pyarrow as pa

# A line is proposed from so many articles on, and from this share of them; a sentence that long is the story's own.
_FEWEST = 3
_SHARE = 0.05
_WORDS, _SENTENCE = 24, 8
_NOBODYS = ("body", "head.unclaimed", "tail.unclaimed")
_SHOWN = 60


class RepeatedLineCounter:
    """Counts, by outlet, in how many of its articles each line stands that no cue names yet."""

    def __init__(self) -> None:
        self.articles: Counter[str] = Counter()
        self._lines: dict[str, Counter[str]] = {}

    def count_batch(self, raw: "pa.Table") -> None:
        """Count a batch of RAW; documents of no known outlet, and those without an article, do not count."""
        from flows.clean import clean_documents
        from flows.clean.lines.line_table import normalize_blanks

        cleaned = clean_documents(raw)
        outlets = cleaned.documents["outlet_hint"].to_pylist()
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
                yield "# Paste those that are never the story, under the kind each is, into the outlet's profile."
                yield "[cues]"
                yield "nav = ["
                yield from (f"  {_quote_toml_line(line)},  # in {count}" for line, count in lines)
                yield "]"


def _quote_toml_line(line: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in line)
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'


def learn_repeated_lines(
    source: Annotated[str, typer.Argument(help="Raw articles: a folder, a file or a quoted glob.")],
    limit: Annotated[int, typer.Option(help="Read only this many documents; 0 reads all.", min=0)] = 0,
) -> None:
    """Count the lines that repeat across an outlet's articles, and propose them for its profile.

    Example: kliping outlet learn scraped/okezone
    """
    from flows.read import SourceError, read_batches

    counter = RepeatedLineCounter()
    try:
        for batch in read_batches(source, limit=limit or None):
            counter.count_batch(batch.documents)
    except SourceError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    if not counter.articles:
        typer.echo(
            f"Read {source} and found no article of a known outlet; expected several of one. Give records with their "
            "URL, or add the outlet to flows/outlets/registry.csv first.",
            err=True,
        )
        raise typer.Exit(2)
    for line in counter.format_proposals():
        typer.echo(line)
