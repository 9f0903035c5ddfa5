"""Number of words of a text: by blanks, and by character class in scripts that write no blanks between words."""

import re
from typing import Final

# (first, last) code points of the scripts without blanks, and how many characters a word has on average.
SHORT_WORD_RANGES: Final = ((0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xFF66, 0xFF9D))  # Japanese, Chinese
LONG_WORD_RANGES: Final = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))  # Thai and Lao, Burmese, Khmer
SHORT_WORD_CHARS, LONG_WORD_CHARS = 2, 4


def _build_class(ranges: tuple[tuple[int, int], ...]) -> str:
    """Return the ranges as the inside of a regex character class."""
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


_SHORT_WORD_CHAR: Final = re.compile(f"[{_build_class(SHORT_WORD_RANGES)}]")
_LONG_WORD_CHAR: Final = re.compile(f"[{_build_class(LONG_WORD_RANGES)}]")
_UNSPACED_CHAR: Final = re.compile(f"[{_build_class((*SHORT_WORD_RANGES, *LONG_WORD_RANGES))}]")


def count_words(text: str) -> int:
    """Count the words of a text, 0 where it is blank.

    Characters of scripts without blanks are counted by class: two of Chinese or Japanese are a word, four of Thai, Lao,
    Burmese or Khmer. All other words are counted by the blanks between them.
    """
    if text.isascii() or not _UNSPACED_CHAR.search(text):
        return len(text.split())
    spaced_text, short_count = _SHORT_WORD_CHAR.subn(" ", text)
    spaced_text, long_count = _LONG_WORD_CHAR.subn(" ", spaced_text)
    # A mark between two such characters is no word.
    other_words = sum(any(map(str.isalnum, token)) for token in spaced_text.split())
    return max(other_words + short_count // SHORT_WORD_CHARS + long_count // LONG_WORD_CHARS, 1)
