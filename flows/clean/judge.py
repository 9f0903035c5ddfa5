"""Whether there is an article in a document at all."""

from collections.abc import Sequence
from typing import Final

from flows.clean.spans import Mark

FEWEST_WORDS: Final = 8


def no_article(text: str, marks: Sequence[Mark]) -> str | None:
    """A sentence that says why nothing here can be published, or None where something can."""
    from flows.clean.text import words_kept

    words = words_kept(text, marks)
    if words < FEWEST_WORDS:
        return (
            f"Read {len(marks):,} lines of which {words} words are left as article; expected at least {FEWEST_WORDS}. "
            "Look at the page: it may be a menu, a listing, a login or an error page."
        )
    return None
