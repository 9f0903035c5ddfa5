"""Read-only view of one document: its non-blank lines with clean's marks, and the values that a page states."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import accumulate, starmap
from typing import Any, Final, NamedTuple

from flows.describe.date_grammar import parse_machine_date
from schemas.stage_tables import Mark
from schemas.word_count import count_words

MarkColumns = Sequence[list[Any]]
VIEWED_COLUMNS: Final = Mark._fields[:5]  # all but the score
_CACHED_LENGTH: Final = 400  # characters
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_NON_WORD = re.compile(r"[\W_]+")
_QUOTE_LIMIT = 240
_LABEL_LENGTH = 40
_PRINTED_WORD = re.compile(r"[^\W\d_]{2,}")
_UPDATE_LABEL = re.compile(
    r"\s{0,3}(?:(?:last|page|terakhir) )?(?:updated?|modified|reviewed|diperbarui|diperbaharui)(?: on| pada)?\W{0,3}",
    re.IGNORECASE,
)
_INDONESIAN_LANGUAGES = {"id", "in", "ms"}
_FUNCTION_WORDS = {"yang", "dan", "di", "dengan", "untuk", "dari", "ini", "itu", "pada", "adalah"}


class Evidence(NamedTuple):
    """Row of schemas.stage_tables.EVIDENCE_FOUND without `doc`: field, rule, line and quote."""

    field: str
    rule: str
    line: int | None
    quote: str
    sure: str = "stated"


class Candidate(NamedTuple):
    """Value that a page or record states outside the article's words: schemas.stage_tables.CANDIDATES without `doc`."""

    field: str
    where: str
    value: str


# A frozen one takes three times as long to create, and pages have hundreds. Each is equal only to itself.
@dataclass(eq=False)
class MarkedLine:
    """Non-blank line: its number from 1, its offset in the document, its text, and its longest mark's kind and rule."""

    number: int
    start: int
    text: str
    kind: str
    rule: str
    body_offset: int | None  # where its first body span starts within the line

    @cached_property
    def plain_text(self) -> str:
        """Return the line with each run of blanks as one space."""
        return " ".join(self.text.split())

    @cached_property
    def word_count(self) -> int:
        """Count the words of the line, by character class in scripts without blanks."""
        return count_words(self.text)

    def mark_span(self, kind: str, rule: str, start: int = 0, end: int | None = None) -> Mark:
        """Mark this line from `start` to `end` (offsets in the line), without blanks at the ends."""
        piece = self.text[start:end]
        mark_start = self.start + start + len(piece) - len(piece.lstrip())
        return Mark(self.number, mark_start, mark_start + len(piece.strip()), kind, rule)

    def cite_evidence(
        self, field_name: str, rule: str, quote: str | None = None, certainty: str = "stated"
    ) -> Evidence:
        """Return evidence from this line; without a quote the whole line is quoted."""
        return Evidence(field_name, rule, self.number, (quote or self.text).strip()[:_QUOTE_LIMIT], certainty)


@dataclass(frozen=True, eq=False)  # equal only to itself: to hash all its lines would cost more than most rules
class DocumentView:
    """Non-blank lines of a document in order, and its candidates."""

    lines: tuple[MarkedLine, ...]
    candidates: tuple[Candidate, ...] = field(default=())
    url: str | None = None  # the record's
    text: str = ""  # the whole document

    @cached_property
    def is_page(self) -> bool:
        """Return whether the document is an HTML page, which states values that no plain text does."""
        return any(candidate.where != "record" for candidate in self.candidates)

    @cached_property
    def is_indonesian(self) -> bool:
        """Return whether a document is Indonesian or Malay by its language, its address or its first paragraphs."""
        languages = {candidate.value[:2].lower() for candidate in self.find_candidates("language")}
        is_local = not languages and any(host.endswith((".id", ".my")) for host in self.host_names)
        if languages & _INDONESIAN_LANGUAGES or is_local:
            return True
        words = [word for line in self.body_lines[:4] for word in line.text[:1000].lower().split()]
        return sum(word in _FUNCTION_WORDS for word in words) * 25 >= len(words) > 10

    @cached_property
    def host_names(self) -> tuple[str, ...]:
        """Return the hosts of the addresses that the page and the record give, without `www.`."""
        addresses = (*(candidate.value for candidate in self.find_candidates("canonical")), self.url or "")
        matches = (re.match(r"https?://(?:www\.)?([^/:?#]{3,80})", address) for address in addresses)
        return tuple(dict.fromkeys(match[1].lower() for match in matches if match))

    @cached_property
    def printed_words(self) -> frozenset[str]:
        """Return the words of at least two letters in the whole document, as they are printed."""
        return frozenset(_PRINTED_WORD.findall(self.text))

    @cached_property
    def body_lines(self) -> tuple[MarkedLine, ...]:
        """Return the lines that hold body text."""
        return tuple(line for line in self.lines if line.body_offset is not None)

    @cached_property
    def body_start(self) -> int:
        """Return the index in `lines` of the first body line; the number of lines without one."""
        return next((index for index, line in enumerate(self.lines) if line.body_offset is not None), len(self.lines))

    @cached_property
    def body_end(self) -> int:
        """Return one past the index in `lines` of the last body line; 0 without one."""
        return next(
            (index for index in range(len(self.lines), 0, -1) if self.lines[index - 1].body_offset is not None), 0
        )

    @cached_property
    def update_days(self) -> frozenset[dt.date]:
        """Return the days that elements beside the headline print as an update's, and nothing declares as another's.

        A time element by itself declares nothing.
        """
        updates = self.find_candidates("modified_at", "headline")
        others = [candidate for candidate in self.find_candidates("published_at") if candidate.where != "time"]
        updated, published = (
            {stamp.day for candidate in group if (stamp := parse_machine_date(candidate.value)) and not stamp.is_update}
            for group in (updates, others if updates else [])
        )
        return frozenset(updated - published)

    def is_below_update_label(self, index: int) -> bool:
        """Return whether the line above the one at this index holds the label of an update alone."""
        above = self.lines[index - 1].text if index > 0 else ""
        return 0 < len(above) <= _LABEL_LENGTH and _UPDATE_LABEL.fullmatch(above) is not None

    def find_candidates(self, field_name: str, *places: str) -> list[Candidate]:
        """Return the non-blank candidates of one field in the order of `places`; without `places` all, as they come."""
        field_candidates = self._candidates_by_field.get(field_name)
        if field_candidates is None:
            return []
        if not places:
            return field_candidates.copy()
        return sorted(
            (candidate for candidate in field_candidates if candidate.where in places),
            key=lambda candidate: places.index(candidate.where),
        )

    @cached_property
    def _candidates_by_field(self) -> dict[str, list[Candidate]]:
        """Return the non-blank candidates of each field that has one."""
        candidates_by_field: dict[str, list[Candidate]] = {}
        for candidate in self.candidates:
            if candidate.value.strip():
                candidates_by_field.setdefault(candidate.field, []).append(candidate)
        return candidates_by_field


