"""Each word's groups: every word of every list is found, whatever its case, and no other."""

from random import Random

from flows.clean.lines.lexicon import ASKED_INSIDE, CUE_BITS, CUE_GROUPS, HOME, HOME_WORDS, STOP, Lexicon, listed
from flows.clean.lines.line_table import sheet
from flows.clean.lines.rolling_hash import SLOTS, slots
from flows.clean.lines.word_table import tokens


def groups(line: str) -> list[int]:
    """Of each word of a line, by the lexicon of the package."""
    return tokens(sheet([line])).groups.tolist()


def test_every_word_of_a_list_is_in_its_group() -> None:
    for name, bit in zip(("stop", *CUE_GROUPS), (STOP, *CUE_BITS), strict=True):
        line = " ".join(listed("words.toml")[name].split())
        assert all(found & bit for found in groups(line)), name
        assert all(found & bit for found in groups(line.upper())), name
    assert [found & HOME for found in groups(" ".join(HOME_WORDS))] == [HOME] * len(HOME_WORDS)
    assert groups("xyzzy 12345") == [0, 0]
    assert groups("Gambas:Video")[0] & ASKED_INSIDE


def test_words_that_share_a_slot_are_all_found() -> None:
    """So many words that two of them meet in a slot, as the test makes sure."""
    words = sorted({f"k{number:x}" for number in Random(7).choices(range(1 << 40), k=4_000)})
    crowd = Lexicon([" ".join(words[::2]), " ".join(words)])
    spoken = tokens(sheet([" ".join(words)]))
    assert len(set(slots(spoken.hashes).tolist())) < len(words) < SLOTS
    assert crowd.groups(spoken.hashes).tolist() == ([3, 2] * len(words))[: len(words)]
