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
_ROLES_AT_A_PLACE = frozenset(["kontributor", "koresponden", "biro"])
_EDGE_CHARACTERS = " \t\xa0,.;:|/-–—•*()[]\"'“”"
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
        name = " ".join(piece.split()).strip(_EDGE_CHARACTERS)
        if not name or (names and _DEGREE.fullmatch(name)) or _is_impersonal(name, registry, foreign):
            continue
        if not is_person(name, registry, name_expected=name_expected, foreign=foreign):
            return []
        if name not in names:
            names.append(name)
    return names


def _is_impersonal(name: str, registry: Registry, foreign: bool) -> bool:
    """Return whether a piece of a byline names a desk, an outlet, a site, or only a role and its place."""
    if roles.is_desk(name, foreign=foreign) or registry.find_by_name(name) or _SITE_NAME.fullmatch(name):
        return True
    return name.split()[0].lower() in _ROLES_AT_A_PLACE
