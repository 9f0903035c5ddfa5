"""Role words and the desks that are not persons."""

import pytest

from flows.outlets.profiles import parse_profile
from flows.outlets.roles import find_role_label, is_desk


@pytest.mark.parametrize(
    "line, role, value",
    [
        ("Penulis : Ratna Sari", "author", "Ratna Sari"),
        ("Editor: Budi", "editor", "Budi"),
        ("Penulis", "author", ""),
        ("REDAKTUR:", "editor", ""),
        ("Sumber : Kompas TV", "source", "Kompas TV"),
        ("Oleh Ratna Sari", "author", "Ratna Sari"),
        ("Laporan Wartawan TribunSolo.com, Ratna Sari", "author", "TribunSolo.com, Ratna Sari"),
    ],
)
def test_a_role_word_and_its_value(line, role, value):
    found = find_role_label(line)
    assert (found.role, found.credit) == (role, value)


@pytest.mark.parametrize(
    "line",
    ["Penulis novel itu datang", "Editor - begitu ia disebut", "Oleh karena itu", "Oleh Warga Desa Jalan Dibuka.",
     "Red - 12", "Kata dia: ya", ""],
)  # fmt: skip
def test_a_sentence_is_no_role_line(line):
    assert find_role_label(line) is None


def test_a_profile_adds_role_words():
    profile = parse_profile("some", "[roles]\neditor = ['Uploader']")
    assert find_role_label("Uploader: Ratna", profile).role == "editor"
    assert find_role_label("Uploader: Ratna") is None


def test_desks_are_not_persons():
    assert all(map(is_desk, ["Tim detikcom", "Redaksi", "ANTARA", "admin", "tim  redaksi"]))
    assert not any(map(is_desk, ["Timbul Santoso", "Adminto", "Ratna Sari"]))
