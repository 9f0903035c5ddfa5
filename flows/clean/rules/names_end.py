"""Where the value of a label ends in a text that lost its lines: "Penulis: Ratna Dewi JAKARTA, KABAR.COM - Warga".

find_names_end(text, start, limit) -> int | None     persons
find_words_end(text, start, limit) -> int            a source, a picture's credit, tags
"""

import re
from typing import Final

from flows.clean.rules.linked_titles import OPENERS
from flows.clean.rules.printed_days import DAY_LABELS, WEEKDAYS
from flows.outlets.places import load_gazetteer

_WORD: Final = re.compile(r"\s?(?:[A-Z@][\w.@'’/-]*|[/|&,-]|dan|dok|via|oleh)")
_MAX_WORDS: Final = 7
_MAX_NAME_WORDS: Final = 2  # before a dash that a sentence follows: more may be a name and a place
# Two names glued together; a short beginning is of one name ("McDermott", "DeVito").
_GLUED: Final = re.compile(r"(?<=[a-z]{3})(?=[A-Z])")
_DATE: Final = re.compile(rf"[\s(,]{{0,3}}(?:{WEEKDAYS}[,.]?\s{{0,2}}\(?\d|{DAY_LABELS}\b)", re.IGNORECASE)
_SIGNED_PLACE: Final = re.compile(r"(?:, ?[A-Z][\w.]{2,24}| ?\([A-Z][\w. ]{2,24}\))? ?[-–—] ?(?=[\"“A-Z])")
_CAPITAL_PLACE: Final = re.compile(r"[A-Z]{3,20}(?: [A-Z]{3,20}){0,2}")
_CAPITAL_OPENERS: Final = "|".join(sorted(word.capitalize() for word in OPENERS))
OPENER_AHEAD: Final = rf",?\s(?:{_CAPITAL_OPENERS})\s[a-zA-Z]"  # a sentence begins behind this place
_OPENER: Final = re.compile(rf",?\s(?:{_CAPITAL_OPENERS}) [a-z]")
_GLUED_OPENER: Final = re.compile(rf"(?<=[a-z])(?=(?:{_CAPITAL_OPENERS})\s[a-z])")
_EDGES: Final = re.compile(r"[\s,]{0,2}")
_CAPITALIZED: Final = re.compile(r"\s([A-Z][a-z]+)\b")
_SMALL_WORD: Final = re.compile(r"\s[a-z]{2,}")
_SENTENCE_END: Final = re.compile(r"[.!?…](?=[\"”’)]{0,2}(?:\s|\Z|[A-Z]))")
_MIN_SENTENCE_WORDS: Final = 6
_DASHES: Final = "-–—"


def find_names_end(text: str, start: int, limit: int) -> int | None:
    """Return the end of the names in text[start:limit], which also end before a date, a dateline or a sentence.

    None where they run into a sentence and nothing tells where that begins.
    """
    at, words = start, 0
    while at < limit and words < _MAX_WORDS:
        word = _WORD.match(text, at, limit)
        if word is None or (words and _ends_names(text, at, limit, text[at - 1].isupper())):
            break
        if glued := _GLUED.search(text, word.start(), word.end()):
            return glued.start()
        at = word.end()
        if word[0][-1] in _DASHES and _opens_sentence(text, at, limit):
            break
        words += word[0].strip()[:1].isalpha()
    if words < 2 or not _opens_sentence(text, at, limit):
        return at
    names = text[start:at].rstrip()
    if names[-1] in _DASHES:  # the place of a dateline is no name
        end = start + names.rfind(",") if "," in names else at
        name_words = len(text[start:end].rstrip(_DASHES + " ").split())
        return end if name_words <= _MAX_NAME_WORDS else None
    return None if _SMALL_WORD.match(text, at, limit) else at


def find_words_end(text: str, start: int, limit: int) -> int:
    """Return the end of the words with a capital in text[start:limit], which also end before a sentence."""
    at, words = start, 0
    while at < limit and words < _MAX_WORDS and (word := _WORD.match(text, at, limit)):
        if words and _OPENER.match(text, at, limit):
            break
        glued = _GLUED_OPENER.search(text, word.start(), limit)
        if glued and glued.start() < word.end():
            return glued.start()
        at = word.end()
        words += word[0].strip()[:1].isalpha()
    return at


def _ends_names(text: str, at: int, limit: int, is_capitals: bool) -> bool:
    """Tell whether a date, a dateline or the first word of a sentence stands at `at`, behind names."""
    if _DATE.match(text, at, limit):
        return True
    edges = _EDGES.match(text, at, limit)
    place_start = edges.end() if edges else at
    places = [load_gazetteer().leading.match(text, place_start, limit)]
    places += [] if is_capitals else [_CAPITAL_PLACE.match(text, place_start, limit)]
    if any(place and _SIGNED_PLACE.match(text, place.end(), limit) for place in places):
        return True
    opener = _CAPITALIZED.match(text, at, limit)
    return opener is not None and opener[1].lower() in OPENERS


def _opens_sentence(text: str, at: int, limit: int) -> bool:
    """Tell whether a sentence of some words stands at `at`."""
    end = _SENTENCE_END.search(text, at, limit)
    return end is not None and text.count(" ", at, end.start()) >= _MIN_SENTENCE_WORDS
