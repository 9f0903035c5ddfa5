"""Whether a page in doubt is a listing: by the shape of its lines (trees) and by its short lines' words (linear).

Asked only where the net's own summary of a page (`net.summary`) does not say for sure that it is an article. The two
answers are added up; below 0 the page has no article. Words of paragraphs are left out: they tell what a page is about,
not what it is. The weights are weights/listing.npz, which the words can be read from; flows/clean/models/train/train_listing.py
writes it.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.line_table import Lines
from flows.clean.models.gbdt import UNIT, Trees
from flows.clean.text.listing_features import shape

Floats = NDArray[np.float32]

DOUBT: Final = 0.25  # a page of which the net's summary says less is in doubt
# Words that alone make an article so much likelier (a logit) settle it: they take a fifth of the time of the shape. Of
# the evaluation's 350 pages in doubt they do so for 139, by weights that had not seen them; the shape reverses none.
_SURE: Final = 2.0
SHORT, WHOLE, AGAIN, LAST = "§", "|", "||", "$"  # before a word of a short line, the line, one often there, a last word
_OFTEN: Final = 3
_LONGEST: Final = 60  # characters of a whole line
_SHORT_WORDS: Final = 6
_SEEN: Final = 3_000  # characters of a line
_WORD, _IN_ASCII = re.compile(r"[^\W\d_]{1,24}"), re.compile("[a-z]{1,24}")
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Listing:
    """`weights`: of each word its rarity and what it says for an article. `scale`: of the trees, the words, nothing."""

    trees: Trees
    weights: dict[str, tuple[float, float]]
    scale: tuple[float, float, float]

    @classmethod
    def of(cls, got: Mapping[str, NDArray[Any]]) -> Self:
        """The weights by their names in the file."""
        words = zip(got["rarity"].tolist(), got["weight"].tolist(), strict=True)
        first, second, third = got["scale"].tolist()
        return cls(Trees.of(got), dict(zip(got["words"].tolist(), words, strict=True)), (first, second, third))

    @classmethod
    def load(cls, path: Path) -> Self:
        """The weights of a file that train_listing.py wrote."""
        with np.load(path, allow_pickle=False) as file:
            return cls.of(file)

    def article(self, lines: Lines, figures: Floats, scores: Floats) -> float:
        """The logit that a document of at least one line holds an article; where the words are sure, what they say."""
        words = self.scale[1] * self.by_words(words_of(lines)) + self.scale[2]
        if words > _SURE:
            return words
        by_shape = float(self.trees.sums(shape(lines, figures, scores)[None, :])[0]) / UNIT
        return self.scale[0] * by_shape + words

    def by_words(self, counts: Counter[str]) -> float:
        """What the words say: a mean of their weights, the rarer and the more frequent the heavier."""
        length = total = 0.0
        for word in sorted(counts.keys() & self.weights.keys()):
            rarity, weight = self.weights[word]
            value = (1 + _log(counts[word])) * rarity
            length += value * value
            total += value * weight
        return total / length**0.5 if length else 0.0


@cache
def _log(count: int) -> float:
    return float(np.log(count))


def words_of(lines: Lines) -> Counter[str]:
    """What the short lines of a document say, and how the others end.

    Of short lines each word and, with every number as 9, the line; the line once more where it stands there often.
    """
    short = [text[:_SEEN].lower() for text, count in zip(lines.text, lines.words, strict=True) if count <= _SHORT_WORDS]
    # Most lines are ASCII, in which letters are found four times as fast.
    plain, other = ("\n".join([text for text in short if text.isascii() == ascii]) for ascii in (True, False))
    shown = "\n".join(short)
    whole = Counter(text for text in _DIGITS.sub("9", shown).split("\n") if 0 < len(text) <= _LONGEST)
    long = (text for text, count in zip(lines.text, lines.words, strict=True) if count > _SHORT_WORDS)
    words = Counter(_IN_ASCII.findall(plain) + _WORD.findall(other))
    counts = Counter({SHORT + word: count for word, count in words.items()})
    counts.update({WHOLE + text: count for text, count in whole.items()})
    counts.update({AGAIN + text: count for text, count in whole.items() if count >= _OFTEN})
    counts.update([LAST + _DIGITS.sub("9", text[-_LONGEST:].rpartition(" ")[2].lower()) for text in long])
    return counts


@cache
def shipped() -> Listing:
    """The weights of the package."""
    return Listing.load(Path(__file__).parents[1] / "models" / "listing.npz")
