"""Media that the story cites as its source ("dikutip CNN", "dilansir dari Koran X"), and the credited wire service."""

import re
from functools import lru_cache

from flows.describe.body_dateline import BodyDateline
from flows.describe.date_grammar import WEEKDAY_NUMBERS
from flows.describe.document_view import DocumentView, Evidence
from flows.outlets import Outlet, Registry, roles
from flows.outlets.registry import normalize_spelling

_VERBS = (
    "ikutip",
    "ilansir",
    "engutip",
    "elansir",
    "isitat",
    "ilaporkan",
    "ewartakan",
    "iwartakan",
    "eported by",
    "ccording to",
)
_CITATION = re.compile(
    r"\b(?:[Dd]ikutip|[Dd]ilansir|[Mm]engutip|[Mm]elansir|[Dd]isitat|[Dd]iwartakan|[Mm]ewartakan|[Dd]ilaporkan|"
    r"[Rr]eported by|[Aa]ccording to)\s{1,3}"
    r"(?:(?:oleh|dari|pada|laporan|laman|situs|website|web|media|kantor|berita|surat|kabar|harian|portal|kanal|stasiun|"
    r"televisi|resmi|majalah|online|asing|lokal|milik|pemerintah|asal|artikel|kata)\s{1,3}){0,5}"
    r"(?:dari(?=[A-Z]))?"
    r"(?P<name>(?:[Tt]he\s)?[A-Z0-9a-z][\w&'’.-]{0,30}(?:\s{1,2}(?:[A-Z][\w&'’-]{0,30}(?:\.\w{2,6})?)){0,3})"
)
_SITE_NAME = re.compile(
    r"[\w-]{2,30}(?:\.(?:com|co|net|org|info|news|tv|id|my|sg|in|uk|au|us|jp|kr|de|fr|it|es|nl|io|me|ac|go|or|web)){1,2}",
    re.IGNORECASE,
)
_CLOSING_BRACKETS = re.compile(r"\(([A-Za-z ]{2,20})\)\W{0,3}\Z")


def find_cited_media(
    view: DocumentView, own_outlet: str | None, registry: Registry
) -> tuple[list[str], list[Evidence]]:
    """Find the media that the body cites, as printed and in order, with their evidence.

    The document's own outlet (`own_outlet`, a canonical name) is left out.
    """
    names: list[str] = []
    evidence: list[Evidence] = []
    verbs = _select_verbs(view)
    for line in view.body_lines if verbs else ():
        if not any(verb in line.text for verb in verbs):
            continue
        for match in _CITATION.finditer(line.text):
            name = _extract_medium(match["name"], registry)
            if (
                name is None
                or is_own_outlet(name, own_outlet, registry)
                or normalize_spelling(name) in {normalize_spelling(cited_name) for cited_name in names}
            ):
                continue
            names.append(name)
            evidence.append(line.cite_evidence("cited_sources", "source.cited", match[0]))
    return names, evidence


def _select_verbs(view: DocumentView) -> list[str]:
    """Select the citation verbs that occur in the body. Most bodies hold none, so no regex runs over their lines."""
    if not view.body_lines:
        return []
    start, end = view.body_lines[0].start, view.body_lines[-1].start + len(view.body_lines[-1].text)
    return [verb for verb in _VERBS if view.text.find(verb, start, end) >= 0]


def is_own_outlet(name: str, own_outlet: str | None, registry: Registry) -> bool:
    """Return whether a name means the document's own outlet."""
    if own_outlet is None:
        return False
    outlet = registry.find_by_name(name)
    return outlet.name == own_outlet if outlet else normalize_spelling(name) == normalize_spelling(own_outlet)


@lru_cache(maxsize=4096)
def _extract_medium(phrase: str, registry: Registry) -> str | None:
    """Return the longest start of a phrase that names a medium, else None.

    A medium is a registered outlet, an agency, a listed medium, a site address, or a name that ends in a media word.
    """
    words = phrase.split()
    for index, word in enumerate(words):
        if word.strip(".,").lower() in WEEKDAY_NUMBERS:
            words = words[:index]
            break
    role_words = roles.load_newsroom_words()
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length]).rstrip(".,'’-")
        lower_name = name.lower()
        if (
            registry.find_by_name(name)
            or lower_name in role_words.agencies
            or lower_name in role_words.media
            or lower_name.removeprefix("the ") in role_words.media
        ):
            return name if name[:1].isupper() or "." in name or registry.find_by_name(name) else None
        if _SITE_NAME.fullmatch(name) and not name[0].isdigit():
            return name
        parts = lower_name.split()
        if len(parts) >= 2 and name[0].isupper() and parts[-1] in role_words.media_words:
            return name
    return None


def find_agency(
    view: DocumentView, dateline: BodyDateline, own_outlet: Outlet | None
) -> tuple[str | None, list[Evidence]]:
    """Find the wire service in the dateline ("WASHINGTON (AP) --") or in the closing brackets ("(ANTARA)").

    An agency is not credited in its own articles.
    """
    if dateline.agency and dateline.line_index is not None and not _is_outlet_name(dateline.agency, own_outlet):
        line = view.lines[dateline.line_index]
        return dateline.agency, [line.cite_evidence("agency", "agency.dateline", dateline.evidence[0].quote)]
    last_index = max(0, view.body_end - 1)
    for line in view.lines[last_index : last_index + 4]:
        if line.body_offset is None and line.kind != "credit":
            continue
        match = _CLOSING_BRACKETS.search(line.text, max(0, len(line.text) - 40))
        name = roles.load_newsroom_words().agencies.get(" ".join(match[1].split()).lower()) if match else None
        if match and name and not _is_outlet_name(name, own_outlet):
            return name, [line.cite_evidence("agency", "agency.sign-off", match[0])]
    return None, []


def _is_outlet_name(name: str, outlet: Outlet | None) -> bool:
    """Return whether a name is one of the outlet's own spellings."""
    return outlet is not None and any(
        normalize_spelling(spelling) == normalize_spelling(name) for spelling in (outlet.name, *outlet.spellings)
    )
