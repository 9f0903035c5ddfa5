"""Whether a page in doubt is a listing: by the shape of its lines (trees) and by its words (a linear model).

Asked only where the net's own summary of a page (`net.summary`) does not say for sure that it is an article. The two
answers are averaged; below 0 the page has no article. The weights are weights/listing.npz, which the words can be read
from; tests/bench/train_listing.py writes it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import compress
from operator import not_
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines import Lines
from flows.clean.shape import shape
from flows.clean.trees import UNIT, Trees

Floats = NDArray[np.float32]

SHORT: Final = "§"  # stands before a word of a short line
_SHORT_WORDS: Final = 6
_SEEN: Final = 3_000  # characters of a line
_WORD: Final = re.compile(r"[^\W\d_]{1,24}")


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
        """The logit that a document of at least one line holds an article."""
        by_shape = float(self.trees.sums(shape(lines, figures, scores)[None, :])[0]) / UNIT
        return self.scale[0] * by_shape + self.scale[1] * self.by_words(words_of(lines)) + self.scale[2]

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
    """How often each word stands in a document, those of short lines once more apart."""
    short = [count <= _SHORT_WORDS for count in lines.words]
    apart = Counter(_words(compress(lines.text, short)))
    counts = Counter(_words(compress(lines.text, map(not_, short))))
    counts.update(apart)
    counts.update({SHORT + word: count for word, count in apart.items()})
    return counts


def _words(texts: Iterable[str]) -> list[str]:
    return _WORD.findall("\n".join([text[:_SEEN].lower() for text in texts]))


@cache
def shipped() -> Listing:
    """The weights of the package."""
    return Listing.load(Path(__file__).parent / "weights" / "listing.npz")
