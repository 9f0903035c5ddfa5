"""One document as describe/ reads it: its non-blank lines with what clean/ said of them, and what a page states."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, Final, NamedTuple

Columns = Sequence[list[Any]]
_REMEMBERED: Final = 400  # characters
_TAGS = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_NOT_WORD = re.compile(r"[\W_]+")
_QUOTE_LIMIT = 240


class Mark(NamedTuple):
    """A span of one line, as in schemas.stage_tables.MARKS without `doc` and `score`."""

    line: int
    start: int
    end: int
    kind: str
    rule: str


class Evidence(NamedTuple):
    """A row of schemas.stage_tables.EVIDENCE_FOUND without `doc`: which field, found by which rule, in which words."""

    field: str
    rule: str
    line: int | None
    quote: str
    sure: str = "stated"


class Stated(NamedTuple):
    """What a page or record states outside the article's words: schemas.stage_tables.CANDIDATES without `doc`."""

    field: str
    where: str
    value: str


@dataclass(unsafe_hash=True)  # frozen would take three times as long to make, and pages have hundreds
class Line:
    """A non-blank line: its number from 1, where it starts in the document, its text, its chief kind and rule."""

    number: int
    start: int
    text: str
    kind: str
    rule: str
    body_at: int | None  # where its first body span starts within the line

    @cached_property
    def plain(self) -> str:
        """The line with runs of blanks as one space."""
        return " ".join(self.text.split())

    @cached_property
    def words(self) -> int:
        """How many blank-separated words it has."""
        return len(self.text.split())

    def mark(self, kind: str, rule: str, start: int = 0, end: int | None = None) -> Mark:
        """A mark on this line from `start` to `end` (offsets in the line), without blanks at its ends."""
        piece = self.text[start:end]
        at = self.start + start + len(piece) - len(piece.lstrip())
        return Mark(self.number, at, at + len(piece.strip()), kind, rule)

    def evidence(self, name: str, rule: str, quote: str | None = None, sure: str = "stated") -> Evidence:
        """Evidence on this line; the quote is the whole line where none is given."""
        return Evidence(name, rule, self.number, (quote or self.text).strip()[:_QUOTE_LIMIT], sure)


@dataclass(frozen=True)
class Sheet:
    """A document's non-blank lines in order, and its candidates."""

    lines: tuple[Line, ...]
    stated: tuple[Stated, ...] = field(default=())
    url: str | None = None  # the record's
    text: str = ""  # the whole document

    @cached_property
    def is_page(self) -> bool:
        """Whether the document is an HTML page: it states things that no text does."""
        return any(said.where != "record" for said in self.stated)

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of the addresses that the page and the record give, without `www.`."""
        addresses = (*(said.value for said in self.said("canonical")), self.url or "")
        found = (re.match(r"https?://(?:www\.)?([^/:?#]{3,80})", address) for address in addresses)
        return tuple(dict.fromkeys(host[1].lower() for host in found if host))

    @cached_property
    def body(self) -> tuple[Line, ...]:
        """The lines that hold body text."""
        return tuple(line for line in self.lines if line.body_at is not None)

    @cached_property
    def body_from(self) -> int:
        """Index in `lines` of the first body line; the number of lines where there is none."""
        return next((at for at, line in enumerate(self.lines) if line.body_at is not None), len(self.lines))

    @cached_property
    def body_to(self) -> int:
        """One past the index in `lines` of the last body line; 0 where there is none."""
        return next((at for at in range(len(self.lines), 0, -1) if self.lines[at - 1].body_at is not None), 0)

    def said(self, name: str, *wheres: str) -> list[Stated]:
        """Candidates of one field with a value, in the order of `wheres` (all, as they come, where none is named)."""
        found = [s for s in self.stated if s.field == name and s.value.strip()]
        return sorted((s for s in found if s.where in wheres), key=lambda s: wheres.index(s.where)) if wheres else found


def sheet(text: str, marks: Iterable[Mark] = (), stated: Iterable[Stated] = (), url: str | None = None) -> Sheet:
    """A document's lines with the kind that covers most of each; a line without a mark counts as nav."""
    return sheet_of(text, [list(column) for column in zip(*marks, strict=True)] or [[]] * 5, stated, url)


def sheet_of(text: str, marks: Columns, stated: Iterable[Stated], url: str | None) -> Sheet:
    """The same of columns: line, start, end, kind and rule of the marks, a list each."""
    contents = text.split("\n")
    begins = list(accumulate([len(content) + 1 for content in contents], initial=0))
    solid = [number for number, content in enumerate(contents, 1) if content and not content.isspace()]
    numbers, starts, _, kinds, rules = marks
    if solid == numbers:
        at = [begins[number - 1] for number in numbers]
        bodies = [
            start - begin if kind == "body" else None for start, begin, kind in zip(starts, at, kinds, strict=True)
        ]
        texts = [contents[number - 1] for number in numbers]
        return Sheet(tuple(map(Line, numbers, at, texts, kinds, rules, bodies)), tuple(stated), url, text)
    # Some lines have several marks, or none.
    spans_of: dict[int, list[Mark]] = {number: [] for number in solid}
    for mark in map(Mark._make, zip(*marks, strict=True)):
        spans_of.setdefault(mark.line, []).append(mark)
    lines = [_line(number, begins[number - 1], contents[number - 1], spans_of[number]) for number in sorted(spans_of)]
    return Sheet(tuple(lines), tuple(stated), url, text)


def _line(number: int, begin: int, content: str, spans: list[Mark]) -> Line:
    if not spans:
        return Line(number, begin, content, "nav", "head.unclaimed", None)
    chief = max(spans, key=lambda span: span.end - span.start)
    body_at = min((span.start - begin for span in spans if span.kind == "body"), default=None)
    return Line(number, begin, content, chief.kind, chief.rule, body_at)


def untagged(text: str) -> str:
    """A line without markup tags, runs of blanks as one space."""
    return " ".join(_TAGS.sub("", text).split())


def prints(line: Line, wanted: str) -> bool:
    """Whether a line is `wanted`, which is what `same` leaves of a text."""
    text = line.text
    # Beyond ASCII a folded letter may be several.
    return (len(text) >= len(wanted) or not text.isascii()) and same(text) == wanted


def same(text: str) -> str:
    """What is left of a line when case, blanks, punctuation and tags do not count."""
    # A line may be of megabytes, and thousands are remembered.
    return _same(text) if len(text) <= _REMEMBERED else _same.__wrapped__(text)


@lru_cache(maxsize=4096)
def _same(text: str) -> str:
    return _NOT_WORD.sub("", _TAGS.sub("", text) if "<" in text else text).casefold()
