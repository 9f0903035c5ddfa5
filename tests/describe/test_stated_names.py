"""Persons of a stated value, which is a whole byline as often as a name."""

import pytest

from flows.describe.stated_names import parse_stated_names
from flows.outlets import load_registry

ONE, TWO = ["Ratna Sari"], ["Ratna Sari", "Budi Santoso"]


def authors(value):
    return parse_stated_names(value, "authors", load_registry())


@pytest.mark.parametrize(
    "value",
    [
        "Ratna Sari", "Oleh: Ratna Sari", "Penulis\n:\nRatna Sari", "Ratna Sari, Editor: Budi Santoso",
        "Reporter: Ratna Sari, Editor: Budi Santoso", "Penulis : Ratna Sari Editor : Budi Santoso",
        "Rep: Ratna Sari/ Red: Budi Santoso", "Ratna Sari (Penulis), Budi Santoso (Editor)",
        "Foto: Budi Santoso, Penulis: Ratna Sari", "Ratna Sari <ratna@kabar.id>", "redaksi@kabar.id (Ratna Sari)",
        "Ratna Sari @ratnas", "Ratna Sari (@ratnas)", "Ratna Sari (rsi/bso)", "Ratna Sari →", "Ratna Sari\u200b",
        "Ratna Sari, Jurnalis-Rabu, 6 September 2023 |09:15 WIB", "Author: Ratna Sari, Date: 2023-09-06",
        "Posted by Ratna Sari on 6 September 2023", "Laporan Ratna Sari", "Ratna Sari | detikNews",
        "<a href='/penulis/ratna'>Ratna Sari</a>", "Ratna&nbsp;Sari", "Ratna\n Sari",
    ],
)  # fmt: skip
def test_the_writer_of_a_byline(value):
    assert authors(value) == ONE


@pytest.mark.parametrize(
    "value",
    ["Ratna Sari dan Budi Santoso", "Ratna Sari\nBudi Santoso", "Ratna Sari &amp; Budi Santoso", "Ratna Sari, Budi Santoso, CNN Indonesia"],  # noqa: E501
)  # fmt: skip
def test_the_writers_of_a_byline(value):
    assert authors(value) == TWO


@pytest.mark.parametrize(
    "value",
    [
        "Facebook, Twitter, WhatsApp", "Editor: Budi Santoso", "Foto: Budi Santoso", "redaksi@kabar.id", "@ratnas",
        "Nasional", "Home", "Guest", "6 September 2023", "09:15 WIB", "(rsi/bso)", "Tim Redaksi", "Baca Selengkapnya",
        "Harga beras naik lagi di pasar, kata pedagang", "x" * 400,
    ],
)  # fmt: skip
def test_what_names_nobody(value):
    assert authors(value) == []


def test_an_editor_stands_under_editors():
    assert parse_stated_names("Reporter: Ratna Sari, Editor: Budi Santoso", "editors", load_registry()) == TWO[1:]


def test_names_in_another_case_are_one_person(described):
    stated = [("authors", "record", "Ratna Sari"), ("authors", "record", "RATNA SARI")]
    values, _, _ = described("Hujan turun sejak pagi di kota Lawang dan sekitarnya.", {}, stated)
    assert values["authors"] == ONE
