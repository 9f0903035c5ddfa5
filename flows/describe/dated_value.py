"""What the rules of the publication date are given, and what they find: the day, with its evidence."""

import datetime as dt
from dataclasses import dataclass

from flows.describe.credits import Credits
from flows.describe.date_grammar import DateStamp, parse_zone
from flows.describe.document_view import DocumentView, Evidence, MarkedLine
from flows.outlets import Profile
from schemas.stage_tables import Mark


@dataclass(frozen=True, eq=False)
class DateContext:
    """What is known of a document before its day of publication is.

    `dateline_index` is the index of the dateline's line, `title_index` that of the line that prints a page's headline,
    `latest_day` the last possible day of publication; None where there is none.
    """

    view: DocumentView
    credits: Credits
    dateline_index: int | None
    profile: Profile | None
    latest_day: dt.date | None
    title_index: int | None
    url: str | None


@dataclass(frozen=True)
class PublicationDate:
    """Day of publication and, where day, time and zone are stated, the instant in UTC."""

    day: dt.date | None = None
    basis: str | None = None
    instant: dt.datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    marks: tuple[Mark, ...] = ()


def build_stated_date(stamp: DateStamp, line: MarkedLine, rule: str, profile: Profile | None) -> PublicationDate:
    """Build a stated date from a date on a line, marked as byline outside the body."""
    instant = stamp.to_utc(select_zone(profile, stamp.day))
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


def select_zone(profile: Profile | None, day: dt.date) -> dt.timezone | None:
    """Return the profile's time zone if the profile is valid on that day."""
    return parse_zone(profile.zone) if profile and profile.is_valid_on(day) else None
