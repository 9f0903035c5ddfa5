import numpy as np
import pytest

from flows.clean.html.block_classifier import WEIGHTS_FOLDER
from flows.clean.html.block_features import FEATURE_NAMES
from flows.clean.html.trafilatura_votes import VOTE_NAMES
from flows.clean.models.gbdt import LOGIT_UNIT, MAX_DEPTH, BoostedTrees, load_trees


def forest() -> BoostedTrees:
    """Two trees: 1 if a > 2 else -1; and 2 if b > 0 and a > 5, else 0."""
    inf = np.inf
    return BoostedTrees.from_arrays(
        {
            "feature": np.array([0, 0, 0, 1, 0, 0, 0, 0]),
            "threshold": np.array([2, inf, inf, 0, inf, 5, inf, inf], np.float32),
            "child": np.array([1, 1, 2, 4, 4, 6, 6, 7]),
            "value": np.array([0, -LOGIT_UNIT, LOGIT_UNIT, 0, 0, 0, 0, 2 * LOGIT_UNIT]),
            "root": np.array([0, 3]),
            "features": np.array(["a", "b"]),
        }
    )


def test_rows_go_down_the_trees() -> None:
    rows = np.array([[2, 1], [3, 0], [3, 1], [6, 1]], np.float32)
    sums = np.array([-1, 1, 1, 3])
    assert forest().predict_proba(rows).tolist() == np.round(1 / (1 + np.exp(-sums)), 4).tolist()


def test_no_rows_and_many_rows() -> None:
    assert forest().predict_proba(np.zeros((0, 2), np.float32)).tolist() == []
    assert len(forest().predict_proba(np.zeros((4_001, 2), np.float32))) == 4_001


@pytest.mark.parametrize(
    ("name", "names"), [("page_fast", FEATURE_NAMES), ("page_votes", (*FEATURE_NAMES, *VOTE_NAMES))]
)
def test_the_weights_are_of_these_features(name: str, names: tuple[str, ...]) -> None:
    path = WEIGHTS_FOLDER / f"{name}.npz"
    trees = load_trees(path)
    assert trees.feature_names == names
    assert trees.split_features.max() < len(names)
    assert len(trees.levels) <= MAX_DEPTH
    assert path.stat().st_size < 1_000_000


def test_every_way_ends_where_a_walk_from_node_to_node_does() -> None:
    path = WEIGHTS_FOLDER / "page_fast.npz"
    with np.load(path) as file:
        feature, threshold, child, value, root = (
            file[name] for name in ("feature", "threshold", "child", "value", "root")
        )
    rows = np.random.default_rng(7).normal(0, 30, (130, len(FEATURE_NAMES))).astype(np.float32)
    node = np.broadcast_to(root, (len(rows), len(root))).copy()
    for _ in range(MAX_DEPTH):
        node = child[node] + (np.take_along_axis(rows, feature[node].astype(int), 1) > threshold[node])
    assert (child[node] == node).all()
    walked = np.round(1 / (1 + np.exp(-value[node].astype(np.int64).sum(axis=1) / LOGIT_UNIT)), 4)
    assert load_trees(path).predict_proba(rows).tolist() == walked.tolist()
