"""Boosted trees as arrays: a table of numbers -> how likely each row is what the trees were trained to find.

The weights are a file of arrays (`tests/bench/train_html.py` writes it). A node's children lie side by side, and a
leaf is its own child, so that all rows go down all trees at once, one level a step. Leaf values are whole numbers
(units of 2**-20): their sums are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

UNIT: Final = 1 << 20
_ROWS: Final = 2_000  # at a time, which bounds the memory of a huge page


@dataclass(frozen=True, slots=True)
class Trees:
    """feature, threshold, child: one item a node of all trees; root: one a tree; value: one a node, 0 but in leaves."""

    feature: npt.NDArray[np.int64]
    threshold: npt.NDArray[np.float32]
    child: npt.NDArray[np.int64]
    value: npt.NDArray[np.int64]
    root: npt.NDArray[np.int64]
    depth: int
    features: tuple[str, ...]

    def likely(self, table: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """The probability of each row of a table (rows, features), to four places."""
        rows = [self.sums(table[start : start + _ROWS]) for start in range(0, len(table), _ROWS)]
        total = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        probability: npt.NDArray[np.float64] = np.round(1 / (1 + np.exp(-total / UNIT)), 4)
        return probability

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The trees of a file of arrays, by their names in it."""
        return cls(
            arrays["feature"].astype(np.int64),
            arrays["threshold"].astype(np.float32),
            arrays["child"].astype(np.int64),
            arrays["value"].astype(np.int64),
            arrays["root"].astype(np.int64),
            int(arrays["depth"]),
            tuple(arrays["features"].tolist()),
        )

    def sums(self, table: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
        """The logit of each row of a table, in units of 1 / UNIT."""
        flat = np.ascontiguousarray(table).ravel()
        shape = len(table), len(self.root)
        offset = (np.arange(len(table)) * table.shape[1])[:, None]
        node = np.broadcast_to(self.root, shape).copy()
        place, value, bound = np.empty(shape, np.int64), np.empty(shape, np.float32), np.empty(shape, np.float32)
        for _ in range(self.depth):
            # "clip" is never needed; without it numpy goes through a buffer.
            self.feature.take(node, out=place, mode="clip")
            place += offset
            flat.take(place, out=value, mode="clip")
            self.threshold.take(node, out=bound, mode="clip")
            self.child.take(node, out=place, mode="clip")
            np.add(place, value > bound, out=node)
        sums: npt.NDArray[np.int64] = self.value.take(node).sum(axis=1)
        return sums


@cache
def load(path: Path) -> Trees:
    """The trees of a file of arrays."""
    with np.load(path, allow_pickle=False) as arrays:
        return Trees.of(arrays)
