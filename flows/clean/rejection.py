"""Rejection of documents without an article.

The checks are a minimum number of words, phrases of error pages, dense timestamps of an index, and for dumps of whole
pages the logit of the models (line_cnn.summary, listing_classifier). Their thresholds were set so that at most one in a
hundred real articles is rejected as a listing.
"""

import re
from collections.abc import Sequence
from itertools import compress, islice
from typing import Final

from flows.clean.html.link_lists import (
    COMMENTS_RULE,
    CONSENT_RULE,
    LinkLists,
    count_items_without_story,
    mark_listed_blocks,
)
from flows.clean.spans import DocumentMarks
from flows.clean.text.best_segment import is_prose
from flows.clean.text.body_lines import MIN_ARTICLE_WORDS, BodySelection

_MAX_ERROR_PAGE_WORDS: Final = 120
_ERROR_PAGE: Final = re.compile(
    r"\b(?:40[34]|50[0234])\b.{0,40}(?:not found|error|forbidden|unavailable|gateway|tidak ditemukan)|page not found|"
    r"(?:page|article|url) (?:you (?:requested|are looking for)|cannot be found|could not be found|no longer exists)|"
    r"halaman (?:yang anda cari )?tidak (?:di)?temukan|artikel tidak ditemukan|access denied|akses ditolak|"
    r"verify (?:that )?you are (?:a )?human|are you a robot|just a moment\.\.\.|checking your browser|"
    r"enable (?:javascript and )?cookies to continue|service unavailable|under maintenance|sedang dalam perbaikan|"
    r"masuk untuk melanjutkan|log ?in to continue|sign in to continue|we value your privacy|before you continue to",
    re.IGNORECASE,
)
_MAX_LOGIN_PAGE_WORDS: Final = 40
# Many stories have such phrases beside them, so they count only where a page has few other words.
_LOGIN_OR_CONSENT: Final = re.compile(
    r"belum punya akun|lupa (?:kata sandi|password)|don.t have an account|forgot (?:your )?password|"
    r"kami menghargai privasi|kami dan (?:para )?mitra kami",
    re.IGNORECASE,
)
# Times and days, which each item of a news index has on a short line.
_TIMESTAMP: Final = re.compile(
    r"\b\d{1,2}[.:]\d\d\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b|"
    r"\b\d{1,2} (?:detik|menit|jam|hari|minggu|bulan)(?: yang)? lalu\b|"
    r"\b\d{1,2} (?:minutes?|mins?|hours?|days?|weeks?|months?) ago\b|"
    r"\b\d{1,2} (?:jan|feb|mar|apr|may|mei|jun|jul|aug|agu|sep|oct|okt|nov|dec|des)|"
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.? \d{1,2}\b",
    re.IGNORECASE,
)
_MAX_TIMESTAMP_WORDS: Final = 8
_MIN_TIMESTAMPS: Final = 6
_MAX_LINES_PER_TIMESTAMP: Final = 6
_MIN_STORY_WORDS: Final = 60
# So much prose is no listing, unless the models are sure of one (a logit below _MIN_DOUBTFUL_LOGIT).
_MIN_PARAGRAPHS, _MIN_PROSE_WORDS, _MIN_PROSE_SHARE = 8, 500, 0.6
_MIN_DOUBTFUL_LOGIT: Final = -1.0
_NON_STORY_KINDS: Final = frozenset({"nav", "footer", "widget"})


