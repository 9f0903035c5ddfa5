"""Inference of gradient-boosted trees in numpy: a feature table -> the probability of each row.

The weights are a file of arrays, written by `flows/clean/models/train/train_blocks.py`. The children of a node are
adjacent, and a leaf is its own child. All rows descend all trees at once, with one bit per row: each distinct split is
evaluated once for all trees, and a level costs a few operations on words of 64 rows. The path of a row, one bit per
level with the first level highest, is the index of its leaf. Leaf values are integers (units of 2**-20), so that their
sums are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

LOGIT_UNIT: Final = 1 << 20
MAX_DEPTH: Final = 8  # levels: a path fits in one byte
_CHUNK_ROWS: Final = 2_048  # rows at a time, which bounds the memory of a huge page
_WORD_BITS: Final = 64

Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]


class TreeLevel(NamedTuple):
    """Inner nodes of one level, in the order of their trees.

    `origin` is the index of each node among the children of the level above (all left ones, then all right ones; on
    the first level: its tree). `split` is the index of its split. `tree` lists the trees that have inner nodes on this
    level, `start` the first node of each.
    """

    origin: Ints
    split: Ints
    start: Ints
    tree: Ints


@dataclass(frozen=True, slots=True)
class BoostedTrees:
    """Trees as arrays: the feature and threshold of each distinct split, the levels, and the leaf values.

    `split_thresholds` has shape (splits, 1); `leaf_values` has 2**MAX_DEPTH entries per tree, in order of the paths.
    """

    split_features: Ints
    split_thresholds: npt.NDArray[np.float32]
    levels: tuple[TreeLevel, ...]
    leaf_values: npt.NDArray[np.int32]
    feature_names: tuple[str, ...]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> BoostedTrees:
        """Build the trees from the arrays of a weights file, by name."""
        return _build_trees(arrays)

    def predict_proba(self, table: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Predict the probability of each row of a table (rows, features), rounded to four places."""
        chunk_sums = [
            self.sum_leaf_values(table[start : start + _CHUNK_ROWS]) for start in range(0, len(table), _CHUNK_ROWS)
        ]
        logits = np.concatenate(chunk_sums) if chunk_sums else np.zeros(0, np.int64)
        probability: npt.NDArray[np.float64] = np.round(1 / (1 + np.exp(-logits / LOGIT_UNIT)), 4)
        return probability

    def sum_leaf_values(self, table: npt.NDArray[np.float32]) -> Ints:
        """Sum the leaf values of each row: its logit, in units of 1 / LOGIT_UNIT."""
        tree_count = len(self.leaf_values) >> MAX_DEPTH
        goes_right = _pack_bits(np.ascontiguousarray(table.T).take(self.split_features, axis=0) > self.split_thresholds)
        path_bits = np.zeros((MAX_DEPTH, tree_count, goes_right.shape[1]), np.uint64)
        reached_rows = np.full(path_bits.shape[1:], ~np.uint64(0))  # one bit per row that reaches the node
        for depth, (origin, split, start, tree) in enumerate(self.levels):
            reached_rows = reached_rows.take(origin, axis=0)
            right_rows = reached_rows & goes_right.take(split, axis=0)
            path_bits[depth, tree] = np.bitwise_or.reduceat(right_rows, start, axis=0)
            reached_rows = np.concatenate((reached_rows ^ right_rows, right_rows))
        bits = np.unpackbits(path_bits.view(np.uint8), axis=2, bitorder="little")
        path = bits[0]
        for bit in bits[1:]:
            path = (path << 1) | bit
        leaf_index = path[:, : len(table)] + (np.arange(tree_count) << MAX_DEPTH)[:, None]
        # No index is out of range; mode="clip" only spares numpy a buffered copy.
        sums: Ints = self.leaf_values.take(leaf_index, mode="clip").sum(axis=0, dtype=np.int64)
        return sums


def _pack_bits(flags: npt.NDArray[np.bool_]) -> Words:
    """Pack flags (splits, rows) into bits (splits, words of 64 rows)."""
    words = np.zeros((len(flags), -(-flags.shape[1] // _WORD_BITS) * 8), np.uint8)
    packed = np.packbits(flags, axis=1, bitorder="little")
    words[:, : packed.shape[1]] = packed
    return words.view(np.uint64)


def _build_trees(arrays: Mapping[str, npt.NDArray[Any]]) -> BoostedTrees:
    """Build the trees from arrays with one entry per node (`value` is used on leaves only) and one `root` per tree.

    Raises ValueError if a tree has more than MAX_DEPTH levels.
    """
    feature, threshold, child, value, root = (
        arrays[name] for name in ("feature", "threshold", "child", "value", "root")
    )
    is_inner = child != np.arange(len(child))
    used_splits = np.stack((feature[is_inner], threshold[is_inner].astype(np.float64)), axis=1)
    splits, split_number = np.unique(used_splits, axis=0, return_inverse=True)
    split = np.full(len(child), -1)
    split[is_inner] = split_number.ravel()
    leaf_values = np.zeros((len(root), 1 << MAX_DEPTH), np.int32)
    levels: list[TreeLevel] = []
    node, tree, path = root.astype(np.int64), np.arange(len(root)), np.zeros(len(root), np.int64)
    while len(node):
        is_leaf = ~is_inner[node]
        leaf_values[tree[is_leaf], path[is_leaf]] = value[node[is_leaf]]
        origin = np.flatnonzero(~is_leaf)
        origin = origin[np.argsort(tree[origin], kind="stable")]
        node, tree, path = node[origin], tree[origin], path[origin]
        if len(node):
            start = np.flatnonzero(np.diff(tree, prepend=-1))
            levels.append(TreeLevel(origin, split[node], start, tree[start]))
            if len(levels) > MAX_DEPTH:
                raise ValueError(f"Read trees of more than {MAX_DEPTH} levels; expected at most that.")
        right_path = path + (1 << MAX_DEPTH >> len(levels))
        node, tree = np.concatenate((child[node], child[node] + 1)), np.concatenate((tree, tree))
        path = np.concatenate((path, right_path))
    split_columns = splits[:, 0].astype(np.int64), splits[:, 1:].astype(np.float32)
    return BoostedTrees(*split_columns, tuple(levels), leaf_values.ravel(), tuple(arrays["features"].tolist()))


@cache
def load_trees(path: Path) -> BoostedTrees:
    """Load the trees of a weights file (.npz)."""
    with np.load(path, allow_pickle=False) as arrays:
        return BoostedTrees.from_arrays(arrays)
