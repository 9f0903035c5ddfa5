"""Day that the story itself gives: an estimate of the day of publication."""

import datetime as dt
import re

from flows.describe.date_grammar import DateStamp, find_dates, find_yearless_dates
from flows.describe.document_view import DocumentView, MarkedLine

EARLIEST_DAY = dt.date(1990, 1, 1)  # no news site published before
_FUTURE = re.compile(
    r"\b(?:besok|lusa|akan|mendatang|nanti|paling lambat|hingga|sampai|(?:di)?jadwal(?:kan)?|rencananya|"
    r"direncanakan|berikutnya|kick ?-?off|dimulai|digelar|until|next|will|scheduled|upcoming|takes? place)\b"
    r"[^.\n]{0,45}\Z",
    re.IGNORECASE,
)
_TODAY = re.compile(r"\b(?:hari ini|today|malam ini|pagi ini|siang ini|sore ini)\b[^.\n]{0,20}\Z", re.IGNORECASE)
_PAST = re.compile(r"\)?,?\s{0,2}(?:\w{2,8}\s)?(?:lalu|silam|mendatang|last)\b", re.IGNORECASE)


def find_story_day(view: DocumentView, latest_day: dt.date | None) -> tuple[DateStamp, MarkedLine] | None:
    """Find the day that the story calls today, else the latest with a weekday that is neither past nor future.

    A day without its weekday may be any other day. Where no year is printed, the only year that fits is supplied.
    """
    story_days: list[tuple[DateStamp, MarkedLine]] = []
    dates_by_line = [
        (line, list(find_dates(line.text))) for line in view.body_lines if "19" in line.text or "20" in line.text
    ]
    for line, line_dates in dates_by_line:
        for stamp in line_dates:
            if (
                stamp.weekday_conflicts
                or not stamp.has_weekday
                or stamp.day < EARLIEST_DAY
                or (latest_day is not None and stamp.day > latest_day)
            ):
                continue
            if _TODAY.search(line.text, max(0, stamp.start - 40), stamp.start):
                return stamp, line
            if not _FUTURE.search(line.text, max(0, stamp.start - 60), stamp.start) and not _PAST.match(
                line.text, stamp.end
            ):
                story_days.append((stamp, line))
    if story_days:
        return max(story_days, key=lambda pair: pair[0].day)
    years = _infer_years({stamp.day.year for _, line_dates in dates_by_line for stamp in line_dates}, latest_day)
    for line in view.body_lines if years else ():
        for stamp in find_yearless_dates(line.text, years):
            if latest_day is None or stamp.day <= latest_day:
                return stamp, line
    return None


def _infer_years(stated_years: set[int], latest_day: dt.date | None) -> tuple[int, ...]:
    """Return the possible years of a day without one: the only year of the story's full dates, or the last two."""
    if len(stated_years) == 1:
        return tuple(stated_years)
    return (latest_day.year, latest_day.year - 1) if latest_day and not stated_years else ()
