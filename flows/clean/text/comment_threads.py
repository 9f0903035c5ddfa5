"""Readers' comments below a story in plain text: runs of name, date, comment and a line such as "Reply"."""

import re
from collections.abc import Sequence
from typing import Final

from flows.clean.lines.line_table import DocumentLines
from flows.clean.text.best_segment import is_prose

_REPLY_LINES: Final = frozenset({"reply", "balas", "reply ↓", "balas ↓", "log in to reply", "quote", "permalink"})
_SPELLED_REPLY_LINES: Final = frozenset(
    spelled for line in _REPLY_LINES for spelled in (line, line.capitalize(), line.title(), line.upper())
)
_MIN_REPLIES: Final = 2
_MAX_NAME_WORDS: Final = 4
_MAX_HEADER_WORDS, _MAX_HEADER_CHARS = 16, 160
_COMMENT_HEADER: Final = re.compile(
    r".{2,80}?(?:,| on| pada)? .{0,20}\d{4}(?:,| at| pukul)? ?\d{1,2}[:.]\d\d ?(?:[ap]\.?m\.?)?"
    r"(?: (?:said|says|wrote))?:?|"
    r".{2,60} (?:said|says|wrote|berkata|menulis):|"
    r".{0,60}\b\d{1,2} (?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|menit|jam|hari|minggu|bulan|tahun) "
    r"(?:yang )?(?:ago|lalu)",
    re.IGNORECASE,
)


def find_comment_thread(lines: DocumentLines, keep: Sequence[bool]) -> range:
    """Find the lines of the readers' comments below the story; an empty range where a text has none.

    Two comments must end in a reply line, and each must begin with a name and a date. Kept paragraphs must come before.
    """
    if _SPELLED_REPLY_LINES.isdisjoint(lines.text):
        return range(0)
    replies = [index for index, text in enumerate(lines.text) if text in _SPELLED_REPLY_LINES]
    if len(replies) < _MIN_REPLIES:
        return range(0)
    story_start = next(
        (index for index, is_kept in enumerate(keep) if is_kept and _is_paragraph(lines, index)), len(lines)
    )
    headers = [index for index in range(story_start + 1, replies[-1]) if _is_header(lines, index)]
    if len(headers) < _MIN_REPLIES or headers[0] > replies[-2]:
        return range(0)
    name = headers[0] - 1  # some threads print the name above the time
    has_name_above = lines.word_counts[name] <= _MAX_NAME_WORDS and not lines.ends_sentence[name]
    return range(headers[0] - has_name_above, replies[-1] + 1)


def _is_header(lines: DocumentLines, index: int) -> bool:
    """Check whether a short line names a commenter and a time, with a comment below it."""
    return (
        lines.word_counts[index] <= _MAX_HEADER_WORDS
        and len(lines.text[index]) <= _MAX_HEADER_CHARS
        and _COMMENT_HEADER.fullmatch(lines.text[index]) is not None
        and any(_is_paragraph(lines, below) for below in range(index + 1, min(index + 4, len(lines))))
    )


def _is_paragraph(lines: DocumentLines, index: int) -> bool:
    """Check whether a line is a paragraph."""
    return is_prose(lines.text[index], lines.word_counts[index], lines.ends_sentence[index])
