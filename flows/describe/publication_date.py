"""Publication date: stated by byline, date line, metadata or record, else the day that the story gives."""

import datetime as dt
import re
from dataclasses import replace

from flows.describe.date_grammar import DateStamp, find_dates, parse_machine_date
from flows.describe.date_lines import PUBLISHED_ON, is_usable
from flows.describe.dated_value import DateContext, PublicationDate, select_zone
from flows.describe.day_order import settle_day_order
from flows.describe.document_view import DocumentView, Evidence, MarkedLine
from flows.describe.printed_dates import (
    FAR_HEAD_LINES,
    MAX_LINE_LENGTH,
    find_labelled_date,
    find_near_headline,
    find_printed_date,
)
from flows.describe.story_date import EARLIEST_DAY, find_story_day
from flows.describe.url_dates import find_url_day

_MINUTE_LENGTH = len("2024-05-04T20:30")
_DECLARED_PLACES = ("record", "jsonld", "og", "meta", "microdata")
_FIRST_PUBLISHED_ON = re.compile(
    r"\b(?:(?:originally|first) (?:published|posted|appeared)(?: (?:on|in))?|(?:pertama kali|awalnya) "
    r"(?:terbit|tayang|diterbitkan|dipublikasikan)(?: pada)?)\s{0,2}:?",
    re.IGNORECASE,
)
# Every match of _FIRST_PUBLISHED_ON contains one of these, in small letters behind the first.
_FIRST_PUBLISHED_WORDS = ("riginally", "irst p", "irst a", "ertama kali", "walnya")
_UPDATED_ON = re.compile(r"\b(?:(?:last|page) )?(?:updated?|modified|reviewed)(?:\s{1,2}on)?\s{0,2}:?", re.IGNORECASE)


def find_publication_date(context: DateContext) -> PublicationDate:
    """Find the date of publication; where a printed zone contradicts the declared one there is no instant.

    See `_find_date` for the sources.
    """
    published, view = _find_date(context), context.view
    if not published.instant or published.marks or not view.is_page:
        return published
    declared_stamp = parse_machine_date(published.evidence[0].quote)
    head_end = max(context.dateline_index or 0, view.body_start) + 1
    for line in view.lines[max(0, head_end - FAR_HEAD_LINES) : head_end]:
        if declared_stamp is None or len(line.text) > MAX_LINE_LENGTH:
            continue
        for stamp in find_dates(line.text):
            is_same_clock = stamp.day == declared_stamp.day and stamp.time == declared_stamp.time
            if is_same_clock and stamp.zone and stamp.to_utc(None) != published.instant:
                evidence = tuple(row for row in published.evidence if row.field == "date")
                return replace(published, day=stamp.day, instant=None, evidence=evidence)
    return published


def _find_date(context: DateContext) -> PublicationDate:
    """Find the date: declared, in bylines and date lines, near the headline, in the URL, in the story."""
    view = context.view
    declared_date = _parse_candidate_dates(context, _DECLARED_PLACES)
    if declared_date and declared_date.day and view.is_page and not view.find_candidates("published_at", "record"):
        is_last_change = _is_last_change(view, declared_date.evidence[0].quote)
        close_printed = find_near_headline(context, close=True)
        if close_printed is None and is_last_change:
            close_printed = find_labelled_date(context, PUBLISHED_ON, "date.published-on")
        if close_printed and close_printed.day and close_printed.day != declared_date.day:
            # One day apart: the page counts in its own zone. A hidden bare day, or a later day for social
            # networks, belongs to another edition.
            if _may_be_same_instant(close_printed.day, declared_date):
                return replace(
                    declared_date,
                    day=close_printed.day,
                    evidence=(*close_printed.evidence, *declared_date.evidence),
                    marks=close_printed.marks,
                )
            declared_is_later = close_printed.day < declared_date.day and (
                is_last_change or declared_date.evidence[0].rule in {"date.og", "date.meta"}
            )
            if declared_date.instant is None or declared_is_later:
                return close_printed
    if declared_date and declared_date.instant:
        return declared_date
    close_date = find_near_headline(context, close=True) if view.is_page and context.profile is None else None
    first_date = (
        find_labelled_date(context, _FIRST_PUBLISHED_ON, "date.first-published")
        if view.is_page and any(words in view.text for words in _FIRST_PUBLISHED_WORDS)
        else None
    )
    visible_date = first_date or close_date or find_printed_date(context)
    if declared_date and (visible_date is None or visible_date.day != declared_date.day):
        return declared_date
    nearby_date = None if visible_date or not view.is_page else find_near_headline(context)
    nearby_date = nearby_date or (
        find_labelled_date(context, PUBLISHED_ON, "date.published-on")
        if view.is_page and visible_date is None
        else None
    )
    printed_date = (
        visible_date
        or nearby_date
        or _parse_candidate_dates(context, ("page", "headline"))
        or _parse_only_time(context)
        or _parse_candidate_dates(context, ("script",))
    )
    url_date = _parse_url_date(context) if printed_date is None else None
    if url_date and url_date.basis == "stated":
        return url_date
    if printed_date is None and view.is_page:
        # The day of the last update is a bound, and better than a day from the story.
        printed_date = find_near_headline(context, updates=True) or _parse_candidate_dates(
            context, ("headline",), "date.update", "modified_at"
        )
        printed_date = printed_date or find_labelled_date(context, _UPDATED_ON, "date.update")
        printed_date = printed_date or _read_modified_date(context)
        printed_date = _weaken_update(printed_date, view) if printed_date else None
    story_match = find_story_day(view, context.latest_day) if printed_date is None else None
    story_date = _build_inferred_date(*story_match) if story_match else PublicationDate()
    return printed_date or (story_date if story_date.day else url_date) or story_date


