"""The quick way to a text's words gives what the slow one does."""

from hypothesis import example, given
from hypothesis import strategies as st

from flows.dedupe.normalization import split_words, split_words_by_regex


@given(st.text(alphabet=st.characters(max_codepoint=0x2FFF), max_size=80) | st.text(max_size=80))
@example("Stra\u00dfe \u0130stanbul \u212b e\u0301 \u00bd\u2026 \u00b5g a_b")
@example("\ud800 \U0001d400\U00020000 \u1100\u1161")
def test_words_are_those_of_the_book(text):
    assert split_words(text) == split_words_by_regex(text)


def test_every_character_by_itself_and_between_letters():
    every = [chr(code) for code in range(1 << 16)]
    assert [split_words(f"A{char}\u00c9{char}") for char in every] == [
        split_words_by_regex(f"A{char}\u00c9{char}") for char in every
    ]
