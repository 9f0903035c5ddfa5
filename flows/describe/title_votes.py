"""The headline of a page, by vote: its headings, JSON-LD, OpenGraph, meta tags and <title> speak for one another.

Each candidate starts with the trust its place has earned and gains by every other place that says the same, or nearly.
The site's name is no headline, and leaves the end of every candidate but a heading that says more.
"""

import re
from html import unescape

from flows.describe.document_view import Evidence, Sheet, Stated, same, untagged

_PLACES = ("jsonld", "h1", "microdata", "og", "html_title", "meta")
# How much a place is trusted alone. What search engines and networks are told is often one text in three places;
# readers see the heading.
_TRUST = {"h1": 1.8, "jsonld": 1.5, "og": 0.7, "microdata": 0.6, "html_title": 0.45, "meta": 0.4}
_LATER = 0.15  # less for every heading further down
_CUT = re.compile(r"\s{1,3}(?:[-–—|»:•·]|\|\||::)\s{1,3}")
_BARE_DOMAIN = re.compile(r"[\w-]+(?:\.\w{2,10}){1,2}")
_FURNITURE = {"blog", "blogs", "news", "article", "articles", "home", "infographic", "berita", "artikel"}
_LABEL = re.compile(r"(?:title|blog|article)\s?:\s?(?=\S)", re.IGNORECASE)
_TRAIL_OF_DOTS = ("...", "…")


def stated_title(sheet: Sheet, outlet: str | None) -> tuple[str, Evidence] | None:
    """The title that a record or a page states, without its site's name, and the evidence for it."""
    record = sheet.said("title", "record")
    if record:
        return untagged(record[0].value), Evidence("title", "record", None, record[0].value)
    said = sheet.said("title", *_PLACES)
    if not said:
        return None
    headings = _headings_of_site(said)
    sites = _sites(sheet, outlet) | headings
    candidates: list[tuple[Stated, str, float]] = []
    seen: dict[str, int] = {}
    for one in said:
        rank = seen.get(one.where, 0)
        seen[one.where] = rank + 1
        text = without_site(untagged(unescape(unescape(one.value))).replace("\xad", ""), sites, whole=one.where == "h1")
        text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
        if text and (one.where == "h1" or rank == 0) and not (headings and one.where == "html_title"):
            candidates.append((one, text, _TRUST[one.where] - _LATER * rank))
    if not candidates:
        return None
    others = {one.where: text for one, text, _ in reversed(candidates)}

    def weight(candidate: tuple[Stated, str, float]) -> float:
        one, text, trust = candidate
        score = trust + sum(_agreement(text, other) for where, other in others.items() if where != one.where)
        score -= 3.0 * (same(text) in sites) + 0.8 * (len(text.split()) < 3) + text.endswith(_TRAIL_OF_DOTS)
        return score

    best, title, _ = max(candidates, key=weight)
    return title, Evidence("title", f"title.{best.where}", None, best.value)


def _sites(sheet: Sheet, outlet: str | None) -> set[str]:
    names = {same(said.value) for said in sheet.said("outlet")} | ({same(outlet)} if outlet else set())
    for host in sheet.hosts:
        names |= {same(host), same(host.split(".")[0])}
    return {name for name in names if name}


def _headings_of_site(said: list[Stated]) -> set[str]:
    """Headings that <title> joins to the title told to networks: of "Site: Story", the site."""
    window = next((same(one.value) for one in said if one.where == "html_title"), "")
    told = {same(one.value) for one in said if one.where in {"og", "jsonld"}}
    headings = {same(one.value) for one in said if one.where == "h1"} - told
    return {name for name in headings for story in told if name and window in {name + story, story + name}}


def without_site(title: str, sites: set[str], *, whole: bool = False) -> str:
    """A title without the names of its site at either end; `whole`: only a name that is exactly the site's leaves."""
    pieces, cuts = _CUT.split(title), list(_CUT.finditer(title))
    while len(pieces) > 1 and _is_site(pieces[-1], sites, whole=whole):
        pieces.pop()
        title = title[: cuts.pop().start()]
    if len(pieces) > 1 and _is_site(pieces[0], sites, whole=True):
        title = title[_CUT.search(title).end() :]  # type: ignore[union-attr]
    return title.strip()


def _is_site(piece: str, sites: set[str], *, whole: bool) -> bool:
    name = same(piece)
    if name in sites or name in _FURNITURE or _BARE_DOMAIN.fullmatch(piece):
        return True
    if whole:
        return False
    words = len(piece.split())
    return (words <= 4 and any(site in name or (len(name) >= 4 and name in site) for site in sites)) or (
        words <= 8 and any(len(site) >= 10 and name.startswith(site) for site in sites)
    )


def _agreement(text: str, other: str) -> float:
    """How far two candidates name one story: from just below 0 (nothing in common) to 0.8 (the same)."""
    one, two = same(text), same(other)
    if not one or not two:
        return 0.0
    if one == two:
        return 0.8
    if two.startswith(one) or one.startswith(two):
        return 0.55
    if one in two or two in one:
        return 0.45
    mine, theirs = (set(re.findall(r"\w+", words.casefold())) for words in (text, other))
    return 0.5 * len(mine & theirs) / len(mine | theirs) - 0.1 if mine and theirs else 0.0
