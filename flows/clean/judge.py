"""Whether there is an article in a document at all.

A floor of words for every document; for dumps of whole pages also the signs of a listing: little prose among many
words, and none of it in a stretch of its own. The figures were chosen so that no Indonesian article we have is lost.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from flows.clean.body import Body, is_prose
from flows.clean.lines import Line
from flows.clean.spans import Mark

FEWEST_WORDS: Final = 8
_SMALL: Final = 120  # words of a stretch of prose that a listing's teasers do not reach
_TINY: Final = 60
_NEAR, _FEW_LINES = 5, 4
_ERROR_WORDS: Final = 120
_ERROR: Final = re.compile(
    r"\b(?:40[34]|50[0234])\b.{0,40}(?:not found|error|forbidden|unavailable|gateway|tidak ditemukan)|page not found|"
    r"(?:page|article|url) (?:you (?:requested|are looking for)|cannot be found|could not be found|no longer exists)|"
    r"halaman (?:yang anda cari )?tidak (?:di)?temukan|artikel tidak ditemukan|access denied|akses ditolak|"
    r"verify (?:that )?you are (?:a )?human|are you a robot|just a moment\.\.\.|checking your browser|"
    r"enable (?:javascript and )?cookies to continue|service unavailable|under maintenance|sedang dalam perbaikan|"
    r"masuk untuk melanjutkan|log ?in to continue|sign in to continue|we value your privacy|before you continue to",
    re.IGNORECASE,
)


def no_article(lines: Sequence[Line], marks: Sequence[Mark], found: Body | None = None) -> str | None:
    """A sentence that says why nothing here can be published, or None where something can."""
    kept = {mark.line: mark for mark in marks if mark.kind == "body"}
    body = [line for line in lines if line.number in kept]
    words = sum(line.words for line in body)
    if words < FEWEST_WORDS:
        return (
            f"Read {len(lines):,} lines, of which {words} words are left as article; expected at least {FEWEST_WORDS}. "
            "Look at the page: it may be a menu, a listing, a login or an error page."
        )
    shown = next((found for line in lines[:60] if (found := _ERROR.search(line.text[:300]))), None)
    if words < _ERROR_WORDS and shown:
        return f'Read a page that says "{shown[0]}"; expected an article. Fetch the page again, without the obstacle.'
    if kept and next(iter(kept.values())).rule == "body.model" and not _is_signed(marks) and _is_listing(lines, body):
        return (
            f"Read {len(lines):,} lines without a stretch of paragraphs among them; expected an article. "
            "It looks like a listing or a menu: give the addresses it leads to."
        )
    return None


def _is_signed(marks: Sequence[Mark]) -> bool:
    """A few lines right under a byline: a short report or a picture's story, however long the menu around it."""
    body = [index for index, mark in enumerate(marks) if mark.kind == "body"]
    above = marks[max(0, body[0] - _NEAR) : body[0]]
    return len(body) <= _FEW_LINES and any(mark.kind == "byline" for mark in above)


def _is_listing(lines: Sequence[Line], body: Sequence[Line]) -> bool:
    words = sum(line.words for line in lines)
    prose = sum(line.words for line in body if is_prose(line))
    stretch = _longest_stretch(body)
    if stretch >= _SMALL:
        return False
    copies = Counter(line.text for line in lines)
    repeated = sum(count for line, count in copies.items() if count >= 4 and len(line) > 3)
    return (
        prose < 0.1 * words
        or (stretch < _TINY and stretch < 0.1 * words)
        or (repeated >= 0.15 * len(lines) and stretch < 0.1 * words and prose < 0.3 * words)
    )


def _longest_stretch(body: Sequence[Line]) -> int:
    """The most words of prose in a row, a single line of another kind between allowed."""
    best = run = apart = 0
    for line in body:
        if is_prose(line):
            run, apart = run + line.words, 0
        else:
            apart += 1
            run = run if apart < 2 else 0
        best = max(best, run)
    return best
