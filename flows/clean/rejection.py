"""Whether there is an article in a document at all.

A floor of words for every document, the words of an error page, the times of an index of news, and for dumps of whole
pages what the models say of the page as a whole (net.summary, listing): they were set so that at most a hundredth of
real articles is taken for a listing.
"""

import re
from collections.abc import Sequence
from itertools import compress
from typing import Final

from flows.clean.html.link_lists import Lists, inside, items_instead
from flows.clean.spans import Marks
from flows.clean.text.body_lines import FEWEST_WORDS, Body

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
_FEW_WORDS: Final = 40
# Said beside many a story too, so a page is a form or a notice only where it has hardly any words of its own.
_AT_THE_DOOR: Final = re.compile(
    r"belum punya akun|lupa (?:kata sandi|password)|don.t have an account|forgot (?:your )?password|"
    r"kami menghargai privasi|kami dan (?:para )?mitra kami",
    re.IGNORECASE,
)
# A line that is little more than a time or a day, as each item of an index of news has one.
_STAMP: Final = re.compile(
    r"\b\d{1,2}[.:]\d\d\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|"
    r"\b\d{1,2} (?:detik|menit|jam|hari|minggu|bulan)(?: yang)? lalu\b|"
    r"\b\d{1,2} (?:minutes?|mins?|hours?|days?|weeks?|months?) ago\b|"
    r"\b\d{1,2} (?:jan|feb|mar|apr|may|mei|jun|jul|aug|agu|sep|oct|okt|nov|dec|des)|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}\b",
    re.IGNORECASE,
)
_STAMP_WORDS: Final = 8
_STAMPS: Final = 6  # an index has as many at least
_ONE_IN: Final = 6  # and one among so many lines
_STORY_WORDS: Final = 60
_ELSEWHERE: Final = frozenset({"nav", "footer", "widget"})


def no_article(marks: Marks, answer: Body | None = None, lists: Lists | None = None) -> str | None:
    """A sentence that says why nothing here can be published, or None where something can.

    `lists` are those of a page, whose markup shows what a text can only be guessed to be.
    """
    lines = marks.lines
    kept = marks.kept()
    words = sum(compress(lines.words, kept))
    if words < FEWEST_WORDS:
        return (
            f"Read {_lines(len(lines))}, of which {words} words are left as article; expected at least {FEWEST_WORDS}. "
            "Look at the page: it may be a menu, a listing, a login or an error page."
        )
    said = [text[:300] for text in lines.text[:60]] if words < _ERROR_WORDS else []
    shown = next((found for text in said if (found := _ERROR.search(text))), None)
    if shown is None and words < _FEW_WORDS:
        shown = next((found for text in said if (found := _AT_THE_DOOR.search(text))), None)
    if shown is not None:
        return f'Read a page that says "{shown[0]}"; expected an article. Fetch the page again, without the obstacle.'
    if answer is not None and lists is not None and (items := items_instead(lists, marks, answer)):
        return (
            f"Read {_lines(len(lines))} with {items:,} items that lead to other pages, and no story beside them; "
            "expected an article. Give the addresses they lead to."
        )
    if stamps := _stamps_of_an_index(marks, kept, lists):
        return (
            f"Read {len(lines):,} lines with {stamps:,} times or days among them, as the items of an index have, and "
            f"no story of {_STORY_WORDS} words between; expected an article. Give the addresses it leads to."
        )
    if answer is not None and answer.article is not None and answer.article < 0:
        return (
            f"Read {len(lines):,} lines that read as a listing or a collection, not as a story; expected an article. "
            "Give the addresses it leads to, or look at docs/quality.md for how sure this is."
        )
    return None


def _lines(count: int) -> str:
    return f"{count:,} line{'s' if count != 1 else ''}"


def _stamps_of_an_index(marks: Marks, kept: Sequence[bool], lists: Lists | None) -> int:
    """How many lines are a time or a day, where they are so dense and the kept words between so few; else 0.

    Of a page, those that no item of a list has, and none where it declares one story.
    """
    if lists is not None and lists.told:
        return 0
    lines = marks.lines
    # Almost every article has a run of paragraphs, which needs no look at words.
    prose = [keep and count > _STAMP_WORDS for keep, count in zip(kept, lines.words, strict=True)]
    if _tells(lines.words, prose, kept):
        return 0
    stamps = [
        count <= _STAMP_WORDS and _STAMP.search(text) is not None
        for count, text in zip(lines.words, lines.text, strict=True)
    ]
    if lists is not None:
        stamps = [stamp and not within for stamp, within in zip(stamps, inside(lists, len(stamps)), strict=True)]
    if sum(stamps) < _STAMPS or sum(stamps) * _ONE_IN < len(stamps):
        return 0
    on = [not stamp and kind not in _ELSEWHERE for stamp, (kind, _) in zip(stamps, marks.what, strict=True)]
    return 0 if _tells(lines.words, on, kept) else sum(stamps)


def _tells(words: Sequence[int], on: Sequence[bool], kept: Sequence[bool]) -> bool:
    """Whether some run of lines that are `on` keeps as many words as a story has at least."""
    run = 0
    for count, goes_on, keep in zip(words, on, kept, strict=True):
        run = run + count * keep if goes_on else 0
        if run >= _STORY_WORDS:
            return True
    return False
