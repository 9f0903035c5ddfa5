"""Title of a page by vote: its headings, JSON-LD, OpenGraph, meta tags and <title> support one another.

Each candidate starts with a trust score for its place and gains by every other place that gives the same title, or
nearly the same. The site's name is no title; it is stripped from the end of every candidate but a longer heading.
"""

import re
from html import unescape

from flows.describe.document_view import Candidate, DocumentView, Evidence, fold_text, strip_tags

_PLACES = ("jsonld", "h1", "h2", "microdata", "og", "html_title", "meta")
# Trust in a place alone. Metadata for search engines and networks often repeats one text in three places; the
# heading is what readers see.
_TRUST = {"h1": 1.8, "h2": 0.9, "jsonld": 1.5, "og": 0.7, "microdata": 0.6, "html_title": 0.45, "meta": 0.4}
_KICKER_PENALTY = 1.5  # of a heading that prints a section before the title
_MAX_KICKER_CHARS = 30
_RANK_PENALTY = 0.15  # per heading further down
_TITLE_SEPARATOR = re.compile(r"\s{1,3}(?:[-–—|»:•·]|\|\||::)\s{1,3}")
_BARE_DOMAIN = re.compile(r"[\w-]+(?:\.\w{2,10}){1,2}")
_FURNITURE = {"blog", "blogs", "news", "article", "articles", "home", "infographic", "berita", "artikel"}
_LABEL = re.compile(r"(?:title|blog|article)\s?:\s?(?=\S)", re.IGNORECASE)
_ELLIPSES = ("...", "…")


def choose_stated_title(view: DocumentView, outlet: str | None) -> tuple[str, Evidence] | None:
    """Choose the title that a record or a page states, without its site's name; return it with its evidence."""
    for candidate in view.find_candidates("title", "record"):
        if title := strip_tags(unescape(candidate.value)):
            stripped = strip_site_name(title, {fold_text(outlet)} if outlet else set(), exact_only=True)
            return stripped or title, Evidence("title", "record", None, candidate.value)
    title_candidates = view.find_candidates("title", *_PLACES)
    if not title_candidates:
        return None
    headings = _find_site_headings(title_candidates)
    site_names = _fold_site_names(view, outlet) | headings
    candidates: list[tuple[Candidate, str, float]] = []
    place_counts: dict[str, int] = {}
    for candidate in title_candidates:
        rank = place_counts.get(candidate.where, 0)
        place_counts[candidate.where] = rank + 1
        text = strip_site_name(
            strip_tags(unescape(unescape(candidate.value))).replace("\xad", ""),
            site_names,
            exact_only=candidate.where == "h1",
        )
        text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
        if text and (candidate.where == "h1" or rank == 0) and not (headings and candidate.where == "html_title"):
            candidates.append((candidate, text, _TRUST[candidate.where] - _RANK_PENALTY * rank))
    if not candidates:
        return None
    title_by_place = {candidate.where: text for candidate, text, _ in reversed(candidates)}

    def score_candidate(entry: tuple[Candidate, str, float]) -> float:
        """Score a candidate: its trust, plus agreement with other places, less penalties."""
        candidate, text, trust = entry
        score = trust + sum(
            _score_agreement(text, other) for place, other in title_by_place.items() if place != candidate.where
        )
        score -= _KICKER_PENALTY * _opens_with_kicker(text, title_by_place)
        score -= 3.0 * (fold_text(text) in site_names) + 0.8 * (len(text.split()) < 3) + text.endswith(_ELLIPSES)
        return score

    best_candidate, title, _ = max(candidates, key=score_candidate)
    if best_candidate.where == "html_title" and fold_text(title) in site_names:
        return None  # the page has no other title than its site's name
    return title, Evidence("title", f"title.{best_candidate.where}", None, best_candidate.value)


def _opens_with_kicker(text: str, title_by_place: dict[str, str]) -> bool:
    """Return whether a few words precede the title that two other places state."""
    folded, other_titles = fold_text(text), [fold_text(title) for title in title_by_place.values()]
    return any(
        _MAX_KICKER_CHARS // 2 < len(title) < len(folded) <= len(title) + _MAX_KICKER_CHARS
        and folded.endswith(title)
        and sum(other.startswith(title) for other in other_titles) >= 2  # the site's name may follow it
        for title in other_titles
    )


def _fold_site_names(view: DocumentView, outlet: str | None) -> set[str]:
    """Return the folded names of the site: as declared, the outlet's, and those of its hosts."""
    names = {fold_text(candidate.value) for candidate in view.find_candidates("outlet")} | (
        {fold_text(outlet)} if outlet else set()
    )
    for host in view.host_names:
        names |= {fold_text(host), fold_text(host.split(".")[0])}
    return {name for name in names if name}


def _find_site_headings(title_candidates: list[Candidate]) -> set[str]:
    """Find headings that <title> joins to the OpenGraph or JSON-LD title: the site in "Site: Story"."""
    window_title = next(
        (fold_text(candidate.value) for candidate in title_candidates if candidate.where == "html_title"), ""
    )
    shared_titles = {
        fold_text(candidate.value) for candidate in title_candidates if candidate.where in {"og", "jsonld"}
    }
    headings = {fold_text(candidate.value) for candidate in title_candidates if candidate.where == "h1"} - shared_titles
    return {
        heading
        for heading in headings
        if heading
        and (
            (window_title.startswith(heading) and window_title.removeprefix(heading) in shared_titles)
            or (window_title.endswith(heading) and window_title.removesuffix(heading) in shared_titles)
        )
    }


def strip_site_name(title: str, site_names: set[str], *, exact_only: bool = False) -> str:
    """Strip the site's names from both ends of a title; `exact_only` strips only a name that equals the site's."""
    pieces, separators = _TITLE_SEPARATOR.split(title), list(_TITLE_SEPARATOR.finditer(title))
    while len(pieces) > 1 and _is_site_name(pieces[-1], site_names, exact_only=exact_only):
        pieces.pop()
        title = title[: separators.pop().start()]
    if len(pieces) > 1 and _is_site_name(pieces[0], site_names, exact_only=True):
        title = title[_TITLE_SEPARATOR.search(title).end() :]  # type: ignore[union-attr]
    return title.strip()


def _is_site_name(piece: str, site_names: set[str], *, exact_only: bool) -> bool:
    """Return whether a piece of a title names the site; `exact_only` accepts no partial match."""
    name = fold_text(piece)
    if name in site_names or name in _FURNITURE or _BARE_DOMAIN.fullmatch(piece):
        return True
    if exact_only:
        return False
    words = len(piece.split())
    return (words <= 4 and any(site in name or (len(name) >= 4 and name in site) for site in site_names)) or (
        words <= 8 and any(len(site) >= 10 and name.startswith(site) for site in site_names)
    )


def _score_agreement(text: str, other: str) -> float:
    """Score how far two titles agree: from -0.1 (no common word) to 0.8 (equal)."""
    folded, other_folded = fold_text(text), fold_text(other)
    if not folded or not other_folded:
        return 0.0
    if folded == other_folded:
        return 0.8
    if other_folded.startswith(folded) or folded.startswith(other_folded):
        return 0.55
    if folded in other_folded or other_folded in folded:
        return 0.45
    text_words, other_words = (set(re.findall(r"\w+", words.casefold())) for words in (text, other))
    return (
        0.5 * len(text_words & other_words) / len(text_words | other_words) - 0.1 if text_words and other_words else 0.0
    )
