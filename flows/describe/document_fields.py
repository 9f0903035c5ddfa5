"""Description of one document: every field with its evidence, and the marks of the describe stage."""

import datetime as dt
import re
from bisect import bisect_left
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
from flows.describe.dated_value import DateContext
from flows.describe.document_view import DocumentView, Evidence, MarkedLine
from flows.describe.language import SAMPLE_LENGTH
from flows.describe.title_votes import choose_stated_title
from flows.outlets import Registry
from flows.outlets.registry import normalize_spelling
from schemas.stage_tables import Mark

# Printed right below the last body line: the text continues on another page or behind a paywall.
_CONTINUATION = re.compile(
    r"halaman (?:selanjutnya|berikutnya)|next page|selanjutnya\W{0,3}halaman|bersambung ke halaman|"
    r"(?:langganan|berlangganan|login|subscribe|masuk)\b[^\n]{0,60}"
    r"(?:untuk (?:melanjutkan )?membaca|to (?:continue|keep) reading|to read the full)|"
    r"baca (?:artikel |berita )?selengkapnya di|"
    r"(?:halaman|page|hal\.?) \d{1,3} (?:dari|of|/) \d{1,3}\b|"
    r"^\W{0,3}1\W{0,3}2(?:\W{0,3}\d){0,8}\W{0,3}(?:selanjutnya|berikutnya|lanjut|next)\W{0,3}$",
    re.IGNORECASE,
)


# Every match of _CONTINUATION contains one of these words.
_CONTINUATION_WORDS = ("hal", "page", "membaca", "reading", "to read", "selengkapnya", "njut", "berikutnya", "next")
_PAYWALL = re.compile(
    r"this (?:article|content|story) is (?:for|reserved for|only available to) |artikel ini .{0,30}konten premium",
    re.IGNORECASE,
)
# Only as the last line of a text: elsewhere it is a button.
_BARE_POINTER = re.compile(
    r"\W{0,3}(?:(?:baca|simak|lihat|klik) )?selengkapnya(?: di ?sini)?[ .…>»›→:-]{0,20}", re.IGNORECASE
)


@dataclass(frozen=True)
class DocumentDescription:
    """Metadata of one document, its evidence and marks, and the start of its body.

    The keys of the metadata are the columns of schemas.stage_tables.METADATA without `doc` and the language columns:
    languages are detected for a whole batch at once.
    """

    metadata: dict[str, object]
    evidence: tuple[Evidence, ...]
    marks: tuple[Mark, ...]
    body_sample: str


def describe_document(
    view: DocumentView, document_identity: str, url: str | None, fetched_at: dt.datetime | None, registry: Registry
) -> DocumentDescription:
    """Describe one document.

    `fetched_at` bounds the dates: no publication is later than one day after it.
    """
    chosen = identity.choose_url(view, url)
    url, evidence = chosen.url, chosen.evidence
    dateline = body_dateline.find_body_dateline(view, registry)
    site_url = identity.find_declared_site(view, url)
    head_outlet = outlet_attribution.attribute_by_head(view, dateline, site_url, registry)
    profile = head_outlet.outlet.profile if head_outlet.outlet else None
    stated = choose_stated_title(view, head_outlet.name)
    title_index = headline.find_title_line(view, stated[0] if stated else None)
    credits = bylines.extract_credits(view, dateline.line_index, registry, profile, title_index)
    attribution = outlet_attribution.attribute_outlet(view, head_outlet, credits, registry)
    if profile is None and attribution.outlet and attribution.outlet.profile:
        # The outlet is known only now, and its profile decides what the sign-offs mean.
        profile = attribution.outlet.profile
        credits = bylines.extract_credits(view, dateline.line_index, registry, profile, title_index)
    latest_day = _compute_latest_day(fetched_at) if fetched_at else None
    published = publication_date.find_publication_date(
        DateContext(view, credits, dateline.line_index, profile, latest_day, title_index, url)
    )
    credit_line_numbers = {line.number for line in credits.lines} | {mark.line for mark in published.marks}
    title_fields = headline.find_headline(view, credit_line_numbers, dateline, stated)
    cited_media, cited_evidence = cited_sources.find_cited_media(view, attribution.name, registry)
    for name, source_evidence in credits.sources:
        if normalize_spelling(name) not in map(normalize_spelling, cited_media) and not cited_sources.is_own_outlet(
            name, attribution.name, registry
        ):
            cited_media.append(name)
            cited_evidence.append(source_evidence)
    agency, agency_evidence = cited_sources.find_agency(view, dateline, attribution.outlet)
    if credits.agency and agency is None:
        agency, agency_evidence = credits.agency[0], [credits.agency[1]]
    partial_evidence = _collect_partial_evidence(view, chosen)
    values: dict[str, object] = {
        "article_id": identity.compute_article_id(url, document_identity),
        "own_url": chosen.own_url,
        "fallback_id": identity.compute_article_id(chosen.own_url, document_identity),
        "revised_at": publication_date.find_last_revision(view, published),
        "url": url,
        "outlet": attribution.name,
        "outlet_domain": attribution.domain,
        "outlet_basis": attribution.basis,
        "title": title_fields.title,
        "subtitle": title_fields.subtitle,
        "authors": credits.authors,
        "author_basis": credits.author_basis,
        "editors": credits.editors,
        "agency": agency,
        "cited_sources": cited_media,
        "published_at": published.instant,
        "date": published.day,
        "date_basis": published.basis,
        "dateline": dateline.dateline,
        "place": dateline.place,
        "is_partial": bool(partial_evidence),
    }
    evidence += [
        *attribution.evidence,
        *(e for e in attribution.evidence[:1] if attribution.domain for e in [e._replace(field="outlet_domain")]),
        *title_fields.evidence,
        *(e for e in credits.evidence if e.field != "outlet"),
        *published.evidence,
        *dateline.evidence,
        *cited_evidence,
        *agency_evidence,
        *partial_evidence,
    ]
    marks = _drop_overlaps([*dateline.marks, *title_fields.marks, *published.marks, *credits.marks])
    return DocumentDescription(values, tuple(evidence), marks, _sample_body(view))


