"""Names beside a date, above or below it, and beside an elapsed time."""

import pytest

from flows.describe.credits import Credits
from flows.describe.date_grammar import find_dates
from flows.describe.dated_bylines import (
    add_name_beside_date,
    add_name_beside_elapsed_time,
    add_names_below_date,
    has_date_and_time,
    is_long_title,
    match_name_on_site,
    prints_in_small_letters,
)
from flows.describe.document_view import build_document_view
from flows.outlets import load_registry
from schemas.stage_tables import Mark

DATE = "Senin, 4 Maret 2024 | 10:00 WIB"
TITLE = "Petani Garam Panen Lebih Awal"


def view_lines(*lines, kind="nav"):
    marks, start = [], 0
    for number, line in enumerate(lines, 1):
        marks.append(Mark(number, start, start + len(line), kind, f"test.{kind}", None))
        start += len(line) + 1
    return build_document_view("\n".join(lines), marks)


def read_below(*lines):
    credits = Credits()
    add_names_below_date(credits, view_lines(*lines), list(range(len(lines))), load_registry())
    return credits.authors, credits.desk[0] if credits.desk else None


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ((TITLE, DATE, "Ratna Sari"), ["Ratna Sari"]),
        ((TITLE, "4 Maret 2024", "Ratna Sari"), ["Ratna Sari"]),
        ((TITLE, "Ratna Sari", DATE), ["Ratna Sari"]),
        (("Ratna Sari", DATE), []),  # the name may be the headline
        (("Ratna Sari - Detikcom", DATE), ["Ratna Sari"]),  # a site says that it is none
        ((TITLE, DATE, "Ratna"), []),
        ((TITLE, DATE, "Ratna Sari " * 8), []),
        ((TITLE, "pada 4 Maret 2024 di kota kami yang indah", "Ratna Sari"), []),  # no line of a date alone
        ((TITLE, DATE, "Ratna Sari", "Menurut Ratna Sari hujan turun."), []),  # a person of the story
        ((TITLE, DATE, "Kota Baru", "Di kota itu hujan turun."), []),  # a word of it is printed small
        ((TITLE, "Ratna Sari", "Kompas.com", DATE), ["Ratna Sari"]),  # the outlet stands between
        ((TITLE, "Ratna Sari", "Kota Hujan", DATE), []),  # it may be the headline: none stands right above it
    ],
)
def test_a_name_alone_above_or_below_the_date(lines, names):
    assert read_below(*lines)[0] == names


def test_an_outlet_above_the_date_is_kept_as_a_desk():
    assert read_below(TITLE, "Kompas.com", DATE) == ([], "Kompas.com")
    assert read_below("Kompas.com", DATE) == ([], None)  # nothing above it


def read_beside(line, kind="nav", text=()):
    credits, view = Credits(), view_lines(line, *text, kind=kind)
    add_name_beside_date(credits, view, view.lines[0], next(find_dates(line)), load_registry())
    return credits.authors, credits.desk[0] if credits.desk else None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (f"Ratna Sari | {DATE}", ["Ratna Sari"]),
        (f"Ratna Sari, Budi Santoso - {DATE}", ["Ratna Sari", "Budi Santoso"]),
        (f"Ratna - {DATE}", ["Ratna"]),  # with a clock time one word is enough
        ("Ratna - 4 Maret 2024", []),
        (f"Ana - {DATE}", []),  # shorter than most names
        (f"RATNA - {DATE}", []),
        (f"Nasional - {DATE}", []),  # a section
        (f"Editor - {DATE}", []),  # a role
        (f"Ratna Sari | {DATE} dibaca warga kota semua", []),  # a sentence goes on
        ("Ratna Sari pada 4 Maret 2024: hujan", []),
        ("Petani Garam Panen Lebih Awal Tahun 4 Maret 2024", []),  # a title that ends in a day
    ],
)
def test_a_name_before_the_date_of_its_line(line, names):
    assert read_beside(line)[0] == names


def test_a_sentence_that_ends_in_a_day_is_a_byline_only_where_the_line_is_one():
    line = "Ratna Sari, 4 Maret 2024."
    assert read_beside(line)[0] == [] and read_beside(line, "byline")[0] == ["Ratna Sari"]
    small = ("Hujan turun di sari laut.",)
    assert read_beside("Ratna Sari, 4 Maret 2024", text=small)[0] == []  # a word of it is printed small
    assert read_beside(f"Ratna Sari | {DATE}", text=small)[0] == ["Ratna Sari"]  # a clock time outweighs that


def test_an_outlet_in_the_writer_s_place_is_a_desk():
    assert read_beside("Tempo.co 4 April 2018 | 07.50 WIB") == ([], "Tempo.co")
    assert read_beside("Tempo.co - 4 April 2018 | 07.50 WIB") == ([], None)  # a date line
    assert read_beside("Tempo.co 4 April 2018") == ([], None)


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["Ratna Sari - 3 jam yang lalu"], ["Ratna Sari"]),
        (["Ratna Sari | 12 hours ago"], ["Ratna Sari"]),
        (["Ratna Sari - 3 jam lalu", "Budi Santoso - 4 jam lalu"], []),  # cards of other stories
        (["Ratna - 3 jam lalu"], []),
        (["Ratna Sari - 3 jam lalu di kota"], []),
        (["Ratna Sari"], []),
    ],
)
def test_a_name_beside_an_elapsed_time(lines, names):
    credits = Credits()
    add_name_beside_elapsed_time(credits, list(view_lines(*lines).lines), load_registry())
    assert credits.authors == names


@pytest.mark.parametrize(
    ("line", "is_dated"),
    [
        (DATE, True),
        ("4 Maret 2024", False),
        ("10:00 WIB", False),
        (f"{DATE} " + "dan hujan " * 20, False),
        ("Senin, 4 Maret 1998 | 10:00 WIB", True),
    ],
)
def test_a_short_line_with_day_and_clock_time(line, is_dated):
    assert has_date_and_time(view_lines(line).lines[0]) is is_dated


def test_a_name_on_its_site_and_titles():
    (line, plain) = view_lines("Ratna Sari - Detikcom", "Ratna Sari").lines
    assert match_name_on_site(line).groups() == ("Ratna Sari", "Detikcom") and match_name_on_site(plain) is None
    assert (
        is_long_title(["a b c d e f"]) and not is_long_title(["a b c d e"]) and not is_long_title(["a b c d e f", "g"])
    )
    view = view_lines("Kota Baru ramai", "di kota itu")
    assert prints_in_small_letters(["Kota Baru"], view) and not prints_in_small_letters(["Baru Saja"], view)
    assert not prints_in_small_letters([], view) and not prints_in_small_letters(["kota"], view)
