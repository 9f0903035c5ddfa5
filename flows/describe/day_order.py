"""Order of day and month in numeric dates ("04/05/2023"), by what else the document says."""

import datetime as dt
import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

from flows.describe.date_grammar import DateStamp, parse_machine_date
from flows.describe.document_view import DocumentView
from flows.describe.url_dates import find_url_day

_NUMERIC: Final = re.compile(r"(?<![\w/.-])(\d{1,2})([/-])(\d{1,2})\2(?:19|20)\d\d(?![\w/-])")
_AMERICAN_HOURS: Final = range(-11, -3)  # hours of UTC
_MONTH_FIRST_LOCALES: Final = frozenset({"en-us", "es-us", "en-ph", "fil-ph"})
_MONTH_FIRST_HOSTS: Final = (".us", ".gov", ".mil", ".edu")
# Addresses of countries that write the day first, also in English.
_DAY_FIRST_HOSTS: Final = (
    ".uk", ".ie", ".au", ".nz", ".in", ".sg", ".my", ".id", ".za", ".ng", ".ke", ".gh", ".lk", ".bd", ".pk", ".np",
    ".hk", ".eu", ".de", ".fr", ".it", ".es", ".nl", ".pt", ".br", ".mx", ".ar", ".tr", ".ru", ".pl", ".th", ".vn",
)  # fmt: skip
_MAX_READ_LINES: Final = 400


def settle_day_order(stamp: DateStamp, view: DocumentView) -> DateStamp | None:
    """Return the stamp with its day and month in the right order; None where nothing settles the order.

    The printed zone, the days that the page declares, its other numeric dates, its language and its address are asked.
    """
    if not stamp.is_ambiguous:
        return stamp
    swapped = replace(stamp, day=dt.date(stamp.day.year, stamp.day.day, stamp.day.month))
    if stamp.zone is not None:
        offset = stamp.zone.utcoffset(None)
        return swapped if offset // dt.timedelta(hours=1) in _AMERICAN_HOURS else stamp
    declared_days = _list_declared_days(view)
    if (stamp.day in declared_days) != (swapped.day in declared_days):
        return stamp if stamp.day in declared_days else swapped
    is_month_first = _find_day_order(view)
    return None if is_month_first is None else swapped if is_month_first else stamp


@lru_cache(maxsize=1)  # documents are described one after another
def _list_declared_days(view: DocumentView) -> frozenset[dt.date]:
    """Return the days that the page declares, or its address holds, in a form that is not ambiguous."""
    candidates = [*view.find_candidates("published_at"), *view.find_candidates("modified_at")]
    stamps = (parse_machine_date(candidate.value) for candidate in candidates)
    addresses = [candidate.value for candidate in view.find_candidates("canonical")] + [view.url or ""]
    url_days = {day for address in addresses if (day := find_url_day(address))}
    return frozenset(url_days | {stamp.day for stamp in stamps if stamp and not stamp.is_ambiguous})


@lru_cache(maxsize=1)  # documents are described one after another
def _find_day_order(view: DocumentView) -> bool | None:
    """Return whether the document writes the month first; None if nothing shows it."""
    printed_orders = {
        int(match[3]) > 12
        for line in view.lines[:_MAX_READ_LINES]
        if len(line.text) < 2000 and ("19" in line.text or "20" in line.text)
        for match in _NUMERIC.finditer(line.text)
        if (int(match[1]) > 12) != (int(match[3]) > 12)
    }
    if len(printed_orders) == 1:
        return printed_orders.pop()
    if view.is_indonesian:
        return False
    locales = [candidate.value.strip().lower().replace("_", "-") for candidate in view.find_candidates("language")]
    if any(locale in _MONTH_FIRST_LOCALES for locale in locales):
        return True
    if any(locale[:2] != "en" or locale[3:] for locale in locales if locale):
        return False
    if any(host.endswith(_DAY_FIRST_HOSTS) for host in view.host_names):
        return False
    return True if any(host.endswith(_MONTH_FIRST_HOSTS) for host in view.host_names) else None
