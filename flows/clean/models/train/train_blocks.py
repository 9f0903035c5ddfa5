"""Train the judge of blocks: weights for each fold of sites (for measuring) and on every page (to ship).

    python flows/clean/models/train/block_data.py CACHE
    python flows/clean/models/train/train_blocks.py CACHE [FOLDER]      FOLDER/fold-<k>/ and FOLDER/all/: page_fast.npz, page_votes.npz

One core, some minutes. Needs LightGBM; the product does not.
"""

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import lightgbm
import numpy as np

from flows.clean.html.block_features import NAMES
from flows.clean.html.trafilatura_votes import VOTE_NAMES, vote_columns
from flows.clean.models.train.block_data import load
from flows.clean.models.train.tree_arrays import save

FOLDS = 5
SETTINGS = {
    "objective": "binary", "learning_rate": 0.06, "num_leaves": 23, "max_depth": 8, "min_data_in_leaf": 100,
    "feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5, "max_bin": 63,
    "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip
ROUNDS = 200
# Models whose answers are averaged. A second one, of more leaves, doubled the time and gained nothing by folds.
MODELS = ({"seed": 8},)
NEAR = 12  # blocks from the article within which every block is learned from; of the others one in FEW
FEW = 3


def fold_of(pages: list[dict]) -> dict[str, int]:
    """site -> fold; sites of Indonesian pages are dealt out apart, so that every fold has some."""
    local = {page["site"] for page in pages if page["set"] == "id"}
    dealt: dict[str, int] = {}
    for sites in (local, {page["site"] for page in pages} - local):
        for number, site in enumerate(sorted(sites, key=lambda name: (zlib.crc32(name.encode()), name))):
            dealt[site] = number % FOLDS
    return dealt


def examples(pages: list[dict]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Of each page: which blocks to learn from, whether they are the article, and their weight."""
    for page in pages:
        good = page["share"] >= 0.5
        size = page["size"]
        weight = np.sqrt(np.minimum(size, 60) + 1) / np.sqrt(max(30, (page["share"] * size).sum()))
        weight = weight * np.maximum(0.2, np.abs(2 * page["share"] - 1)) * (1 if page["set"] == "wcxb" else 3)
        order = np.arange(len(good))
        at = np.flatnonzero(good)
        close = np.zeros(len(good), bool)
        if len(at):
            after = np.searchsorted(at, order)
            away = np.minimum(np.abs(order - at[np.minimum(after, len(at) - 1)]), np.abs(order - at[after - 1]))
            close = away <= NEAR
        else:
            close[:] = True
        use = close | (order % FEW == 0)
        yield use, good, np.where(close, weight, weight * FEW), order


def train(pages: list[dict], tables: list[np.ndarray], names: list[str], path: Path) -> None:
    """Train on these pages and save the trees."""
    rows, good, weight = [], [], []
    for table, (use, right, heavy, _) in zip(tables, examples(pages), strict=True):
        rows.append(table[use])
        good.append(right[use])
        weight.append(heavy[use])
    data = lightgbm.Dataset(
        np.concatenate(rows), np.concatenate(good).astype(int), weight=np.concatenate(weight),
        params={"max_bin": SETTINGS["max_bin"], "verbose": -1},
    )  # fmt: skip
    models = [lightgbm.train({**SETTINGS, **model}, data, ROUNDS) for model in MODELS]
    save(path, models, names)
    print(path, len(data.get_label()), flush=True)


def main(cache: Path, folder: Path) -> None:
    pages = load(cache)
    fold = fold_of(pages)
    plain = [page["x"] for page in pages]
    voted = [np.hstack([page["x"], vote_columns(page["votes"], page["words"])]) for page in pages]
    for name, tables, names in (("page_fast", plain, list(NAMES)), ("page_votes", voted, [*NAMES, *VOTE_NAMES])):
        for part in (*range(FOLDS), None):
            chosen = [i for i, page in enumerate(pages) if page["judged"] and fold[page["site"]] != part]
            to = folder / ("all" if part is None else f"fold-{part}") / f"{name}.npz"
            train([pages[i] for i in chosen], [tables[i] for i in chosen], names, to)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else Path(sys.argv[1]) / "weights"))
