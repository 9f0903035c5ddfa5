"""Training of the block classifier: weights without each fold of sites (to measure) and from all pages (to ship).

    python flows/clean/models/train/block_data.py CACHE
    python flows/clean/models/train/train_blocks.py CACHE [FOLDER]

It writes page_fast.npz, page_net.npz and page_votes.npz to FOLDER/fold-<k>/ and FOLDER/all/, in ten minutes on one
core: the same bytes on the same machine and lock. It needs LightGBM and torch; the product does not.
"""

import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np

from flows.clean.html.block_classifier import squash_features
from flows.clean.html.block_features import FEATURE_NAMES
from flows.clean.html.trafilatura_votes import VOTE_NAMES, build_vote_columns
from flows.clean.models.train.block_data import load_pages
from flows.clean.models.train.evaluation_sets import FOLDS
from flows.clean.models.train.train_net import NetSettings, build_vocabulary, train_net
from flows.clean.models.train.tree_arrays import save_trees

SETTINGS = {
    "objective": "binary", "learning_rate": 0.06, "num_leaves": 23, "max_depth": 8, "min_data_in_leaf": 100,
    "feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5, "max_bin": 63,
    "num_threads": 1, "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip
ROUNDS = 200
# The predictions of these models are averaged. A second model with more leaves doubled the time without a gain.
MODEL_VARIANTS = ({"seed": 8},)
NET_SETTINGS = NetSettings(hidden_width=64, epochs=14, batch_rows=2048, word_width=16, has_pooling=True)
NEAR_BLOCKS = 12  # every block this near to the article is used; of the others one in FAR_BLOCK_STEP
FAR_BLOCK_STEP = 3


def assign_site_folds(pages: list[dict]) -> dict[str, int]:
    """Assign each site to a fold. Indonesian sites are distributed separately, so that every fold has some."""
    indonesian_sites = {page["site"] for page in pages if page["set"] == "id"}
    fold_by_site: dict[str, int] = {}
    for sites in (indonesian_sites, {page["site"] for page in pages} - indonesian_sites):
        for number, site in enumerate(sorted(sites, key=lambda name: (zlib.crc32(name.encode()), name))):
            fold_by_site[site] = number % FOLDS
    return fold_by_site


def weigh_blocks(page: dict) -> np.ndarray:
    """Weigh the blocks of a page: by their words, and less where only half a block is in the gold text."""
    size = page["size"]
    weight = np.sqrt(np.minimum(size, 60) + 1) / np.sqrt(max(30, (page["share"] * size).sum()))
    return weight * np.maximum(0.2, np.abs(2 * page["share"] - 1)) * (1 if page["set"] == "wcxb" else 3)


def build_examples(pages: list[dict]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield four arrays per page, one entry per block: is used for training, is article, weight, and position."""
    for page in pages:
        is_article = page["share"] >= 0.5
        weight = weigh_blocks(page)
        order = np.arange(len(is_article))
        article_blocks = np.flatnonzero(is_article)
        is_near = np.zeros(len(is_article), bool)
        if len(article_blocks):
            next_article = np.searchsorted(article_blocks, order)
            distance = np.minimum(
                np.abs(order - article_blocks[np.minimum(next_article, len(article_blocks) - 1)]),
                np.abs(order - article_blocks[next_article - 1]),
            )
            is_near = distance <= NEAR_BLOCKS
        else:
            is_near[:] = True
        is_used = is_near | (order % FAR_BLOCK_STEP == 0)
        yield is_used, is_article, np.where(is_near, weight, weight * FAR_BLOCK_STEP), order


def train_trees(pages: list[dict], tables: list[np.ndarray], names: list[str], path: Path) -> None:
    """Train trees on these pages (tables: one per page, shape (blocks, names)) and save them."""
    rows, labels, weights = [], [], []
    for table, (is_used, page_labels, page_weights, _) in zip(tables, build_examples(pages), strict=True):
        rows.append(table[is_used])
        labels.append(page_labels[is_used])
        weights.append(page_weights[is_used])
    dataset = lightgbm.Dataset(
        np.concatenate(rows), np.concatenate(labels).astype(int), weight=np.concatenate(weights),
        params={"max_bin": SETTINGS["max_bin"], "verbose": -1},
    )  # fmt: skip
    models = [lightgbm.train({**SETTINGS, **model}, dataset, ROUNDS) for model in MODEL_VARIANTS]
    save_trees(path, models, names)
    print(path, len(dataset.get_label()), flush=True)


@dataclass
class PageExample:
    """Blocks of a page as an example of the net (train_net.NetExample)."""

    features: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    words: np.ndarray
    word_counts: np.ndarray


def train_block_net(pages: list[dict], path: Path) -> None:
    """Train the net on these pages and save it."""
    examples = [
        PageExample(
            squash_features(page["x"]),
            (page["share"] >= 0.5).astype(np.int8),
            weigh_blocks(page),
            page["word_hashes"],
            page["row_words"],
        )
        for page in pages
        if len(page["texts"])
    ]
    vocabulary = build_vocabulary((page["id"], page["word_hashes"]) for page in pages)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **train_net(examples, vocabulary, NET_SETTINGS))
    print(path, flush=True)


def main(cache: Path, folder: Path) -> None:
    """Train the weights without each fold, and from all folds."""
    pages = load_pages(cache)
    fold_by_site = assign_site_folds(pages)
    for left_out_fold in (*range(FOLDS), None):
        chosen = [page for page in pages if page["judged"] and fold_by_site[page["site"]] != left_out_fold]
        train_weights(chosen, folder / ("all" if left_out_fold is None else f"fold-{left_out_fold}"))


def train_weights(pages: list[dict], folder: Path, *, is_fast: bool = False) -> None:
    """Train the weights of a folder on these pages: those of `--html fast` alone, or all."""
    train_trees(pages, [page["x"] for page in pages], list(FEATURE_NAMES), folder / "page_fast.npz")
    if is_fast:
        return
    train_block_net(pages, folder / "page_net.npz")
    vote_tables = [np.hstack([page["x"], build_vote_columns(page["votes"], page["words"])]) for page in pages]
    train_trees(pages, vote_tables, [*FEATURE_NAMES, *VOTE_NAMES], folder / "page_votes.npz")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else Path(sys.argv[1]) / "weights"))
