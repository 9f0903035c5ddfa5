"""The regex parser of the prefilters: what it reads is what Python's own reads, and the rest is refused."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.clean.rules.cues import load_general_cues
from flows.clean.rules.pattern_parser import UNBOUNDED, Alternatives, Chars, Repeat, ZeroWidth, parse_pattern
from flows.clean.rules.prefilter import (
    MAX_LETTER_CHARS,
    find_letter_prefixes,
    find_opening_prefixes,
    find_required_words,
)

LETTER = re.compile(r"[^\W\d_]")


def chars(text: str) -> Chars:
    return Chars(frozenset(text))


@pytest.mark.parametrize(
    ("pattern", "items"),
    [
        ("aB", (chars("a"), chars("b"))),
        (r"[A-Ca\].-]", (chars("abc].-"),)),
        (r"[]x]", (chars("]x"),)),
        (r"[^a]", (Chars(None),)),
        (r"[\w-]", (Chars(None),)),
        (r"[\d,]", (chars("0123456789,"),)),
        (r"[a-\u00ff]", (Chars(None),)),
        (r".\s", (Chars(None), Chars(None))),
        (r"\x41\u00e9\n\.", (chars("a"), chars("é"), chars("\n"), chars("."))),
        (r"^(?<!a|b)x(?=y)\b$", (ZeroWidth(), ZeroWidth(), chars("x"), ZeroWidth(), ZeroWidth(), ZeroWidth())),
        ("(?:ab|c)d", (Alternatives(((chars("a"), chars("b")), (chars("c"),))), chars("d"))),
        ("(?P<name>a)(?-i:b)(?>c)(d)", (chars("a"), chars("b"), chars("c"), chars("d"))),
        ("a*?b++c?d{2}e{,3}f{4,}g{1,2}+", (
            Repeat(0, UNBOUNDED, (chars("a"),)), Repeat(1, UNBOUNDED, (chars("b"),)), Repeat(0, 1, (chars("c"),)),
            Repeat(2, 2, (chars("d"),)), Repeat(0, 3, (chars("e"),)), Repeat(4, UNBOUNDED, (chars("f"),)),
            Repeat(1, 2, (chars("g"),)),
        )),
        ("a{}{", (chars("a"), chars("{"), chars("}"), chars("{"))),
    ],
)  # fmt: skip
def test_a_pattern_is_read_item_by_item(pattern, items):
    assert parse_pattern(pattern) == items


@pytest.mark.parametrize("pattern", ["(?i)a", "(?x: a)", "(a)(?(1)b|c)", "(?P<n>a)(?P=n)", r"\N{DIGIT ONE}"])
def test_syntax_that_rules_do_not_use_is_refused_with_its_place(pattern):
    with pytest.raises(ValueError, match="prefilters do not read"):
        parse_pattern(pattern)


def test_a_pattern_that_does_not_compile_is_an_error_of_the_pattern():
    with pytest.raises(re.error):
        parse_pattern("(a")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_match_of_a_cue_goes_past_its_prefilters(data):
    cue = data.draw(st.sampled_from(load_general_cues().cues))
    flags = re.IGNORECASE if cue.on != "inline" and data.draw(st.booleans()) else 0
    try:
        pattern = re.compile(cue.pattern, flags)
        match = data.draw(st.from_regex(pattern, fullmatch=True))
    except (re.error, ValueError):
        return
    low = match.lower()
    if not low.isascii():  # letters that differ in case alone, such as U+017F, are known to slip through
        return
    assert any(word in low for word in find_required_words(cue.pattern))
    assert any(low.startswith(prefix) for prefix in find_opening_prefixes(cue.pattern))
    letter = LETTER.search(low)
    from_letter = low[letter.start() :] if letter else ""
    prefixes, whole_matches = find_letter_prefixes(cue.pattern)
    assert any(from_letter.startswith(prefix) for prefix in prefixes) or from_letter[:MAX_LETTER_CHARS] in whole_matches
