"""A LightGBM model -> the arrays that flows.clean.models.gbdt reads."""

from pathlib import Path

import numpy as np

from flows.clean.models.gbdt import UNIT


def arrays(models: list, names: list[str]) -> dict[str, np.ndarray]:
    """The trees of some models, whose answers are averaged."""
    feature, threshold, child, value, root = [], [], [], [], []
    deepest = 0
    for model in models:
        for tree in model.dump_model()["tree_info"]:
            queue = [(tree["tree_structure"], len(feature), 0)]
            root.append(len(feature))
            for column in (feature, threshold, child, value):
                column.append(0)
            while queue:
                node, at, depth = queue.pop(0)
                deepest = max(deepest, depth)
                if "split_feature" not in node:
                    feature[at], threshold[at], child[at] = 0, np.float32(np.inf), at
                    value[at] = round(node["leaf_value"] / len(models) * UNIT)
                    continue
                assert node["decision_type"] == "<="
                exact = node["threshold"]
                rounded = np.float32(exact)
                feature[at] = node["split_feature"]
                threshold[at] = np.nextafter(rounded, np.float32(-np.inf)) if float(rounded) > exact else rounded
                child[at] = len(feature)
                for side in ("left_child", "right_child"):
                    queue.append((node[side], len(feature), depth + 1))
                    for column in (feature, threshold, child, value):
                        column.append(0)
    return {
        "feature": np.array(feature, np.int16), "threshold": np.array(threshold, np.float32),
        "child": np.array(child, np.int32), "value": np.array(value, np.int32), "root": np.array(root, np.int32),
        "depth": np.array(deepest), "features": np.array(names),
    }  # fmt: skip


def save(path: Path, models: list, names: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays(models, names))
