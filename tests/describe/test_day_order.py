"""Whether a date of two small numbers has its day or its month first: what else the document says decides."""

import datetime as dt

import pytest

from flows.describe.date_grammar import find_dates
from flows.describe.day_order import settle_day_order
from flows.describe.document_view import Candidate, build_document_view

DAY_FIRST, MONTH_FIRST = dt.date(2023, 5, 4), dt.date(2023, 4, 5)


def settle(printed="04/05/2023", lines=(), url=None, **stated):
    candidates = [Candidate(field, "meta", value) for field, value in stated.items()]
    view = build_document_view("\n".join([printed, *lines]), candidates=candidates, url=url)
    (stamp,) = find_dates(printed)
    settled = settle_day_order(stamp, view)
    return settled and settled.day


@pytest.mark.parametrize("printed", ["13/05/2023", "05/13/2023", "Kamis, 04/05/2023", "04.05.2023"])
def test_what_is_not_ambiguous_stays(printed):
    (stamp,) = find_dates(printed)
    assert settle(printed) == stamp.day


@pytest.mark.parametrize(
    ("zone", "day"),
    [("-0500", MONTH_FIRST), ("-1100", MONTH_FIRST), ("-0400", MONTH_FIRST), ("-0300", DAY_FIRST), ("+0700", DAY_FIRST),
     ("-1200", DAY_FIRST), ("WIB", DAY_FIRST)],
)  # fmt: skip
def test_the_printed_zone_is_american_or_not(zone, day):
    assert settle(f"04/05/2023 10:00 {zone}") == day


@pytest.mark.parametrize(
    ("stated", "day"),
    [
        ({"published_at": "2023-05-04"}, DAY_FIRST), ({"published_at": "2023-04-05"}, MONTH_FIRST),
        ({"modified_at": "2023-04-05T10:00:00Z"}, MONTH_FIRST), ({"published_at": "2023-06-07"}, None),
        ({"published_at": "2023-05-04", "modified_at": "2023-04-05"}, None),  # both days are declared
        ({"canonical": "https://x.example/2023/04/05/hujan"}, MONTH_FIRST),
        ({"language": "en-US"}, MONTH_FIRST), ({"language": "en_ph"}, MONTH_FIRST), ({"language": "en-GB"}, DAY_FIRST),
        ({"language": "fr"}, DAY_FIRST), ({"language": "en"}, None),
    ],
)  # fmt: skip
def test_declared_days_come_before_the_language(stated, day):
    assert settle(**stated) == day


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://x.example/2023/05/04/hujan", DAY_FIRST), ("https://warta.co.uk/a", DAY_FIRST),
        ("https://valley.gov/a", MONTH_FIRST), ("https://valley.example/a", None), (None, None),
    ],
)  # fmt: skip
def test_the_address_has_a_day_or_a_country(url, day):
    assert settle(url=url) == day


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["Updated 05/13/2023"], MONTH_FIRST), (["Updated 13/05/2023"], DAY_FIRST),
        (["13/05/2023", "05/13/2023"], None),
        (["06/07/2023"], None), (["13-14/05/2023", "13/05/2023/7"], None), (["x" * 2000 + " 05/13/2023"], None),
    ],
)  # fmt: skip
def test_other_numeric_dates_of_the_document(lines, day):
    assert settle(lines=lines) == day
