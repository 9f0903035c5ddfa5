"""A text as it is compared: its words in the normal form NFKC, case folded, letters and digits only."""

import re
import unicodedata
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

_WORD: Final = re.compile(r"[^\W_]+")
# Within these ranges no character joins with the one before it, so that a text is normalised character by character.
_APART: Final = (range(0x300), range(0x2000, 0x2C00))
_BLANK: Final = ord(" ")


def words(text: str) -> list[str]:
    """The words of a text, normalised."""
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), np.uint16)
    folded = _folded().take(codes)
    if folded.all():
        return folded.tobytes().decode("utf-16-le").split()
    return plainly(text)


def plainly(text: str) -> list[str]:
    """The same of any text, by the book."""
    return _WORD.findall(_normal(text))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@cache
def _folded() -> NDArray[np.uint16]:
    """What each character becomes: a blank where it is neither letter nor digit, 0 where more must be asked."""
    table = np.zeros(1 << 16, np.uint16)
    for code in (code for apart in _APART for code in apart):
        normal = _normal(chr(code))
        alone = all(any(ord(char) in apart for apart in _APART) and not unicodedata.combining(char) for char in normal)
        if alone and not any(map(str.isalnum, normal)):
            table[code] = _BLANK
        elif alone and len(normal) == 1:
            table[code] = ord(normal)
    return table
