"""Dates that a document prints: near the headline of a page, on bylines and date lines, behind a label."""

import datetime as dt
import re
from collections.abc import Iterator
from itertools import pairwise

from flows.describe.credits import Credits
from flows.describe.date_grammar import DateStamp, find_dates
from flows.describe.date_lines import (
    WRITER_MARK,
    find_usable_dates,
    has_other_words,
    is_beside_story,
    list_other_words,
    parse_date_line,
    prints_seconds,
    rank_date_line,
)
from flows.describe.dated_value import DateContext, PublicationDate, build_stated_date, select_zone
from flows.describe.document_view import DocumentView, MarkedLine

_HEAD_LINES = 14
FAR_HEAD_LINES = 40  # lines above the body in which a date line with a time and its zone stands
_MIN_SENTENCE_WORDS = 12
_LABEL_LENGTH = 40  # characters of a line that holds a label alone
MAX_LINE_LENGTH = 220
_LINES_CLOSE, _LINES_BELOW, _LINES_ABOVE = 5, 16, 8  # lines around a page's headline in which its day stands


def find_near_headline(context: DateContext, *, close: bool = False, updates: bool = False) -> PublicationDate | None:
    """Find the first date in a short line below the headline, else the nearest above it.

    `close` limits the search to the lines right below the headline and to a date alone right above it. `updates`
    accepts the day of an update.
    """
    view, title_index = context.view, context.title_index
    if title_index is None:
        if close:
            return None
        title_index = max(0, view.body_start - 1)
    end = min(title_index + 1 + (_LINES_CLOSE if close else _LINES_BELOW), _find_story_start(view, title_index))
    above = range(max(0, title_index - (_LINES_CLOSE if close else _LINES_ABOVE)), title_index)
    dated_lines: list[tuple[int, DateStamp, MarkedLine]] = []
    closest_number = _find_closest_above(view, title_index)
    title_number = view.lines[title_index].number if title_index < len(view.lines) else 0
    for index in (*range(title_index + 1, end), *reversed(above)):
        line = view.lines[index]
        if len(line.text) > MAX_LINE_LENGTH or is_beside_story(line):
            continue
        if not updates and view.is_below_update_label(index):
            continue
        for stamp in find_usable_dates(line.text, view, context.latest_day, updates=updates):
            rank = rank_date_line(line, stamp)
            # Further above the headline a day may be the page's own clock.
            is_above = line.number < title_number
            is_clock = is_above and line.number < closest_number and (close or rank != 0)
            is_clock |= is_above and ((close and has_other_words(line, stamp)) or prints_seconds(line, stamp))
            if rank is not None and not is_clock:
                dated_lines.append((rank, stamp, line))
                break
    if not dated_lines:
        return None
    _, stamp, line = min(dated_lines, key=lambda dated: dated[0])
    return build_stated_date(stamp, line, "date.update" if updates else "date.beside-headline", context.profile)


def find_printed_date(context: DateContext) -> PublicationDate | None:
    """Find the date on a byline, else on the date line nearest above the body; one with a time comes first."""
    view, credits, latest_day = context.view, context.credits, context.latest_day
    dateline_index, title_index = context.dateline_index, context.title_index
    dated_lines: list[tuple[DateStamp, MarkedLine, str]] = []
    for line in credits.lines:
        # Longer lines are paragraphs that end in a credit.
        if len(line.text) > MAX_LINE_LENGTH:
            continue
        dated_lines += [(stamp, line, "date.byline") for stamp in find_usable_dates(line.text, view, latest_day)]
    dated_lines += [(stamp, line, "date.byline") for line, stamp in _find_dates_below(credits, view, latest_day)]
    end = dateline_index if dateline_index is not None else min(view.body_start + 3, len(view.lines))
    if title_index is not None and title_index >= end:
        title_index = None
    for index in range(end - 1, max(-1, end - 1 - FAR_HEAD_LINES), -1):
        line = view.lines[index]
        stamp = parse_date_line(line, view, latest_day) if "19" in line.text or "20" in line.text else None
        if stamp is None or view.is_below_update_label(index):
            continue
        is_timed = stamp.time is not None
        if title_index is not None and index < title_index:
            # Above a page's headline stands the page's own clock, but for a full date line right above it.
            is_date_line = is_timed and title_index - index == 1 and not prints_seconds(line, stamp)
        elif end - index > _HEAD_LINES:
            is_date_line = is_timed and (stamp.zone is not None or line.kind == "byline")
        else:
            is_date_line = line.kind == "byline" or is_timed or min(end, view.body_start + 1) - index <= 3
        if is_date_line:
            dated_lines.append((stamp, line, "date.line"))
    if not dated_lines:
        return None
    stamp, line, rule = next((dated for dated in dated_lines if dated[0].time), dated_lines[0])
    instant = stamp.to_utc(select_zone(context.profile, stamp.day))
    quote = line.text[stamp.start : stamp.end]
    evidence = [line.cite_evidence("date", rule, quote)]
    if instant:
        evidence.append(line.cite_evidence("published_at", rule, quote))
    marks = () if rule == "date.byline" else (line.mark_span("byline", rule),)
    return PublicationDate(stamp.day, "stated", instant, tuple(evidence), marks)


