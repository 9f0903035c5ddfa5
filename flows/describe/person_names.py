"""What a person's name looks like in a byline, and how several are told apart."""

import re
from functools import lru_cache

from flows.outlets import Registry, roles
from flows.outlets.places import gazetteer

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
# Vowel signs of Indian and other scripts are no letters to \w.
_WORD = re.compile(r"[^\W\d_]['’.\w\u0300-\u036f\u0900-\u0dff\u0e31-\u0eff\u102b-\u109f-]{0,30}\Z")
_BETWEEN = re.compile(r"\s{0,4}(?:[;|/&]|,|\b(?:dan|and|und|og|och|et)\b)\s{0,4}")
_SITE = re.compile(r"(?:[Ww]artawan |[Tt]im )?[\w-]{2,30}(?:\.\w{2,10}){1,2}")
_ROLES_AT_A_PLACE = frozenset(["kontributor", "koresponden", "biro"])
_EDGES = " \t\xa0,.;:|/-–—•*()[]\"'“”"
_NO_NAME = re.compile(r"[\d@#!?%&:;|<>{}()\[\]=+/\\\"“”,]|\.(?:com|co|id|net|org|tv)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def is_person(text: str, registry: Registry, *, sure: bool = False, foreign: bool = False) -> bool:
    """Whether a text could be a person's name as printed: one to six capitalised words, no desk, no outlet.

    `sure` where the line's shape says that a name stands here: its last word may then be in lower case. `foreign`
    where the document is neither Indonesian nor Malay.
    """
    if not (2 if sure else 3) <= len(text) <= 60 or _NO_NAME.search(text) or roles.is_desk(text, foreign=foreign):
        return False
    parts = text.split()
    if len(parts) > 6 or not all(_WORD.match(part) for part in parts):
        return False
    small = [part for part in parts[1:] if part[0].islower() and part not in _PARTICLES]
    first = parts[0][0]
    if (
        (first.islower() if sure else not first.isupper())
        or parts[-1] in _PARTICLES
        or (small and not (sure and small == parts[2:]))
    ):
        return False
    known = roles.words()
    if any(part.lower().strip(".") in known.impersonal for part in parts):
        return False
    plain = text.lower()
    if plain in known.agencies or plain in known.media or plain in known.roles:
        return False
    return registry.find_by_name(text) is None and text not in gazetteer()


# Behind a comma: "Siti Aminah, S.Pd., M.Pd." A degree is no name, and not printed as part of it elsewhere.
_DEGREE = re.compile(
    r"(?:(?:A|B|D|LL|M|Ph|S|Sp)\.\s?(?:[A-Z][A-Za-z]{0,5}|\d)\.?(?:\s?[A-Z][A-Za-z]{0,3}\.?){0,2}|Ph\.?D|MBA|Lc|S[EHHKTX]|S\.?Sos|"
    r"S\.?Kom|M[HMSAT]|M\.?Si|M\.?Kom|M\.?Pd|A\.?Md|Ak|CA|Esq|Jr|Sr|MD|RN)\.?"
)


def persons(text: str, registry: Registry, *, sure: bool = False, foreign: bool = False) -> list[str]:
    """The persons a byline value names, as printed, blanks normalised; [] where any other thing stands among them.

    Outlets and desks beside a name are left out: "Laporan Wartawan Tribunnews.com, Siti Aminah" names one person.
    """
    found: list[str] = []
    for piece in _BETWEEN.split(text):
        name = " ".join(piece.split()).strip(_EDGES)
        if not name or (found and _DEGREE.fullmatch(name)) or _nobody(name, registry, foreign):
            continue
        if not is_person(name, registry, sure=sure, foreign=foreign):
            return []
        if name not in found:
            found.append(name)
    return found


def _nobody(name: str, registry: Registry, foreign: bool) -> bool:
    """Whether a piece of a byline names a desk, an outlet, a site, or only a role and its place."""
    if roles.is_desk(name, foreign=foreign) or registry.find_by_name(name) or _SITE.fullmatch(name):
        return True
    return name.split()[0].lower() in _ROLES_AT_A_PLACE
