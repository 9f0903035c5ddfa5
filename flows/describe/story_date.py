"""The day that the story itself gives: no more than a guess at the day of publication."""

import datetime as dt
import re

from flows.describe.date_grammar import Stamp, short_stamps, stamps
from flows.describe.document_view import Line, Sheet

EARLIEST = dt.date(1990, 1, 1)  # an earlier day is no news site's
_TO_COME = re.compile(
    r"\b(?:besok|lusa|akan|mendatang|nanti|paling lambat|hingga|sampai|jadwal|kick ?-?off|dimulai|digelar|until|"
    r"next|will)\b"
    r"[^.\n]{0,45}\Z",
    re.IGNORECASE,
)
_PAST = re.compile(r"\)?,?\s{0,2}(?:\w{2,8}\s)?(?:lalu|silam|mendatang|last)\b", re.IGNORECASE)


def day_told(sheet: Sheet, latest: dt.date | None) -> tuple[Stamp, Line] | None:
    """The day the story gives: the latest that it names with its weekday and speaks of neither as past nor as to come.

    A day without its weekday is as likely any other day. Where no year is printed, the one year that fits is supplied.
    """
    named: list[tuple[Stamp, Line]] = []
    full = [(line, list(stamps(line.text))) for line in sheet.body if "19" in line.text or "20" in line.text]
    for line, found in full:
        for stamp in found:
            if stamp.odd or not stamp.weekday or stamp.day < EARLIEST or (latest is not None and stamp.day > latest):
                continue
            if not _TO_COME.search(line.text, max(0, stamp.start - 60), stamp.start) and not _PAST.match(
                line.text, stamp.end
            ):
                named.append((stamp, line))
    if named:
        return max(named, key=lambda pair: pair[0].day)
    years = _years({stamp.day.year for _, found in full for stamp in found}, latest)
    for line in sheet.body if years else ():
        for stamp in short_stamps(line.text, years):
            if latest is None or stamp.day <= latest:
                return stamp, line
    return None


def _years(said: set[int], latest: dt.date | None) -> tuple[int, ...]:
    """The years that a day without one may be of: the only year of the story's full dates (`said`), or the last two."""
    if len(said) == 1:
        return tuple(said)
    return (latest.year, latest.year - 1) if latest and not said else ()
