"""Publication date: stated by byline, date line, metadata or record, else the day that the story gives."""

import datetime as dt
import re
from dataclasses import dataclass, replace

from flows.describe.credits import Credits
from flows.describe.date_grammar import DateStamp, find_dates, parse_machine_date, parse_zone
from flows.describe.document_view import DocumentView, Evidence, MarkedLine
from flows.describe.story_date import EARLIEST_DAY, find_story_day
from flows.outlets import Profile
from schemas.stage_tables import Mark

_HEAD_LINES = 14
_LINES_CLOSE, _LINES_BELOW, _LINES_ABOVE = 5, 16, 8  # lines around a page's headline in which its day stands
_DECLARED_PLACES = ("record", "jsonld", "og", "meta", "microdata")
_IN_URL = re.compile(r"/((?:19|20)\d\d)(?:/(\d{1,2})/(\d{1,2})|-(\d\d)-(\d\d)|(\d\d)(\d\d))(?!\d)")
_PUBLISHED_ON = re.compile(
    r"\b(?:(?:published|posted|first published)(?:\s{1,2}on)?|diterbitkan|dipublikasikan|terbit|tayang)\s{0,2}:?",
    re.IGNORECASE,
)
_UPDATED_ON = re.compile(r"\b(?:(?:last|page) )?(?:updated|modified|reviewed)(?:\s{1,2}on)?\s{0,2}:?", re.IGNORECASE)
_NUMERIC_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}")
_EVENT_WORD = re.compile(
    r"\b(?:expires?|deadline|valid|until|through|born|copyright|©|since|join us|webinar|register)\b", re.IGNORECASE
)
_MAX_LINE_LENGTH = 220
# Words beside the date on a date line: labels, the outlet's name, a share count. Not a sentence.
_MAX_OTHER_WORDS = 8
_LABELS = re.compile(
    r"\b(?:tayang|terbit|diterbitkan|dipublikasikan|dibuat|published|posted|publish|date|tanggal|pada|on|wib|wita|wit|pukul|"
    r"updated?|diperbarui|read|menit baca|views?|dilihat|dibaca|kali)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PublicationDate:
    """Day of publication and, where day, time and zone are stated, the instant in UTC."""

    day: dt.date | None = None
    basis: str | None = None
    instant: dt.datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    marks: tuple[Mark, ...] = ()


def find_publication_date(
    view: DocumentView,
    credits: Credits,
    dateline_index: int | None,
    profile: Profile | None,
    latest_day: dt.date | None,
    title_index: int | None = None,
    url: str | None = None,
) -> PublicationDate:
    """Find the date of publication: declared, in bylines and date lines, near the headline, in the URL, in the story.

    `latest_day` is the last possible day of publication (from the day of fetching), or None. `title_index` is the index
    of the line that prints a page's headline.
    """
    declared_date = _parse_candidate_dates(view, profile, latest_day, _DECLARED_PLACES)
    if declared_date and declared_date.day and view.is_page and not view.find_candidates("published_at", "record"):
        close_printed = _find_near_headline(view, title_index, profile, latest_day, close=True)
        if close_printed and close_printed.day and close_printed.day != declared_date.day:
            # One day apart: the page counts in its own zone. A hidden bare day, or a later day for social
            # networks, belongs to another edition.
            if abs(close_printed.day - declared_date.day) == dt.timedelta(days=1) and declared_date.instant:
                return replace(
                    declared_date,
                    day=close_printed.day,
                    evidence=(*close_printed.evidence, *declared_date.evidence),
                    marks=close_printed.marks,
                )
            declared_is_later = (
                declared_date.evidence[0].rule in {"date.og", "date.meta"} and close_printed.day < declared_date.day
            )
            if declared_date.instant is None or declared_is_later:
                return close_printed
    if declared_date and declared_date.instant:
        return declared_date
    close_date = (
        _find_near_headline(view, title_index, profile, latest_day, close=True)
        if view.is_page and profile is None
        else None
    )
    visible_date = close_date or _find_printed_date(view, credits, dateline_index, profile, latest_day)
    if declared_date and (visible_date is None or visible_date.day != declared_date.day):
        return declared_date
    nearby_date = (
        None if visible_date or not view.is_page else _find_near_headline(view, title_index, profile, latest_day)
    )
    nearby_date = nearby_date or (
        _find_labelled_date(view, profile, latest_day, _PUBLISHED_ON, "date.published-on")
        if view.is_page and visible_date is None
        else None
    )
    printed_date = (
        visible_date
        or nearby_date
        or _parse_candidate_dates(view, profile, latest_day, ("page", "headline", "time", "script"))
    )
    url_date = _parse_url_date(url, profile, latest_day) if printed_date is None and url else None
    if url_date and url_date.basis == "stated":
        return url_date
    if printed_date is None and view.is_page:
        # The day of the last update, with its own rule, is better than a day from the story.
        printed_date = _find_near_headline(
            view, title_index, profile, latest_day, updates=True
        ) or _parse_candidate_dates(view, profile, latest_day, ("headline",), "date.update")
        printed_date = printed_date or _find_labelled_date(view, profile, latest_day, _UPDATED_ON, "date.update")
        printed_date = printed_date or _read_modified_date(view, profile, latest_day)
        printed_date = (
            replace(
                printed_date, instant=None, evidence=tuple(row for row in printed_date.evidence if row.field == "date")
            )
            if printed_date
            else None
        )
    story_match = find_story_day(view, latest_day) if printed_date is None else None
    story_date = _build_inferred_date(*story_match) if story_match else PublicationDate()
    return printed_date or (story_date if story_date.day else url_date) or story_date


def find_last_revision(view: DocumentView, published: PublicationDate) -> dt.datetime | None:
    """Return the latest instant, in UTC, at which the document says that it was modified or published."""
    stamps = (parse_machine_date(candidate.value) for candidate in view.find_candidates("modified_at"))
    instants = [stamp.to_utc(dt.UTC) for stamp in stamps if stamp]
    if published.basis == "stated" and published.day:
        instants.append(published.instant or dt.datetime.combine(published.day, dt.time(), dt.UTC))
    return max((instant for instant in instants if instant), default=None)


def _is_usable(stamp: DateStamp, latest_day: dt.date | None) -> bool:
    """Return whether a date is no update, fits its weekday and lies between EARLIEST_DAY and `latest_day`."""
    return (
        not stamp.is_update
        and not stamp.weekday_conflicts
        and stamp.day >= EARLIEST_DAY
        and (latest_day is None or stamp.day <= latest_day)
    )


def _parse_candidate_dates(
    view: DocumentView,
    profile: Profile | None,
    latest_day: dt.date | None,
    places: tuple[str, ...],
    update_rule: str | None = None,
) -> PublicationDate | None:
    """Return the first usable date among the candidates of `places`; a date with a time comes before one without.

    `update_rule` is the evidence rule under which the day of an update is accepted too.
    """
    usable_dates = []
    for candidate in view.find_candidates("published_at", *places):
        stamp = parse_machine_date(candidate.value)
        if stamp and _is_usable(replace(stamp, is_update=False) if update_rule else stamp, latest_day):
            rule = update_rule or "record" if update_rule or candidate.where == "record" else f"date.{candidate.where}"
            usable_dates.append((stamp, candidate, rule))
    if not usable_dates:
        return None
    day = usable_dates[0][0].day
    stamp, candidate, rule = next(
        (dated for dated in usable_dates if dated[0].time and abs((dated[0].day - day).days) <= 1), usable_dates[0]
    )
    outlet_zone = _select_zone(profile, stamp.day)
    instant = stamp.to_utc(outlet_zone)
    # The day in the outlet's own zone: 20:00 UTC is the next day in Jakarta.
    day = instant.astimezone(outlet_zone).date() if instant and outlet_zone else stamp.day
    evidence = [Evidence("date", rule, None, candidate.value)]
    if instant:
        evidence.append(Evidence("published_at", rule, None, candidate.value))
    return PublicationDate(day, "stated", instant, tuple(evidence))


def _find_near_headline(
    view: DocumentView,
    title_index: int | None,
    profile: Profile | None,
    latest_day: dt.date | None,
    *,
    close: bool = False,
    updates: bool = False,
) -> PublicationDate | None:
    """Find the first date in a short line below the headline, else the nearest above it.

    `close` limits the search to the lines right below the headline. `updates` accepts the day of an update.
    """
    if title_index is None:
        if close:
            return None
        title_index = max(0, view.body_start - 1)
    below = view.lines[title_index + 1 : title_index + 1 + (_LINES_CLOSE if close else _LINES_BELOW)]
    above = () if close else view.lines[max(0, title_index - _LINES_ABOVE) : title_index]
    for line in (*below, *reversed(above)):
        if (
            len(line.text) > _MAX_LINE_LENGTH
            or line.kind in {"caption", "related", "ad"}
            or _EVENT_WORD.search(line.text)
        ):
            continue
        for stamp in find_dates(line.text):
            if _is_usable(replace(stamp, is_update=False) if updates else stamp, latest_day):
                stamp = _swap_month_first(stamp, line, view)
                return _build_stated_date(stamp, line, "date.update" if updates else "date.beside-headline", profile)
    return None


def _swap_month_first(stamp: DateStamp, line: MarkedLine, view: DocumentView) -> DateStamp:
    """Read a numeric date month first where one of the page's <time> elements declares that day."""
    day = stamp.day
    if not _NUMERIC_DATE.search(line.text[stamp.start : stamp.end]) or day.day > 12 or day.day == day.month:
        return stamp
    declared_days = {candidate.value[:10] for candidate in view.find_candidates("published_at", "time", "headline")}
    swapped_day = dt.date(day.year, day.day, day.month)
    return (
        replace(stamp, day=swapped_day)
        if swapped_day.isoformat() in declared_days and day.isoformat() not in declared_days
        else stamp
    )


def _read_modified_date(
    view: DocumentView, profile: Profile | None, latest_day: dt.date | None
) -> PublicationDate | None:
    """Return the day of the last change that the page declares in its metadata: only a bound, so it is inferred."""
    for candidate in view.find_candidates("modified_at", "jsonld", "og"):
        stamp = parse_machine_date(candidate.value)
        if stamp and _is_usable(replace(stamp, is_update=False), latest_day):
            return PublicationDate(
                stamp.day, "inferred", None, (Evidence("date", "date.modified", None, candidate.value, "likely"),)
            )
    return None


def _find_labelled_date(
    view: DocumentView, profile: Profile | None, latest_day: dt.date | None, label: re.Pattern[str], rule: str
) -> PublicationDate | None:
    """Find the date behind the first short line near the story that has this label."""
    label_alone = False
    for line in view.lines[max(0, view.body_start - _HEAD_LINES) : view.body_end + 2 * _HEAD_LINES]:
        match = label.search(line.text) if len(line.text) <= _MAX_LINE_LENGTH else None
        stamp = next(find_dates(line.text), None) if match or label_alone else None
        follows_label = 0 <= stamp.start - (match.end() if match else 0) <= 3 if stamp else False
        if stamp and follows_label and _is_usable(replace(stamp, is_update=False), latest_day):
            return _build_stated_date(stamp, line, rule, profile)
        label_alone = bool(match and match.end() == len(line.text.rstrip()) and line.word_count <= 3)
    return None


def _parse_url_date(url: str, profile: Profile | None, latest_day: dt.date | None) -> PublicationDate | None:
    """Parse the day in the article's URL; it is inferred where the outlet counts its days in UTC."""
    match = _IN_URL.search(url)
    try:
        day = dt.date(*(int(part) for part in match.groups() if part)) if match else None
    except ValueError:
        day = None
    if match is None or day is None or day < EARLIEST_DAY or (latest_day is not None and day > latest_day):
        return None
    basis = "inferred" if profile and profile.url_days == "UTC" else "stated"
    certainty = "likely" if basis == "stated" else "guess"
    return PublicationDate(day, basis, None, (Evidence("date", "date.url", None, url, certainty),))


def _build_stated_date(stamp: DateStamp, line: MarkedLine, rule: str, profile: Profile | None) -> PublicationDate:
    """Build a stated date from a date on a line, marked as byline outside the body."""
    instant = stamp.to_utc(_select_zone(profile, stamp.day))
    quote = line.text[stamp.start : stamp.end]
    evidence = [
        line.cite_evidence("date", rule, quote),
        *([line.cite_evidence("published_at", rule, quote)] if instant else []),
    ]
    return PublicationDate(
        stamp.day,
        "stated",
        instant,
        tuple(evidence),
        (line.mark_span("byline", rule),) if line.body_offset is None else (),
    )


def _select_zone(profile: Profile | None, day: dt.date) -> dt.timezone | None:
    """Return the profile's time zone if the profile is valid on that day."""
    return parse_zone(profile.zone) if profile and profile.is_valid_on(day) else None


def _find_printed_date(
    view: DocumentView,
    credits: Credits,
    dateline_index: int | None,
    profile: Profile | None,
    latest_day: dt.date | None,
) -> PublicationDate | None:
    """Find the date on a byline, else on the date line nearest above the body; one with a time comes first."""
    dated_lines: list[tuple[DateStamp, MarkedLine, str]] = []
    for line in credits.lines:
        # Longer lines are paragraphs that end in a credit.
        if len(line.text) > _MAX_LINE_LENGTH:
            continue
        dated_lines += [
            (stamp, line, "date.byline") for stamp in find_dates(line.text) if _is_usable(stamp, latest_day)
        ]
    end = dateline_index if dateline_index is not None else min(view.body_start + 3, len(view.lines))
    for index in range(end - 1, max(-1, end - 1 - _HEAD_LINES), -1):
        line = view.lines[index]
        stamp = _parse_date_line(line)
        # A day without a time far above the body may be the page's own clock.
        if stamp and _is_usable(stamp, latest_day) and (line.kind == "byline" or stamp.time or end - index <= 3):
            dated_lines.append((stamp, line, "date.line"))
    if not dated_lines:
        return None
    stamp, line, rule = next((dated for dated in dated_lines if dated[0].time), dated_lines[0])
    instant = stamp.to_utc(_select_zone(profile, stamp.day))
    quote = line.text[stamp.start : stamp.end]
    evidence = [line.cite_evidence("date", rule, quote)]
    if instant:
        evidence.append(line.cite_evidence("published_at", rule, quote))
    marks = () if rule == "date.byline" else (line.mark_span("byline", rule),)
    return PublicationDate(stamp.day, "stated", instant, tuple(evidence), marks)


def _parse_date_line(line: MarkedLine) -> DateStamp | None:
    """Parse the date of a line that holds almost nothing else."""
    if len(line.text) > 160 or line.kind in {"caption", "related", "ad", "footer"}:
        return None
    stamp = next(find_dates(line.text), None)
    if stamp is None:
        return None
    before, after = line.text[: stamp.start], line.text[stamp.end :]
    unlabelled_text = _LABELS.sub(" ", f"{before} {after}")
    words = [word for word in re.split(r"[^\w']+", unlabelled_text) if word]
    max_words = _MAX_OTHER_WORDS if line.kind == "byline" else 4
    return stamp if len(words) <= max_words and not before.rstrip().endswith(("(", '"')) else None


def _build_inferred_date(stamp: DateStamp, line: MarkedLine) -> PublicationDate:
    """Build an inferred date from a day in the story."""
    quote = line.text[stamp.start : stamp.end]
    return PublicationDate(stamp.day, "inferred", None, (line.cite_evidence("date", "date.story", quote, "guess"),))
