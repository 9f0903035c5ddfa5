"""Whom the story quotes as its source ("dikutip CNN", "dilansir dari Koran X"), and the wire service it credits."""

import re
from functools import lru_cache

from flows.describe.body_dateline import Opening
from flows.describe.date_grammar import DAY
from flows.describe.document_view import Evidence, Sheet
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
_CITED = re.compile(
    r"\b(?:[Dd]ikutip|[Dd]ilansir|[Mm]engutip|[Mm]elansir|[Dd]isitat|[Dd]iwartakan|[Mm]ewartakan|[Dd]ilaporkan|"
    r"[Rr]eported by|[Aa]ccording to)\s{1,3}"
    r"(?:(?:oleh|dari|pada|laporan|laman|situs|website|web|media|kantor|berita|surat|kabar|harian|portal|kanal|stasiun|"
    r"televisi|resmi|majalah|online|asing|lokal|milik|pemerintah|asal|artikel|kata)\s{1,3}){0,5}"
    r"(?:dari(?=[A-Z]))?"
    r"(?P<name>(?:[Tt]he\s)?[A-Z0-9a-z][\w&'’.-]{0,30}(?:\s{1,2}(?:[A-Z][\w&'’-]{0,30}(?:\.\w{2,6})?)){0,3})"
)
_SITE = re.compile(
    r"[\w-]{2,30}(?:\.(?:com|co|net|org|info|news|tv|id|my|sg|in|uk|au|us|jp|kr|de|fr|it|es|nl|io|me|ac|go|or|web)){1,2}",
    re.IGNORECASE,
)
_AT_END = re.compile(r"\(([A-Za-z ]{2,20})\)\W{0,3}\Z")


def cited(sheet: Sheet, own: str | None, registry: Registry) -> tuple[list[str], list[Evidence]]:
    """The media the body says it quotes, as printed, in order; never its own outlet (`own`, a canonical name)."""
    names: list[str] = []
    evidence: list[Evidence] = []
    verbs = _verbs_of(sheet)
    for line in sheet.body if verbs else ():
        if not any(verb in line.text for verb in verbs):
            continue
        for match in _CITED.finditer(line.text):
            name = _medium(match["name"], registry)
            if name is None or is_own(name, own, registry) or normalize_spelling(name) in {normalize_spelling(n) for n in names}:
                continue
            names.append(name)
            evidence.append(line.evidence("cited_sources", "source.cited", match[0]))
    return names, evidence


def _verbs_of(sheet: Sheet) -> list[str]:
    """The verbs between the first line of the body and its last: the rest of a page may be ten times that."""
    if not sheet.body:
        return []
    start, end = sheet.body[0].start, sheet.body[-1].start + len(sheet.body[-1].text)
    return [verb for verb in _VERBS if sheet.text.find(verb, start, end) >= 0]


def is_own(name: str, own: str | None, registry: Registry) -> bool:
    """Whether a name means the document's own outlet."""
    if own is None:
        return False
    outlet = registry.find_by_name(name)
    return outlet.name == own if outlet else normalize_spelling(name) == normalize_spelling(own)


@lru_cache(maxsize=4096)
def _medium(phrase: str, registry: Registry) -> str | None:
    """The longest opening of a phrase that is a medium: registered, known, a site, or a name with a media word."""
    words = phrase.split()
    for at, word in enumerate(words):
        if word.strip(".,").lower() in DAY:
            words = words[:at]
            break
    known = roles.words()
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length]).rstrip(".,'’-")
        plain = name.lower()
        if (
            registry.find_by_name(name)
            or plain in known.agencies
            or plain in known.media
            or plain.removeprefix("the ") in known.media
        ):
            return name if name[:1].isupper() or "." in name or registry.find_by_name(name) else None
        if _SITE.fullmatch(name) and not name[0].isdigit():
            return name
        parts = plain.split()
        if len(parts) >= 2 and name[0].isupper() and parts[-1] in known.media_words:
            return name
    return None


def agency(sheet: Sheet, opening: Opening, own: Outlet | None) -> tuple[str | None, list[Evidence]]:
    """The wire service of the dateline ("WASHINGTON (AP) --") or of the brackets that end the text ("(ANTARA)").

    An agency's own article credits itself to nobody.
    """
    if opening.agency and opening.at is not None and not _itself(opening.agency, own):
        line = sheet.lines[opening.at]
        return opening.agency, [line.evidence("agency", "agency.dateline", opening.evidence[0].quote)]
    last = max(0, sheet.body_to - 1)
    for line in sheet.lines[last : last + 4]:
        if line.body_at is None and line.kind != "credit":
            continue
        match = _AT_END.search(line.text, max(0, len(line.text) - 40))
        name = roles.words().agencies.get(" ".join(match[1].split()).lower()) if match else None
        if match and name and not _itself(name, own):
            return name, [line.evidence("agency", "agency.sign-off", match[0])]
    return None, []


def _itself(name: str, own: Outlet | None) -> bool:
    return own is not None and any(normalize_spelling(spelling) == normalize_spelling(name) for spelling in (own.name, *own.spellings))
