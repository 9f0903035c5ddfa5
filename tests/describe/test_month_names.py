"""Names of months in the languages of the news."""

import pytest

from flows.describe.month_names import MONTH_NUMBERS, UNSETTLED_ZONES, ZONE_HOURS, collect_month_names


def test_each_month_has_names_in_indonesian_malay_and_english():
    assert sorted(set(MONTH_NUMBERS.values())) == list(range(1, 13))
    for names, number in ((("januari", "january", "jan"), 1), (("mac", "maret"), 3), (("ogos", "agustus", "agt"), 8),
                          (("nopember",), 11), (("disember", "des"), 12)):  # fmt: skip
        assert {MONTH_NUMBERS[name] for name in names} == {number}


@pytest.mark.parametrize(
    ("name", "number"),
    [("février", 2), ("märz", 3), ("août", 8), ("января", 1), ("styczeń", 1), ("दिसंबर", 12), ("मई", 5), ("mar", 3)],
)
def test_names_of_other_languages_have_one_month(name, number):
    assert collect_month_names()[name] == number


def test_a_name_that_means_two_months_or_hardly_anything_is_left_out():
    names = collect_month_names()
    assert "srpen" in names and "listopad" not in names  # November in Czech and Polish, October in Croatian
    assert all(len(name) >= 3 or not name.isascii() for name in names)
    assert not any(name[0].isdigit() or name.endswith(".") or name != name.lower() for name in names)


def test_no_zone_has_an_offset_and_several():
    assert not ZONE_HOURS.keys() & UNSETTLED_ZONES
    assert (ZONE_HOURS["WIB"], ZONE_HOURS["WITA"], ZONE_HOURS["WIT"], ZONE_HOURS["EST"]) == (7, 8, 9, -5)
    assert all(-12 <= hours <= 14 for hours in ZONE_HOURS.values())
