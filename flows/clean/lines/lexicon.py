"""The words that something is asked by, in groups: each word of a batch is looked up once for all who ask.

lexicon().groups(hashes)    of each word a bit each: STOP, one of each of CUE_GROUPS, ASKED, ASKED_INSIDE, HOME
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import KIND
from flows.clean.lines.rolling_hash import SLOTS, number, slots, sums_of, words_in

CUE_GROUPS: Final = (
    "share", "related", "byline", "legal", "cta", "ads", "comment", "photo", "nav", "time",
)  # fmt: skip
HOME_WORDS: Final = ("yang", "dan", "dengan", "untuk", "pada")  # hardly an Indonesian or Malay paragraph is without one
STOP: Final = 1  # function words
CUE_BITS: Final = tuple(1 << place for place in range(1, len(CUE_GROUPS) + 1))
# What cues of whole lines ask for, and what inline cues do (cues.toml).
ASKED, ASKED_INSIDE, HOME = (1 << len(CUE_GROUPS) + place for place in (1, 2, 3))


class Lexicon:
    """Some groups of words: which of them each of many words is in, by one look into a table."""

    def __init__(self, groups: Sequence[str]) -> None:
        """At most 16 groups; a group is words between blanks."""
        words = [word_hashes(group) for group in groups]
        self._words = np.unique(np.concatenate(words))
        self._bits = np.zeros(len(self._words), np.uint16)
        for place, group in enumerate(words):
            self._bits[np.searchsorted(self._words, group)] |= 1 << place
        self._rows = np.zeros(SLOTS, np.uint16)
        # Of the words that share a slot each but one is looked up by itself.
        slot = slots(self._words)
        _, firsts = np.unique(slot, return_index=True)
        self._rows[slot[firsts]] = firsts
        self._crowded = np.delete(np.arange(len(slot)), firsts).tolist()

    def groups(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """The groups of each word, a bit each."""
        row = self._rows.take(slots(hashes))
        found: NDArray[np.uint16] = self._bits.take(row) * (self._words.take(row) == hashes)
        for crowded in self._crowded:
            found[hashes == self._words[crowded]] = self._bits[crowded]
        return found


def word_hashes(words: str) -> NDArray[np.uint64]:
    """The numbers of these words, sorted, each once."""
    codes = np.frombuffer(" ".join(words.split()).lower().encode("utf-16-le"), np.uint16)
    return np.unique(number(sums_of(codes), *words_in(KIND[codes])))


@cache
def listed(name: str) -> dict[str, Any]:
    """What a TOML file beside this module says."""
    with (Path(__file__).parents[1] / "rules" / name).open("rb") as file:
        return tomllib.load(file)


@cache
def lexicon() -> Lexicon:
    """The groups in the order of their bits."""
    lists, cues = listed("words.toml"), listed("cues.toml")["cue"]
    asked = (" ".join(cue.get("asks", "") for cue in cues if (cue["on"] == "inline") == part) for part in (False, True))
    return Lexicon([*(lists[name] for name in ("stop", *CUE_GROUPS)), *asked, " ".join(HOME_WORDS)])
