"""Conversion of LightGBM models to the arrays that flows.clean.models.gbdt reads."""

from pathlib import Path

import numpy as np

from flows.clean.models.gbdt import LOGIT_UNIT


def flatten_trees(models: list, names: list[str]) -> dict[str, np.ndarray]:
    """Flatten the trees of some models into arrays; leaf values are divided by their number, which averages them."""
    feature, threshold, child, value, root = [], [], [], [], []
    deepest = 0
    for model in models:
        for tree in model.dump_model()["tree_info"]:
            queue = [(tree["tree_structure"], len(feature), 0)]
            root.append(len(feature))
            for column in (feature, threshold, child, value):
                column.append(0)
            while queue:
                node, index, depth = queue.pop(0)
                deepest = max(deepest, depth)
                if "split_feature" not in node:
                    feature[index], threshold[index], child[index] = 0, np.float32(np.inf), index
                    value[index] = round(node["leaf_value"] / len(models) * LOGIT_UNIT)
                    continue
                assert node["decision_type"] == "<="
                exact = node["threshold"]
                rounded = np.float32(exact)
                feature[index] = node["split_feature"]
                threshold[index] = np.nextafter(rounded, np.float32(-np.inf)) if float(rounded) > exact else rounded
                child[index] = len(feature)
                for side in ("left_child", "right_child"):
                    queue.append((node[side], len(feature), depth + 1))
                    for column in (feature, threshold, child, value):
                        column.append(0)
    return {
        "feature": np.array(feature, np.int16), "threshold": np.array(threshold, np.float32),
        "child": np.array(child, np.int32), "value": np.array(value, np.int32), "root": np.array(root, np.int32),
        "depth": np.array(deepest), "features": np.array(names),
    }  # fmt: skip


def save_trees(path: Path, models: list, names: list[str]) -> None:
    """Save the flattened trees of the models as a weights file (.npz)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **flatten_trees(models, names))
