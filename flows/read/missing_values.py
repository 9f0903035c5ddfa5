"""What scrapers write where there is no value: words for missing, errors of spreadsheets, messages of exceptions.

The words are data (field_aliases.toml). A headline may hold any of them, so a value counts as missing only if all of
it is such a word, or the name of a field and a phrase beside it.
"""

import math
import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Final

_LONGEST_MISSING: Final = 60
_LONGEST_ERROR: Final = 1000
_ERROR_TEXT: Final = re.compile(
    r"HTTPS?ConnectionPool\(|Message: (?:no such|stale|timeout|unknown|invalid|element)"
    r"|Traceback \(most recent call last\)|'?NoneType'? object|list index out of range"
    r"|(?:[\w.]{1,60}(?:Error|Exception|Timeout)\b|Error|Exception) ?[:(]"
    r"|(?:Please |You need to |Mohon |Silakan )?(?:enable|aktifkan) JavaScript\b"
    r"|(?:Error:? )?[45]\d\d (?:Client|Server) Error|<Response \[|(?:Failed|Gagal|Unable|Could not|Cannot) (?:to )?"
    r"(?:fetch|load|download|scrape|parse|get|extract|retrieve|mengambil|memuat|mengunduh|membuka)\b[^.]{0,100}\.?\Z",
)


@cache
def missing_words() -> frozenset[str]:
    """Return the words that stand where there is no value."""
    return frozenset(_load_value_words()["missing"])


@cache
def _load_value_words() -> dict[str, list[str]]:
    """Load the lists of words about values, once a process."""
    table = tomllib.loads(resources.files("flows.read").joinpath("field_aliases.toml").read_text(encoding="utf-8"))
    keys = ("missing", "missing_names", "missing_phrases", "missing_openings", "error_titles")
    return {key: table[key] for key in keys}


@cache
def _compile_missing_phrase() -> re.Pattern[str]:
    """Compile what scrapers write for a field that they did not find: "Title not found", "Tidak ada penulis"."""
    words = _load_value_words()
    names, phrases, openings = (
        "|".join(sorted(map(re.escape, words[key]), key=len, reverse=True))
        for key in ("missing_names", "missing_phrases", "missing_openings")
    )
    return re.compile(
        rf"(?:(?:{names}) (?:{phrases})|(?:{openings}) (?:{names})(?: (?:found|available|ditemukan|tersedia))?)[.!]?"
    )


def is_missing(value: object) -> bool:
    """Return whether a value says that there is none."""
    if value is None:
        return True
    if isinstance(value, str):
        return len(value) <= _LONGEST_MISSING and _says_missing(value)
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, list | dict | tuple) and not value


@lru_cache(maxsize=4096)
def _says_missing(value: str) -> bool:
    text = " ".join(value.casefold().replace("_", " ").split())
    if text == "" or text in missing_words():
        return True
    bare = text.strip("[]{}()<>'\" ")
    if bare in missing_words() or (bare == "" and text):
        return True
    tokens = re.split(r"[\s,;|]{1,9}", bare)
    if len(tokens) > 1 and all(token in missing_words() for token in tokens):
        return True
    return _compile_missing_phrase().fullmatch(bare) is not None


def is_error_title(text: str) -> bool:
    """Return whether a title is that of a page which a server or a guard sent instead of the article."""
    return len(text) <= _LONGEST_MISSING and " ".join(text.casefold().split()) in _load_value_words()["error_titles"]


def is_error_text(text: str) -> bool:
    """Return whether a text is the message of an error that a scraper stored where the article belongs."""
    return len(text) <= _LONGEST_ERROR and _ERROR_TEXT.match(text.lstrip()) is not None
