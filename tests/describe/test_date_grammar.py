"""The grammar of dates and times."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.describe import date_grammar
from flows.describe.date_grammar import find_dates, find_yearless_dates, parse_machine_date

WIB = dt.timezone(dt.timedelta(hours=7))


@pytest.mark.parametrize(
    "text, day, clock, hours",
    [
        ("Jum'at, 3 Mei 2024 |09:05 WIB", "2024-05-03", "09:05", 7),
        ("Jum’at, 3 Mei 2024", "2024-05-03", None, None),
        ("Senin, 17 Jun 2024 14:39 WIB", "2024-06-17", "14:39", 7),
        ("Kompas.com - 10/06/2025, 21:23 WIB", "2025-06-10", "21:23", 7),
        ("18 Juni 2025 | 20.31 WIB", "2025-06-18", "20:31", 7),
        ("Kamis   19 Jun 2025  09:48 WIB", "2025-06-19", "09:48", 7),
        ("Jumat , 17 February 2017, 13:16 WIB", "2017-02-17", "13:16", 7),
        ("Tayang: Senin, 9 Juni 2025 23:11 WITA", "2025-06-09", "23:11", 8),
        ("Selasa, 10 Juni 2025 | 06:00 WIT", "2025-06-10", "06:00", 9),
        ("Ahad, 5 Nop 2017", "2017-11-05", None, None),
        ("Rabu, 7 Agt 2019 pukul 10.00 WIB", "2019-08-07", "10:00", 7),
        ("20 Ogos 2022", "2022-08-20", None, None),
        ("pada Kamis (26/10/2023) pagi", "2023-10-26", None, None),
        ("Wednesday, 04 November 2015 | 07:28 WIB", "2015-11-04", "07:28", 7),
        ("June 5, 2023 at 4:05 pm", "2023-06-05", "16:05", None),
        ("5 June 2023 12:10 am UTC", "2023-06-05", "00:10", 0),
        ("2023-10-27 10:00", "2023-10-27", "10:00", None),
        ("Kamis, 16 sept 2021", "2021-09-16", None, None),
        # what ignores case takes these letters for s, i and k
        ("\u017fenin, 17 Jun 2024", "2024-06-17", None, None),
        ("KAM\u0130S, 20 JUN 2024 09:00 WIB", "2024-06-20", "09:00", 7),
        ("\u212aamis, 20 Jun 2024", "2024-06-20", None, None),
    ],
)
def test_a_date_and_what_is_printed_of_its_time(text, day, clock, hours):
    (stamp,) = find_dates(text)
    assert str(stamp.day) == day
    assert (stamp.time.isoformat("minutes") if stamp.time else None) == clock
    assert (stamp.zone.utcoffset(None).total_seconds() / 3600 if stamp.zone else None) == hours
    assert not stamp.weekday_conflicts


@pytest.mark.parametrize(
    "text",
    ["Senin (7/1)", "25 Oktober lalu", "31/02/2023", "32 Mei 2024", "12.10.2023.456", "tahun 2023", "1/2/3/2023", ""],
)  # fmt: skip
def test_what_is_no_full_date(text):
    assert list(find_dates(text)) == []


def test_a_figure_behind_a_date_is_no_time():
    (stamp,) = find_dates("Pada 27 Juli 2023. 12.50 persen di antaranya")
    assert stamp.time is None


@pytest.mark.parametrize(
    "hours",
    ["10:00-11:30", "10:00-11:30 WIB", "10:00 -11:30 WIB", "10:00 – 11.30 WITA", "10:00 s.d. 11:30",
     "10:00 sampai 11:30", "10:00 am - 11:30 am"],
)  # fmt: skip
def test_the_hours_of_an_event_are_no_time_and_no_offset(hours):
    (stamp,) = find_dates(f"Minggu, 5 Mei 2024, {hours}")
    assert (stamp.day, stamp.time, stamp.zone) == (dt.date(2024, 5, 5), None, None)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("Sun, 05 May 2024 10:00:00 -0500", -5), ("5 May 2024 10:00 -0500", -5), ("2024-05-05 10:00-05:00", -5),
     ("5 May 2024 10:00:00-05:00", -5), ("5 Mei 2024 10:00+07:00", 7), ("May 5, 2024 10:00 GMT-5", -5)],
)  # fmt: skip
def test_an_offset_is_read(text, hours):
    (stamp,) = find_dates(text)
    assert (stamp.time, stamp.zone) == (dt.time(10), dt.timezone(dt.timedelta(hours=hours)))


def test_the_ends_of_the_calendar_have_no_instant():
    for text in ("9999-12-31T20:00:00Z", "0001-01-01T00:00:00+00:00"):
        assert parse_machine_date(text).to_utc(None) is None
    assert parse_machine_date("9998-12-31T20:00:00Z").to_utc(None) is not None


def test_the_weekday_is_a_check():
    (wrong,) = find_dates("Senin, 4 Mei 2024")
    assert wrong.weekday_conflicts
    (swapped,) = find_dates("Kamis (10/12/2023)")  # a Sunday, but 12 October 2023 is a Thursday
    assert (str(swapped.day), swapped.weekday_conflicts) == ("2023-10-12", False)


def test_an_update_is_told_from_a_publication():
    first, second = find_dates("Terbit 3 Mei 2024 10:00 WIB, Diperbarui 4 Mei 2024 11:00 WIB")
    assert (first.is_update, second.is_update) == (False, True)


def test_machine_dates_keep_their_zone():
    stamp = parse_machine_date("2024-05-03T20:30:15+00:00")
    assert stamp.to_utc(None) == dt.datetime(2024, 5, 3, 20, 30, tzinfo=dt.UTC)
    assert parse_machine_date("2024-05-03T20:30:15Z").zone == dt.UTC
    assert parse_machine_date("2024-05-03").time is None
    assert parse_machine_date("2024-05-03T20:30").to_utc(None) is None
    assert parse_machine_date("2024-05-03T20:30").to_utc(WIB) == dt.datetime(2024, 5, 3, 13, 30, tzinfo=dt.UTC)
    assert (
        parse_machine_date("yesterday") is None
        and parse_machine_date("") is None
        and parse_machine_date("2024-99-99") is None
    )


@given(st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31)), st.times())
def test_what_is_printed_in_indonesian_is_read_back(day, time):
    days = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]
    months = [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ]
    text = f"{days[day.weekday()]}, {day.day} {months[day.month - 1]} {day.year} {time:%H:%M} WITA"
    (stamp,) = find_dates(f"Ditulis {text} oleh warga")
    assert (stamp.day, stamp.time, stamp.weekday_conflicts) == (day, time.replace(second=0, microsecond=0), False)


_WEEKDAY_LIKE = st.text(alphabet="senikaj\u017f\u0130\u0131\u212a'’", max_size=6)


@given(
    st.text(alphabet="0123456789/.-:, JuniMesAP|()WIBwib", max_size=80)
    | st.builds("{}, {} Mei 2024".format, _WEEKDAY_LIKE, st.integers(1, 31))
)
def test_any_text_is_read_without_failing(text):
    for stamp in find_dates(text):
        assert 0 <= stamp.start < stamp.end <= len(text)


_PIECES = [
    "Senin",
    "sel",
    "JUM'AT",
    "Jum’at",
    "Wednesday",
    "min",
    "\u017fenin",
    ",",
    " ",
    "  ",
    "(",
    "9/6",
    "12/06/2024",
    "16",
    "3",
    " Juni",
    " sept",
    "(16 Juni)",
    " 2024",
    "x",
    "\n",
    ".",
    "\u0663",
    " \u0663 Mei",
]


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
def test_days_without_a_year_are_read_without_failing(text):
    for stamp in find_yearless_dates(text, (2024,)):
        assert text[stamp.start : stamp.end].strip()


@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
def test_days_without_a_year_are_found_where_the_whole_grammar_finds_them(text):
    assert [found.span() for found in date_grammar._match_yearless_dates(text)] == [
        found.span() for found in date_grammar._YEARLESS_DATE.finditer(text)
    ]


@pytest.mark.parametrize(
    ("text", "day", "clock", "hours"),
    [
        ("January 11th 2023", "2023-01-11", None, None),
        ("11th of January, 2023", "2023-01-11", None, None),
        ("Oct. 7, 2023 at 12:05 a.m. EDT", "2023-10-07", "00:05", -4),
        ("4 Oktober 2023 10:30 (GMT+7)", "2023-10-04", "10:30", 7),
        ("4 Okt 2023 09:00 UTC+07:00", "2023-10-04", "09:00", 7),
        ("17 Februari 2017 - 13:30 wib", "2017-02-17", "13:30", 7),
        ("Mon, 05 Jun 2023 10:00:00 +0000", "2023-06-05", "10:00", 0),
        ("Oct 7, 2023 3:05 pm ET", "2023-10-07", "15:05", None),
        ("2023 Jan 7", "2023-01-07", None, None),
        ("12 มิถุนายน 2566 10:30", "2023-06-12", "10:30", None),
        ("2023年10月4日（水）10時30分", "2023-10-04", "10:30", None),
        ("2023년 10월 4일 오후 3:20", "2023-10-04", "15:20", None),
        ("٦ سبتمبر ٢٠٢٣", "2023-09-06", None, None),
        ("4. Oktober 2023, 10:30 Uhr", "2023-10-04", "10:30", None),
        ("4 de octubre de 2023", "2023-10-04", None, None),
        ("1er octobre 2023", "2023-10-01", None, None),
        ("4 октября 2023, 10:00", "2023-10-04", "10:00", None),
        ("2023. október 4.", "2023-10-04", None, None),
        ("10 tháng 6, 2024 10:00", "2024-06-10", "10:00", None),
    ],
)
def test_dates_of_many_languages(text, day, clock, hours):
    (stamp,) = find_dates(text)
    assert stamp.day.isoformat() == day
    assert (stamp.time.strftime("%H:%M") if stamp.time else None) == clock
    assert (stamp.zone.utcoffset(None) / dt.timedelta(hours=1) if stamp.zone else None) == hours
    assert not stamp.is_ambiguous


@pytest.mark.parametrize(
    "text", ["Nomor izin 12/05/2019/SK-77", "0812-1990-2021", "12/05/2019-4", "3-12/05/2019", "2566 orang"]
)
def test_a_piece_of_a_longer_number_is_no_date(text):
    assert list(find_dates(text)) == []


@pytest.mark.parametrize(
    ("text", "is_ambiguous"),
    [("04/05/2023", True), ("13/05/2023", False), ("05/13/2023", False), ("05/05/2023", False), ("04.05.2023", False),
     ("Kamis, 04/05/2023", False), ("04/05/2023 10:30 PM", False)],
)  # fmt: skip
def test_the_order_of_day_and_month_is_ambiguous_where_nothing_in_the_date_settles_it(text, is_ambiguous):
    (stamp,) = find_dates(text)
    assert stamp.is_ambiguous is is_ambiguous


def test_an_unsettled_zone_gives_no_instant():
    (stamp,) = find_dates("Oct 7, 2023 3:05 pm CST")
    assert stamp.time and stamp.to_utc(dt.timezone(dt.timedelta(hours=7))) is None


def test_a_day_without_its_year_takes_the_one_year_that_fits_its_weekday():
    (stamp,) = find_yearless_dates("Panen dimulai Senin (9/6) pagi.", (2024, 2025))
    assert (stamp.day, stamp.has_weekday) == (dt.date(2025, 6, 9), True)
    assert list(find_yearless_dates("Panen dimulai Senin (9/6) pagi.", (2024,))) == []
    # 9 June was a Monday in 2014 too: of two years none is taken.
    assert list(find_yearless_dates("Panen dimulai Senin (9/6) pagi.", (2014, 2025))) == []


@pytest.mark.parametrize(
    ("text", "zone_hours"),
    [
        ("Wed Sep  6 09:15:00 2023", None),
        ("Wed Sep 06 09:15:00 +0700 2023", 7),
        ("Wed Sep  6 09:15:00 WIB 2023", 7),
        ("Kompas.com6 September 2023, 09:15 WIB", 7),
        ("Rabu, 6 September 2023 09:15 WIBReporter: Ani", 7),
    ],
)
def test_machine_dates_that_are_glued_or_have_the_year_behind_the_clock(text, zone_hours):
    stamp = parse_machine_date(text)
    assert (stamp.day, stamp.time) == (dt.date(2023, 9, 6), dt.time(9, 15))
    assert (stamp.zone.utcoffset(None) if stamp.zone else None) == (
        dt.timedelta(hours=zone_hours) if zone_hours else None
    )


@pytest.mark.parametrize(
    ("clock", "time"),
    [
        ("9:15 pagi", dt.time(9, 15)),
        ("3:15 petang", dt.time(15, 15)),
        ("5:00 sore", dt.time(17, 0)),
        ("11:30 siang", dt.time(11, 30)),
        ("1:30 siang", dt.time(13, 30)),
        ("7:30 malam", dt.time(19, 30)),
        ("12:05 malam", dt.time(0, 5)),
        ("19:30 malam", dt.time(19, 30)),
    ],
)
def test_the_part_of_the_day_behind_a_clock_time(clock, time):
    [stamp] = find_dates(f"Khamis, 7 September 2023 {clock}")
    assert stamp.time == time


@pytest.mark.parametrize(
    ("clock", "time"),
    [
        ("12:15 pagi", dt.time(0, 15)), ("12:30 siang", dt.time(12, 30)), ("10:30 siang", dt.time(10, 30)),
        ("9:30 siang", dt.time(21, 30)), ("10:30 sore", dt.time(22, 30)), ("5:30 malam", dt.time(5, 30)),
        ("6:30 malam", dt.time(18, 30)), ("11:59 malam", dt.time(23, 59)), ("12:00 pm", dt.time(12)),
        ("12:00 am", dt.time(0)), ("13:00 sore", dt.time(13)), ("00:00 WIB", dt.time(0)),
        ("23:59 WIB", dt.time(23, 59)), ("24:00 WIB", None), ("23:60 WIB", None), ("10.30", None),
        ("| 10.30", dt.time(10, 30)),
        ("10.30 WIB", dt.time(10, 30)),
    ],
)  # fmt: skip
def test_the_ends_of_the_clock(clock, time):
    [stamp] = find_dates(f"Khamis, 7 September 2023 {clock}")
    assert stamp.time == time


@pytest.mark.parametrize(
    ("offset", "hours"),
    [("+7", 7), ("+07", 7), ("+0700", 7), ("-0530", -5.5), ("+05:45", 5.75), ("+14:00", 14), ("-14:00", -14),
     ("+15:00", None), ("+05:60", None), ("+05:59", 5 + 59 / 60)],
)  # fmt: skip
def test_an_offset_has_at_most_fourteen_hours(offset, hours):
    [stamp] = find_dates(f"7 September 2023 10:00 GMT{offset}")
    assert stamp.time == dt.time(10)
    assert (stamp.zone and stamp.zone.utcoffset(None) / dt.timedelta(hours=1)) == hours
    assert stamp.has_unsettled_zone is (hours is None) and (stamp.to_utc(WIB) is None) is (hours is None)


@pytest.mark.parametrize(
    ("text", "is_update"),
    [
        ("Diperbarui 4 Mei 2024", True),
        ("Diperbarui: Sabtu, 4 Mei 2024", True),
        ("Diperbarui oleh redaksi kami yang setia 4 Mei 2024", False),
        ("4 Mei 2024", False),
        ("3 Mei 2024. Diperbarui", True),
    ],
)
def test_a_word_of_an_update_stands_close_to_its_day(text, is_update):
    [stamp] = find_dates(text)
    assert stamp.is_update is is_update


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("02/24/2026", "2026-02-24"), ("24/02/2026", "2026-02-24"), ("24/24/2026", None),
        ("Selasa, 02/24/2026", "2026-02-24"), ("12 มิถุนายน 2566", "2023-06-12"), ("12 Juni 2566", None),
        ("29 Februari 2024", "2024-02-29"), ("29 Februari 2023", None),
    ],
)  # fmt: skip
def test_which_day_numbers_mean(text, day):
    assert [str(stamp.day) for stamp in find_dates(text)] == ([day] if day else [])


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("2023年10月4日 下午12:30", "12:30"), ("2023年10月4日 下午1:30", "13:30"), ("2023年10月4日 午後11:05", "23:05"),
        ("2023년 10월 4일 오전 12:20", "00:20"), ("2023년 10월 4일 오전 11:20", "11:20"),
        ("2023年10月4日 23:59", "23:59"),
        ("2023年10月4日 24:00", None), ("2023年10月4日 10:60", None), ("2023年10月4日", None),
    ],
)  # fmt: skip
def test_the_half_of_the_day_on_pages_of_east_asia(text, clock):
    [stamp] = find_dates(text)
    assert str(stamp.day) == "2023-10-04" and (stamp.time.strftime("%H:%M") if stamp.time else None) == clock
