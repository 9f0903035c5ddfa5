"""Whether there is an article in a document at all.

A floor of words for every document, the words of an error page, and for dumps of whole pages what the model says of
the page as a whole (net.summary): it was set so that at most a hundredth of real articles is taken for a listing.
"""

import re
from itertools import compress
from typing import Final

from flows.clean.body import Body
from flows.clean.spans import Marks

FEWEST_WORDS: Final = 8
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


def no_article(marks: Marks, answer: Body | None = None) -> str | None:
    """A sentence that says why nothing here can be published, or None where something can."""
    lines = marks.lines
    words = sum(compress(lines.words, marks.kept()))
    if words < FEWEST_WORDS:
        return (
            f"Read {len(lines):,} lines, of which {words} words are left as article; expected at least {FEWEST_WORDS}. "
            "Look at the page: it may be a menu, a listing, a login or an error page."
        )
    if words < _ERROR_WORDS and (
        shown := next((found for text in lines.text[:60] if (found := _ERROR.search(text[:300]))), None)
    ):
        return f'Read a page that says "{shown[0]}"; expected an article. Fetch the page again, without the obstacle.'
    if answer is not None and answer.article is not None and answer.article < 0:
        return (
            f"Read {len(lines):,} lines that read as a listing or a collection, not as a story; expected an article. "
            "Give the addresses it leads to, or look at docs/quality.md for how sure this is."
        )
    return None
