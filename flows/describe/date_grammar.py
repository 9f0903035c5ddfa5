"""One grammar for dates and times as Indonesian, Malay and English news prints them."""

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
MONTH: Final = {name: at for at, names in enumerate(_MONTHS.split("|"), 1) for name in names.split()}
DAY: Final = {name: at for at, names in enumerate(_DAYS.split("|")) for name in names.split()}


def _any(names: dict[str, int]) -> str:
    return "|".join(sorted((name.replace("'", "['’‘`]") for name in names), key=len, reverse=True))


_BLANK = r"[^\S\n]"
_DATE = re.compile(
    rf"(?<![\w/])(?:(?P<day>{_any(DAY)})\.?{_BLANK}{{0,3}}[,(/-]?{_BLANK}{{0,3}}\(?(?:tanggal )?)?"
    rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[ \xa0-]{{1,2}}(?P<m>{_any(MONTH)})\b\.?,?[ \xa0-]{{1,2}}(?P<y>(?:19|20)\d\d)"
    rf"|(?P<m2>{_any(MONTH)})\b\.?{_BLANK}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,{_BLANK}{{0,2}}(?P<y2>(?:19|20)\d\d)"
    rf"|(?P<d3>\d{{1,2}}){_BLANK}?(?P<sep>[/.-]){_BLANK}?(?P<m3>\d{{1,2}}){_BLANK}?(?P=sep){_BLANK}?(?P<y3>(?:19|20)\d\d)"
    r"|(?P<y4>(?:19|20)\d\d)-(?P<m4>\d\d)-(?P<d4>\d\d)"
    r")(?!\d|[/.-]\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")  # most lines hold none, and this costs far less than the grammar
_BEFORE_YEAR, _BEHIND_YEAR = 48, 8  # characters of a date before and behind its year
_SHORT = re.compile(
    rf"(?<!\w)(?P<day>{_any(DAY)}),?{_BLANK}{{0,2}}\(?(?:(?P<d>\d{{1,2}}){_BLANK}(?P<m>{_any(MONTH)})\b"
    r"|(?P<d2>\d{1,2})/(?P<m2>\d{1,2}))(?![\d/]|[^\S\n]?(?:19|20)\d\d)",
    re.IGNORECASE,
)
_DAY_AND_MONTH = re.compile(rf"\d(?:{_BLANK}\w|/\d)")  # the last digit of a day, and how its month begins
_BEFORE_DAY, _BEHIND_DAY = 24, 32  # characters of such a match before and behind that digit
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
class Stamp:
    """A day as printed, with what is printed of the time. `start` and `end` are offsets in the text it was found in."""

    day: dt.date
    time: dt.time | None
    zone: dt.timezone | None
    start: int
    end: int
    update: bool = False  # an update, not the publication
    odd: bool = False  # the weekday printed beside it is another one
    weekday: bool = False  # its weekday is printed beside it

    def at(self, zone: dt.timezone | None) -> dt.datetime | None:
        """The instant in UTC; None without a clock time or any zone. `zone` serves where none is printed."""
        own = self.zone or zone
        if self.time is None or own is None:
            return None
        try:
            return dt.datetime.combine(self.day, self.time, own).astimezone(dt.UTC)
        except OverflowError:
            return None


def zone_named(name: str | None) -> dt.timezone | None:
    """The zone of WIB, WITA, WIT, MYT, UTC or GMT."""
    if not name:
        return None
    return dt.timezone(dt.timedelta(hours=ZONES.get(name.upper(), 0)))


def stamps(text: str) -> Iterator[Stamp]:
    """Every full date (day, month, year) in a text, with the time behind it. Impossible dates are passed over.

    A numeric date is day/month/year. Where its weekday contradicts that and agrees with month/day, the latter is meant.
    """
    for found in _found(text):
        day, odd = _day(found)
        if day is None:
            continue
        time, zone, end = _time(text, found.end())
        if found["m3"] and found["day"] is None and time and text[found.end() : end].rstrip(". ").lower().endswith("m"):
            day = _date(day.year, day.day, day.month) or day  # who writes AM and PM writes the month first
        update = _UPDATE.search(text, max(0, found.start() - 30), found.start()) is not None
        yield Stamp(day, time, zone, found.start(), end, update, odd, found["day"] is not None)


