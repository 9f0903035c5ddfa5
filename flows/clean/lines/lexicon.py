"""Lexicon of word groups: the group bits of each word of a batch are looked up once for all features and cues.

load_lexicon().look_up_groups(hashes) returns one bit per group: STOP_WORD_BIT, CUE_BITS (in the order of CUE_GROUPS),
LINE_CUE_BIT, INLINE_CUE_BIT, INDONESIAN_BIT.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.char_classes import CHAR_FLAGS
from flows.clean.lines.rolling_hash import SLOT_COUNT, compute_prefix_hashes, compute_slots, find_words, hash_spans

CUE_GROUPS: Final = (
    "share", "related", "byline", "legal", "cta", "ads", "comment", "photo", "nav", "time",
)  # fmt: skip
# Nearly every Indonesian or Malay paragraph has one of them.
INDONESIAN_WORDS: Final = ("yang", "dan", "dengan", "untuk", "pada")
STOP_WORD_BIT: Final = 1  # function words
CUE_BITS: Final = tuple(1 << place for place in range(1, len(CUE_GROUPS) + 1))
# Bits of the `asks` words of whole-line cues and of inline cues (cues.toml), and of INDONESIAN_WORDS.
LINE_CUE_BIT, INLINE_CUE_BIT, INDONESIAN_BIT = (1 << len(CUE_GROUPS) + place for place in (1, 2, 3))


class Lexicon:
    """Groups of words with a hash table from word hash to group bits."""

    def __init__(self, groups: Sequence[str]) -> None:
        """Build the table of at most 16 groups; a group is a string of words between blanks."""
        words = [hash_words(group) for group in groups]
        self._hashes = np.unique(np.concatenate(words))
        self._bits = np.zeros(len(self._hashes), np.uint16)
        for place, group in enumerate(words):
            self._bits[np.searchsorted(self._hashes, group)] |= 1 << place
        self._row_of_slot = np.zeros(SLOT_COUNT, np.uint16)
        # Of words that share a slot, one is in the table; the others are compared one by one.
        slot = compute_slots(self._hashes)
        _, firsts = np.unique(slot, return_index=True)
        self._row_of_slot[slot[firsts]] = firsts
        self._collisions = np.delete(np.arange(len(slot)), firsts).tolist()

    def look_up_groups(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """Return the group bits of each word, shape (words,); 0 for a word of no group."""
        rows = self._row_of_slot.take(compute_slots(hashes))
        group_bits: NDArray[np.uint16] = self._bits.take(rows) * (self._hashes.take(rows) == hashes)
        for collision in self._collisions:
            group_bits[hashes == self._hashes[collision]] = self._bits[collision]
        return group_bits


def hash_words(words: str) -> NDArray[np.uint64]:
    """Return the distinct hashes of these words, sorted."""
    codes = np.frombuffer(" ".join(words.split()).lower().encode("utf-16-le"), np.uint16)
    return np.unique(hash_spans(compute_prefix_hashes(codes), *find_words(CHAR_FLAGS[codes])))


@cache
def load_rule_file(name: str) -> dict[str, Any]:
    """Return the parsed TOML file of this name in flows/clean/rules."""
    with (Path(__file__).parents[1] / "rules" / name).open("rb") as file:
        return tomllib.load(file)


def load_recovery_words(name: str) -> frozenset[str]:
    """Return a list of words of recovery.toml, which line recovery asks for."""
    return frozenset(load_rule_file("recovery.toml")[name].split())


_HEAD_CHARS: Final = 3_000  # of a text, which show its language


def is_indonesian(text: str) -> bool:
    """Tell whether the head of a text holds a word without which hardly an Indonesian or Malay text does."""
    head = text[:_HEAD_CHARS]
    return any(f" {word} " in head for word in INDONESIAN_WORDS[:4])


@cache
def load_lexicon() -> Lexicon:
    """Return the lexicon of words.toml and cues.toml, built once per process."""
    word_lists, cues = load_rule_file("words.toml"), load_rule_file("cues.toml")["cue"]
    cue_words = (
        " ".join(cue.get("asks", "") for cue in cues if (cue["on"] == "inline") == part) for part in (False, True)
    )
    return Lexicon([*(word_lists[name] for name in ("stop", *CUE_GROUPS)), *cue_words, " ".join(INDONESIAN_WORDS)])
