"""The day of a story that states none: what it calls today, else the latest with its weekday, else without a year."""

import datetime as dt

import pytest

from flows.describe.document_view import build_document_view
from flows.describe.story_date import find_story_day
from schemas.stage_tables import Mark


def find_day(*lines, latest_day=dt.date(2024, 12, 31)):
    marks, start = [], 0
    for number, line in enumerate(lines, 1):
        marks.append(Mark(number, start, start + len(line), "body", "test.body", None))
        start += len(line) + 1
    found = find_story_day(build_document_view("\n".join(lines), marks), latest_day)
    return found and str(found[0].day)


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["Warga datang, Kamis (2/5/2024).", "Acara dibuka Jumat (3/5/2024)."], "2024-05-03"),
        (["Acara dibuka Jumat (3/5/2024).", "Warga datang, Kamis (2/5/2024)."], "2024-05-03"),
        (["Warga datang hari ini, Kamis (2/5/2024).", "Acara dibuka Jumat (3/5/2024)."], "2024-05-02"),
        (["Hari ini warga datang dari desa yang jauh sekali dan berkumpul pada Kamis (2/5/2024).",
          "Acara dibuka Jumat (3/5/2024)."], "2024-05-03"),
        (["Warga datang Kamis (2/5/2024).", "Rapat digelar Jumat (3/5/2024) lalu."], "2024-05-02"),
        (["Warga datang Kamis (2/5/2024).", "Rapat akan digelar Jumat (3/5/2024)."], "2024-05-02"),
        (["Rapat digelar Jumat (3/5/2024) lalu."], None),
        (["Warga datang pada 2 Mei 2024."], None),  # without its weekday
        (["Warga datang Senin (22/5/2024)."], None),  # it was a Wednesday
        (["Warga datang Selasa (2/5/1950)."], None),
        (["Warga datang Rabu (1/1/2025)."], None),  # after the latest day
        (["Warga datang Selasa (31/12/2024)."], "2024-12-31"),
        ([], None),
    ],
)  # fmt: skip
def test_which_day_of_a_story_is_its_own(lines, day):
    assert find_day(*lines) == day


@pytest.mark.parametrize(
    ("lines", "latest_day", "day"),
    [
        (["Warga datang Kamis (2/5)."], dt.date(2024, 12, 31), "2024-05-02"),
        (["Warga datang Selasa (2/5)."], dt.date(2024, 12, 31), "2023-05-02"),  # of the year before
        (["Warga datang Senin (2/5)."], dt.date(2024, 12, 31), None),
        (["Warga datang Kamis (2/5)."], None, None),
        (["Anggaran 2 Januari 2024 naik.", "Warga datang Kamis (2/5)."], None, "2024-05-02"),
        (
            ["Sejak 2 Januari 2024 dan 3 Januari 2023.", "Warga datang Kamis (2/5)."],
            dt.date(2024, 12, 31),
            None,
        ),
        (["Warga datang Kamis (2/5)."], dt.date(2024, 5, 1), None),
        (["Warga datang Kamis (2/5)."], dt.date(2024, 5, 2), "2024-05-02"),
    ],
)
def test_a_day_without_its_year(lines, latest_day, day):
    assert find_day(*lines, latest_day=latest_day) == day
