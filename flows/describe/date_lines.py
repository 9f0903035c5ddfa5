"""Lines that print a date: which dates count, and whether a line is a date line or a sentence."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace

from flows.describe.date_grammar import DateStamp, find_dates
from flows.describe.day_order import settle_day_order
from flows.describe.document_view import DocumentView, MarkedLine
from flows.describe.story_date import EARLIEST_DAY

PUBLISHED_ON = re.compile(
    r"\b(?:(?:publish(?:ed)?|posted|first published)(?:\s{1,2}(?:on|date))?|"
    r"diterbitkan|dipublikasikan|terbit|tayang)\s{0,2}:?",
    re.IGNORECASE,
)
# Words of a date that is no publication's: an event, a licence, a photograph.
_EVENT_WORD = re.compile(
    r"\b(?:expires?|deadline|valid|until|through|born|copyright|since|join us|webinar|register|starts?|doors open|"
    r"licen[cs]e|berlaku|izin|lisensi|hak cipta|sejak|hingga|sampai|pendaftaran|acara|digelar)\b|©|"
    r"\b(?:no|nomor|sk)\b\.? ",
    re.IGNORECASE,
)
# A date behind such a word is part of a sentence ("speaks at Town Hall on December 7, 2025").
_PREPOSITION = re.compile(
    r"\b(?:on|in|at|during|from|of|to|by|pada|di|tanggal|dari|bulan|dalam)\s{1,3}\Z", re.IGNORECASE
)
WRITER_MARK = re.compile(r"\b(?:by|oleh|penulis|reporter|editor|author|words)\b", re.IGNORECASE)
_BEHIND_BAR = re.compile(r"(?:^|[|•·]|\b(?:published|posted|updated)\b)\s{0,3}\w{1,8}\s{1,3}\Z", re.IGNORECASE)
_SECONDS = re.compile(r":\d\d:\d\d")
_VIEW_COUNT_RULE = "related.views"  # "15:06 WIB | 998 Views" is a date line all the same
_HEAD_DATE_WORDS = 6  # words beside a date near a page's headline
# Words beside the date on a date line: labels, the outlet's name, a share count. Not a sentence.
_MAX_OTHER_WORDS = 8
_MIN_TITLE_WORDS = 2  # on either side of the day that a title holds, or of those that the story repeats
_MIN_REPEATED_LETTERS = 4  # of a word that the story repeats
_LABELS = re.compile(
    r"\b(?:tayang|terbit|diterbitkan|dipublikasikan|dibuat|published|posted|publish|date|tanggal|pada|on|wib|wita|wit|pukul|"
    r"updated?|diperbarui|read|menit baca|views?|dilihat|dibaca|kali|originally|first|last|created|added|mins?|"
    r"minutes?|"
    r"comments?|komentar|shares?|time|waktu|rilis|release|publikasi|jam)\b",
    re.IGNORECASE,
)


def is_usable(stamp: DateStamp, latest_day: dt.date | None) -> bool:
    """Return whether a date is no update, fits its weekday and lies between EARLIEST_DAY and `latest_day`."""
    return (
        not stamp.is_update
        and not stamp.weekday_conflicts
        and stamp.day >= EARLIEST_DAY
        and (latest_day is None or stamp.day <= latest_day)
    )


def is_beside_story(line: MarkedLine) -> bool:
    """Return whether a line belongs to a picture, to other stories or to the frame of the page."""
    is_foreign = line.kind in {"caption", "related", "ad", "footer"} and line.rule != _VIEW_COUNT_RULE
    return is_foreign or line.rule == "html.header"


def find_usable_dates(
    text: str, view: DocumentView, latest_day: dt.date | None, *, updates: bool = False
) -> Iterator[DateStamp]:
    """Yield the usable dates of a text whose order of day and month is settled; `updates` accepts days of updates."""
    for stamp in find_dates(text):
        settled = settle_day_order(replace(stamp, is_update=False) if updates else stamp, view)
        if settled and is_usable(settled, latest_day) and (updates or settled.day not in view.update_days):
            yield settled


def rank_date_line(line: MarkedLine, stamp: DateStamp) -> int | None:
    """Rank a line with a date: 0 labelled, 1 a date alone or with a writer, 2 with other words; None for a sentence."""
    before, behind = line.text[: stamp.start], line.text[stamp.end :]
    if PUBLISHED_ON.search(before) or PUBLISHED_ON.match(behind.lstrip(" |•-–—,(")):
        return 0
    if _EVENT_WORD.search(line.text):
        return None
    is_written = (line.kind == "byline" and line.text.rstrip()[-1] != ".") or WRITER_MARK.search(line.text) is not None
    other_words = list_other_words(before, behind)
    if not other_words:
        return 1
    if line.body_offset is not None:
        return None
    if len(other_words) > 2 * _HEAD_DATE_WORDS or (_PREPOSITION.search(before) and not _BEHIND_BAR.search(before)):
        return None
    return 1 if is_written else 2 if len(other_words) <= _HEAD_DATE_WORDS else None


def is_title_with_day(line: MarkedLine, stamp: DateStamp, view: DocumentView) -> bool:
    """Return whether a line is a title that holds a day, which is then no day of publication.

    It has words on both sides of the day, or it is the only line above the story, which repeats its words.
    """
    before = list_other_words(line.text[: stamp.start], "")
    behind = list_other_words("", line.text[stamp.end :])
    if stamp.time is not None or not line.plain_text[:1].isupper():
        return False
    if min(len(before), len(behind)) >= _MIN_TITLE_WORDS:
        return True
    if line is not view.lines[0] or view.body_start > 1:
        return False
    story = {
        word.casefold()
        for body_line in view.body_lines
        if body_line is not line
        for word in re.findall(r"\w+", body_line.text[:2000])
    }
    words = {word.casefold() for word in (*before, *behind) if len(word) >= _MIN_REPEATED_LETTERS}
    return len(words & story) >= _MIN_TITLE_WORDS


def prints_seconds(line: MarkedLine, stamp: DateStamp) -> bool:
    """Return whether a date has a time to the second, as the clocks of pages do and bylines do not."""
    return _SECONDS.search(line.text, stamp.start, stamp.end) is not None


def has_other_words(line: MarkedLine, stamp: DateStamp) -> bool:
    """Return whether a line holds words beside its date that are no labels."""
    return bool(list_other_words(line.text[: stamp.start], line.text[stamp.end :]))


def list_other_words(before: str, behind: str) -> list[str]:
    """List the words beside a date that are no labels."""
    return [word for word in re.split(r"[^\w']+", _LABELS.sub(" ", f"{before} {behind}")) if word.strip("_0123456789")]


def parse_date_line(line: MarkedLine, view: DocumentView, latest_day: dt.date | None) -> DateStamp | None:
    """Parse the date of a line that holds almost nothing else."""
    if len(line.text) > 160 or is_beside_story(line) or _EVENT_WORD.search(line.text):
        return None
    stamp = next(find_usable_dates(line.text, view, latest_day), None)
    if stamp is None:
        return None
    if is_title_with_day(line, stamp, view):
        return None
    before, after = line.text[: stamp.start], line.text[stamp.end :]
    if _is_sentence_of_story(line, before, after):
        return None
    max_words = _MAX_OTHER_WORDS if line.kind == "byline" else 4
    is_date_line = len(list_other_words(before, after)) <= max_words
    return stamp if is_date_line and not before.rstrip().endswith(("(", '"')) else None


def _is_sentence_of_story(line: MarkedLine, before: str, after: str) -> bool:
    """Return whether a line of the story is a short sentence about a day: "Timnas bermain pada Sabtu (4/5/2024)."."""
    if line.body_offset is None or not list_other_words(before, after) or WRITER_MARK.search(line.text):
        return False
    if PUBLISHED_ON.search(before) or PUBLISHED_ON.match(after.lstrip(" |•-–—,(")):
        return False
    return line.text.rstrip().endswith(".") or _PREPOSITION.search(before) is not None
