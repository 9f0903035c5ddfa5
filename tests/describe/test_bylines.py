"""Credits: which lines name writers and editors, and which names are only the story's."""

import pytest

STORY = (
    "Petani garam memanen lebih awal tahun ini, kata Kepala Dinas Bambang Sutejo di Sampang.\nPanen berlanjut besok."
)


def credits(values):
    return values["authors"], values["author_basis"], values["editors"]


@pytest.mark.parametrize(
    "lines, found",
    [
        ("Penulis : Ratna Sari\nEditor : Budi Santoso", (["Ratna Sari"], "stated", ["Budi Santoso"])),
        ("Penulis\nRatna Sari\nEditor\nBudi Santoso", (["Ratna Sari"], "stated", ["Budi Santoso"])),
        ("Penulis\n: Ratna Sari", (["Ratna Sari"], "stated", [])),
        ("Ratna Sari\nPenulis\nBudi Santoso\nEditor", (["Ratna Sari"], "stated", ["Budi Santoso"])),
        ("Pewarta: Ratna Sari Editor: Budi Santoso Copyright © 2024", (["Ratna Sari"], "stated", ["Budi Santoso"])),
        ("Red: Budi Santoso", ([], None, ["Budi Santoso"])),
        ("Redaktur: Tim Redaksi", ([], None, [])),
        ("(Ratna Sari)", (["Ratna Sari"], "inferred", [])),
        ("(abc/def)", ([], None, [])),
        ("(Antara)", ([], None, [])),
        ("(Washington Post)", ([], None, [])),
        ("(Foto: Ratna Sari)", ([], None, [])),
        ("Verified Writer\nRatna", ([], None, [])),  # the box of another outlet's profile
        ("Demikian kata Ratna Sari.", ([], None, [])),
    ],
)
def test_credits_at_the_foot(described, lines, found):
    count = lines.count("\n") + 1
    values, _, _ = described(f"{STORY}\n{lines}", {3 + n: "credit" for n in range(count)})
    assert credits(values) == found


def test_a_sign_off_below_a_byline_is_the_editor(described):
    text = f"Oleh: Ratna Sari\n{STORY}\n(Budi Santoso)"
    values, evidence, _ = described(text, {1: "byline", 4: "credit"})
    assert credits(values) == (["Ratna Sari"], "stated", ["Budi Santoso"])
    assert [row["sure"] for row in evidence if row["field"] == "editors"] == ["likely"]


def test_a_sign_off_that_repeats_the_byline_adds_nobody(described):
    values, _, _ = described(f"Oleh: Ratna Sari\n{STORY}\n(Ratna Sari)", {1: "byline", 4: "credit"})
    assert credits(values) == (["Ratna Sari"], "stated", [])


@pytest.mark.parametrize(
    "line, names",
    [
        ("Laporan Wartawan TribunSolo.com, Ratna Sari", ["Ratna Sari"]),
        ("Ratna Sari - detikNews", ["Ratna Sari"]),
        ("Ratna Sari | IDN Times", ["Ratna Sari"]),
        ("Ratna Sari - Senin, 17 Jun 2024 14:39 WIB", ["Ratna Sari"]),
        ("Tim detikcom - detikNews", ["Tim detikcom"]),  # a desk in the writer's own place, as printed
        ("Surabaya, 17 Juni 2024", []),
        ("Published May 5, 2023", []),
        ("Raja Ampat, Papua Barat Daya, Selasa (10/6/2025).", []),
    ],
)
def test_bylines_at_the_head(described, line, names):
    values, _, _ = described(f"{line}\n{STORY}", {1: "byline"})
    assert values["authors"] == names


def test_a_writer_s_place_taken_by_a_wire_service_is_an_agency(described):
    values, _, _ = described(f"Antara - detikNews\n{STORY}", {1: "byline"})
    assert (values["authors"], values["agency"]) == (["Antara"], "ANTARA")


def test_people_of_the_source_below_a_text_with_its_own_byline(described):
    text = f"Ratna Sari - detikNews\n{STORY}\n(Penulis: Budi Santoso | Editor: Dewi Lestari)"
    values, _, marks = described(text, {1: "byline"})
    assert credits(values) == (["Ratna Sari"], "stated", [])
    assert {(mark["line"], mark["kind"]) for mark in marks} >= {(1, "byline"), (4, "credit")}


def test_captions_and_related_lines_name_no_author(described):
    text = f"Penulis: Ratna Sari\nOleh Budi Santoso\n{STORY}"
    values, _, _ = described(text, {1: "caption", 2: "related"})
    assert values["authors"] == []
