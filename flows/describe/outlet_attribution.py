"""Which outlet published the document: by its URL, its own metadata, its dateline, its byline, or its own promotion.

What the story quotes ("dikutip CNN") or shows (a photo credit) never says who published it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from flows.describe.body_dateline import Opening
from flows.describe.credits import Credits
from flows.describe.document_view import Evidence, Sheet
from flows.outlets import Outlet, Registry
from flows.outlets.registry import registered_domain

_OWN_WORDS = {"promo", "footer"}  # kinds of span in which an outlet speaks of itself
_COPYRIGHT = re.compile(
    r"(?:copyright|©|\(c\)|hak cipta)[^\w\n]{0,6}(?:\(c\)\s?)?(?:19|20)?\d{0,2}[^\w\n]{0,4}", re.IGNORECASE
)


@dataclass(frozen=True)
class Published:
    """The outlet's name and registered domain and how they are known; all None where nothing says it."""

    name: str | None = None
    domain: str | None = None
    basis: str | None = None
    known: Outlet | None = None
    evidence: tuple[Evidence, ...] = ()


def by_head(sheet: Sheet, opening: Opening, url: str | None, registry: Registry) -> Published:
    """What the record, the URL, the page's site name and the dateline say, in that order."""
    for said in sheet.said("outlet", "record"):
        known = registry.find_by_name(said.value)
        name = known.name if known else " ".join(said.value.split())
        return Published(
            name, known.domain if known else None, "stated", known, (Evidence("outlet", "record", None, said.value),)
        )
    known = registry.find_by_url(url) if url else None
    if known and url:
        return _of(known, Evidence("outlet", "outlet.url", None, url))
    if opening.outlet and opening.at is not None and not url:
        line, quote = sheet.lines[opening.at], opening.evidence[0].quote
        sure = "stated" if opening.outlet.evidence == "seen" else "likely"  # the spelling was seen in real text
        return _of(opening.outlet, line.evidence("outlet", "outlet.dateline", quote, sure))
    for said in sheet.said("outlet", "jsonld", "og", "meta", "microdata", "trafilatura"):
        known = registry.find_by_name(said.value)
        evidence = Evidence("outlet", f"outlet.{said.where}", None, said.value)
        if known:
            return _of(known, evidence)
        name = " ".join(said.value.split())
        if url and 2 <= len(name) <= 60:
            return Published(name, _domain(url), "stated", None, (evidence,))
    return Published()


def of(sheet: Sheet, head: Published, credits: Credits, registry: Registry) -> Published:
    """The outlet: what the head says, else a byline that prints it, its copyright or promotion, the byline's shape."""
    if head.name:
        return head
    byline = Published()
    if credits.outlet:
        evidence = [e for e in credits.evidence if e.field == "outlet"]
        byline = _of(credits.outlet, *evidence, basis=credits.outlet_basis)
        if byline.basis == "stated":
            return byline
    return _copyright(sheet, registry) or _own_words(sheet, registry) or byline


def _of(outlet: Outlet, *evidence: Evidence, basis: str = "stated") -> Published:
    return Published(outlet.name, outlet.domain, basis, outlet, evidence)


def _domain(url: str) -> str | None:
    match = re.match(r"[a-z]+://([^/:?#]+)", url, re.IGNORECASE)
    return registered_domain(match[1]) if match else None


@lru_cache(maxsize=4)
def _spoken(registry: Registry) -> re.Pattern[str]:
    """The spellings an outlet uses of itself, as printed; short ones are words of other meanings."""
    words = {spelling for spelling in registry.printed_spellings if len(spelling) >= 5}
    longest_first = sorted(words | {word.upper() for word in words}, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<![\w.@/-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-]|\.\w)")


def _own_words(sheet: Sheet, registry: Registry) -> Published | None:
    """The one outlet that the page's promotion and footer lines name; None where they name none, or several."""
    named: dict[str, tuple[Outlet, Evidence]] = {}
    for line in sheet.lines:
        if line.kind in _OWN_WORDS and len(line.text) <= 400:
            for match in _spoken(registry).finditer(line.text):
                outlet = registry.find_by_name(match[0])
                if outlet:
                    named.setdefault(outlet.name, (outlet, line.evidence("outlet", "outlet.own-words", sure="likely")))
    if len({outlet.domain for outlet, _ in named.values()}) != 1:
        return None
    outlet, evidence = next(iter(named.values()))
    return _of(outlet, evidence)


def _copyright(sheet: Sheet, registry: Registry) -> Published | None:
    for line in sheet.lines[max(0, sheet.body_to - 2) :]:
        tail = max(0, len(line.text) - 400)
        match = _COPYRIGHT.search(line.text, tail)
        spelling = _spoken(registry).match(line.text, match.end()) if match else None
        outlet = registry.find_by_name(spelling[0]) if spelling else None
        if match and spelling and outlet:
            quote = line.text[match.start() : spelling.end()]
            return _of(outlet, line.evidence("outlet", "outlet.copyright", quote))
    return None
