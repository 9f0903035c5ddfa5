"""Classifier of listing pages: trees over layout features plus a linear model over words of short lines.

It runs only where the summary of the line scores (`line_cnn.summarize_scores`) is not sure that a page is an article.
The logits of trees, words and summary are added, each by its factor; below 0 the page has no article. Words of
paragraphs are left out: they tell the topic of a page, not its kind. The weights are flows/clean/models/listing.npz,
from which the words can be read; flows/clean/models/train/train_listing.py writes it.
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

from flows.clean.lines.line_table import DocumentLines
from flows.clean.models.gbdt import LOGIT_UNIT, BoostedTrees
from flows.clean.text.listing_features import compute_page_features

Floats = NDArray[np.float32]

DOUBT_THRESHOLD: Final = 0.5  # a page with a lower logit of the line model is in doubt
# Above this logit words and summary decide alone, in a fifth of the time of the layout features. Of the evaluation's
# 461 pages in doubt (cross-validated) this holds for 228, and the layout reverses none of them.
_SURE_LOGIT: Final = 2.0
# Prefixes of the vocabulary: word of a short line, whole short line, repeated short line, last word of a long line.
WORD_PREFIX, LINE_PREFIX, REPEATED_LINE_PREFIX, LAST_WORD_PREFIX = "§", "|", "||", "$"
_MIN_REPEATS: Final = 3
_MAX_LINE_CHARS: Final = 60
_MAX_SHORT_LINE_WORDS: Final = 6
_MAX_SEEN_CHARS: Final = 3_000
_WORD, _ASCII_WORD = re.compile(r"[^\W\d_]{1,24}"), re.compile("[a-z]{1,24}")
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class ListingClassifier:
    """`weights`: rarity and weight of each word. `scale`: factors of the trees, the words and the summary, and bias."""

    trees: BoostedTrees
    weights: dict[str, tuple[float, float]]
    scale: tuple[float, float, float, float]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return the classifier of these arrays, by their names in the file."""
        words = zip(arrays["rarity"].tolist(), arrays["weight"].tolist(), strict=True)
        of_trees, of_words, of_summary, bias = arrays["scale"].tolist()
        return cls(
            BoostedTrees.from_arrays(arrays),
            dict(zip(arrays["words"].tolist(), words, strict=True)),
            (of_trees, of_words, of_summary, bias),
        )

    @classmethod
    def load_file(cls, path: Path) -> Self:
        """Return the classifier of a file that train_listing.py wrote."""
        with np.load(path, allow_pickle=False) as file:
            return cls.from_arrays(file)

    def predict_article_logit(
        self, lines: DocumentLines, features: Floats, scores: Floats, summary_logit: float
    ) -> float:
        """Return the logit that a document of at least one line holds an article, given that of its summary.

        The layout features are skipped where words and summary are sure.
        """
        of_trees, of_words, of_summary, bias = self.scale
        words_logit = of_words * self.score_words(count_line_words(lines)) + of_summary * summary_logit + bias
        if words_logit > _SURE_LOGIT:
            return words_logit
        layout_logit = (
            float(self.trees.sum_leaf_values(compute_page_features(lines, features, scores)[None, :])[0]) / LOGIT_UNIT
        )
        return of_trees * layout_logit + words_logit

    def score_words(self, counts: Counter[str]) -> float:
        """Return the weighted mean of word weights; rare and frequent words count more."""
        length = total = 0.0
        for word in sorted(counts.keys() & self.weights.keys()):
            rarity, weight = self.weights[word]
            value = (1 + _log_count(counts[word])) * rarity
            length += value * value
            total += value * weight
        return total / length**0.5 if length else 0.0


@cache
def _log_count(count: int) -> float:
    """Return the natural logarithm of a count, cached."""
    return float(np.log(count))


def count_line_words(lines: DocumentLines) -> Counter[str]:
    """Count the words of short lines of a document, and the last words of its other lines.

    Short lines give each word and the whole line, every number as 9; a line that stands there often counts once more.
    """
    short_lines = [
        text[:_MAX_SEEN_CHARS].lower()
        for text, count in zip(lines.text, lines.word_counts, strict=True)
        if count <= _MAX_SHORT_LINE_WORDS
    ]
    # The ASCII regex is four times as fast, and most lines are ASCII.
    plain, other = ("\n".join([text for text in short_lines if text.isascii() == ascii]) for ascii in (True, False))
    short_text = "\n".join(short_lines)
    line_counts = Counter(text for text in _DIGITS.sub("9", short_text).split("\n") if 0 < len(text) <= _MAX_LINE_CHARS)
    long_lines = (
        text for text, count in zip(lines.text, lines.word_counts, strict=True) if count > _MAX_SHORT_LINE_WORDS
    )
    words = Counter(_ASCII_WORD.findall(plain) + _WORD.findall(other))
    counts = Counter({WORD_PREFIX + word: count for word, count in words.items()})
    counts.update({LINE_PREFIX + text: count for text, count in line_counts.items()})
    counts.update({REPEATED_LINE_PREFIX + text: count for text, count in line_counts.items() if count >= _MIN_REPEATS})
    counts.update(
        [LAST_WORD_PREFIX + _DIGITS.sub("9", text[-_MAX_LINE_CHARS:].rpartition(" ")[2].lower()) for text in long_lines]
    )
    return counts


@cache
def load_shipped_classifier() -> ListingClassifier:
    """Return the classifier of the packaged weights."""
    return ListingClassifier.load_file(Path(__file__).parents[1] / "models" / "listing.npz")
