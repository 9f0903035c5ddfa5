"""Texts that are alike: the same words, or near duplicates."""

import pytest

from flows.dedupe import compare_texts

WORDS = [f"kata{chr(97 + number % 26)}{number}" for number in range(60)]
TEXT = " ".join(WORDS)


@pytest.mark.parametrize(
    ("text", "is_alike"),
    [
        (TEXT, True),
        (TEXT.upper(), True),
        (" ".join(WORDS[:50]), True),  # 46 of 56 runs of five words
        (" ".join(WORDS[:40]), False),  # 36 of 56
        (" ".join([*WORDS[:30], "lain", *WORDS[31:]]), True),  # 51 of 61
        (" ".join(reversed(WORDS)), False),
        ("", False),
    ],
)
def test_a_text_is_like_another_by_seven_tenths_of_their_runs_of_words(text, is_alike):
    assert compare_texts(TEXT, [text]) == [is_alike]


def test_texts_are_compared_one_by_one_and_those_without_words_are_alike():
    assert compare_texts(TEXT, []) == []
    assert compare_texts(TEXT, ["lain", TEXT, ""]) == [False, True, False]
    assert compare_texts("", ["", "!", "kata"]) == [True, True, False]
    assert compare_texts("Hujan turun", ["hujan, turun!", "hujan"]) == [True, False]
