"""One document described: every field with its evidence, and the marks that describing it gave."""

import datetime as dt
import re
from dataclasses import dataclass

from flows.describe import (
    body_dateline,
    bylines,
    cited_sources,
    headline,
    identity,
    outlet_attribution,
    publication_date,
)
from flows.describe.document_view import Evidence, Line, Mark, Sheet
from flows.describe.language import CHARS
from flows.describe.title_votes import stated_title
from flows.outlets import Registry
from flows.outlets.registry import normalize_spelling

# Said right below the last line of body: the rest stands on another page or behind a payment.
_GOES_ON = re.compile(
    r"halaman (?:selanjutnya|berikutnya)|next page|selanjutnya\W{0,3}halaman|bersambung ke halaman|"
    r"(?:langganan|berlangganan|login|subscribe|masuk)\b[^\n]{0,60}"
    r"(?:untuk (?:melanjutkan )?membaca|to (?:continue|keep) reading|to read the full)|"
    r"baca (?:artikel |berita )?selengkapnya di",
    re.IGNORECASE,
)


_GOES_ON_WORDS = ("halaman", "next page", "membaca", "reading", "to read", "selengkapnya")  # one of them, in any case


@dataclass(frozen=True)
class Description:
    """One document's metadata, its evidence and marks, and how its body begins.

    The keys of the metadata are the columns of schemas.stage_tables.METADATA but `doc` and those of the language, which is
    told of many samples at once.
    """

    values: dict[str, object]
    evidence: tuple[Evidence, ...]
    marks: tuple[Mark, ...]
    sample: str


def describe_one(
    sheet: Sheet, identity_of: str, url: str | None, fetched: dt.datetime | None, registry: Registry
) -> Description:
    """Describe one document. `fetched` bounds the dates: nothing was published more than a day after it."""
    url, evidence = identity.canonical_url(sheet, url)
    begun = body_dateline.opening(sheet, registry)
    head = outlet_attribution.by_head(sheet, begun, url, registry)
    profile = head.known.profile if head.known else None
    stated = stated_title(sheet, head.name)
    title_at = headline.line_of(sheet, stated[0] if stated else None)
    credits = bylines.credits_of(sheet, begun.at, registry, profile, title_at)
    source = outlet_attribution.of(sheet, head, credits, registry)
    if source.known and profile is None and source.known.profile and source.known.profile != profile:
        # Only now is it known whose text this is, and what its sign-offs mean.
        profile = source.known.profile
        credits = bylines.credits_of(sheet, begun.at, registry, profile, title_at)
    latest = (fetched + dt.timedelta(days=1)).date() if fetched else None
    when = publication_date.when(sheet, credits, begun.at, profile, latest, title_at, url)
    credit_lines = {line.number for line in credits.lines} | {mark.line for mark in when.marks}
    head_line = headline.headline(sheet, credit_lines, begun, stated)
    cited, cited_evidence = cited_sources.cited(sheet, source.name, registry)
    for name, found in credits.sources:
        if normalize_spelling(name) not in map(normalize_spelling, cited) and not cited_sources.is_own(name, source.name, registry):
            cited.append(name)
            cited_evidence.append(found)
    agency, agency_evidence = cited_sources.agency(sheet, begun, source.known)
    if credits.agency and agency is None:
        agency, agency_evidence = credits.agency[0], [credits.agency[1]]
    goes_on = _goes_on(sheet)
    values: dict[str, object] = {
        "article_id": identity.article_id(url, identity_of),
        "url": url,
        "outlet": source.name,
        "outlet_domain": source.domain,
        "outlet_basis": source.basis,
        "title": head_line.title,
        "subtitle": head_line.subtitle,
        "authors": credits.authors,
        "author_basis": credits.author_basis,
        "editors": credits.editors,
        "agency": agency,
        "cited_sources": cited,
        "published_at": when.at,
        "date": when.day,
        "date_basis": when.basis,
        "dateline": begun.dateline,
        "place": begun.place,
        "is_partial": goes_on is not None,
    }
    evidence += [
        *source.evidence,
        *(e for e in source.evidence[:1] if source.domain for e in [e._replace(field="outlet_domain")]),
        *head_line.evidence,
        *(e for e in credits.evidence if e.field != "outlet"),
        *when.evidence,
        *begun.evidence,
        *cited_evidence,
        *agency_evidence,
        *([goes_on.evidence("is_partial", "partial.goes-on")] if goes_on else []),
    ]
    marks = _apart([*begun.marks, *head_line.marks, *when.marks, *credits.marks])
    return Description(values, tuple(evidence), marks, _body_text(sheet))


def _apart(marks: list[Mark]) -> tuple[Mark, ...]:
    """Marks in the order of the text; of two that overlap, the one found first in the list stays."""
    kept: list[Mark] = []
    for mark in marks:
        if mark.end > mark.start and not any(mark.start < other.end and other.start < mark.end for other in kept):
            kept.append(mark)
    return tuple(sorted(kept, key=lambda mark: mark.start))


def _body_text(sheet: Sheet) -> str:
    pieces, length = [], 0
    for line in sheet.body:
        pieces.append(line.text)
        length += len(line.text)
        if length >= CHARS:
            break
    return "\n".join(pieces)


def _goes_on(sheet: Sheet) -> Line | None:
    """Which of the last body lines, or of the three lines below, says that the text goes on elsewhere."""
    if not sheet.body_to:
        return None
    below = sheet.lines[max(0, sheet.body_to - 2) : sheet.body_to + 3]
    for line in below:
        if len(line.text) <= 200:
            plain = line.text.lower()
            if any(word in plain for word in _GOES_ON_WORDS) and _GOES_ON.search(line.text):
                return line
    return None
