"""Which blocks to keep, from how likely each is the article: those that make the expected F1 (in words) greatest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Choice(NamedTuple):
    """Which blocks are kept, and the F1 that may be expected of them (0 to 1): how sure the page is."""

    keep: npt.NDArray[np.bool_]
    expected: float


def choose(likely: npt.NDArray[np.float64], words: npt.NDArray[np.generic]) -> Choice:
    """The likeliest blocks down to where another costs more precision than it gains recall."""
    size = np.maximum(words.astype(np.float64), 0.3)
    order = np.argsort(-likely, kind="stable")
    right = np.cumsum((likely * size)[order])
    total = float(right[-1])
    scores = 2 * right / (np.cumsum(size[order]) + total + 1e-9)
    best = int(np.argmax(scores))
    keep = np.zeros(len(likely), np.bool_)
    keep[order[: best + 1]] = True
    return Choice(keep, float(scores[best]))
