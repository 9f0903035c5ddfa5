"""The dateline: outlet and place before the first sentence ("REPUBLIKA.CO.ID, WASHINGTON -- Korea Selatan ...").

Forms, each with any of the separators - – -- — and often no blank behind it:

    OUTLET, Place SEP      OUTLET SEP            OUTLET, PlaceSentence (glued)    OUTLET - PLACE. (Kontan)
    Place, OUTLET SEP      Place (OUTLET) SEP    PLACE SEP                        PLACE: (Malaysia)

A place alone never identifies an outlet. Where it is not sure that a line opens with a dateline, there is none.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from flows.outlets.places import gazetteer
from flows.outlets.registry import Outlet, Registry, normalize_spelling
from flows.outlets.roles import words

_LONGEST = 110  # a dateline ends within so many characters
_TOLD_BY = 2  # letters by which most words are no spelling
_SEP = re.compile(r"[^\S\n]{0,4}(?:-{2,3}|[-–—])[^\S\n]{0,4}")
_SEP_OR_COLON = re.compile(r"[^\S\n]{0,4},?[^\S\n]{0,4}(?:-{2,3}|[-–—]|:(?!\d))[^\S\n]{0,4}")
_OPENING = re.compile(r"[\s]{0,40}(?:[-–—]\s{1,4})?")
_CAPS_HEAD = re.compile(r"[A-Z][A-Z.'/]{1,24}(?:,? [A-Z][A-Z.'/]{0,24}|,? \(?[A-Z][A-Z.']{1,24}\)?){0,3}")
_MIXED_HEAD = re.compile(r"[A-Z][\w.']{1,24}(?:,?[ -][A-Z][\w.']{0,24}){0,3}")
_STOPPED = re.compile(r"([A-Z][A-Z ]{2,30})\.(?=\s[\"“A-Z])")  # KONTAN.CO.ID - JAKARTA. Sentence
_BRACKET = re.compile(r"\s{0,2}\(([^()]{2,40})\)")
_LINK = re.compile(r"\s{0,3}[,|]\s{0,3}")
_TURN = re.compile(r"\s{0,3}([,(])\s{0,3}")
_DAY = re.compile(
    r",? \d{1,2} (?:Jan|Feb|Ma[crty]|Apr|Jun|Jul|Aug|Ogos|Sep|Sept|O[ck]t|No[vp]|De[sc]|Dis)[a-z]{0,6}\.?"
)
_PLACE = re.compile(r"[A-Z][\w.'’/]{0,24}(?:,? ?\(?[A-Z][\w.'’/]{0,24}\)?|[ -](?:de|di|al|au|le)[ -]|-(?=[A-Z])){0,5}")
_SITE = re.compile(r"[A-Za-z0-9-]{2,30}(?:\.[A-Za-z]{2,10}){1,2}")
_SENTENCE = re.compile(r"[\"“'‘(]?[A-Z0-9À-Þ]|[a-z][A-Z]")
_STAMP = re.compile(
    r"\d{1,2}[/. -]\d|\d{1,2} [A-Z][a-z]{2,8} \d{4}|(?:Senin|Selasa|Rabu|Kamis|Jum'?at|Sabtu|Minggu|Ahad)\b"
)


@dataclass(frozen=True)
class Dateline:
    """A dateline: who, where, the words as printed with their separator, and where in the line the sentence starts."""

    outlet: Outlet | None
    place: str | None
    printed: str
    end_offset: int
    agency: str | None = None


@lru_cache(maxsize=8)
def _spellings(registry: Registry) -> re.Pattern[str]:
    """Any dateline spelling of the registry. One without a dot is an ordinary word unless printed exactly so."""
    parts = []
    for spelling in sorted(registry.printed_spellings, key=len, reverse=True):
        literal = re.escape(spelling).replace(r"\ ", r"\s{1,3}")
        if "." in spelling:
            parts.append(f"(?i:{literal})")
        else:
            parts += [literal, re.escape(spelling.upper()).replace(r"\ ", r"\s{1,3}")]
    return re.compile(rf"(?:{'|'.join(parts)})(?![a-z0-9]|\.[a-z])")


@lru_cache(maxsize=8)
def _beginnings(registry: Registry) -> frozenset[str]:
    """How a spelling begins, in small letters: most words are none by that, and the pattern is dear."""
    return frozenset(spelling[:_TOLD_BY].lower() for spelling in registry.printed_spellings)


def _spelling(head: str, at: int, registry: Registry) -> re.Match[str] | None:
    """The dateline spelling that stands here."""
    beginning = head[at : at + _TOLD_BY]
    if beginning.isascii() and beginning.lower() not in _beginnings(registry):
        return None
    return _spellings(registry).match(head, at)


def parse_dateline(line: str, registry: Registry) -> Dateline | None:
    """The dateline that a line opens with, or None. `line` is one line of a document; offsets are code points in it."""
    if len(line) < 8:
        return None
    opening = _OPENING.match(line)
    start = opening.end() if opening else 0
    head = line[start : start + _LONGEST]
    if not head or not (head[0].isalnum() or head[0] in "("):
        return None
    printed_from = len(line) - len(line.lstrip())
    for form in (_outlet_first, _outlet_behind, _place_alone):
        found = form(head, registry)
        if found:
            outlet, place, agency, end = found
            while end < len(head) and head[end].isspace():
                end += 1
            printed = " ".join(line[printed_from : start + end].split())
            return Dateline(outlet, place, printed, start + end, agency)
    return None


_Found = tuple[Outlet | None, str | None, str | None, int]


def _outlet_first(head: str, registry: Registry) -> _Found | None:
    match = _spelling(head, 0, registry)
    if not match:
        return None
    outlet = registry.find_by_name(match[0])
    at = match.end()
    bracket = _BRACKET.match(head, at)
    if bracket and (sep := _SEP.match(head, bracket.end())) and _is_place(bracket[1]):
        return outlet, bracket[1].strip(), None, sep.end()
    link = _LINK.match(head, at)
    if link:
        return _place_then(head, link.end(), outlet)
    sep = _SEP.match(head, at)
    if not sep and "." in match[0] and head[at : at + 1] == " ":
        # "Tribunjogja.com Sleman --- ...": no comma, but a long dash behind a place
        wide = _PLACE.match(head, at + 1)
        far = _SEP.match(head, wide.end()) if wide else None
        if wide and far and far[0].strip() != "-" and len(wide[0].split()) <= 3 and _opens(head, far.end()):
            return outlet, wide[0], None, far.end()
    if not sep or _STAMP.match(head, sep.end()):
        return None
    if "." not in match[0] and not any(char.isspace() for char in sep[0]):
        return None  # "VIVA-kan": a word, not an outlet
    stopped = _STOPPED.match(head, sep.end())
    if stopped and _is_place(stopped[1]):
        return outlet, stopped[1], None, stopped.end()
    place = _CAPS_HEAD.match(head, sep.end())
    if place and (second := _SEP.match(head, place.end())) and _is_place(place[0]) and _opens(head, second.end()):
        return outlet, place[0], None, second.end()
    return (
        (outlet, None, None, sep.end())
        if _opens(head, sep.end()) or head[sep.end() : sep.end() + 1].islower()
        else None
    )


def _place_then(head: str, at: int, outlet: Outlet | None) -> _Found | None:
    """The place behind "OUTLET, " and its separator; the place may be glued to the sentence."""
    known = gazetteer().leading.match(head, at)
    if known and (sep := _SEP_OR_COLON.match(head, known.end())):
        return outlet, known[0], None, sep.end()
    wide = _PLACE.match(head, at)
    if wide and (sep := _SEP_OR_COLON.match(head, wide.end())) and not _STAMP.match(head, at):
        name = " ".join(wide[0].split()).strip(" ,")
        if len(name.split()) <= 5 and (sep[0].strip() != "-" or sep[0] != "-" or name in gazetteer()):
            return outlet, name, None, sep.end()
    if known and _opens(head, known.end()) and head[known.end()].isalpha():
        return outlet, known[0], None, known.end()  # glued: "JakartaKita semua"
    if known and head[known.end() : known.end() + 1].isspace() and _SENTENCE.match(head[known.end() :].lstrip()):
        return outlet, known[0], None, known.end()
    return None


def _outlet_behind(head: str, registry: Registry) -> _Found | None:
    for mark in _TURN.finditer(head, 0, 70):
        place = head[: mark.start()].strip()
        if not place or not _PLACE.fullmatch(place) or len(place.split()) > 6:
            continue
        match = _spelling(head, mark.end(), registry)
        site = match or _SITE.match(head, mark.end())
        if mark[1] == "(":
            stop = head.find(")", mark.end(), mark.end() + 40)
            if stop < 0:
                continue
            inside = head[mark.end() : stop].strip()
            outlet = registry.find_by_name(inside) if match else None
            agency = words().agencies.get(inside.lower())
            sep = _SEP_OR_COLON.match(head, stop + 1)
            known = outlet is not None or agency is not None or (site is not None and site[0] == inside)
            if not outlet and not (sep and _opens(head, sep.end())):
                continue
            if known and _is_place(place) and (sep or place in gazetteer()):
                return outlet, place, agency, sep.end() if sep else stop + 1
        elif site:
            outlet = registry.find_by_name(match[0]) if match else None
            sep = _SEP_OR_COLON.match(head, site.end())
            if outlet and not head[site.end() :].strip():
                return outlet, place, None, site.end()  # the sentence stands on the next line
            if sep and _is_place(place) and (outlet or _opens(head, sep.end())) and not _STAMP.match(head, sep.end()):
                return outlet, place, None, sep.end()
    return None


def _place_alone(head: str, registry: Registry) -> _Found | None:
    caps = _CAPS_HEAD.match(head)
    if caps:
        name = caps[0].rstrip(" ,")
        stop = _DAY.match(head, len(name))
        at = stop.end() if stop else len(name)
        sep = _SEP_OR_COLON.match(head, at)
        if sep and _caps_place(name, sep[0]) and _opens(head, sep.end()) and not _place_follows(head, sep.end()):
            return None, name, None, sep.end()
        return None
    mixed = _MIXED_HEAD.match(head)
    if not mixed:
        return None
    sep = _SEP_OR_COLON.match(head, mixed.end())
    if not sep or mixed[0].lower() not in gazetteer().cities:
        return None
    glued = not any(char.isspace() for char in sep[0])
    if (glued and sep[0] == "-") or not _opens(head, sep.end()) or _place_follows(head, sep.end()):
        return None
    return None, mixed[0], None, sep.end()


def _caps_place(name: str, sep: str) -> bool:
    """Whether a head in capitals is a place: known, or a short word of no other meaning before a spaced separator."""
    known = name in gazetteer() or name.partition(",")[0] in gazetteer()
    if known or ":" in sep:
        return known
    if sep == "-" or len(name) < 4 or len(name) > 40 or "/" in name:
        return False
    return _labels_free(name) and _no_agency(name)


def _labels_free(name: str) -> bool:
    """Whether no word of a head in capitals is a label ("INFO NASIONAL") or a word of a sentence."""
    return not any(word.strip(".,()") in words().labels for word in name.split())


def _no_agency(name: str) -> bool:
    """Whether a head in capitals is no wire service."""
    return normalize_spelling(name) not in {normalize_spelling(spelling) for spelling in words().agencies}


def _is_place(name: str) -> bool:
    return bool(_PLACE.fullmatch(name.strip())) and _labels_free(name.upper())


def _opens(head: str, at: int) -> bool:
    """Whether a sentence can start here."""
    return _SENTENCE.match(head, at) is not None


def _place_follows(head: str, at: int) -> bool:
    """Whether another place follows: "JAKARTA - BANDUNG macet" is a road, not a dateline."""
    match = gazetteer().leading.match(head, at)
    if match is None or head[match.end() : match.end() + 1].isalpha():
        return False
    return head[:at].isupper() == match[0].isupper()
