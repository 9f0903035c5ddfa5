"""Each word's groups: every word of every list is found, whatever its case, and no other."""

from random import Random

from flows.clean.lines.lexicon import (
    CUE_BITS,
    CUE_GROUPS,
    INDONESIAN_BIT,
    INDONESIAN_WORDS,
    INLINE_CUE_BIT,
    STOP_WORD_BIT,
    Lexicon,
    load_rule_file,
)
from flows.clean.lines.line_table import build_line_table
from flows.clean.lines.rolling_hash import SLOT_COUNT, compute_slots
from flows.clean.lines.word_table import build_word_table


def groups(line: str) -> list[int]:
    """Return the group bits of each word of a line, by the lexicon of the package."""
    return build_word_table(build_line_table([line])).group_bits.tolist()


def test_every_word_of_a_list_is_in_its_group() -> None:
    for name, bit in zip(("stop", *CUE_GROUPS), (STOP_WORD_BIT, *CUE_BITS), strict=True):
        line = " ".join(load_rule_file("words.toml")[name].split())
        assert all(bits & bit for bits in groups(line)), name
        assert all(bits & bit for bits in groups(line.upper())), name
    assert [bits & INDONESIAN_BIT for bits in groups(" ".join(INDONESIAN_WORDS))] == [INDONESIAN_BIT] * len(
        INDONESIAN_WORDS
    )
    assert groups("xyzzy 12345") == [0, 0]
    assert groups("Gambas:Video")[0] & INLINE_CUE_BIT


def test_words_that_share_a_slot_are_all_found() -> None:
    """So many words that two of them meet in a slot, as the test makes sure."""
    words = sorted({f"k{number:x}" for number in Random(7).choices(range(1 << 40), k=4_000)})
    lexicon = Lexicon([" ".join(words[::2]), " ".join(words)])
    word_table = build_word_table(build_line_table([" ".join(words)]))
    assert len(set(compute_slots(word_table.hashes).tolist())) < len(words) < SLOT_COUNT
    assert lexicon.look_up_groups(word_table.hashes).tolist() == ([3, 2] * len(words))[: len(words)]
