from pathlib import Path

import numpy as np
import pytest

from flows.clean.block_features import NAMES
from flows.clean.judge_page import WEIGHTS
from flows.clean.trees import UNIT, Trees, load
from flows.clean.votes import VOTE_NAMES


def forest() -> Trees:
    """Two trees: 1 if a > 2 else -1; and 2 if b > 0 and a > 5, else 0."""
    inf = np.inf
    return Trees(
        feature=np.array([0, 0, 0, 1, 0, 0, 0, 0]),
        threshold=np.array([2, inf, inf, 0, inf, 5, inf, inf], np.float32),
        child=np.array([1, 1, 2, 4, 4, 6, 6, 7]),
        value=np.array([0, -UNIT, UNIT, 0, 0, 0, 0, 2 * UNIT]),
        root=np.array([0, 3]),
        depth=2,
        features=("a", "b"),
    )


def test_rows_go_down_the_trees() -> None:
    rows = np.array([[2, 1], [3, 0], [3, 1], [6, 1]], np.float32)
    sums = np.array([-1, 1, 1, 3])
    assert forest().likely(rows).tolist() == np.round(1 / (1 + np.exp(-sums)), 4).tolist()


def test_no_rows_and_many_rows() -> None:
    assert forest().likely(np.zeros((0, 2), np.float32)).tolist() == []
    assert len(forest().likely(np.zeros((4_001, 2), np.float32))) == 4_001


@pytest.mark.parametrize(("name", "names"), [("page_fast", NAMES), ("page_votes", (*NAMES, *VOTE_NAMES))])
def test_the_weights_are_of_these_features(name: str, names: tuple[str, ...]) -> None:
    trees = load(WEIGHTS / f"{name}.npz")
    assert trees.features == names
    inner = trees.child != np.arange(len(trees.child))
    assert trees.feature.max() < len(names)
    assert not trees.value[inner].any()
    assert Path(WEIGHTS, f"{name}.npz").stat().st_size < 1_000_000
