"""A date on a line as a value with its evidence."""

import datetime as dt
from types import SimpleNamespace

import pytest

from flows.describe.date_grammar import find_dates
from flows.describe.dated_value import build_stated_date, select_zone
from flows.describe.document_view import build_document_view
from schemas.stage_tables import Mark

JAKARTA = SimpleNamespace(zone="WIB", is_valid_on=lambda day: day.year >= 2020)


def read(text, kind="nav", profile=None):
    (line,) = build_document_view(text, [Mark(1, 0, len(text), kind, f"test.{kind}", None)]).lines
    return build_stated_date(next(find_dates(line.text)), line, "date.test", profile)


@pytest.mark.parametrize(
    ("text", "profile", "instant"),
    [
        ("Minggu, 5 Mei 2024 08:00 WITA", None, dt.datetime(2024, 5, 5, 0, 0, tzinfo=dt.UTC)),
        ("Minggu, 5 Mei 2024 08:00 WITA", JAKARTA, dt.datetime(2024, 5, 5, 0, 0, tzinfo=dt.UTC)),  # printed zone first
        ("Minggu, 5 Mei 2024 08:00", JAKARTA, dt.datetime(2024, 5, 5, 1, 0, tzinfo=dt.UTC)),
        ("Minggu, 5 Mei 2019 08:00", JAKARTA, None),  # the profile does not speak of that year
        ("Minggu, 5 Mei 2024 08:00", None, None),
        ("Minggu, 5 Mei 2024", JAKARTA, None),
    ],
)
def test_an_instant_needs_day_time_and_zone_and_each_value_has_its_evidence(text, profile, instant):
    stated = read(text, profile=profile)
    assert (stated.day.month, stated.day.day, stated.basis, stated.instant) == (5, 5, "stated", instant)
    assert [row.field for row in stated.evidence] == ["date", *(["published_at"] if instant else [])]
    assert all(row.rule == "date.test" and row.quote in text for row in stated.evidence)


@pytest.mark.parametrize(("kind", "is_marked"), [("nav", True), ("body", False)])
def test_a_date_line_outside_the_story_is_marked_as_byline_and_a_line_of_it_stays(kind, is_marked):
    assert [mark.kind for mark in read("Minggu, 5 Mei 2024", kind).marks] == ["byline"] * is_marked


def test_without_a_profile_there_is_no_zone():
    assert select_zone(None, dt.date(2024, 5, 5)) is None
    assert select_zone(JAKARTA, dt.date(2024, 5, 5)).utcoffset(None) == dt.timedelta(hours=7)
    assert select_zone(JAKARTA, dt.date(2019, 5, 5)) is None
