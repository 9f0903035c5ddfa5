"""What each character is, as tables over the first 65,536 code points (65,535 stands for those beyond).

`KIND` says in one look what the passes over all characters of a batch ask: is it a BLANK, part of a WORD, COUNTED?
"""

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

# What surrounds words without being one: white space, no-break spaces, zero-width characters, soft hyphens at an edge.
EDGES: Final = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
)


_AT_ONCE: Final = 1 << 14  # characters: to look in a table means to widen their codes to 8 bytes each


_Kind = TypeVar("_Kind", bound=np.generic)


def looked_up(table: NDArray[_Kind], codes: NDArray[np.uint16]) -> NDArray[_Kind]:
    """What the table has for each code."""
    found = np.empty(len(codes), table.dtype)
    for start in range(0, len(codes), _AT_ONCE):
        end = start + _AT_ONCE
        table.take(codes[start:end], out=found[start:end], mode="clip")
    return found


def one_of(chars: str) -> NDArray[np.bool_]:
    """The table of these characters."""
    table = np.zeros(65536, bool)
    table[[ord(char) for char in chars]] = True
    return table


def _all(is_one: Callable[[str], bool]) -> NDArray[np.bool_]:
    return np.array([is_one(chr(code)) for code in range(65536)])


EDGE: Final = one_of(EDGES)
LETTER: Final = _all(str.isalpha)
UPPER: Final = _all(str.isupper)
DIGIT: Final = _all(str.isdigit)
STOP: Final = one_of(".!?…。！？؟।")
CLOSER: Final = one_of("\"'”’»)]")  # a sentence may end before these
# What the figures count, four to a number of 64 bits.
_PACKED: Final = (
    (UPPER, DIGIT, one_of(",;"), STOP),
    (one_of("|›»·•/>"), one_of('"“”„«»‘’'), one_of(":()[]#@&+=_")),
)
PACKS: Final = [
    np.bitwise_or.reduce([table.astype(np.uint64) << np.uint64(16 * place) for place, table in enumerate(tables)])
    for tables in _PACKED
]
# How a line or a word opens: 1 a letter, 2 a capital, 3 a digit, 4 a bullet, 5 a bracket or quote.
OPENING: Final = np.zeros(65536, np.int8)
OPENING[LETTER] = 1
OPENING[65535] = 1  # beyond the basic plane: rare scripts, emoji
OPENING[UPPER] = 2
OPENING[DIGIT] = 3
OPENING[one_of("-•*▪●–►+>»")] = 4
OPENING[one_of("([\"“‘'")] = 5

BLANK, WORD, COUNTED = 1, 2, 4
KIND: Final = EDGE * np.uint8(BLANK) + (LETTER | DIGIT) * np.uint8(WORD)
KIND[65535] = WORD
KIND[(PACKS[0] > 0) | (PACKS[1] > 0)] |= COUNTED
