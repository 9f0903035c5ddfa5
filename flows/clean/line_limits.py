"""How many lines one document may have: each costs memory and time, and no article has as many."""

import re
from typing import Final

MOST_LINES: Final = 10_000
_FILLED: Final = re.compile(r"^.*\S", re.MULTILINE)


class TooLarge(Exception):
    """The document has more lines, or blocks of its page, than an article can have; the message is the sentence."""


def bounded(lines: int) -> None:
    """Raises TooLarge for so many non-blank lines."""
    if lines > MOST_LINES:
        raise TooLarge(
            f"Read {lines:,} lines that are not blank; at most {MOST_LINES:,} were expected of one document. "
            "If these are many articles, give each a file or a record of its own."
        )


def too_large(text: str) -> str | None:
    """A sentence where a decoded text has too many lines, else None."""
    # A line that is not blank has a character and, but for the last, its break.
    if len(text) <= 2 * MOST_LINES or text.count("\n") < MOST_LINES:
        return None
    try:
        bounded(sum(1 for _ in _FILLED.finditer(text)))
    except TooLarge as error:
        return str(error)
    return None
