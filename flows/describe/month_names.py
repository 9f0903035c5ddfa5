"""Names of months in the languages of the news, and time zones by their printed names.

Indonesian, Malay and English spellings, with those that only newspapers use, stand here. The names of all other
languages are those of the Unicode CLDR, by way of Babel. A name that means different months in two languages is left
out.
"""

from functools import cache
from typing import Final

_SPELLINGS: Final = (
    "januari january jan|februari february pebruari feb peb|maret march mac mar|april apr|mei may|juni june jun|"
    "juli july julai jul|agustus august ogos agu agt ags aug ogo|september sept sep|oktober october okt oct|"
    "november nopember nov nop|desember december disember des dec dis"
)
MONTH_NUMBERS: Final = {name: at for at, names in enumerate(_SPELLINGS.split("|"), 1) for name in names.split()}
_LOCALES: Final = (
    "fr", "de", "es", "it", "pt", "nl", "pl", "cs", "sk", "sv", "da", "nb", "fi", "tr", "ro", "hu", "ru", "uk", "bg",
    "sr", "hr", "sl", "el", "et", "lv", "lt", "vi", "th", "fil", "ar", "fa", "ur", "hi", "bn", "ta", "he", "ka", "ca",
    "ar_LB", "ar_MA", "mr", "te", "ml", "gu", "pa", "ne", "si", "ja", "zh", "ko", "km", "lo", "my",
)  # fmt: skip
_MIN_LETTERS: Final = 3  # of an abbreviation: "ag" may be anything
_INDIC: Final = frozenset(map(chr, range(0x0900, 0x0E00)))  # where a whole name may have two letters
_HOURS_BY_ZONE: Final = {
    "WIB": 7, "WITA": 8, "WIT": 9, "MYT": 8, "SGT": 8, "HKT": 8, "PHT": 8, "ICT": 7, "JST": 9, "KST": 9, "UTC": 0,
    "GMT": 0, "BST": 1, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4,
    "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "AEST": 10, "AEDT": 11,
    "AWST": 8, "NZST": 12, "NZDT": 13,
}  # fmt: skip
ZONE_HOURS: Final = _HOURS_BY_ZONE
# Printed zones that mean several offsets: a time beside one of them gives no instant.
UNSETTLED_ZONES: Final = frozenset({"ET", "CT", "MT", "PT", "CST", "IST", "AST", "AT", "GST"})


@cache
def collect_month_names() -> dict[str, int]:
    """Collect the names of months, in lower case and without a closing dot, and their numbers."""
    from babel import Locale

    numbers_by_name: dict[str, set[int]] = {}
    for code in _LOCALES:
        for widths in Locale.parse(code).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in widths[width].items():
                    numbers_by_name.setdefault(str(name).lower().rstrip("."), set()).add(number)
    names = {
        name: numbers.pop()
        for name, numbers in numbers_by_name.items()
        if len(numbers) == 1 and (len(name) >= _MIN_LETTERS or name[0] in _INDIC) and not name[0].isdigit()
    }
    return {**names, **MONTH_NUMBERS}
