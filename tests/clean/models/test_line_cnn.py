"""The model's figures and scores: the same for a document whatever stands beside it, and for any text at all."""

import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.clean.lines.line_table import build_line_table
from flows.clean.lines.word_table import build_word_table
from flows.clean.models import line_cnn
from flows.clean.rules.cues import flag_line_cue_words, load_general_cues, match_cues
from flows.clean.rules.prefilter import find_letter_prefixes, find_opening_prefixes, find_required_words
from flows.clean.text.line_features import FEATURE_COUNT, compute_line_features
from flows.clean.text.text_marks import mark_texts

STORY = (
    "Banjarmasin - Pasar terapung kembali ramai setelah jembatan kayu dibuka untuk umum pada awal pekan.\n\n"
    '"Kami hanya minta dermaga diperbaiki," ujar Siti, seorang pedagang sayur di sana.\nBaca juga: Harga beras naik\n'
)
STRANGE = [
    "", "\n\n \n", "x", "a\r\nb\rc\u2028d", "\u00a0\u200b satu \u00a0 dua\ufeff", "東京で首相が会見した。\n市場は反応した。" * 5,  # noqa: E501
    "شهد السوق ارتفاعا في الأسعار اليوم، وفق التجار.\nقال الوزير إن الحكومة ستتدخل." * 4, "CafÃ© â€œmojibakeâ€\x9d di sini.",  # noqa: E501
    "😀😀 ramai 😀\n\U0001f600", "- " * 500, "(" * 3000, ("kata dia. " * 50 + "\n") * 40, "İSTANBUL - ı İ ß ŉ\nﬁ", "\ud800 x",  # noqa: E501
]  # fmt: skip


WORDS = [
    "Baca juga", "Berita Terkait", "Share", "Foto:", "x", "1/2", "***", "(abc/def)", "tags: ", "Home", ">",
    " | ", " ", ":",
    "A+", "#satu ", "3 ", "Komentar", "Copyright", "\u00a0", "  ", "😀", "[Gambas:", "Video", "]", "-", "more", "Read",
]  # fmt: skip


def figures(texts: list[str]) -> list[np.ndarray]:
    table = build_line_table(texts)
    found = compute_line_features(
        table, build_word_table(table), [load_general_cues().match_lines(lines) for lines in table.documents]
    )
    return [found[a:b] for a, b in zip(table.first_line, table.first_line[1:], strict=False)]


@given(
    st.lists(st.sampled_from([STORY, *STRANGE]) | st.text(max_size=80).map(lambda t: t.replace("\r", "")), max_size=6)
)
@settings(max_examples=60, deadline=None)
def test_a_document_is_the_same_in_any_batch(texts: list[str]) -> None:
    together = mark_texts(texts, [None] * len(texts))
    for text, found, row in zip(texts, together, figures(texts), strict=True):
        assert found == mark_texts([text], [None])[0]
        assert np.array_equal(row, figures([text])[0])
        assert row.shape == (len(found.marks.lines), FEATURE_COUNT)
        assert np.isfinite(row).all()


@pytest.mark.parametrize("text", STRANGE, ids=range(len(STRANGE)))
def test_marks_of_strange_texts_cover_every_line(text: str) -> None:
    found = mark_texts([text], [None])[0]
    assert {mark.line for mark in found.marks} == {line.number for line in found.marks.lines}


@pytest.mark.parametrize("text", ["kata " * 200_000, "x" * 1_000_000, STORY * 25_000, "- a\n" * 100_000])
def test_long_texts_take_linear_time(text: str) -> None:
    begun = time.process_time()
    mark_texts([text], [None])
    assert time.process_time() - begun < 20


def test_every_kept_line_of_a_dump_has_a_score() -> None:
    menu = "\n".join(["Home", "News", "Login", "Indeks", "Redaksi", "Share", "Video", "Foto", "Bola", "Tekno", "Opini"])
    found = mark_texts([f"{menu}\n{STORY}{STORY}Berita Terkait\nPanen raya\nCopyright 2025"], [None])[0]
    assert found.body.rule == "body.model"
    assert all(mark.score is not None for mark in found.marks if mark.kind == "body")


def test_the_weights_fit_the_figures() -> None:
    model = line_cnn.load_shipped_net()
    assert model.mean.shape == (FEATURE_COUNT,)
    assert model.regime_weights.shape == (FEATURE_COUNT + 1,)
    assert sum(part.size for part in (*model.first, *model.second, *model.out)) < 30_000


@pytest.mark.parametrize(
    ("pattern", "starts", "words"),
    [
        ("(?:baca|lihat) juga", {"baca", "liha"}, {" juga"}),
        ("[ab]?cd", {"acd", "bcd", "cd"}, {"cd"}),
        (r".{0,9}adalah", {""}, {"adalah"}),
        (r"\d+ views", {""}, {" views"}),
        ("(?:foto|gambar)?x*", {""}, {""}),
    ],
)
def test_what_a_pattern_needs_is_read_off_it(pattern: str, starts: set[str], words: set[str]) -> None:
    assert find_required_words(pattern) == words
    found = find_opening_prefixes(pattern)
    assert found == starts or (starts == {""} and all(o == "" or o[0].isdigit() for o in found))


@pytest.mark.parametrize(
    ("pattern", "going", "just"),
    [
        ("(?:baca|lihat) juga", {"baca jug", "lihat ju"}, set()),
        (r"[#\d. ]{0,4}(?:top|berita) ?:", {"berita :"}, {"top:", "top :", "berita:"}),
        (r"about(?: us| \w+)?", {"about "}, {"about"}),
        (r".{0,9}adalah", {""}, {"adalah"}),
        (r"\(?[a-z]{2,9}\)", {""}, set()),
        ("[*-]{1,60}", set(), {""}),
    ],
)
def test_the_first_letters_of_its_matches_are_read_off_a_pattern(pattern: str, going: set[str], just: set[str]) -> None:
    assert find_letter_prefixes(pattern) == (going, just)


@given(st.lists(st.sampled_from(WORDS), max_size=6).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_gate_hides_a_cue(text: str) -> None:
    """What a line is named in a batch is what the patterns say that are asked without any gate."""
    table = build_line_table([text])
    named = match_cues(table, build_word_table(table), [load_general_cues()])[0]
    for index, line in enumerate(table.documents[0]):
        found = named.get(index)
        whole = (cue for cue in load_general_cues().cues if cue.on == "line" and line.word_count <= 24)
        expected = next((cue for cue in whole if re.fullmatch(cue.pattern, line.text, re.IGNORECASE)), None)
        assert expected is None or found is expected


def test_a_cue_that_asks_for_words_matches_no_line_without_them() -> None:
    """The lines of the golden texts, each as the only line of a document."""
    lines = [
        "Menteri tiba. (Foto: Rina/detikcom)", "Presiden melambai di istana, Senin. /REUTERS",
        "Siti adalah media yang menyediakan platform untuk menulis",
        "Rina berkontribusi dalam penulisan artikel", "1.204 views", "Hak cipta dilindungi undang-undang",
        "Media Kabar © 2025",
    ]  # fmt: skip
    table = build_line_table(lines)
    told = flag_line_cue_words(table, build_word_table(table)).tolist()
    for line, asked in zip(table.documents, told, strict=True):
        assert load_general_cues().match_lines(line, [asked]) == load_general_cues().match_lines(line)
