from collections.abc import Callable

import pytest

from flows.clean import CleanedBatch, extract_body_texts
from flows.clean.lines.char_classes import EDGE_CHARS
from flows.clean.text.line_recovery import JOINER_RULE, divide_paragraphs, lay_out_glued_text, lay_out_text
from tests.clean.marked import list_marks

PARAGRAPHS = [
    "Dewan Kota Brendal menyatakan jembatan baru di atas Sungai Tarna dibuka pada musim semi, dua tahun terlambat.",
    "Wali Kota Odila Farwan mengatakan hal itu menelan biaya Rp4,2 miliar, dan sebagian ditanggung dr. Sukma.",
    '"Warga di tepi timur sudah menunggu sejak jembatan lama ditutup setelah banjir," kata Odila kepada wartawan.',
    "Sebuah feri mengangkut sekitar sembilan ratus orang setiap hari, dan akan berlayar sampai jalur terakhir dibuka.",
]


@pytest.mark.parametrize("join", ["", ",", ",,", " , "])
def test_paragraphs_come_back_without_their_joiners(join: str, cleaned: Callable[..., CleanedBatch]) -> None:
    found = cleaned(join.join(PARAGRAPHS))
    assert extract_body_texts(found.documents, found.marks) == ["\n".join(PARAGRAPHS)]


def test_paragraphs_joined_by_a_blank_keep_every_word(cleaned: Callable[..., CleanedBatch]) -> None:
    found = cleaned(" ".join(PARAGRAPHS))
    (text,) = extract_body_texts(found.documents, found.marks)
    assert text.split() == " ".join(PARAGRAPHS).split()


def test_a_long_line_is_divided_between_sentences() -> None:
    text = " ".join(PARAGRAPHS * 2)
    lines = [text[start:end] for start, end in divide_paragraphs(text, 0, len(text))]
    assert " ".join(lines) == text
    assert 2 < len(lines) <= 8 and all(line[-1] in '."' and line.count('"') % 2 == 0 for line in lines)


@pytest.mark.parametrize("join", ["", " ", ",", ",,"])
def test_clutter_between_recovered_paragraphs_goes(join: str, cleaned: Callable[..., CleanedBatch]) -> None:
    link = "Baca Juga: Pasar Apung Senggara Dibuka Lagi Pekan Depan, Simak Jadwal Lengkapnya!"
    pieces = [*PARAGRAPHS[:2], link, *PARAGRAPHS[2:], "(odi/faw)"]
    found = cleaned(join.join(pieces))
    (text,) = extract_body_texts(found.documents, found.marks)
    assert "Senggara" not in text and "odi/faw" not in text
    assert text.split() == " ".join(PARAGRAPHS).split()


def test_marks_tile_the_document_as_read() -> None:
    document = ",,".join([*PARAGRAPHS[:2], "Baca juga:", *PARAGRAPHS[2:]]) + ",, - ,"
    marks = list_marks(document)
    covered = [False] * len(document)
    for mark in marks:
        piece = document[mark.start : mark.end]
        assert piece and piece == piece.strip(EDGE_CHARS)
        covered[mark.start : mark.end] = [True] * len(piece)
    assert not "".join(char for char, told in zip(document, covered, strict=True) if not told).strip(EDGE_CHARS)
    assert {document[mark.start : mark.end].strip(",") for mark in marks if mark.rule == JOINER_RULE} == {""}
    assert [mark.line for mark in marks] == sorted(mark.line for mark in marks)


def test_a_text_that_has_its_lines_is_not_touched() -> None:
    text = "\n".join(PARAGRAPHS)
    assert lay_out_text(text) is None and lay_out_glued_text(text) is None
    assert lay_out_text("Satu baris pendek.") is None
    assert lay_out_glued_text("It runs on Node.JS.\nThe String.Index of it is with us.\n\nSee.Also") is None


def test_glued_sentences_of_a_text_with_lines_part(cleaned: Callable[..., CleanedBatch]) -> None:
    lines = [PARAGRAPHS[0], PARAGRAPHS[1] + PARAGRAPHS[3], PARAGRAPHS[2]]
    found = cleaned("\n".join(lines))
    (text,) = extract_body_texts(found.documents, found.marks)
    assert text.split("\n") == [PARAGRAPHS[0], PARAGRAPHS[1], PARAGRAPHS[3], PARAGRAPHS[2]]


def test_an_endless_line_of_joints_is_left_alone() -> None:
    assert lay_out_text("Baca juga: " * 20_000) is None


TITLE = "Harimau Masuk Kampung Wadas"


@pytest.mark.parametrize("header", ["Baca Juga: ", "Baca juga, ", "BACA JUGA, "])
def test_a_title_ends_at_the_comma_that_joins_all_lines(header: str, cleaned: Callable[..., CleanedBatch]) -> None:
    found = cleaned(", ".join([*PARAGRAPHS[:2], header + TITLE, *PARAGRAPHS[2:]]))
    assert extract_body_texts(found.documents, found.marks) == ["\n".join(PARAGRAPHS)]


def test_an_appeal_takes_no_sentence_behind_it_along(cleaned: Callable[..., CleanedBatch]) -> None:
    appeal = "Unduh aplikasi Kabar Muara di Google Play sekarang juga."
    found = cleaned(" ".join([*PARAGRAPHS[:2], appeal, *PARAGRAPHS[2:]]))
    (text,) = extract_body_texts(found.documents, found.marks)
    assert text.split() == " ".join(PARAGRAPHS).split()


def test_a_role_word_within_a_sentence_is_no_label(cleaned: Callable[..., CleanedBatch]) -> None:
    sentence = "Editor: itulah panggilan anak-anak untuk pensiunan guru yang membetulkan ejaan mereka."
    texts = [*PARAGRAPHS[:2], sentence, *PARAGRAPHS[2:]]
    found = cleaned(" ".join(texts))
    (text,) = extract_body_texts(found.documents, found.marks)
    assert text.split() == " ".join(texts).split()


def test_a_word_in_capitals_holds_no_time_zone() -> None:
    layout = lay_out_text("".join([*PARAGRAPHS[:2], "DIBANGUN WITHOUT IZIN", *PARAGRAPHS[2:]]))
    assert layout is not None
    assert "DIBANGUN WITHOUT IZIN" in layout.text