def _found(text: str) -> Iterator[re.Match[str]]:
    """Matches of the grammar, tried only around years."""
    if "19" not in text and "20" not in text:
        return
    done = 0
    for year in _YEAR.finditer(text):
        start = max(done, year.start() - _BEFORE_YEAR)
        for found in _DATE.finditer(text, start, min(len(text), year.end() + _BEHIND_YEAR)):
            done = found.end()
            yield found


def short_stamps(text: str, years: Iterable[int]) -> Iterator[Stamp]:
    """Days printed with their weekday and without a year ("Senin (9/6)"), where exactly one of `years` fits both."""
    years = tuple(years)
    for found in _short_found(text):
        name = found["m"]
        month = MONTH[name.lower()] if name else int(found["m2"])
        weekday = DAY[re.sub("[’‘`]", "'", found["day"].lower())]
        days = [day for year in years if (day := _date(year, month, int(found["d"] or found["d2"])))]
        fitting = [day for day in days if day.weekday() == weekday]
        if len(fitting) == 1:
            yield Stamp(fitting[0], None, None, found.start(), found.end(), weekday=True)


def _short_found(text: str) -> Iterator[re.Match[str]]:
    """Matches of the grammar of days without a year, tried only around what may be a day and its month."""
    done = 0
    for day in _DAY_AND_MONTH.finditer(text):
        start = max(done, day.start() - _BEFORE_DAY)
        found = _SHORT.search(text, start, min(len(text), day.start() + _BEHIND_DAY))
        if found and found.start() < day.start():
            done = found.end()
            yield found


def _day(found: re.Match[str]) -> tuple[dt.date | None, bool]:
    parts = found.groupdict()
    year = int(parts["y"] or parts["y2"] or parts["y3"] or parts["y4"])
    number = int(parts["d"] or parts["d2"] or parts["d3"] or parts["d4"])
    name = parts["m"] or parts["m2"]
    month = MONTH[name.lower()] if name else int(parts["m3"] or parts["m4"])
    weekday = DAY[re.sub("[’‘`]", "'", parts["day"].lower())] if parts["day"] else None
    day = _date(year, month, number)
    if day and (weekday is None or day.weekday() == weekday):
        return day, False
    swapped = _date(year, number, month) if parts["m3"] else None
    if swapped and weekday is not None and swapped.weekday() == weekday:
        return swapped, False
    if swapped and day is None and weekday is None:
        return swapped, False  # 2/24/2026 can only be month/day/year
    return day, day is not None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _time(text: str, at: int) -> tuple[dt.time | None, dt.timezone | None, int]:
    found = _TIME.match(text, at)
    if not found:
        return None, None, at
    hour, minute = int(found["h"]), int(found["min"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower().startswith("p") else 0)
    # A number with a dot and nothing that says clock is as likely a figure: "2023. 12.50 persen".
    if hour > 23 or minute > 59 or (found["dot"] == "." and not found["zone"] and "|" not in found[0]):
        return None, None, at
    zone = zone_named(found["zone"])
    if zone and found["off"]:
        hours = int(found["off"])
        zone = dt.timezone(dt.timedelta(hours=hours)) if abs(hours) <= 14 else None
    return dt.time(hour, minute), zone, found.end()


def from_iso(value: str) -> Stamp | None:
    """A machine-readable date (JSON-LD, meta, a record): ISO 8601 with or without time, else the printed forms."""
    text = value.strip()
    try:
        if re.match(r"\d{4}-\d{2}-\d{2}", text):
            moment = dt.datetime.fromisoformat(text.replace(" ", "T", 1) if len(text) > 10 else text)
            if len(text) <= 10:
                return Stamp(moment.date(), None, None, 0, len(text))
            offset = moment.utcoffset()
            zone = dt.timezone(offset) if offset is not None else None
            return Stamp(moment.date(), moment.time().replace(second=0, microsecond=0), zone, 0, len(text))
    except ValueError:
        pass
    return next(stamps(text), None)
