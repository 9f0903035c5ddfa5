"""Character classes as lookup tables over the first 65,536 code points; 65,535 stands for those beyond.

`CHAR_FLAGS` combines the flags that passes over all characters of a batch need: BLANK_FLAG, WORD_FLAG, COUNTED_FLAG.
"""

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from schemas.word_count import LONG_WORD_RANGES, SHORT_WORD_RANGES

# Characters stripped at the edges of words: white space, no-break spaces, zero-width characters, soft hyphens.
EDGE_CHARS: Final = (
    " \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
)


_CHUNK_CODES: Final = 1 << 14  # take() widens the codes to 8 bytes each; a chunk bounds that memory


_Entry = TypeVar("_Entry", bound=np.generic)


def look_up_codes(table: NDArray[_Entry], codes: NDArray[np.uint16]) -> NDArray[_Entry]:
    """Return the entry of the table for each code, shape (codes,)."""
    entries = np.empty(len(codes), table.dtype)
    for start in range(0, len(codes), _CHUNK_CODES):
        end = start + _CHUNK_CODES
        table.take(codes[start:end], out=entries[start:end], mode="clip")
    return entries


def build_char_table(chars: str) -> NDArray[np.bool_]:
    """Return a table that is True for these characters."""
    table = np.zeros(65536, bool)
    table[[ord(char) for char in chars]] = True
    return table


def _build_predicate_table(predicate: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Return a table of the predicate over all 65,536 code points."""
    return np.fromiter(map(predicate, map(chr, range(65536))), bool, 65536)


IS_EDGE: Final = build_char_table(EDGE_CHARS)
IS_LETTER: Final = _build_predicate_table(str.isalpha)
IS_UPPER: Final = _build_predicate_table(str.isupper)
IS_DIGIT: Final = _build_predicate_table(str.isdigit)
IS_SENTENCE_END: Final = build_char_table(".!?…。！？؟।｡។៕။")
IS_CLOSER: Final = build_char_table("\"'”’»)]」』》〉）】")  # may follow the end of a sentence
FIRST_UNSPACED_CODE: Final = LONG_WORD_RANGES[0][0]
IS_UNSPACED: Final = np.zeros(65536, bool)  # characters of scripts that write no blanks between words
for _first, _last in SHORT_WORD_RANGES + LONG_WORD_RANGES:
    IS_UNSPACED[_first : _last + 1] = True
WRITES_NO_STOPS: Final = np.zeros(65536, bool)  # Thai and Lao: nothing marks the end of a sentence
WRITES_NO_STOPS[0x0E00:0x0F00] = True
# Character classes that features count; four 16-bit counters are packed into one 64-bit number.
_COUNTED_TABLES: Final = (
    (IS_UPPER, IS_DIGIT, build_char_table(",;"), IS_SENTENCE_END),
    (build_char_table("|›»·•/>"), build_char_table('"“”„«»‘’「」『』《》'), build_char_table(":()[]#@&+=_")),
)
PACKED_COUNTERS: Final = [
    np.bitwise_or.reduce([table.astype(np.uint64) << np.uint64(16 * place) for place, table in enumerate(tables)])
    for tables in _COUNTED_TABLES
]
# Class of the first character of a line or word: 1 letter, 2 capital, 3 digit, 4 bullet, 5 bracket or quote.
OPENING_CLASS: Final = np.zeros(65536, np.int8)
OPENING_CLASS[IS_LETTER] = 1
OPENING_CLASS[65535] = 1  # beyond the basic plane: rare scripts, emoji
OPENING_CLASS[IS_UPPER] = 2
OPENING_CLASS[IS_DIGIT] = 3
OPENING_CLASS[build_char_table("-•*▪●–►+>»")] = 4
OPENING_CLASS[build_char_table("([\"“‘'")] = 5

BLANK_FLAG, WORD_FLAG, COUNTED_FLAG = 1, 2, 4
CHAR_FLAGS: Final = IS_EDGE * np.uint8(BLANK_FLAG) + (IS_LETTER | IS_DIGIT) * np.uint8(WORD_FLAG)
CHAR_FLAGS[65535] = WORD_FLAG
CHAR_FLAGS[(PACKED_COUNTERS[0] > 0) | (PACKED_COUNTERS[1] > 0)] |= COUNTED_FLAG
