"""Shape of a person's name in a byline, and how a list of names is split."""

import re
from functools import lru_cache

from flows.outlets import Registry, roles
from flows.outlets.places import load_gazetteer

_PARTICLES = frozenset(
    [
        "bin",
        "binti",
        "van",
        "von",
        "de",
        "der",
        "den",
        "di",
        "da",
        "dos",
        "el",
        "al",
        "le",
        "la",
        "du",
        "ter",
        "del",
        "das",
        "zu",
        "af",
        "av",
        "y",
    ]
)
# \w does not match the vowel signs of Indian and other scripts.
_WORD = re.compile(r"[^\W\d_]['’.\w\u0300-\u036f\u0900-\u0dff\u0e31-\u0eff\u102b-\u109f-]{0,30}\Z")
_NAME_SEPARATOR = re.compile(r"\s{0,4}(?:[;|/&]|,|\b(?:dan|and|und|og|och|et)\b)\s{0,4}")
_SITE_NAME = re.compile(r"(?:[Ww]artawan |[Tt]im )?[\w-]{2,30}(?:\.\w{2,10}){1,2}")
_DATE_LABEL = re.compile(
    r"(?:\s{1,8}|(?<=[a-zà-ÿ]))(?:(?-i:Diperbarui|Diperbaharui|Diterbitkan|Dipublikasikan|Ditayangkan|Updated?|Terbit|"
    r"Tayang|Published|Posted|Last [Uu]pdated)|"
    r"(?<=\s)(?:diperbarui|diperbaharui|diterbitkan|dipublikasikan|ditayangkan|updated?|terbit|tayang|published|posted|"
    r"pada|tanggal|on))(?:\s{1,3}on)?\W{0,8}\Z",
    re.IGNORECASE,
)
_ROLE_IN_BRACKETS = re.compile(
    r"\s{0,3}\((?:kontributor|contributor|koresponden|magang|reporter|wartawan|jurnalis|pewarta|penulis|intern|"
    r"freelance)[^()]{0,30}\)\s{0,3}\Z|\s{0,3}\([^()@\s]{1,40}@[^()@\s]{1,40}\)\s{0,3}\Z",
    re.IGNORECASE,
)
_PLACE_BEHIND = re.compile(r"(?<=[^\W\d_]) (?:in|di) [A-Z][\w.'-]{1,30}(?: [A-Z][\w.'-]{1,30}){0,2}\s{0,3}\Z")
_ROLES_AT_A_PLACE = frozenset(["kontributor", "koresponden", "biro"])
_EDGE_CHARACTERS = " \t\xa0,.;:|/-–—•·⋅●*()[]\"'“”"
_NOT_A_NAME = re.compile(r"[\d@#!?%&:;|<>{}()\[\]=+/\\\"“”,]|\.(?:com|co|id|net|org|tv)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_person(text: str, registry: Registry, *, name_expected: bool = False, foreign: bool = False) -> bool:
    """Return whether a text could be a printed person's name: one to six capitalised words, no desk, no outlet.

    `name_expected` where the line's shape implies a name: its last word may then be in lower case. `foreign` where the
    document is neither Indonesian nor Malay.
    """
    if (
        not (2 if name_expected else 3) <= len(text) <= 60
        or _NOT_A_NAME.search(text)
        or roles.is_desk(text, foreign=foreign)
    ):
        return False
    parts = text.split()
    if len(parts) > 6 or not all(_WORD.match(part) for part in parts):
        return False
    lower_words = [part for part in parts[1:] if part[0].islower() and part not in _PARTICLES]
    first_letter = parts[0][0]
    if (
        (first_letter.islower() if name_expected else not first_letter.isupper())
        or parts[-1] in _PARTICLES
        or (lower_words and not (name_expected and lower_words == parts[2:]))
    ):
        return False
    role_words = roles.load_newsroom_words()
    lower_parts = [part.lower().strip(".") for part in parts]
    if role_words.role_nouns.intersection(
        (lower_parts[0], lower_parts[-1])
    ) or not role_words.function_words.isdisjoint(lower_parts):
        return False
    if any(part.lower().strip(".") in role_words.impersonal for part in parts):
        return False
    lower_text = text.lower()
    if lower_text in role_words.agencies or lower_text in role_words.media or lower_text in role_words.roles:
        return False
    return registry.find_by_name(text) is None and text not in load_gazetteer()


# After a comma: "Siti Aminah, S.Pd., M.Pd." A degree is not part of the name.
_DEGREE = re.compile(
    r"(?:(?:A|B|D|LL|M|Ph|S|Sp)\.\s?(?:[A-Z][A-Za-z]{0,5}|\d)\.?(?:\s?[A-Z][A-Za-z]{0,3}\.?){0,2}|Ph\.?D|MBA|Lc|S[EHHKTX]|S\.?Sos|"
    r"S\.?Kom|M[HMSAT]|M\.?Si|M\.?Kom|M\.?Pd|A\.?Md|Ak|CA|Esq|Jr|Sr|MD|RN)\.?"
)


def parse_person_names(
    text: str, registry: Registry, *, name_expected: bool = False, foreign: bool = False
) -> list[str]:
    """Return the persons a byline value names, as printed, blanks normalised; [] where it also holds any other words.

    Outlets and desks beside a name are left out: "Laporan Wartawan Tribunnews.com, Siti Aminah" names one person.
    """
    names: list[str] = []
    for piece in _NAME_SEPARATOR.split(text):
        name = " ".join(_ROLE_IN_BRACKETS.sub("", piece).split()).strip(_EDGE_CHARACTERS)
        if not name or (names and _DEGREE.fullmatch(name)) or _is_impersonal(name, registry, foreign):
            continue
        if not is_person(name, registry, name_expected=name_expected, foreign=foreign):
            return []
        if name not in names:
            names.append(name)
    return names


def parse_printed_names(text: str, registry: Registry) -> list[str]:
    """Return the persons that a byline names, also where it prints all names in small letters or in capitals.

    A label of a date, a role in brackets and a place ("in London") behind the names are left out.
    """
    value = _PLACE_BEHIND.sub("", _ROLE_IN_BRACKETS.sub("", strip_date_label(text)))
    letters = "".join(filter(str.isalpha, value))
    if not letters or not (letters.islower() or (letters.isupper() and " " in value.strip())):
        return parse_person_names(value, registry)
    if " " not in value.strip():
        return []  # one word in small letters: initials or a login, not a name
    if not parse_person_names(value.title(), registry, name_expected=True):
        return []
    pieces = (" ".join(piece.split()).strip(_EDGE_CHARACTERS) for piece in _NAME_SEPARATOR.split(value))
    return [piece for piece in pieces if piece and is_person(piece.title(), registry, name_expected=True)]


def strip_date_label(text: str) -> str:
    """Return a text without the label of a date at its end, which may be glued to a name ("HallUpdated:")."""
    return _DATE_LABEL.sub("", text)


def _is_impersonal(name: str, registry: Registry, foreign: bool) -> bool:
    """Return whether a piece of a byline names a desk, an outlet, a site, or only a role and its place."""
    if roles.is_desk(name, foreign=foreign) or registry.find_by_name(name) or _SITE_NAME.fullmatch(name):
        return True
    words = roles.load_newsroom_words()
    lower_name = name.lower()
    if lower_name in words.agencies or lower_name in words.media:
        return True
    parts = lower_name.split()
    # "Name, Kompas TV", "Name, Harian Pagi": the medium for which the person works.
    return parts[0] in _ROLES_AT_A_PLACE or (
        len(parts) > 1 and (parts[-1] in words.media_words or parts[0] in words.media_openings)
    )