def find_labelled_date(context: DateContext, label: re.Pattern[str], rule: str) -> PublicationDate | None:
    """Find the date behind the first short line near the story that has this label."""
    view = context.view
    label_alone = False
    for line in view.lines[max(0, view.body_start - _HEAD_LINES) : view.body_end + 2 * _HEAD_LINES]:
        match = label.search(line.text) if _may_hold_date(line.text) else None
        stamps = (
            list(find_usable_dates(line.text, view, context.latest_day, updates=True)) if match or label_alone else []
        )
        label_end = match.end() if match else 0
        following = [stamp for stamp in stamps if 0 <= stamp.start - label_end <= 3]
        # A label may stand behind its day, unless a day follows it.
        preceding = [stamp for stamp in stamps if match and 0 <= match.start() - stamp.end <= 4]
        if following or preceding:
            return build_stated_date((following or preceding)[0], line, rule, context.profile)
        label_alone = bool(match and match.end() == len(line.text.rstrip()) and line.word_count <= 3)
    return None


def _may_hold_date(text: str) -> bool:
    """Return whether a line is short and prints a year, or so short that it may be the label of the line below."""
    is_label = len(text) <= _LABEL_LENGTH
    return len(text) <= MAX_LINE_LENGTH and (is_label or "20" in text or "19" in text or not text.isascii())


def _find_closest_above(view: DocumentView, title_index: int) -> int:
    """Return the number of the line right above the headline; lines of labels alone ("4 min read") are passed over."""
    index = title_index - 1
    while (
        index > 0 and not list_other_words(view.lines[index].text, "") and not any(find_dates(view.lines[index].text))
    ):
        index -= 1
    return view.lines[index].number if index >= 0 else 0


def _find_story_start(view: DocumentView, title_index: int) -> int:
    """Return the index of the first of two body lines in a row below the headline, the first of them a sentence.

    A single one is a standfirst. Without such a pair it is the number of lines.
    """
    for index in range(title_index + 1, len(view.lines) - 1):
        line = view.lines[index]
        is_sentence = line.word_count >= _MIN_SENTENCE_WORDS and line.text.rstrip()[-1] in '.!?"”’'
        if line.body_offset is not None and view.lines[index + 1].body_offset is not None and is_sentence:
            return index
    return len(view.lines)


def _find_dates_below(
    credits: Credits, view: DocumentView, latest_day: dt.date | None
) -> Iterator[tuple[MarkedLine, DateStamp]]:
    """Yield the dates that stand alone right below a sign-off behind the body."""
    credit_numbers = {line.number for line in credits.lines} | {row.line for row in credits.evidence}
    for above, below in pairwise(view.lines[view.body_end :]):
        if above.number in credit_numbers and above.body_offset is None and WRITER_MARK.search(above.text):
            stamp = next(find_usable_dates(below.text[:MAX_LINE_LENGTH], view, latest_day), None)
            if stamp and not has_other_words(below, stamp):
                yield below, stamp