def _may_be_same_instant(printed_day: dt.date, declared: PublicationDate) -> bool:
    """Return whether a printed day is one from the declared day, and may be that of its instant in some zone."""
    if declared.day is None or declared.instant is None:
        return False
    one_day = dt.timedelta(days=1)
    # In UTC and in any zone the days of one instant are one apart at most.
    return abs(printed_day - declared.day) == one_day and abs(printed_day - declared.instant.date()) <= one_day


def find_last_revision(view: DocumentView, published: PublicationDate) -> dt.datetime | None:
    """Return the latest instant, in UTC, at which the document says that it was modified or published."""
    stamps = (parse_machine_date(candidate.value) for candidate in view.find_candidates("modified_at"))
    instants = [stamp.to_utc(dt.UTC) for stamp in stamps if stamp]
    if published.basis == "stated" and published.day:
        instants.append(published.instant or dt.datetime.combine(published.day, dt.time(), dt.UTC))
    return max((instant for instant in instants if instant), default=None)


def _is_last_change(view: DocumentView, declared: str) -> bool:
    """Return whether a page declares the same minute as its last change: then it may be when the page was made."""
    minute = declared.strip().replace(" ", "T")[:_MINUTE_LENGTH]
    return len(minute) == _MINUTE_LENGTH and any(
        candidate.value.strip().replace(" ", "T").startswith(minute)
        for candidate in view.find_candidates("modified_at", "jsonld", "og")
    )


def _parse_candidate_dates(
    context: DateContext,
    places: tuple[str, ...],
    update_rule: str | None = None,
    field: str = "published_at",
) -> PublicationDate | None:
    """Return the first usable date among the candidates of `places`; a date with a time comes before one without.

    `update_rule` is the evidence rule under which the day of an update is accepted too.
    """
    view, usable_dates = context.view, []
    for candidate in view.find_candidates(field, *places):
        parsed = parse_machine_date(candidate.value)
        stamp = settle_day_order(parsed, view) if parsed else None
        if stamp and is_usable(replace(stamp, is_update=False) if update_rule else stamp, context.latest_day):
            rule = update_rule or "record" if update_rule or candidate.where == "record" else f"date.{candidate.where}"
            usable_dates.append((stamp, candidate, rule))
    if not usable_dates:
        return None
    day = usable_dates[0][0].day
    stamp, candidate, rule = next(
        (dated for dated in usable_dates if dated[0].time and abs((dated[0].day - day).days) <= 1), usable_dates[0]
    )
    outlet_zone = select_zone(context.profile, stamp.day)
    instant = stamp.to_utc(outlet_zone)
    # The day in the outlet's own zone: 20:00 UTC is the next day in Jakarta.
    day = instant.astimezone(outlet_zone).date() if instant and outlet_zone else stamp.day
    evidence = [Evidence("date", rule, None, candidate.value)]
    if instant:
        evidence.append(Evidence("published_at", rule, None, candidate.value))
    return PublicationDate(day, "stated", instant, tuple(evidence))


def _parse_only_time(context: DateContext) -> PublicationDate | None:
    """Return the date of the time elements if all of a page name one day: else they may be those of cards.

    The day of an update is none.
    """
    candidates = context.view.find_candidates("published_at", "time")
    stamps = (parse_machine_date(candidate.value) for candidate in candidates)
    days = {stamp.day for stamp in stamps if stamp}
    if len(days) != 1 or days & context.view.update_days:
        return None
    return _parse_candidate_dates(context, ("time",))


def _read_modified_date(context: DateContext) -> PublicationDate | None:
    """Return the day of the last change that the page declares in its metadata: only a bound, so it is inferred."""
    for candidate in context.view.find_candidates("modified_at", "jsonld", "og"):
        parsed = parse_machine_date(candidate.value)
        stamp = settle_day_order(parsed, context.view) if parsed else None
        if stamp and is_usable(replace(stamp, is_update=False), context.latest_day):
            return PublicationDate(
                stamp.day, "inferred", None, (Evidence("date", "date.modified", None, candidate.value),)
            )
    return None


def _weaken_update(updated: PublicationDate, view: DocumentView) -> PublicationDate:
    """Return the day of an update that readers see as a likely day of publication, without an instant.

    It is inferred where the page's data calls the same day its last change: such a page was published before.
    """
    evidence = tuple(row._replace(sure="likely") for row in updated.evidence if row.field == "date")
    stamps = (parse_machine_date(candidate.value) for candidate in view.find_candidates("modified_at", "jsonld", "og"))
    is_last_change = any(stamp and stamp.day == updated.day for stamp in stamps)
    return replace(updated, basis="inferred" if is_last_change else updated.basis, instant=None, evidence=evidence)


def _parse_url_date(context: DateContext) -> PublicationDate | None:
    """Parse the day in the article's URL; it is inferred where the outlet counts its days in UTC."""
    url, profile, latest_day = context.url, context.profile, context.latest_day
    day = find_url_day(url) if url else None
    if url is None or day is None or day < EARLIEST_DAY or (latest_day is not None and day > latest_day):
        return None
    basis = "inferred" if profile and profile.url_days == "UTC" else "stated"
    certainty = "likely" if basis == "stated" else "guess"
    return PublicationDate(day, basis, None, (Evidence("date", "date.url", None, url, certainty),))


def _build_inferred_date(stamp: DateStamp, line: MarkedLine) -> PublicationDate:
    """Build an inferred date from a day in the story."""
    quote = line.text[stamp.start : stamp.end]
    return PublicationDate(stamp.day, "inferred", None, (line.cite_evidence("date", "date.story", quote, "guess"),))
