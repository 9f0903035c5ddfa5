"""Grammar of dates and times as news prints them.

Months are read in the languages of flows/describe/month_names.py, years also of the Thai calendar, digits also of
Arabic, Persian, Thai and Indian scripts. A numeric date is day/month/year, but where nothing in it settles the order of
day and month, it is `is_ambiguous`: the reader must know more of the document (flows/describe/day_order.py).
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final

from flows.describe.month_names import MONTH_NUMBERS, UNSETTLED_ZONES, ZONE_HOURS, collect_month_names

_DAYS: Final = (
    "senin isnin monday sen isn mon|selasa tuesday sel tue tues|rabu wednesday rab wed|"
    "kamis khamis thursday kam kha thu thurs|jumat jum'at jumaat friday jum fri|"
    "sabtu saturday sab sat|minggu ahad sunday min ahd sun"
)
WEEKDAY_NUMBERS: Final = {name: at for at, names in enumerate(_DAYS.split("|")) for name in names.split()}
# What a regex that ignores case takes for an ASCII letter, and every form of the apostrophe.
_ASCII_FORMS: Final = str.maketrans({"ı": "i", "İ": "i", "ſ": "s", "\u212a": "k", "’": "'", "‘": "'", "`": "'"})


def _join_alternatives(names: dict[str, int]) -> str:
    """Join names to a regex alternation, longest first, with every form of the apostrophe."""
    return "|".join(sorted((name.replace("'", "['’‘`]") for name in names), key=len, reverse=True))


_BLANK = r"[^\S\n]"
_MONTH = _join_alternatives(MONTH_NUMBERS)
_WEEKDAY = _join_alternatives(WEEKDAY_NUMBERS)
_ANY_YEAR = r"(?:19|20)\d\d"
_THAI_YEARS = range(2480, 2700)
_THAI_YEAR_OFFSET = 543


@cache
def _compile_date_pattern(has_other_months: bool) -> re.Pattern[str]:
    """Compile the pattern of a full date, with the months of all languages or with those of the common ones alone."""
    months = collect_month_names() if has_other_months else MONTH_NUMBERS
    month = _join_alternatives({re.escape(name): number for name, number in months.items()})
    after_month = r"(?![^\W\d_])\.?,?"
    joint = rf"(?:[ \xa0-]{{1,2}}|{_BLANK}(?:de|del|of|năm){_BLANK})"
    return re.compile(
        rf"(?<![\w/])(?:(?P<day>{_WEEKDAY})\.?{_BLANK}{{0,3}}[,(/-]?{_BLANK}{{0,3}}\(?(?:tanggal )?)?"
        rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|\.)?{joint}(?P<m>{month}){after_month}{joint}"
        rf"(?P<y>{_ANY_YEAR}|2[45]\d\d)"
        rf"|(?P<m2>{month})(?![^\W\d_])\.?{_BLANK}(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?{_BLANK}{{0,2}}(?P<y2>{_ANY_YEAR})"
        rf"|(?<![.-])(?P<d3>\d{{1,2}}){_BLANK}?(?P<sep>[/.-]){_BLANK}?(?P<m3>\d{{1,2}}){_BLANK}?(?P=sep){_BLANK}?"
        rf"(?P<y3>{_ANY_YEAR})(?![/-]\w|\.\d|[A-Za-z])"
        rf"|(?P<y4>{_ANY_YEAR})(?P<sep4>[-./])(?P<m4>\d\d)(?P=sep4)(?P<d4>\d\d)"
        rf"|(?P<y5>{_ANY_YEAR})\.?,?{_BLANK}(?P<m5>{month})(?![^\W\d_])\.?{_BLANK}(?P<d5>\d{{1,2}})(?![\d:])"
        r")(?!\d|[/.-]\d)",
        re.IGNORECASE,
    )


_WORD = re.compile(r"[^\W\d_]{2,}")
_OTHER_SCRIPT = re.compile("[\u0370-\u1fff]")
_CACHED_LENGTH = 400  # characters
_BEFORE_MONTH = 24  # characters before a year in which its month stands


@cache
def _list_other_months() -> frozenset[str]:
    """List the words of the names of months that are not common ones."""
    other_names = collect_month_names().keys() - MONTH_NUMBERS.keys()
    return frozenset(word for name in other_names for word in _WORD.findall(name)) - MONTH_NUMBERS.keys()


_CJK_DATE = re.compile(
    rf"(?P<y>{_ANY_YEAR})\s?[年년]\s?(?P<m>\d{{1,2}})\s?[月월]\s?(?P<d>\d{{1,2}})\s?[日일]"
    r"(?:\s?[(（]?(?:星期|周)?[一二三四五六日月火水木金土월화수목금토]?(?:曜日|요일)?[)）]?)?"
)
_YEAR = re.compile(rf"{_ANY_YEAR}(?!\d)")  # most lines hold no year, and this pattern is far cheaper than a date's
_YEAR_OR_THAI_YEAR = re.compile(rf"(?:{_ANY_YEAR}|2[45]\d\d)(?!\d)")
_OTHER_DIGITS = re.compile(r"(?![0-9０-９])\d")  # of scripts that write dates in their own digits
_OTHER_YEARS = re.compile(rf"2[45]\d\d|{_OTHER_DIGITS.pattern}")
_BEFORE_YEAR, _AFTER_YEAR = 48, 18  # characters of a date before and after its year
_YEARLESS_DATE = re.compile(
    rf"(?<!\w)(?P<day>{_WEEKDAY}),?{_BLANK}{{0,2}}\(?(?:(?P<d>\d{{1,2}}){_BLANK}(?P<m>{_MONTH})\b"
    r"|(?P<d2>\d{1,2})/(?P<m2>\d{1,2}))(?![\d/]|[^\S\n]?(?:19|20)\d\d)",
    re.IGNORECASE,
)
_DAY_AND_MONTH = re.compile(rf"\d(?:{_BLANK}\w|/\d)")  # the last digit of a day, and how its month begins
_BEFORE_DAY, _AFTER_DAY = 24, 32  # characters of such a match before and after that digit
_ZONE = "|".join(sorted({*ZONE_HOURS, *UNSETTLED_ZONES}, key=len, reverse=True))
_TIME = re.compile(
    r"[^\w\n]{0,6}(?:(?:pukul|pkl|jam|at|às|um|t)\b\.?[^\S\n]{0,3})?"
    r"(?P<h>\d{1,2})(?P<dot>[.:])(?P<min>\d\d)(?::\d\d)?(?![\d.])"
    r"(?:[^\S\n]{0,3}(?P<half>am|pm|a\.m\.|p\.m\.|pagi|siang|sore|petang|malam)(?!\w))?"
    rf"(?:[^\S\n]{{0,3}}[(,]?[^\S\n]?(?:(?P<zone>{_ZONE})\b)?"
    r"(?P<off>(?<=[A-Za-z\d ])[+-]\d{1,2}(?::?\d\d)?(?!\d))?)?",
    re.IGNORECASE,
)
_CJK_TIME = re.compile(
    r"\s{0,2}(?P<half>上午|下午|午前|午後|오전|오후)?\s?(?P<h>\d{1,2})[時时시点:：](?P<min>\d{2})分?"
)
_UPDATE = re.compile(
    r"(?:diperbarui|diperbaharui|perbaharui|kemas ?kini|updated?|terakhir diubah|modified)\W{0,4}"
    r"(?:(?:pada|on|terakhir|at)\W{0,3})?\Z",
    re.IGNORECASE,
)
_UPDATE_BEHIND = re.compile(
    r"\W{0,4}(?:last )?(?:updated?|modified|edited|diperbarui|diperbaharui)\W{0,3}\Z", re.IGNORECASE
)
# Behind a clock time: until when an event lasts.
_RANGE_END = re.compile(
    r"(?:[^\S\n]?[ap]\.?m\.?)?[^\S\n]{0,3}(?:[-–—]|s\.?/?d\.?|sampai|hingga|until|to)"
    r"[^\S\n]{0,3}\d{1,2}[.:]\d\d(?!\d)",
    re.IGNORECASE,
)
# As C, Unix and Twitter print it: "Wed Sep  6 09:15:00 2023", "Wed Sep 06 09:15:00 +0700 2023".
_CLOCK_BEFORE_YEAR = re.compile(
    r"(?:[A-Za-z]{3},? )?(?P<day>[A-Za-z]{3} \d{1,2}),? (?P<time>\d\d:\d\d(?::\d\d)?)"
    r"(?P<zone> (?:[A-Z]{2,5}|[+-]\d{4}))? (?P<year>(?:19|20)\d\d)"
)
# Where the text of elements was joined by nothing: "Kompas.com6 September 2023, 09:15 WIBReporter".
_UNGLUED = re.compile(r"(?<=[a-z])(?=\d{1,2}[ /-])|(?<=WIB)(?=[A-Z])|(?<=WITA)(?=[A-Z])|(?<=\d{4})(?=[A-Z][a-z])")
_YEAR_SIGNS = frozenset("年년")


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
    is_ambiguous: bool = False  # a numeric date that may as well be month/day/year
    has_unsettled_zone: bool = False  # a zone is printed whose offset is not known

    def to_utc(self, zone: dt.timezone | None) -> dt.datetime | None:
        """Return the instant in UTC, None without a clock time or any zone; `zone` applies where none is printed.

        In the first and last year of the calendar there is none: there it has no day in every zone.
        """
        effective_zone = self.zone or (None if self.has_unsettled_zone else zone)
        if self.time is None or effective_zone is None:
            return None
        if not dt.MINYEAR < self.day.year < dt.MAXYEAR:
            return None
        return dt.datetime.combine(self.day, self.time, effective_zone).astimezone(dt.UTC)


def parse_zone(name: str | None) -> dt.timezone | None:
    """Return the zone of a printed name (WIB, EDT, GMT); None without a name and for one of several meanings."""
    hours = ZONE_HOURS.get(name.upper()) if name else None
    return None if hours is None else dt.timezone(dt.timedelta(hours=hours))


def find_dates(text: str) -> Iterator[DateStamp]:
    """Yield every full date (day, month, year) of a text, with the time that follows it. Impossible dates are skipped.

    A numeric date is day/month/year. Where its weekday contradicts that and fits month/day/year, the latter is taken.
    """
    if "19" not in text and "20" not in text and text.isascii():
        return iter(())
    return iter(_scan_short_text(text)) if len(text) <= _CACHED_LENGTH else _scan_dates(text)


@lru_cache(maxsize=1024)
def _scan_short_text(text: str) -> tuple[DateStamp, ...]:
    """Return the dates of a short line, which several rules ask for."""
    return tuple(_scan_dates(text))


def _scan_dates(text: str) -> Iterator[DateStamp]:
    """Yield the dates of a text, see `find_dates`."""
    has_other_years = not text.isascii() and _OTHER_YEARS.search(text) is not None
    if "19" not in text and "20" not in text and not has_other_years:
        return
    if has_other_years and _OTHER_DIGITS.search(text):
        text = _OTHER_DIGITS.sub(lambda digit: str(int(digit[0])), text)
    for match in _match_dates(text):
        day, weekday_conflicts = _resolve_day(match)
        if day is None:
            continue
        is_cjk = match.re is _CJK_DATE
        stamp = _parse_cjk_time(text, match, day) if is_cjk else _parse_time(text, match, day)
        is_numeric = not is_cjk and match["m3"] is not None
        has_weekday = not is_cjk and match["day"] is not None
        is_american = (
            is_numeric and not has_weekday and text[match.end() : stamp.end].rstrip(". ").lower().endswith("m")
        )
        if is_american and stamp.time:  # texts with AM and PM print the month first
            stamp = replace(stamp, day=_build_date(day.year, day.day, day.month) or day)
        yield replace(
            stamp,
            is_update=_is_update(text, match.start(), stamp.end),
            weekday_conflicts=weekday_conflicts,
            has_weekday=has_weekday,
            is_ambiguous=is_numeric
            and not has_weekday
            and match["sep"] != "."
            and not (is_american and stamp.time)
            and day.day <= 12
            and day.day != day.month,
        )


def _is_update(text: str, start: int, end: int) -> bool:
    """Return whether the words before or behind a date say that it is the day of an update."""
    return _UPDATE.search(text, max(0, start - 30), start) is not None or _UPDATE_BEHIND.match(text, end) is not None


def _match_dates(text: str) -> Iterator[re.Match[str]]:
    """Yield matches of the full-date patterns, which are tried only around years."""
    matched_end = 0
    year_pattern = _YEAR if text.isascii() else _YEAR_OR_THAI_YEAR
    for year in year_pattern.finditer(text):
        if text[year.end() : year.end() + 2].strip()[:1] in _YEAR_SIGNS:
            match = _CJK_DATE.match(text, year.start())
            if match and match.start() >= matched_end:
                matched_end = match.end()
                yield match
                continue
        start, end = max(matched_end, year.start() - _BEFORE_YEAR), min(len(text), year.end() + _AFTER_YEAR)
        # The pattern of all languages is slow: a look-up of the words around the year says whether it is needed.
        window = text[max(start, year.start() - _BEFORE_MONTH) : end].lower()
        has_other_months = not _list_other_months().isdisjoint(_WORD.findall(window)) or (
            not window.isascii() and _OTHER_SCRIPT.search(window) is not None
        )
        for match in _compile_date_pattern(has_other_months).finditer(text, start, end):
            matched_end = match.end()
            yield match


def find_yearless_dates(text: str, years: Iterable[int]) -> Iterator[DateStamp]:
    """Yield days printed with a weekday and without a year ("Senin (9/6)") that fit exactly one of `years`."""
    years = tuple(years)
    for match in _match_yearless_dates(text):
        month_name = match["m"]
        month = MONTH_NUMBERS[_fold_name(month_name)] if month_name else int(match["m2"])
        weekday = WEEKDAY_NUMBERS[_fold_name(match["day"])]
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
    if match.re is _CJK_DATE:
        return _build_date(int(parts["y"]), int(parts["m"]), int(parts["d"])), False
    year = int(parts["y"] or parts["y2"] or parts["y3"] or parts["y4"] or parts["y5"])
    day_number = int(parts["d"] or parts["d2"] or parts["d3"] or parts["d4"] or parts["d5"])
    month_name = parts["m"] or parts["m2"] or parts["m5"]
    month = collect_month_names().get(month_name.lower(), 0) if month_name else int(parts["m3"] or parts["m4"])
    if year in _THAI_YEARS and month_name and "\u0e00" <= month_name[0] <= "\u0e7f":
        year -= _THAI_YEAR_OFFSET
    weekday = WEEKDAY_NUMBERS[_fold_name(parts["day"])] if parts["day"] else None
    day = _build_date(year, month, day_number)
    if day and (weekday is None or day.weekday() == weekday):
        return day, False
    swapped = _build_date(year, day_number, month) if parts["m3"] else None
    if swapped and weekday is not None and swapped.weekday() == weekday:
        return swapped, False
    if swapped and day is None and weekday is None:
        return swapped, False  # 2/24/2026 can only be month/day/year
    return day, day is not None


def _fold_name(name: str) -> str:
    """Fold the printed name of a weekday or of a common month to its key: small ASCII letters and apostrophes."""
    return name.translate(_ASCII_FORMS).lower()


def _build_date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _parse_time(text: str, date_match: re.Match[str], day: dt.date) -> DateStamp:
    """Return the stamp of a day with the time and zone behind it, if there are any."""
    dateless = DateStamp(day, None, None, date_match.start(), date_match.end())
    match = _TIME.match(text, date_match.end())
    if not match:
        return dateless
    hour, minute = int(match["h"]), int(match["min"])
    if match["half"] and hour <= 12:
        hour = _resolve_hour(hour, match["half"].lower())
    # A number with a dot and no sign of a clock is as likely a figure: "2023. 12.50 persen".
    if hour > 23 or minute > 59 or (match["dot"] == "." and not match["zone"] and "|" not in match[0]):
        return dateless
    if date_match["y4"] is None and _RANGE_END.match(text, match.end("min")):
        return dateless  # "10:00-11:30 WIB": the hours of an event, and no offset from UTC
    zone = parse_zone(match["zone"])
    is_offset = match["off"] is not None and (match["zone"] is None or match["zone"].upper() in {"GMT", "UTC"})
    if is_offset:
        zone = _parse_offset(match["off"])
    return replace(
        dateless,
        time=dt.time(hour, minute),
        zone=zone,
        end=match.end(),
        has_unsettled_zone=zone is None and (match["zone"] is not None or is_offset),
    )


def _resolve_hour(hour: int, half: str) -> int:
    """Return the hour of the day of an hour of 1 to 12 and the word behind it: "3 petang" is 15, "12 malam" is 0."""
    if half == "malam":
        return (hour + 12) % 24 if hour > 5 else hour
    if half == "siang" and hour in (10, 11):
        return hour
    return hour % 12 + (12 if half in ("pm", "p.m.", "siang", "sore", "petang") else 0)


def _parse_offset(printed: str) -> dt.timezone | None:
    """Return the zone of "+7", "+0700" or "-05:30"; None beyond 14 hours."""
    sign = -1 if printed[0] == "-" else 1
    digits = printed[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    return dt.timezone(sign * dt.timedelta(hours=hours, minutes=minutes)) if hours <= 14 and minutes < 60 else None


def _parse_cjk_time(text: str, date_match: re.Match[str], day: dt.date) -> DateStamp:
    """Return the stamp of a day with the time behind it, as Chinese, Japanese and Korean pages print it."""
    dateless = DateStamp(day, None, None, date_match.start(), date_match.end())
    match = _CJK_TIME.match(text, date_match.end())
    if not match:
        return dateless
    hour, minute = int(match["h"]), int(match["min"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in {"下午", "午後", "오후"} else 0)
    return replace(dateless, time=dt.time(hour, minute), end=match.end()) if hour < 24 and minute < 60 else dateless


def parse_machine_date(value: str) -> DateStamp | None:
    """Parse a machine-readable date (JSON-LD, meta, a record): ISO 8601 with or without time, else a printed form."""
    text = value.strip()
    if printed := _CLOCK_BEFORE_YEAR.fullmatch(" ".join(text[:60].split())):
        text = f"{printed['day']} {printed['year']} {printed['time']}{printed['zone'] or ''}"
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
    return next(find_dates(_UNGLUED.sub(" ", text)), None)