def _compute_latest_day(fetched_at: dt.datetime) -> dt.date:
    """Compute the last possible day of publication: the day after fetching, at most the last one of the calendar."""
    day = fetched_at.date()
    return day if day == dt.date.max else day + dt.timedelta(days=1)


def _drop_overlaps(marks: list[Mark]) -> tuple[Mark, ...]:
    """Return the marks in text order; of two that overlap, the earlier one in the list stays."""
    separate_marks: list[Mark] = []  # in text order
    for mark in marks:
        place = bisect_left(separate_marks, mark.end, key=lambda other: other.start)
        is_separate = place == 0 or separate_marks[place - 1].end <= mark.start
        if mark.end > mark.start and is_separate:
            separate_marks.insert(place, mark)
    return tuple(separate_marks)


def _sample_body(view: DocumentView) -> str:
    """Return the first body lines, joined, up to the line that reaches SAMPLE_LENGTH characters."""
    pieces, length = [], 0
    for line in view.body_lines:
        pieces.append(line.text)
        length += len(line.text)
        if length >= SAMPLE_LENGTH:
            break
    return "\n".join(pieces)


def _collect_partial_evidence(view: DocumentView, chosen: identity.ChosenUrl) -> list[Evidence]:
    """Collect what says that the document is not the whole article: a line, its page number, the record it came in."""
    partial_evidence = [
        Evidence("is_partial", "partial.record", None, candidate.value)
        for candidate in view.find_candidates("is_partial", "record")
    ]
    if (continuation_line := _find_continuation_line(view)) is not None:
        partial_evidence.append(continuation_line.cite_evidence("is_partial", "partial.goes-on"))
    if chosen.page_number > 1:
        partial_evidence.append(Evidence("is_partial", "partial.page", None, chosen.own_url or ""))
    return partial_evidence


def _find_continuation_line(view: DocumentView) -> MarkedLine | None:
    """Find a line that says that the text continues elsewhere: one of the last body lines or of the three below."""
    if not view.body_end:
        return None
    last_lines = view.lines[max(0, view.body_end - 2) : view.body_end + 3]
    for line in last_lines:
        if len(line.text) <= 200:
            lower_text = line.text.lower()
            if any(word in lower_text for word in _CONTINUATION_WORDS) and _CONTINUATION.search(line.text):
                return line
    for line in view.lines[view.body_end : view.body_end + 3]:
        if line.rule == "promo.paywall" or (line.rule == "promo.subscription" and _PAYWALL.search(line.text[:200])):
            return line
    if view.body_end == len(view.lines) - 1 and not view.is_page and _BARE_POINTER.fullmatch(view.lines[-1].text):
        return view.lines[-1]
    return None
