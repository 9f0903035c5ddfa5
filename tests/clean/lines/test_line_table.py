from hypothesis import given
from hypothesis import strategies as st

from flows.clean.lines.line_table import normalize_blanks, split_lines, trim_span
from schemas.word_count import count_words


def test_numbers_offsets_and_gaps() -> None:
    first, second = split_lines("\n  \u00a0Satu dua.\u200b \n\n\n\ttiga")
    assert (first.number, first.text, first.gap, first.ends_sentence) == (2, "Satu dua.", 1, True)
    assert (second.number, second.text, second.gap, second.ends_sentence) == (5, "tiga", 2, False)


@given(st.text())
def test_lines_hold_every_word_once(text: str) -> None:
    text = text.replace("\r", "\n")
    found = split_lines(text)
    assert "".join(normalize_blanks(line) for line in text.split("\n")) == "".join(line.text for line in found)
    assert all(text[line.start : line.end] and "\n" not in text[line.start : line.end] for line in found)


@given(st.text(alphabet="a \t\u00a0\u200b\ufeff\u3000b"))
def test_trim_leaves_no_blank_at_the_edges(text: str) -> None:
    start, end = trim_span(text, 0, len(text))
    assert text[start:end] in (normalize_blanks(text[start:end]), text[start:end])
    assert not text[start:end] or (text[start] in "ab" and text[end - 1] in "ab")


def test_words_of_scripts_without_blanks() -> None:
    assert count_words("東京で首相が会見した") == 5
    assert count_words("satu dua") == 2
    assert count_words("") == 0


def test_a_sentence_may_end_behind_its_quotation_mark() -> None:
    assert split_lines("Kata dia, “Ayo.”")[0].ends_sentence
    assert split_lines("会見した。")[0].ends_sentence
    assert not split_lines("1. Perundingan maju")[0].ends_sentence
