"""Dateline parser: outlet and place before the first sentence ("REPUBLIKA.CO.ID, WASHINGTON -- Korea Selatan ...").

Forms, each with any of the separators - – -- — and often no blank behind it:

    OUTLET, Place SEP      OUTLET SEP            OUTLET, PlaceSentence (glued)    OUTLET - PLACE. (Kontan)
    Place, OUTLET SEP      Place (OUTLET) SEP    PLACE SEP                        PLACE: (Malaysia)
    OUTLET. Sentence       PLACE | Outlet SEP    PLACE, day month year SEP
    Site.com SEP, SITE.COM, Place SEP: a site beyond the registry names no outlet

A place alone never identifies an outlet. An opening that is not surely a dateline is none.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from flows.outlets.places import load_gazetteer
from flows.outlets.registry import Outlet, Registry, normalize_spelling
from flows.outlets.roles import load_newsroom_words

_MAX_DATELINE_CHARS = 110
_MAX_SEEN_CHARS = 160  # of a line: what may stand before a dateline, and the dateline
_SPELLING_PREFIX_CHARS = 2  # prefix that rules out most words
_SEP = re.compile(r"[^\S\n]{0,4}(?:-{2,3}|[-–—])[^\S\n]{0,4}")
_SEP_OR_COLON = re.compile(r"[^\S\n]{0,4},?[^\S\n]{0,4}(?:-{2,3}|[-–—]|:(?!\d))[^\S\n]{0,4}")
_OPENING = re.compile(r"[\s]{0,40}(?:[-–—]\s{1,4})?")
_CAPS_HEAD = re.compile(r"[A-Z][A-Z.'/]{1,24}(?:,? [A-Z][A-Z.'/]{0,24}|,? \(?[A-Z][A-Z.']{1,24}\)?){0,3}")
_MIXED_HEAD = re.compile(r"[A-Z][\w.']{1,24}(?:,?[ -][A-Z][\w.']{0,24}){0,3}")
_STOPPED = re.compile(r"([A-Z][A-Z ]{2,30})\.(?=\s[\"“A-Z])")  # KONTAN.CO.ID - JAKARTA. Sentence
_STOPPED_NAME = re.compile(r"([A-Z]{3,12})\. (?=[\"“A-Z])")
_BRACKET = re.compile(r"\s{0,2}\(([^()]{2,40})\)")
_LINK = re.compile(r"\s{0,3}[,|]\s{0,3}")
_BAR = re.compile(r" ?[|/] ?")
_TURN = re.compile(r"\s{0,3}([,(])\s{0,3}")
_MONTH_WORD = r"(?:Jan|Feb|Ma[crty]|Mei|Apr|Jun|Jul|Aug|Ag[ust]|Ogos|Sep|Sept|O[ck]t|No[vp]|De[sc]|Dis)[a-z]{0,6}\.?"
_DAY = re.compile(
    rf",? (?:\d{{1,2}} {_MONTH_WORD}|{_MONTH_WORD} \d{{1,2}})(?:,? (?:19|20)\d\d)?(?!\w)"
    r"|,? ?\(?\d{1,2}/\d{1,2}(?:/(?:19|20)\d\d)?\)?(?![\w/])"
)
_OUTLET_NAME = re.compile(r"[A-Z][\w.']{1,20}(?: [A-Z][\w.']{0,20}){0,3}")
_PLACE = re.compile(r"[A-Z][\w.'’/]{0,24}(?:,? ?\(?[A-Z][\w.'’/]{0,24}\)?|[ -](?:de|di|al|au|le)[ -]|-(?=[A-Z])){0,5}")
_DOMAIN_END = re.compile(r"\.(?:com?|co\.id|net|org|id|tv|news|info|my)\Z", re.IGNORECASE)
_SITE = re.compile(r"[A-Za-z0-9-]{2,30}(?:\.[A-Za-z]{2,10}){1,2}")
_SENTENCE = re.compile(r"[\"“'‘(]?[A-Z0-9À-Þ]|[a-z][A-Z]")
_STAMP = re.compile(
    r"\d{1,2}[/. -]\d|\d{1,2} [A-Z][a-z]{2,8} \d{4}|(?:Senin|Selasa|Rabu|Kamis|Jum'?at|Sabtu|Minggu|Ahad)\b"
)


@dataclass(frozen=True)
class Dateline:
    """A dateline: outlet, place, the words as printed with separator, and where in the line the sentence starts."""

    outlet: Outlet | None
    place: str | None
    printed: str
    end_offset: int
    agency: str | None = None


@lru_cache(maxsize=8)
def _compile_spellings(registry: Registry) -> re.Pattern[str]:
    """Return a regex of all dateline spellings; without a dot a spelling must match exactly or in capitals."""
    parts = []
    for spelling in sorted(registry.printed_spellings, key=len, reverse=True):
        literal = re.escape(spelling).replace(r"\ ", r"\s{1,3}")
        if "." in spelling:
            parts.append(f"(?i:{literal})")
        else:
            parts += [literal, re.escape(spelling.upper()).replace(r"\ ", r"\s{1,3}")]
    return re.compile(rf"(?:{'|'.join(parts)})(?![a-z0-9]|\.[a-z])")


@lru_cache(maxsize=8)
def _list_spelling_prefixes(registry: Registry) -> frozenset[str]:
    """Return the first letters of all spellings in lower case: they rule out most words before the costly regex."""
    return frozenset(spelling[:_SPELLING_PREFIX_CHARS].lower() for spelling in registry.printed_spellings)


def _match_spelling(head: str, at: int, registry: Registry) -> re.Match[str] | None:
    """Return the match of a dateline spelling at this offset, or None."""
    prefix = head[at : at + _SPELLING_PREFIX_CHARS]
    if prefix.isascii() and prefix.lower() not in _list_spelling_prefixes(registry):
        return None
    return _compile_spellings(registry).match(head, at)


def parse_dateline(line: str, registry: Registry) -> Dateline | None:
    """Return the dateline that a line opens with, or None.

    `line` is one line of a document; offsets are code points in it.
    """
    return _parse_beginning(line[:_MAX_SEEN_CHARS], registry)


@lru_cache(maxsize=4096)  # hint, cleaning and description ask about the same lines
def _parse_beginning(line: str, registry: Registry) -> Dateline | None:
    """Parse the dateline at the beginning of a line."""
    if len(line) < 8:
        return None
    opening = _OPENING.match(line)
    start = opening.end() if opening else 0
    head = line[start : start + _MAX_DATELINE_CHARS]
    if not head or not (head[0].isalnum() or head[0] in "("):
        return None
    printed_from = len(line) - len(line.lstrip())
    for form in (_parse_outlet_first, _parse_site_first, _parse_place_first, _parse_place_alone):
        parts = form(head, registry)
        if parts:
            outlet, place, agency, end = parts
            while end < len(head) and head[end].isspace():
                end += 1
            printed = " ".join(line[printed_from : start + end].split())
            return Dateline(outlet, place, printed, start + end, agency)
    return None


_DatelineParts = tuple[Outlet | None, str | None, str | None, int]


def _parse_outlet_first(head: str, registry: Registry) -> _DatelineParts | None:
    """Parse "OUTLET, Place SEP", "OUTLET (Place) SEP", "OUTLET - PLACE." and "OUTLET SEP"."""
    match = _match_spelling(head, 0, registry)
    if not match:
        stopped_name = _STOPPED_NAME.match(head)
        outlet = registry.find_by_name(stopped_name[1]) if stopped_name else None
        return (outlet, None, None, stopped_name.end()) if stopped_name and outlet else None
    outlet = registry.find_by_name(match[0])
    at = match.end()
    bracket = _BRACKET.match(head, at)
    if bracket and (sep := _SEP.match(head, bracket.end())) and _is_place(bracket[1]):
        return outlet, bracket[1].strip(), None, sep.end()
    if match[0].isupper() and head.startswith(". ", at) and _is_sentence_start(head, at + 2):
        return outlet, None, None, at + 2
    link = _LINK.match(head, at)
    if link:
        return _parse_place_after_outlet(head, link.end(), outlet)
    sep = _SEP.match(head, at)
    if not sep and "." in match[0] and head[at : at + 1] == " ":
        # "Tribunjogja.com Sleman --- ...": a blank instead of a comma, and a long dash behind the place
        wide = _PLACE.match(head, at + 1)
        far = _SEP.match(head, wide.end()) if wide else None
        if wide and far and far[0].strip() != "-" and len(wide[0].split()) <= 3 and _is_sentence_start(head, far.end()):
            return outlet, wide[0], None, far.end()
    if not sep or _STAMP.match(head, sep.end()):
        return None
    if "." not in match[0] and not any(char.isspace() for char in sep[0]):
        return None  # "VIVA-kan": a word, not an outlet
    stopped = _STOPPED.match(head, sep.end())
    if stopped and _is_place(stopped[1]):
        return outlet, stopped[1], None, stopped.end()
    place = _CAPS_HEAD.match(head, sep.end())
    if (
        place
        and (second := _SEP.match(head, place.end()))
        and _is_place(place[0])
        and _is_sentence_start(head, second.end())
    ):
        return outlet, place[0], None, second.end()
    return (
        (outlet, None, None, sep.end())
        if _is_sentence_start(head, sep.end()) or head[sep.end() : sep.end() + 1].islower()
        else None
    )


def _parse_site_first(head: str, registry: Registry) -> _DatelineParts | None:
    """Parse "SITE.COM, Place SEP", "Site.com SEP" and "VOA Indonesia SEP", with a medium beyond the registry."""
    medium = _OUTLET_NAME.match(head)
    sep = _SEP.match(head, medium.end()) if medium and _names_medium(medium[0]) else None
    if sep and sep[0] != "-" and _is_sentence_start(head, sep.end()) and not _STAMP.match(head, sep.end()):
        return None, None, None, sep.end()
    site = _SITE.match(head)
    if site is None or not head[0].isupper() or _DOMAIN_END.search(site[0]) is None:
        return None
    sep = _SEP.match(head, site.end())
    if sep and sep[0] != "-" and _is_sentence_start(head, sep.end()) and not _STAMP.match(head, sep.end()):
        return None, None, None, sep.end()
    link = _LINK.match(head, site.end())
    place = _PLACE.match(head, link.end()) if link else None
    sep = _SEP.match(head, place.end()) if place else None
    if place and sep and sep[0] != "-" and _is_place(place[0]) and _is_sentence_start(head, sep.end()):
        return None, place[0], None, sep.end()
    return None


def _parse_place_after_outlet(head: str, at: int, outlet: Outlet | None) -> _DatelineParts | None:
    """Parse the place behind "OUTLET, " and its separator; the place may be glued to the sentence."""
    known_place = load_gazetteer().leading.match(head, at)
    if known_place and (sep := _SEP_OR_COLON.match(head, known_place.end())):
        return outlet, known_place[0], None, sep.end()
    wide = _PLACE.match(head, at)
    if wide and (sep := _SEP_OR_COLON.match(head, wide.end())) and not _STAMP.match(head, at):
        name = " ".join(wide[0].split()).strip(" ,")
        if len(name.split()) <= 5 and (sep[0].strip() != "-" or sep[0] != "-" or name in load_gazetteer()):
            return outlet, name, None, sep.end()
    if known_place and _is_sentence_start(head, known_place.end()) and head[known_place.end()].isalpha():
        return outlet, known_place[0], None, known_place.end()  # glued: "JakartaKita semua"
    if (
        known_place
        and head[known_place.end() : known_place.end() + 1].isspace()
        and _SENTENCE.match(head[known_place.end() :].lstrip())
    ):
        return outlet, known_place[0], None, known_place.end()
    return None


def _parse_place_first(head: str, registry: Registry) -> _DatelineParts | None:
    """Parse "Place, OUTLET SEP" and "Place (OUTLET) SEP"."""
    for turn in _TURN.finditer(head, 0, 70):
        place = head[: turn.start()].strip()
        day = _DAY.search(place) if turn[1] == "(" else None
        place = place[: day.start()] if day and day.end() == len(place) else place
        if not place or not _PLACE.fullmatch(place) or len(place.split()) > 6:
            continue
        match = _match_spelling(head, turn.end(), registry)
        site = match or _SITE.match(head, turn.end())
        if turn[1] == "(":
            stop = head.find(")", turn.end(), turn.end() + 40)
            if stop < 0:
                continue
            inside = head[turn.end() : stop].strip()
            outlet = registry.find_by_name(inside) if match else None
            agency = load_newsroom_words().agencies.get(inside.lower())
            sep = _SEP_OR_COLON.match(head, stop + 1)
            is_known = outlet is not None or agency is not None or (site is not None and site[0] == inside)
            if not outlet and not (sep and _is_sentence_start(head, sep.end())):
                continue
            is_medium = place in load_gazetteer() and sep is not None and _OUTLET_NAME.fullmatch(inside) is not None
            if (is_known and _is_place(place) and (sep or place in load_gazetteer())) or is_medium:
                return outlet, place, agency, sep.end() if sep else stop + 1
        elif not site:
            medium = _OUTLET_NAME.match(head, turn.end())
            sep = _SEP.match(head, medium.end()) if medium else None
            is_dateline = medium and sep and sep[0] != "-" and _is_sentence_start(head, sep.end())
            if medium and sep and is_dateline and _names_medium(medium[0]) and place in load_gazetteer():
                return None, place, None, sep.end()
        else:
            outlet = registry.find_by_name(match[0]) if match else None
            sep = _SEP_OR_COLON.match(head, site.end())
            is_place = place in load_gazetteer() or place.isupper()
            if outlet and is_place and not head[site.end() :].strip():
                return outlet, place, None, site.end()  # the sentence begins on the next line
            if (
                sep
                and _is_place(place)
                and (outlet or _is_sentence_start(head, sep.end()))
                and not _STAMP.match(head, sep.end())
            ):
                return outlet, place, None, sep.end()
    return None


def _parse_place_alone(head: str, registry: Registry) -> _DatelineParts | None:
    """Parse a place without outlet: "PLACE SEP", "PLACE:", or a known city."""
    caps = _CAPS_HEAD.match(head)
    if caps:
        name = caps[0].rstrip(" ,")
        if name in load_gazetteer() and (bar := _BAR.match(head, len(name))):
            outlet_name = _OUTLET_NAME.match(head, bar.end())
            sep = _SEP.match(head, outlet_name.end()) if outlet_name else None
            if outlet_name and sep and sep[0] != "-" and _is_sentence_start(head, sep.end()):
                return registry.find_by_name(outlet_name[0]), name, None, sep.end()
        stop = _DAY.match(head, len(name))
        at = stop.end() if stop else len(name)
        sep = _SEP_OR_COLON.match(head, at)
        if (
            sep
            and _is_place_in_capitals(name, sep[0])
            and _is_sentence_start(head, sep.end())
            and not _is_followed_by_place(head, sep.end())
        ):
            return None, name, None, sep.end()
        return None
    mixed = _MIXED_HEAD.match(head)
    if not mixed:
        return None
    day = _DAY.match(head, mixed.end())
    sep = _SEP_OR_COLON.match(head, day.end() if day else mixed.end())
    if not sep or mixed[0].lower() not in load_gazetteer().cities:
        return None
    glued = not any(char.isspace() for char in sep[0])
    if (glued and sep[0] == "-") or not _is_sentence_start(head, sep.end()) or _is_followed_by_place(head, sep.end()):
        return None
    return None, mixed[0], None, sep.end()


def _is_place_in_capitals(name: str, sep: str) -> bool:
    """Check whether a head in capitals is a place.

    It is where it is known, or a short word of no other meaning before a spaced separator.
    """
    is_known = name in load_gazetteer() or name.partition(",")[0] in load_gazetteer()
    if is_known or ":" in sep:
        return is_known or (sep.startswith(":") and _has_land_word(name) and _has_no_label(name))
    if sep == "-" or len(name) < 4 or len(name) > 40 or "/" in name:
        return False
    return _has_no_label(name) and _is_no_agency(name)


def _names_medium(name: str) -> bool:
    """Check whether a name is that of a medium: by its first word, or by its last one ("Warta Lembah News")."""
    words, newsroom_words = name.lower().split(), load_newsroom_words()
    if len(words) < 2:
        return False
    if words[0] in newsroom_words.media and words[1] == "indonesia":
        return True
    return name.lower() in newsroom_words.media or words[-1] in newsroom_words.media_words


def _has_land_word(name: str) -> bool:
    """Check whether a name of two or three words opens with the word for a bay, an island, a hill."""
    words = name.lower().split()
    return 2 <= len(words) <= 3 and words[0] in load_gazetteer().land_words


def _has_no_label(name: str) -> bool:
    """Check that no word of a head in capitals is a label ("INFO NASIONAL") or a word of a sentence."""
    return not any(word.strip(".,()") in load_newsroom_words().labels for word in name.split())


def _is_no_agency(name: str) -> bool:
    """Check that a head in capitals is no wire service."""
    return normalize_spelling(name) not in {normalize_spelling(spelling) for spelling in load_newsroom_words().agencies}


def _is_place(name: str) -> bool:
    """Check whether a name has the form of a place and no label word."""
    return bool(_PLACE.fullmatch(name.strip())) and _has_no_label(name.upper())


def _is_sentence_start(head: str, at: int) -> bool:
    """Check whether a sentence can start here."""
    return _SENTENCE.match(head, at) is not None


def _is_followed_by_place(head: str, at: int) -> bool:
    """Check whether another place follows: "JAKARTA - BANDUNG macet" is a road, not a dateline."""
    match = load_gazetteer().leading.match(head, at)
    if match is None or head[match.end() : match.end() + 1].isalpha():
        return False
    return head[:at].isupper() == match[0].isupper()
