"""Whether a page in doubt is a listing: by the shape of its lines (trees) and by its words (a linear model).

Asked only where the net's own summary of a page (`net.summary`) does not say for sure that it is an article. The two
answers are averaged; below 0 the page has no article. The weights are weights/listing.npz, which the words can be read
from; tests/bench/train_listing.py writes it.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines import Line
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

    def article(self, lines: Sequence[Line], figures: Floats, scores: Floats) -> float:
        """The logit that a document of at least one line holds an article."""
        lines = list(lines)  # looked through many times: each is made once
        by_shape = float(self.trees.sums(shape(lines, figures, scores)[None, :])[0]) / UNIT
        return self.scale[0] * by_shape + self.scale[1] * self.by_words(words_of(lines)) + self.scale[2]

    def by_words(self, counts: Counter[str]) -> float:
        """What the words say: a mean of their weights, the rarer and the more frequent the heavier."""
        length = total = 0.0
        for word in sorted(counts.keys() & self.weights.keys()):
            rarity, weight = self.weights[word]
            value = (1 + float(np.log(counts[word]))) * rarity
            length += value * value
            total += value * weight
        return total / length**0.5 if length else 0.0


def words_of(lines: Sequence[Line]) -> Counter[str]:
    """How often each word stands in a document, those of short lines once more apart."""
    counts: Counter[str] = Counter()
    for line in lines:
        words = _WORD.findall(line.text[:_SEEN].lower())
        counts.update(words)
        if line.words <= _SHORT_WORDS:
            counts.update(SHORT + word for word in words)
    return counts


@cache
def shipped() -> Listing:
    """The weights of the package."""
    return Listing.load(Path(__file__).parent / "weights" / "listing.npz")
