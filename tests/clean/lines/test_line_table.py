from hypothesis import given
from hypothesis import strategies as st

from flows.clean.lines.line_table import count_words, split, squeeze, trim


def test_numbers_offsets_and_gaps() -> None:
    first, second = split("\n  \u00a0Satu dua.\u200b \n\n\n\ttiga")
    assert (first.number, first.text, first.gap, first.ends) == (2, "Satu dua.", 1, True)
    assert (second.number, second.text, second.gap, second.ends) == (5, "tiga", 2, False)


@given(st.text())
def test_lines_hold_every_word_once(text: str) -> None:
    text = text.replace("\r", "\n")
    found = split(text)
    assert "".join(squeeze(line) for line in text.split("\n")) == "".join(line.text for line in found)
    assert all(text[line.start : line.end] and "\n" not in text[line.start : line.end] for line in found)


@given(st.text(alphabet="a \t\u00a0\u200b\ufeff\u3000b"))
def test_trim_leaves_no_blank_at_the_edges(text: str) -> None:
    start, end = trim(text, 0, len(text))
    assert text[start:end] in (squeeze(text[start:end]), text[start:end])
    assert not text[start:end] or (text[start] in "ab" and text[end - 1] in "ab")


def test_words_of_scripts_without_blanks() -> None:
    assert count_words("東京で首相が会見した") == 5
    assert count_words("satu dua") == 2
    assert count_words("") == 0


def test_a_sentence_may_end_behind_its_quotation_mark() -> None:
    assert split("Kata dia, “Ayo.”")[0].ends
    assert split("会見した。")[0].ends
    assert not split("1. Perundingan maju")[0].ends
