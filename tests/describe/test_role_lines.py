"""Credits by role words: names beside them, on the line below or above, and where a story begins behind them."""

import pytest

from flows.describe.credits import Credits
from flows.describe.document_view import build_document_view
from flows.describe.role_lines import add_role_credits, has_only_desks
from flows.outlets import load_registry
from schemas.stage_tables import Mark

SENTENCE = "Warga desa memanen padi lebih awal tahun ini karena hujan datang lebih cepat."


def read(*lines, index=0, kind="credit"):
    """Return what the credits of the line at `index` are, and the parts of lines that are marked."""
    marks, start = [], 0
    for number, line in enumerate(lines, 1):
        marks.append(Mark(number, start, start + len(line), "nav", "test.nav", None))
        start += len(line) + 1
    text, credits = "\n".join(lines), Credits()
    is_credit = add_role_credits(credits, build_document_view(text, marks), index, load_registry(), None, kind)
    assert is_credit is bool(credits.marks)
    return credits.authors, credits.editors, [text[mark.start : mark.end] for mark in credits.marks]


@pytest.mark.parametrize(
    ("line", "authors", "editors"),
    [
        ("Penulis: Ratna Sari", ["Ratna Sari"], []),
        ("PENULIS : Ratna Sari", ["Ratna Sari"], []),
        ("Penulis: Ratna Sari Editor: Budi Santoso", ["Ratna Sari"], ["Budi Santoso"]),
        ("Penulis: Ratna Sari | Kota", ["Ratna Sari"], []),
        ("Penulis: Ratna Sari - Kota", ["Ratna Sari"], []),
        ("Penulis: Ratna Sari Copyright © 2024", ["Ratna Sari"], []),
        ("Editor: Budi Santoso, Senin, 4 Maret 2024 | 10:00 WIB", [], ["Budi Santoso"]),
        ("Reporter: wanda", ["wanda"], []),  # a handle
        ("Reporter: wa", [], []),
        ("Reporter: wandawandawandaw", [], []),
        ("Oleh Ratna Sari", ["Ratna Sari"], []),
    ],
)
def test_names_stand_behind_their_role_word(line, authors, editors):
    found = read(line)
    assert found[:2] == (authors, editors) and found[2] == ([line] if authors or editors else [])


@pytest.mark.parametrize(
    ("lines", "index", "authors", "marked"),
    [
        (["Penulis", "Ratna Sari"], 0, ["Ratna Sari"], ["Penulis", "Ratna Sari"]),
        (["Ratna Sari", "Penulis"], 1, ["Ratna Sari"], ["Penulis", "Ratna Sari"]),
        (["Kota Baru", "Penulis:", "Ratna Sari"], 1, ["Ratna Sari"], ["Penulis:", "Ratna Sari"]),
        (["Kota Baru", "Penulis", ": Ratna Sari"], 1, ["Ratna Sari"], ["Penulis", ": Ratna Sari"]),
        (["Ratna Sari", "Penulis", "Budi Santoso", "Editor"], 1, ["Ratna Sari"], ["Penulis", "Ratna Sari"]),
        (["Sungai Wening", "Penulis", "Ratna Sari", "Tag"], 1, ["Ratna Sari"], ["Penulis", "Ratna Sari"]),
        (["Penulis", SENTENCE], 0, [], []),
        (["Penulis"], 0, [], []),
    ],
)
def test_a_role_word_alone_has_its_name_below_or_above(lines, index, authors, marked):
    assert read(*lines, index=index) == (authors, [], marked)


def test_a_line_that_is_a_credit_already_names_nobody_again():
    lines = ["Ratna Sari", "Penulis", "Editor"]
    marks, start = [], 0
    for number, line in enumerate(lines, 1):
        marks.append(Mark(number, start, start + len(line), "nav", "test.nav", None))
        start += len(line) + 1
    view, credits = build_document_view("\n".join(lines), marks), Credits()
    credits.mark_credit_line(view.lines[0], "credit", "test.other")
    assert add_role_credits(credits, view, 1, load_registry(), None, "credit") is False and credits.authors == []


def test_a_story_that_begins_on_the_line_of_a_credit_stays():
    line = f"Penulis: Ratna Sari, Senin, 4 Maret 2024 {SENTENCE}"
    authors, _, marked = read(line)
    assert authors == ["Ratna Sari"] and len(marked) == 1 and SENTENCE not in marked[0] and "2024" in marked[0]
    assert read(f"Penulis: Ratna Sari {SENTENCE}")[2] == []  # nothing tells where the name ends
    assert read("Penulis: Ratna Sari, Senin, 4 Maret 2024 Kota Baru.")[2] == [
        "Penulis: Ratna Sari, Senin, 4 Maret 2024 Kota Baru."
    ]  # too short for a story


def test_words_before_a_role_word_are_no_byline_without_a_date():
    assert read("Kata dia, Editor: Budi Santoso", kind="byline")[1:] == ([], [])
    line = "Oleh Ratna Sari, Senin, 28 Maret 2022 | 21:15 WIB - Redaktur: Budi Santoso"
    assert read(line, kind="byline") == (["Ratna Sari"], ["Budi Santoso"], [line])
    assert read("Warga pulang. Editor: Budi Santoso") == ([], ["Budi Santoso"], ["Editor: Budi Santoso"])


@pytest.mark.parametrize(
    ("text", "is_desk"),
    [
        ("Tim Redaksi", True),
        ("Kompas.com", True),
        ("Warta Media", True),
        ("Tim Redaksi, Ratna Sari", False),
        ("Ratna Sari", False),
    ],
)
def test_desks_and_outlets_are_no_persons(text, is_desk):
    assert has_only_desks(text, load_registry()) is is_desk


def test_a_desk_is_a_credit_that_names_nobody():
    assert read("Redaktur: Tim Redaksi") == ([], [], ["Redaktur: Tim Redaksi"])
    assert read("Sumber: ANTARA")[2] == ["Sumber: ANTARA"] and read("Sumber: air minum")[2] == []
