"""Boosted trees as arrays: a table of numbers -> how likely each row is what the trees were trained to find.

The weights are a file of arrays (`flows/clean/models/train/train_blocks.py` writes it). A node's children lie side by side, and a
leaf is its own child. All rows go down all trees at once, a bit a row: each split is asked once, whichever trees ask
it, and a level costs a few operations on words of 64 rows. Where a row ends is the way it took: a bit a level, the
first the highest. Leaf values are whole numbers (units of 2**-20): their sums are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

UNIT: Final = 1 << 20
DEEPEST: Final = 8  # levels: a way is a byte
_ROWS: Final = 2_048  # at a time, which bounds the memory of a huge page
_WORD: Final = 64

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


class Level(NamedTuple):
    """The splitting nodes of one level, in the order of their trees.

    `origin` is each one's place among the children of the level above (all left ones, then all right ones; of the
    first: its tree), `split` what it asks, `start` the first node of each tree that has some, `tree` these trees.
    """

    origin: Ints
    split: Ints
    start: Ints
    tree: Ints


@dataclass(frozen=True, slots=True)
class Trees:
    """What is asked (a feature and a threshold a split, as columns), the levels, and the value at the end of each way.

    `value` has 2**DEEPEST numbers a tree.
    """

    feature: Ints
    threshold: npt.NDArray[np.float32]
    levels: tuple[Level, ...]
    value: npt.NDArray[np.int32]
    features: tuple[str, ...]

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Trees:
        """The trees of a file of arrays, by their names in it."""
        return _grown(arrays)

    def likely(self, table: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """The probability of each row of a table (rows, features), to four places."""
        rows = [self.sums(table[start : start + _ROWS]) for start in range(0, len(table), _ROWS)]
        total = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        probability: npt.NDArray[np.float64] = np.round(1 / (1 + np.exp(-total / UNIT)), 4)
        return probability

    def sums(self, table: npt.NDArray[np.float32]) -> Ints:
        """The logit of each row of a table, in units of 1 / UNIT."""
        trees = len(self.value) >> DEEPEST
        answers = _packed(np.ascontiguousarray(table.T).take(self.feature, axis=0) > self.threshold)
        ways = np.zeros((DEEPEST, trees, answers.shape[1]), np.uint64)
        here = np.full(ways.shape[1:], ~np.uint64(0))  # which rows come to each node
        for depth, (origin, split, start, tree) in enumerate(self.levels):
            here = here.take(origin, axis=0)
            right = here & answers.take(split, axis=0)
            ways[depth, tree] = np.bitwise_or.reduceat(right, start, axis=0)
            here = np.concatenate((here ^ right, right))
        bits = np.unpackbits(ways.view(np.uint8), axis=2, bitorder="little")
        way = bits[0]
        for bit in bits[1:]:
            way = (way << 1) | bit
        place = way[:, : len(table)] + (np.arange(trees) << DEEPEST)[:, None]
        # "clip" is never needed; without it numpy goes through a buffer.
        sums: Ints = self.value.take(place, mode="clip").sum(axis=0, dtype=np.int64)
        return sums


def _packed(answers: npt.NDArray[np.bool_]) -> Words:
    """Answers (splits, rows) as bits (splits, words of 64 rows)."""
    words = np.zeros((len(answers), -(-answers.shape[1] // _WORD) * 8), np.uint8)
    packed = np.packbits(answers, axis=1, bitorder="little")
    words[:, : packed.shape[1]] = packed
    return words.view(np.uint64)


def _grown(arrays: Mapping[str, npt.NDArray[Any]]) -> Trees:
    """The trees from one item a node of all of them (`value` counts in leaves) and one `root` a tree."""
    feature, threshold, child, value, root = (
        arrays[name] for name in ("feature", "threshold", "child", "value", "root")
    )
    inner = child != np.arange(len(child))
    asked = np.stack((feature[inner], threshold[inner].astype(np.float64)), axis=1)
    splits, number = np.unique(asked, axis=0, return_inverse=True)
    split = np.full(len(child), -1)
    split[inner] = number.ravel()
    values = np.zeros((len(root), 1 << DEEPEST), np.int32)
    levels: list[Level] = []
    node, tree, way = root.astype(np.int64), np.arange(len(root)), np.zeros(len(root), np.int64)
    while len(node):
        leaf = ~inner[node]
        values[tree[leaf], way[leaf]] = value[node[leaf]]
        origin = np.flatnonzero(~leaf)
        origin = origin[np.argsort(tree[origin], kind="stable")]
        node, tree, way = node[origin], tree[origin], way[origin]
        if len(node):
            start = np.flatnonzero(np.diff(tree, prepend=-1))
            levels.append(Level(origin, split[node], start, tree[start]))
            if len(levels) > DEEPEST:
                raise ValueError(f"Read trees of more than {DEEPEST} levels; expected at most that.")
        right = way + (1 << DEEPEST >> len(levels))
        node, tree = np.concatenate((child[node], child[node] + 1)), np.concatenate((tree, tree))
        way = np.concatenate((way, right))
    asks = splits[:, 0].astype(np.int64), splits[:, 1:].astype(np.float32)
    return Trees(*asks, tuple(levels), values.ravel(), tuple(arrays["features"].tolist()))


@cache
def load(path: Path) -> Trees:
    """The trees of a file of arrays."""
    with np.load(path, allow_pickle=False) as arrays:
        return Trees.of(arrays)
