"""Outlet that published the document: by its URL, metadata, dateline, byline or own promotion.

A source that the story quotes ("dikutip CNN") or a photo credit never names the publisher.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from flows.describe.body_dateline import BodyDateline
from flows.describe.credits import Credits
from flows.describe.document_view import DocumentView, Evidence
from flows.outlets import Outlet, Registry
from flows.outlets.registry import extract_registered_domain, normalize_spelling

_PROMOTION_KINDS = {"promo", "footer"}  # kinds of span in which an outlet speaks of itself
# A page that credits the outlet of the dateline as its source has copied the story from it.
_SOURCE_CREDIT = re.compile(r"(?:sumber|source) ?: ?([\w.-]{3,40})", re.IGNORECASE)
_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.(?!\d+\Z)[a-z0-9-]{1,63}")
_COPYRIGHT = re.compile(
    r"(?:copyright|©|\(c\)|hak cipta)[^\w\n]{0,6}(?:\(c\)\s?)?(?:19|20)?\d{0,2}[^\w\n]{0,4}", re.IGNORECASE
)


@dataclass(frozen=True)
class OutletAttribution:
    """Name and registered domain of the outlet, and their basis; all None where nothing states the outlet."""

    name: str | None = None
    domain: str | None = None
    basis: str | None = None
    outlet: Outlet | None = None
    evidence: tuple[Evidence, ...] = ()


def attribute_by_head(
    view: DocumentView, dateline: BodyDateline, url: str | None, registry: Registry
) -> OutletAttribution:
    """Attribute the document by its record, URL, dateline and site name, in that order."""
    for candidate in view.find_candidates("outlet", "record"):
        outlet = registry.find_by_name(candidate.value) or _find_outlet_of_url_label(candidate.value, url, registry)
        name = outlet.name if outlet else " ".join(candidate.value.split())
        return OutletAttribution(
            name,
            outlet.domain if outlet else None,
            "stated",
            outlet,
            (Evidence("outlet", "record", None, candidate.value),),
        )
    outlet = registry.find_by_url(url) if url else None
    if outlet and url:
        return _build_attribution(outlet, Evidence("outlet", "outlet.url", None, url))
    if (
        dateline.outlet
        and dateline.line_index is not None
        and not url
        and not _credits(view, dateline.outlet, registry)
    ):
        line, quote = view.lines[dateline.line_index], dateline.evidence[0].quote
        # "seen" means that the spelling occurs in real texts.
        certainty = "stated" if dateline.outlet.evidence == "seen" else "likely"
        return _build_attribution(dateline.outlet, line.cite_evidence("outlet", "outlet.dateline", quote, certainty))
    for candidate in view.find_candidates("outlet", "jsonld", "og", "meta", "microdata", "trafilatura"):
        outlet = registry.find_by_name(candidate.value)
        evidence = Evidence("outlet", f"outlet.{candidate.where}", None, candidate.value)
        if outlet:
            return _build_attribution(outlet, evidence)
        name = " ".join(candidate.value.split())
        if url and 2 <= len(name) <= 60:
            return OutletAttribution(name, _extract_domain(url), "stated", None, (evidence,))
    return OutletAttribution()


def attribute_outlet(
    view: DocumentView, head_outlet: OutletAttribution, credits: Credits, registry: Registry
) -> OutletAttribution:
    """Attribute the document by its head, a printed byline, its copyright or promotion, then a byline shape."""
    if head_outlet.name:
        return head_outlet
    byline_outlet = OutletAttribution()
    if credits.outlet:
        evidence = [row for row in credits.evidence if row.field == "outlet"]
        byline_outlet = _build_attribution(credits.outlet, *evidence, basis=credits.outlet_basis)
        if byline_outlet.basis == "stated":
            return byline_outlet
    return _find_copyright_outlet(view, registry) or _find_promoted_outlet(view, registry) or byline_outlet


def _find_outlet_of_url_label(name: str, url: str | None, registry: Registry) -> Outlet | None:
    """Return the outlet of the URL where a record names it by the first label of its domain ("Liputan 6"), or None."""
    outlet = registry.find_by_url(url) if url else None
    return outlet if outlet and normalize_spelling(name) == outlet.domain.partition(".")[0] else None


def _credits(view: DocumentView, outlet: Outlet, registry: Registry) -> bool:
    """Return whether a line outside the story names the outlet as the source of it."""
    # Most lines hold no colon, and a look at one costs far less than the pattern.
    credit_lines = (line for line in view.lines if line.kind != "body" and ":" in line.text)
    credits = (_SOURCE_CREDIT.search(line.text) for line in credit_lines)
    sources = (registry.find_by_name(credit[1].rstrip(".-")) for credit in credits if credit)
    return any(source is not None and source.domain == outlet.domain for source in sources)


def _build_attribution(outlet: Outlet, *evidence: Evidence, basis: str = "stated") -> OutletAttribution:
    return OutletAttribution(outlet.name, outlet.domain, basis, outlet, evidence)


def _extract_domain(url: str) -> str | None:
    """Return the registered domain of a URL; None where its host is none, as in an address within a network."""
    match = re.match(r"[a-z]+://([^/:?#]+)", url, re.IGNORECASE)
    try:
        domain = extract_registered_domain(match[1].encode("idna").decode()) if match else ""
    except UnicodeError:
        return None
    return domain if _DOMAIN.fullmatch(domain) else None


@lru_cache(maxsize=4)
def _compile_spellings(registry: Registry) -> re.Pattern[str]:
    """Compile the spellings an outlet uses of itself, as printed; those under five letters are ordinary words too."""
    words = {spelling for spelling in registry.printed_spellings if len(spelling) >= 5}
    longest_first = sorted(words | {word.upper() for word in words}, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<![\w.@/-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-]|\.\w)")


def _find_promoted_outlet(view: DocumentView, registry: Registry) -> OutletAttribution | None:
    """Find the one outlet that promotion and footer lines name; None where they name none, or several."""
    named_outlets: dict[str, tuple[Outlet, Evidence]] = {}
    for line in view.lines:
        if line.kind in _PROMOTION_KINDS and len(line.text) <= 400:
            for match in _compile_spellings(registry).finditer(line.text):
                outlet = registry.find_by_name(match[0])
                if outlet:
                    named_outlets.setdefault(
                        outlet.name, (outlet, line.cite_evidence("outlet", "outlet.own-words", certainty="likely"))
                    )
    if len({outlet.domain for outlet, _ in named_outlets.values()}) != 1:
        return None
    outlet, evidence = next(iter(named_outlets.values()))
    return _build_attribution(outlet, evidence)


def _find_copyright_outlet(view: DocumentView, registry: Registry) -> OutletAttribution | None:
    """Find the registered outlet behind a copyright notice at the foot."""
    for line in view.lines[max(0, view.body_end - 2) :]:
        tail = max(0, len(line.text) - 400)
        match = _COPYRIGHT.search(line.text, tail)
        spelling = _compile_spellings(registry).match(line.text, match.end()) if match else None
        outlet = registry.find_by_name(spelling[0]) if spelling else None
        if match and spelling and outlet:
            quote = line.text[match.start() : spelling.end()]
            return _build_attribution(outlet, line.cite_evidence("outlet", "outlet.copyright", quote))
    return None
