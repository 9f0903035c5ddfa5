"""Limit of lines per document: each line costs memory and time, and no article has as many."""

import re
from typing import Final

MAX_LINES: Final = 10_000
_NON_BLANK_LINE: Final = re.compile(r"^.*\S", re.MULTILINE)


class TooManyLines(Exception):
    """The document, or its page, has more lines or blocks than an article can have; the message is for users."""


def check_line_count(line_count: int) -> None:
    """Raise TooManyLines where a document has more non-blank lines than MAX_LINES."""
    if line_count > MAX_LINES:
        raise TooManyLines(
            f"Read {line_count:,} lines that are not blank; at most {MAX_LINES:,} were expected of one document. "
            "If these are many articles, give each a file or a record of its own."
        )


def explain_too_many_lines(text: str) -> str | None:
    """Return a sentence where a decoded text has too many lines, else None."""
    # Fast path: MAX_LINES non-blank lines need a character and a line break each.
    if len(text) <= 2 * MAX_LINES or text.count("\n") < MAX_LINES:
        return None
    try:
        check_line_count(sum(1 for _ in _NON_BLANK_LINE.finditer(text)))
    except TooManyLines as error:
        return str(error)
    return None
