"""Normal form of a text for comparison: its words in NFKC, case folded, letters and digits only."""

import re
import unicodedata
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_WORD: Final = re.compile(r"[^\W_]+")
# Within these ranges no character combines with the one before it, so each is normalised by itself.
_STANDALONE_RANGES: Final = (range(0x300), range(0x2000, 0x2C00))
_BLANK: Final = ord(" ")


def split_words(text: str) -> list[str]:
    """Return the words of a text, normalised; by a table where that is safe, else by regex."""
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    folded_codes = _build_folding_table().take(codes)
    if folded_codes.all():
        return folded_codes.tobytes().decode("utf-16-le").split()
    return split_words_by_regex(text)


def split_words_by_regex(text: str) -> list[str]:
    """Return the words of any text, normalised by unicodedata and split by regex."""
    return _WORD.findall(_normalize_text(text))


def _normalize_text(text: str) -> str:
    """Return a text in NFKC, case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@cache
def _build_folding_table() -> NDArray[np.uint16]:
    """Build a table: character -> its folded form, a blank if it is no letter or digit, 0 if it needs the regex."""
    table = np.zeros(1 << 16, np.uint16)
    for code in (code for standalone in _STANDALONE_RANGES for code in standalone):
        normalized = _normalize_text(chr(code))
        is_standalone = all(
            any(ord(character) in standalone for standalone in _STANDALONE_RANGES)
            and not unicodedata.combining(character)
            for character in normalized
        )
        if is_standalone and not any(map(str.isalnum, normalized)):
            table[code] = _BLANK
        elif is_standalone and len(normalized) == 1:
            table[code] = ord(normalized)
    return table
