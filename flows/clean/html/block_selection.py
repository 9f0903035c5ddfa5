"""Selection of the blocks that maximise the expected F1 (in words), given the probability of each block."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class BlockSelection(NamedTuple):
    """Mask of the kept blocks, and their expected F1 (0 to 1), which measures the confidence in the page."""

    keep: npt.NDArray[np.bool_]
    expected_f1: float


def select_blocks(probability: npt.NDArray[np.float64], word_counts: npt.NDArray[np.generic]) -> BlockSelection:
    """Select the most probable blocks, up to the number at which the expected F1 is greatest."""
    word_weights = np.maximum(word_counts.astype(np.float64), 0.3)
    order = np.argsort(-probability, kind="stable")
    expected_hits = np.cumsum((probability * word_weights)[order])
    expected_total = float(expected_hits[-1])
    scores = 2 * expected_hits / (np.cumsum(word_weights[order]) + expected_total + 1e-9)
    best = int(np.argmax(scores))
    keep = np.zeros(len(probability), np.bool_)
    keep[order[: best + 1]] = True
    return BlockSelection(keep, float(scores[best]))
