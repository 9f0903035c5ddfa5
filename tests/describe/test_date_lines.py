"""Lines that print a date: which days count, and which lines are no sentence."""

import datetime as dt

import pytest

from flows.describe.date_grammar import find_dates
from flows.describe.date_lines import is_title_with_day, is_usable, list_other_words, parse_date_line, rank_date_line
from flows.describe.document_view import build_document_view
from schemas.stage_tables import Mark

DAY = dt.date(2024, 5, 3)
BODY = "Petani di Sampang mulai memanen garam lebih awal tahun ini karena kemarau datang lebih cepat."


def view_of(line, kind="byline", rule="test.byline"):
    lines = [(line, kind, rule), (BODY, "body", "test.body"), (BODY, "body", "test.body")]
    marks, start = [], 0
    for number, (text, name, rule_id) in enumerate(lines, 1):
        marks.append(Mark(number, start, start + len(text), name, rule_id, None))
        start += len(text) + 1
    return build_document_view("\n".join(text for text, *_ in lines), marks)


@pytest.mark.parametrize(
    ("text", "latest_day", "is_one"),
    [
        ("Jumat, 3 Mei 2024", None, True), ("Jumat, 3 Mei 2024", DAY, True),
        ("Jumat, 3 Mei 2024", dt.date(2024, 5, 2), False), ("Senin, 3 Mei 2024", None, False),
        ("Senin, 3 Mei 2024", DAY, False), ("Diperbarui 3 Mei 2024", None, False), ("3 Mei 1950", None, False),
    ],
)  # fmt: skip
def test_a_day_counts_where_nothing_speaks_against_it(text, latest_day, is_one):
    [stamp] = find_dates(text)
    assert is_usable(stamp, latest_day) is is_one


@pytest.mark.parametrize(
    ("line", "kind", "rule", "is_one"),
    [
        ("Jumat, 3 Mei 2024", "byline", "test.byline", True),
        ("Jumat, 3 Mei 2024 | Kabar Desa Kita Semua", "byline", "test.byline", True),
        ("Jumat, 3 Mei 2024 | Kabar Desa Kita", "nav", "test.nav", True),
        ("Jumat, 3 Mei 2024 | Kabar Desa Kita Semua Orang", "nav", "test.nav", False),
        ("Jumat, 3 Mei 2024", "caption", "test.caption", False),
        ("Jumat, 3 Mei 2024", "footer", "test.footer", False),
        ("Jumat, 3 Mei 2024 | 998 Views", "related", "related.views", True),
        ("Jumat, 3 Mei 2024", "related", "test.related", False),
        ("Jumat, 3 Mei 2024", "nav", "html.header", False),
        ("Berlaku hingga Jumat, 3 Mei 2024", "nav", "test.nav", False),
        ("Foto lama (3 Mei 2024)", "byline", "test.byline", False),
        ("Jumat, 3 Mei 2024" + " " * 150 + "|", "byline", "test.byline", False),
    ],
)
def test_lines_that_hold_a_day_and_hardly_anything_else(line, kind, rule, is_one):
    view = view_of(line, kind, rule)
    stamp = parse_date_line(view.lines[0], view, None)
    assert (stamp.day if stamp else None) == (DAY if is_one else None)


@pytest.mark.parametrize(
    ("line", "kind", "rank"),
    [
        ("Diterbitkan 3 Mei 2024", "nav", 0), ("3 Mei 2024 | Published", "nav", 0), ("3 Mei 2024", "nav", 1),
        ("3 Mei 2024 oleh Ratna Sari", "nav", 1), ("Ratna Sari 3 Mei 2024", "byline", 1),
        ("Kabar Desa 3 Mei 2024", "nav", 2), ("Kabar satu dua tiga empat lima 3 Mei 2024", "nav", 2),
        ("Kabar satu dua tiga empat lima enam 3 Mei 2024", "nav", None), ("Warga bertemu pada 3 Mei 2024", "nav", None),
        ("Izin berlaku 3 Mei 2024", "nav", None), ("Warga bertemu 3 Mei 2024", "body", None), ("3 Mei 2024", "body", 1),
    ],
)  # fmt: skip
def test_a_labelled_day_ranks_first_and_a_sentence_not_at_all(line, kind, rank):
    view = view_of(line, kind, f"test.{kind}")
    [stamp] = find_dates(line)
    assert rank_date_line(view.lines[0], stamp) == rank


@pytest.mark.parametrize(
    ("line", "is_title"),
    [
        ("Harga Garam 3 Mei 2024 Mulai Naik", True), ("Harga Garam 3 Mei 2024 10:00 WIB Mulai Naik", False),
        ("harga garam 3 Mei 2024 mulai naik", False), ("Garam 3 Mei 2024 Naik", False),
        ("Panen Petani Sampang 3 Mei 2024", True),  # the only line above a story that repeats its words
    ],
)  # fmt: skip
def test_a_title_holds_words_on_both_sides_of_its_day_or_words_of_the_story(line, is_title):
    view = view_of(line, "nav", "test.nav")
    [stamp] = find_dates(line)
    assert is_title_with_day(view.lines[0], stamp, view) is is_title


def test_labels_and_numbers_are_no_words():
    assert list_other_words("Tayang: Kabar 12,", "pukul 10 WIB | dibaca 998 kali") == ["Kabar"]
