"""Grammar of dates and times as Indonesian, Malay and English news prints them."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from flows.outlets.profiles import ZONES

_MONTHS: Final = (
    "januari january jan|februari february pebruari feb peb|maret march mac mar|april apr|mei may|juni june jun|"
    "juli july julai jul|agustus august ogos agu agt ags aug ogo|september sept sep|oktober october okt oct|"
    "november nopember nov nop|desember december disember des dec dis"
)
_DAYS: Final = (
    "senin isnin monday sen isn mon|selasa tuesday sel tue tues|rabu wednesday rab wed|"
    "kamis khamis thursday kam kha thu thurs|jumat jum'at jumaat friday jum fri|"
    "sabtu saturday sab sat|minggu ahad sunday min ahd sun"
)
MONTH_NUMBERS: Final = {name: at for at, names in enumerate(_MONTHS.split("|"), 1) for name in names.split()}
WEEKDAY_NUMBERS: Final = {name: at for at, names in enumerate(_DAYS.split("|")) for name in names.split()}


def _join_alternatives(names: dict[str, int]) -> str:
    """Join names to a regex alternation, longest first, with every form of the apostrophe."""
    return "|".join(sorted((name.replace("'", "['’‘`]") for name in names), key=len, reverse=True))


_BLANK = r"[^\S\n]"
_MONTH = _join_alternatives(MONTH_NUMBERS)
_WEEKDAY = _join_alternatives(WEEKDAY_NUMBERS)
_DATE = re.compile(
    rf"(?<![\w/])(?:(?P<day>{_WEEKDAY})\.?{_BLANK}{{0,3}}[,(/-]?{_BLANK}{{0,3}}\(?(?:tanggal )?)?"
    rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ \xa0-]{{1,2}}(?P<m>{_MONTH})\b\.?,?[ \xa0-]{{1,2}}(?P<y>(?:19|20)\d\d)"
    rf"|(?P<m2>{_MONTH})\b\.?{_BLANK}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,{_BLANK}{{0,2}}(?P<y2>(?:19|20)\d\d)"
    rf"|(?P<d3>\d{{1,2}}){_BLANK}?(?P<sep>[/.-]){_BLANK}?(?P<m3>\d{{1,2}}){_BLANK}?(?P=sep){_BLANK}?(?P<y3>(?:19|20)\d\d)"
    r"|(?P<y4>(?:19|20)\d\d)-(?P<m4>\d\d)-(?P<d4>\d\d)"
    r")(?!\d|[/.-]\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")  # most lines hold no year, and this pattern is far cheaper than _DATE
_BEFORE_YEAR, _AFTER_YEAR = 48, 8  # characters of a date before and after its year
_YEARLESS_DATE = re.compile(
    rf"(?<!\w)(?P<day>{_WEEKDAY}),?{_BLANK}{{0,2}}\(?(?:(?P<d>\d{{1,2}}){_BLANK}(?P<m>{_MONTH})\b"
    r"|(?P<d2>\d{1,2})/(?P<m2>\d{1,2}))(?![\d/]|[^\S\n]?(?:19|20)\d\d)",
    re.IGNORECASE,
)
_DAY_AND_MONTH = re.compile(rf"\d(?:{_BLANK}\w|/\d)")  # the last digit of a day, and how its month begins
_BEFORE_DAY, _AFTER_DAY = 24, 32  # characters of such a match before and after that digit
_TIME = re.compile(
    r"[^\w\n]{0,6}(?:(?:pukul|pkl|jam|at|t)\b\.?[^\S\n]{0,3})?"
    r"(?P<h>\d{1,2})(?P<dot>[.:])(?P<min>\d\d)(?::\d\d)?(?![\d.])"
    r"(?:[^\S\n]{0,3}(?P<half>am|pm|a\.m\.|p\.m\.)(?!\w))?"
    r"(?:[^\S\n]{0,3}\(?(?P<zone>WIB|WITA|WIT|MYT|UTC|GMT)\b(?P<off>[+-]\d{1,2})?)?",
    re.IGNORECASE,
)
_UPDATE = re.compile(
    r"(?:diperbarui|diperbaharui|perbaharui|kemas ?kini|updated?|terakhir diubah|modified)\W{0,4}"
    r"(?:(?:pada|on|terakhir|at)\W{0,3})?\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DateStamp:
    """A printed day, with its printed time and zone if any. `start` and `end` are offsets in the searched text."""

    day: dt.date
    time: dt.time | None
    zone: dt.timezone | None
    start: int
    end: int
    is_update: bool = False  # the day of an update, not of the publication
    weekday_conflicts: bool = False  # the printed weekday contradicts the day
    has_weekday: bool = False  # a weekday is printed beside the day

    def to_utc(self, zone: dt.timezone | None) -> dt.datetime | None:
        """Return the instant in UTC; None without a clock time or any zone. `zone` applies where none is printed."""
        effective_zone = self.zone or zone
        if self.time is None or effective_zone is None:
            return None
        try:
            return dt.datetime.combine(self.day, self.time, effective_zone).astimezone(dt.UTC)
        except OverflowError:
            return None


def parse_zone(name: str | None) -> dt.timezone | None:
    """Return the zone of WIB, WITA, WIT, MYT, UTC or GMT; None without a name."""
    if not name:
        return None
    return dt.timezone(dt.timedelta(hours=ZONES.get(name.upper(), 0)))


def find_dates(text: str) -> Iterator[DateStamp]:
    """Yield every full date (day, month, year) of a text, with the time that follows it. Impossible dates are skipped.

    A numeric date is day/month/year. Where its weekday contradicts that and fits month/day/year, the latter is taken.
    """
    for match in _match_dates(text):
        day, weekday_conflicts = _resolve_day(match)
        if day is None:
            continue
        time, zone, end = _parse_time(text, match.end())
        if match["m3"] and match["day"] is None and time and text[match.end() : end].rstrip(". ").lower().endswith("m"):
            day = _build_date(day.year, day.day, day.month) or day  # texts with AM and PM print the month first
        is_update = _UPDATE.search(text, max(0, match.start() - 30), match.start()) is not None
        yield DateStamp(day, time, zone, match.start(), end, is_update, weekday_conflicts, match["day"] is not None)


def _match_dates(text: str) -> Iterator[re.Match[str]]:
    """Yield matches of the full-date pattern, which is tried only around years."""
    if "19" not in text and "20" not in text:
        return
    matched_end = 0
    for year in _YEAR.finditer(text):
        start = max(matched_end, year.start() - _BEFORE_YEAR)
        for match in _DATE.finditer(text, start, min(len(text), year.end() + _AFTER_YEAR)):
            matched_end = match.end()
            yield match


def find_yearless_dates(text: str, years: Iterable[int]) -> Iterator[DateStamp]:
    """Yield days printed with a weekday and without a year ("Senin (9/6)") that fit exactly one of `years`."""
    years = tuple(years)
    for match in _match_yearless_dates(text):
        month_name = match["m"]
        month = MONTH_NUMBERS[month_name.lower()] if month_name else int(match["m2"])
        weekday = WEEKDAY_NUMBERS[re.sub("[’‘`]", "'", match["day"].lower())]
        candidate_days = [day for year in years if (day := _build_date(year, month, int(match["d"] or match["d2"])))]
        matching_days = [day for day in candidate_days if day.weekday() == weekday]
        if len(matching_days) == 1:
            yield DateStamp(matching_days[0], None, None, match.start(), match.end(), has_weekday=True)


def _match_yearless_dates(text: str) -> Iterator[re.Match[str]]:
    """Yield matches of the yearless pattern, which is tried only around a possible day and month."""
    matched_end = 0
    for day in _DAY_AND_MONTH.finditer(text):
        start = max(matched_end, day.start() - _BEFORE_DAY)
        match = _YEARLESS_DATE.search(text, start, min(len(text), day.start() + _AFTER_DAY))
        if match and match.start() < day.start():
            matched_end = match.end()
            yield match


def _resolve_day(match: re.Match[str]) -> tuple[dt.date | None, bool]:
    """Return the day of a match, None if impossible, and whether its printed weekday contradicts it."""
    parts = match.groupdict()
    year = int(parts["y"] or parts["y2"] or parts["y3"] or parts["y4"])
    day_number = int(parts["d"] or parts["d2"] or parts["d3"] or parts["d4"])
    month_name = parts["m"] or parts["m2"]
    month = MONTH_NUMBERS[month_name.lower()] if month_name else int(parts["m3"] or parts["m4"])
    weekday = WEEKDAY_NUMBERS[re.sub("[’‘`]", "'", parts["day"].lower())] if parts["day"] else None
    day = _build_date(year, month, day_number)
    if day and (weekday is None or day.weekday() == weekday):
        return day, False
    swapped = _build_date(year, day_number, month) if parts["m3"] else None
    if swapped and weekday is not None and swapped.weekday() == weekday:
        return swapped, False
    if swapped and day is None and weekday is None:
        return swapped, False  # 2/24/2026 can only be month/day/year
    return day, day is not None


def _build_date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _parse_time(text: str, start: int) -> tuple[dt.time | None, dt.timezone | None, int]:
    """Parse the time at `start`; return time, zone and the end offset, or (None, None, `start`) without a time."""
    match = _TIME.match(text, start)
    if not match:
        return None, None, start
    hour, minute = int(match["h"]), int(match["min"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    # A number with a dot and no sign of a clock is as likely a figure: "2023. 12.50 persen".
    if hour > 23 or minute > 59 or (match["dot"] == "." and not match["zone"] and "|" not in match[0]):
        return None, None, start
    zone = parse_zone(match["zone"])
    if zone and match["off"]:
        hours = int(match["off"])
        zone = dt.timezone(dt.timedelta(hours=hours)) if abs(hours) <= 14 else None
    return dt.time(hour, minute), zone, match.end()


def parse_machine_date(value: str) -> DateStamp | None:
    """Parse a machine-readable date (JSON-LD, meta, a record): ISO 8601 with or without time, else a printed form."""
    text = value.strip()
    try:
        if re.match(r"\d{4}-\d{2}-\d{2}", text):
            moment = dt.datetime.fromisoformat(text.replace(" ", "T", 1) if len(text) > 10 else text)
            if len(text) <= 10:
                return DateStamp(moment.date(), None, None, 0, len(text))
            offset = moment.utcoffset()
            zone = dt.timezone(offset) if offset is not None else None
            return DateStamp(moment.date(), moment.time().replace(second=0, microsecond=0), zone, 0, len(text))
    except ValueError:
        pass
    return next(find_dates(text), None)