def explain_missing_article(
    marks: DocumentMarks,
    body: BodySelection | None = None,
    link_lists: LinkLists | None = None,
    stands_in_script: bool = False,
    site_page: str | None = None,
) -> str | None:
    """Return a sentence that says why the document has no article, or None where it has one.

    `link_lists` are those of a page: markup shows which lines are list items, which a plain text leaves to a guess.
    `stands_in_script` is set for a page whose scripts hold or load the story; `site_page` is the name of a page on
    which the site tells of itself.
    """
    lines = marks.lines
    is_kept = marks.flag_kept_lines()
    words = sum(compress(lines.word_counts, is_kept))
    if stands_in_script and words < _MIN_STORY_WORDS:
        return (
            f"Read {_format_line_count(len(lines))} of a page whose story stands in a script, in a form that is "
            "not read; expected the story in its markup or its data. "
            "Save the page from a browser, after its scripts have run."
        )
    if words < MIN_ARTICLE_WORDS:
        return (
            f"Read {_format_line_count(len(lines))}, of which {words} words are left as article; "
            f"expected at least {MIN_ARTICLE_WORDS}. "
            "Look at the page: it may be a menu, a listing, a login or an error page."
        )
    if site_page is not None:
        return (
            f'Read a page headed "{site_page}", on which the site tells of itself; expected an article. '
            "Leave such pages out of the source."
        )
    # Consent text above a whole story is no obstacle.
    opening_texts = [
        text[:300]
        for text, (_, rule) in islice(zip(lines.text, marks.labels, strict=True), 60)
        if words < _MAX_ERROR_PAGE_WORDS and not (rule == CONSENT_RULE and words >= _MIN_STORY_WORDS)
    ]
    obstacle = next((match for text in opening_texts if (match := _ERROR_PAGE.search(text))), None)
    if obstacle is None and words < _MAX_LOGIN_PAGE_WORDS:
        obstacle = next((match for text in opening_texts if (match := _LOGIN_OR_CONSENT.search(text))), None)
    if obstacle is not None:
        return (
            f'Read a page that says "{obstacle[0]}"; expected an article. Fetch the page again, without the obstacle.'
        )
    if (
        body is not None
        and link_lists is not None
        and (item_count := count_items_without_story(link_lists, marks, body))
    ):
        return (
            f"Read {_format_line_count(len(lines))} with {item_count:,} items that lead to other pages, "
            "and no story beside them; expected an article. Give the addresses they lead to."
        )
    if timestamp_count := _count_index_timestamps(marks, is_kept, link_lists):
        return (
            f"Read {len(lines):,} lines with {timestamp_count:,} times or days among them, "
            f"as the items of an index have, and no story of {_MIN_STORY_WORDS} words between; "
            "expected an article. Give the addresses it leads to."
        )
    if (
        body is not None
        and body.article_logit is not None
        and body.article_logit < 0
        and not (body.article_logit >= _MIN_DOUBTFUL_LOGIT and _is_long_prose(marks, is_kept, words))
    ):
        return (
            f"Read {len(lines):,} lines that read as a listing or a collection, not as a story; expected an article. "
            "Give the addresses it leads to, or look at docs/explanation/quality.md for how sure this is."
        )
    return None


def _is_long_prose(marks: DocumentMarks, is_kept: Sequence[bool], kept_words: int) -> bool:
    """Check whether most of what is kept are paragraphs, as many and as long as in no teaser list."""
    prose_counts = [
        line.word_count
        for line in compress(marks.lines, is_kept)
        if is_prose(line.text, line.word_count, line.ends_sentence)
    ]
    return (
        len(prose_counts) >= _MIN_PARAGRAPHS
        and sum(prose_counts) >= _MIN_PROSE_WORDS
        and sum(prose_counts) >= _MIN_PROSE_SHARE * kept_words
    )


def _format_line_count(count: int) -> str:
    """Return the number of lines in words: "1 line", "2,000 lines"."""
    return f"{count:,} line{'s' if count != 1 else ''}"


def _count_index_timestamps(marks: DocumentMarks, is_kept: Sequence[bool], link_lists: LinkLists | None) -> int:
    """Return the number of timestamp lines of an index page: dense, with few kept words between them; else 0.

    Of a page, timestamps within list items do not count. A page that declares one story is no index.
    """
    if link_lists is not None and link_lists.declares_story:
        return 0
    lines = marks.lines
    # Nearly every article has a run of paragraphs: check that first, without the regex.
    is_paragraph = [
        keep and count > _MAX_TIMESTAMP_WORDS for keep, count in zip(is_kept, lines.word_counts, strict=True)
    ]
    if _has_story_run(lines.word_counts, is_paragraph, is_kept):
        return 0
    is_timestamp = [
        count <= _MAX_TIMESTAMP_WORDS and rule != COMMENTS_RULE and _TIMESTAMP.search(text) is not None
        for count, text, (_, rule) in zip(lines.word_counts, lines.text, marks.labels, strict=True)
    ]
    if link_lists is not None:
        is_timestamp = [
            stamp and not within
            for stamp, within in zip(is_timestamp, mark_listed_blocks(link_lists, len(is_timestamp)), strict=True)
        ]
    if sum(is_timestamp) < _MIN_TIMESTAMPS or sum(is_timestamp) * _MAX_LINES_PER_TIMESTAMP < len(is_timestamp):
        return 0
    is_story_line = [
        not stamp and kind not in _NON_STORY_KINDS for stamp, (kind, _) in zip(is_timestamp, marks.labels, strict=True)
    ]
    return 0 if _has_story_run(lines.word_counts, is_story_line, is_kept) else sum(is_timestamp)


def _has_story_run(word_counts: Sequence[int], is_in_run: Sequence[bool], is_kept: Sequence[bool]) -> bool:
    """Check whether a run of consecutive lines has at least as many kept words as the shortest story."""
    run = 0
    for count, goes_on, keep in zip(word_counts, is_in_run, is_kept, strict=True):
        run = run + count * keep if goes_on else 0
        if run >= _MIN_STORY_WORDS:
            return True
    return False