def build_document_view(
    text: str, marks: Iterable[Mark] = (), candidates: Iterable[Candidate] = (), url: str | None = None
) -> DocumentView:
    """Build a view of a text and its marks; a line takes the kind that covers most of it, `nav` without a mark."""
    columns = [list(column) for column in zip(*marks, strict=True)] or [[] for _ in Mark._fields]
    return build_view_from_columns(text, columns[: len(VIEWED_COLUMNS)], candidates, url)


def build_view_from_columns(
    text: str,
    marks: MarkColumns,
    candidates: Iterable[Candidate],
    url: str | None,
    recovered_lines: Sequence[int] | None = None,
) -> DocumentView:
    """Build a view from a list of values for each of VIEWED_COLUMNS.

    `recovered_lines` holds start and end of each line in turn where the text had lost its line breaks.
    """
    if recovered_lines is None:
        contents = text.split("\n")
        all_line_starts = list(accumulate([len(content) + 1 for content in contents], initial=0))
    else:
        all_line_starts = list(recovered_lines[::2])
        contents = [text[start:end] for start, end in zip(all_line_starts, recovered_lines[1::2], strict=True)]
    nonblank_numbers = [number for number, content in enumerate(contents, 1) if content and not content.isspace()]
    numbers, mark_starts, _, kinds, rules = marks
    if nonblank_numbers == numbers:
        line_starts = [all_line_starts[number - 1] for number in numbers]
        body_offsets = [
            start - begin if kind == "body" else None
            for start, begin, kind in zip(mark_starts, line_starts, kinds, strict=True)
        ]
        texts = [contents[number - 1] for number in numbers]
        return DocumentView(
            tuple(map(MarkedLine, numbers, line_starts, texts, kinds, rules, body_offsets)),
            tuple(candidates),
            url,
            text,
        )
    # Some lines have several marks, or none.
    marks_by_line: dict[int, list[Mark]] = {number: [] for number in nonblank_numbers}
    for mark in starmap(Mark, zip(*marks, strict=True)):
        marks_by_line.setdefault(mark.line, []).append(mark)
    lines = [
        _build_line(number, all_line_starts[number - 1], contents[number - 1], marks_by_line[number])
        for number in sorted(marks_by_line)
    ]
    return DocumentView(tuple(lines), tuple(candidates), url, text)


def _build_line(number: int, line_start: int, content: str, marks: list[Mark]) -> MarkedLine:
    """Build a line from its marks; the longest mark gives its kind and rule."""
    if not marks:
        return MarkedLine(number, line_start, content, "nav", "head.unclaimed", None)
    longest_mark = max(marks, key=lambda mark: mark.end - mark.start)
    body_offset = min((mark.start - line_start for mark in marks if mark.kind == "body"), default=None)
    return MarkedLine(number, line_start, content, longest_mark.kind, longest_mark.rule, body_offset)


def strip_tags(text: str) -> str:
    """Return a line without markup tags, each run of blanks as one space."""
    return " ".join(_TAG.sub("", text).split())


def matches_folded(line: MarkedLine, folded: str) -> bool:
    """Return whether a line equals `folded`, a text already folded by `fold_text`."""
    text = line.text
    # Most lines are too short, or begin otherwise: folding one costs far more. Beyond ASCII one letter may fold to
    # several.
    if len(text) < len(folded) and text.isascii():
        return False
    first = text[:1]
    return not (first.isalnum() and not folded.startswith(first.casefold())) and fold_text(text) == folded


def fold_text(text: str) -> str:
    """Fold a line to its letters and digits: case, blanks, punctuation and tags do not count."""
    # A line may have megabytes, and the cache holds thousands of entries.
    return _fold_text_cached(text) if len(text) <= _CACHED_LENGTH else _fold_text_cached.__wrapped__(text)


@lru_cache(maxsize=4096)
def _fold_text_cached(text: str) -> str:
    return _NON_WORD.sub("", _TAG.sub("", text) if "<" in text else text).casefold()
