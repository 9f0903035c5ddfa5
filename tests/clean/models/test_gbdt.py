import numpy as np
import pytest

from flows.clean.html.block_classifier import WEIGHTS
from flows.clean.html.block_features import NAMES
from flows.clean.html.trafilatura_votes import VOTE_NAMES
from flows.clean.models.gbdt import DEEPEST, UNIT, Trees, load


def forest() -> Trees:
    """Two trees: 1 if a > 2 else -1; and 2 if b > 0 and a > 5, else 0."""
    inf = np.inf
    return Trees.of(
        {
            "feature": np.array([0, 0, 0, 1, 0, 0, 0, 0]),
            "threshold": np.array([2, inf, inf, 0, inf, 5, inf, inf], np.float32),
            "child": np.array([1, 1, 2, 4, 4, 6, 6, 7]),
            "value": np.array([0, -UNIT, UNIT, 0, 0, 0, 0, 2 * UNIT]),
            "root": np.array([0, 3]),
            "features": np.array(["a", "b"]),
        }
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
    path = WEIGHTS / f"{name}.npz"
    trees = load(path)
    assert trees.features == names
    assert trees.feature.max() < len(names)
    assert len(trees.levels) <= DEEPEST
    assert path.stat().st_size < 1_000_000


def test_every_way_ends_where_a_walk_from_node_to_node_does() -> None:
    path = WEIGHTS / "page_fast.npz"
    with np.load(path) as file:
        feature, threshold, child, value, root = (
            file[name] for name in ("feature", "threshold", "child", "value", "root")
        )
    rows = np.random.default_rng(7).normal(0, 30, (130, len(NAMES))).astype(np.float32)
    node = np.broadcast_to(root, (len(rows), len(root))).copy()
    for _ in range(DEEPEST):
        node = child[node] + (np.take_along_axis(rows, feature[node].astype(int), 1) > threshold[node])
    assert (child[node] == node).all()
    walked = np.round(1 / (1 + np.exp(-value[node].astype(np.int64).sum(axis=1) / UNIT)), 4)
    assert load(path).likely(rows).tolist() == walked.tolist()
