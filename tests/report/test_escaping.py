"""Escaping: untrusted text stays text."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.report import escaping
from tests.report.html_reader import Reader


@given(st.text(max_size=60))
def test_any_words_stay_one_run_of_text(words):
    read = Reader(escaping.tag("p", words, title=words))
    assert read.tags == [("p", {"title": escaping.reveal_hidden(words)})]
    assert "".join(read.words) == escaping.reveal_hidden(words)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("plain, as printed", "plain, as printed"),
        ("“kutipan” – pîkîran 漢字", "“kutipan” – pîkîran 漢字"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("abc\u202edcba", "abc⟨U+202E⟩dcba"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("\x1b[31mred", "⟨U+001B⟩[31mred"),
        ("tag\U000e0041", "tag⟨U+E0041⟩"),
        ("keluarga 👨\u200d👩", "keluarga 👨\u200d👩"),
    ],
)
def test_what_acts_or_hides_is_shown_and_the_rest_is_left(words, shown):
    assert escaping.reveal_hidden(words) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "//example.com/x",
        "ftp://example.com/x",
        "https:///no-host",
        "http://[broken",
        "https://example.com/\u202egnp.exe",
        " javascript:alert(1)",
    ],
)
def test_an_address_that_is_not_plain_web_is_no_link(url):
    assert not escaping.is_web_address(url)


def test_a_plain_address_is_a_link():
    assert escaping.is_web_address('https://example.com/a?b="c"&d')


def test_attributes_that_are_false_are_left_out():
    assert escaping.tag("p", class_=None, hidden=False) == "<p></p>"
    assert escaping.tag("p", hidden=True, data_why="x") == '<p hidden data-why="x"></p>'


@pytest.mark.parametrize(
    "words", ["[a](javascript:x)", "![a](http://x)", "a | b", "# head", "<b>x</b>", "`code`", "*a* _b_ ~c~", "a\n\n# b"]
)
def test_markdown_has_no_live_mark_left(words):
    made = escaping.escape_markdown(words)
    assert "\n" not in made and "<" not in made
    bare = html.unescape(made)
    for at, character in enumerate(bare):
        assert character not in "`*_[]|#~" or bare[at - 1] == "\\", made
