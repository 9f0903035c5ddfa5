"""Day in the path of an article's URL."""

import datetime as dt
import re
from typing import Final

from flows.describe.month_names import MONTH_NUMBERS

_NUMERIC: Final = re.compile(r"/((?:19|20)\d\d)(?:/(\d{1,2})/(\d{1,2})|-(\d\d)-(\d\d)|(\d\d)(\d\d))(?!\d)")
_NAMED: Final = re.compile(r"/((?:19|20)\d\d)/([a-z]{3,9})/(\d{1,2})(?!\d)", re.IGNORECASE)


def find_url_day(url: str) -> dt.date | None:
    """Return the day in a URL's path ("/2024/05/04/", "/2024/may/04/", "/20240504"); None without a possible one."""
    named = _NAMED.search(url)
    numeric = None if named and named[2].lower() in MONTH_NUMBERS else _NUMERIC.search(url)
    try:
        if numeric:
            return dt.date(*(int(part) for part in numeric.groups() if part))
        return dt.date(int(named[1]), MONTH_NUMBERS[named[2].lower()], int(named[3])) if named else None
    except (ValueError, KeyError):
        return None
