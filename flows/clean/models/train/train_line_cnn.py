"""Training of the line classifier on the evaluation sets: same bytes on the same machine and lock.

    python -m flows.clean.models.train.train_line_cnn CACHE

Each page is used in several renderings (renderings.py); a line is labelled by whether its words are in the gold text.
It writes CACHE/net-0.npz ... net-4.npz, each trained without the sites of its fold, on which bench-quality measures it,
then flows/clean/models/line_cnn.npz and line_cnn.json from all folds. Each is trained from several random starts, the
members of the net (conv_net.py). It takes about an hour on one core.
"""

import argparse
import gzip
import hashlib
import inspect
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from flows.clean.lines.line_table import Line, build_line_table
from flows.clean.lines.word_table import build_word_table
from flows.clean.models.conv_net import CLIP
from flows.clean.models.line_cnn import Net, summarize_scores
from flows.clean.models.train import renderings
from flows.clean.models.train.evaluation_sets import FOLDS, assign_fold, load_rows
from flows.clean.models.train.renderings import DUMP_SHAPES
from flows.clean.models.train.train_net import NetSettings, train_net
from flows.clean.rules.cues import load_general_cues
from flows.clean.text.line_features import FEATURE_COUNT, MIN_PROSE_WORDS, compute_line_features

NET_SETTINGS = NetSettings(
    hidden_width=48,
    epochs=10,
    batch_rows=4096,
    blank_columns=(29, 30, FEATURE_COUNT - 2),
    has_pooling=True,
    seeds=(1, 2),
)
RIDGE = 30.0
HOME_WEIGHT = 10.0  # of an Indonesian page, because the sets hold few of them
DOUBTED_LISTING_SHARE = 0.9  # of the pages without an article, that the summary alone must not call one
CLASSIFIED_SHAPES = ("visible", "resiliparse", "crop", "nodes")
SHIPPED_WEIGHTS = Path("flows/clean/models/line_cnn.npz")
FEATURE_SOURCES = (
    "text/line_features.py",
    "lines/word_table.py",
    "lines/line_table.py",
    "models/train/train_net.py",
    "rules/cues.toml",
    "rules/words.toml",
)
_WORD_PATTERN = re.compile(r"\w+")


@dataclass(slots=True)
class TrainingText:
    """Text with its training targets. `gold` is None for a page without an article; arrays have one row per line."""

    id: str
    kind: str  # dump | extract | listing
    shape: str
    fold: int
    text: str
    gold: str | None
    weight: float
    labels: np.ndarray | None = None
    weights: np.ndarray | None = None
    features: np.ndarray | None = None


def label_lines(lines: Sequence[str], gold: str) -> np.ndarray:
    """Label the lines of the article with 1, others with 0 (int8).

    A line is the article's if half of its 4-grams are in the gold text. A shorter line must equal a line of it, or
    stand between two lines of the article.
    """
    gold_words = _WORD_PATTERN.findall(gold)
    gold_grams = {tuple(gold_words[i : i + 4]) for i in range(max(len(gold_words) - 3, 0))}
    gold_lines = {tuple(_WORD_PATTERN.findall(line)) for line in gold.split("\n")}
    line_labels = np.zeros(len(lines), np.int8)
    for index, line in enumerate(lines):
        line_words = _WORD_PATTERN.findall(line)
        if len(line_words) >= 4:
            hits = sum(tuple(line_words[i : i + 4]) in gold_grams for i in range(len(line_words) - 3))
            line_labels[index] = 2 * hits >= len(line_words) - 3
        else:
            line_labels[index] = tuple(line_words) in gold_lines if line_words else -1
            if not line_labels[index]:
                line_labels[index] = -1
    is_decided = line_labels >= 0
    for index in np.flatnonzero(~is_decided):
        above, below = line_labels[:index][is_decided[:index]], line_labels[index + 1 :][is_decided[index + 1 :]]
        line_labels[index] = bool(len(above) and len(below) and above[-1] and below[0])
    return line_labels


def load_training_texts(cache: Path) -> list[TrainingText]:
    """Load all training texts: renderings of the pages, extracts and listings."""
    with gzip.open(cache / "renderings.jsonl.gz", "rt", encoding="utf-8") as file:
        shapes = {row["id"]: row["shapes"] for row in map(json.loads, file)}
    extracted = {row["id"].removesuffix("-extracted"): row["raw_text"] for row in load_rows("web-extracted")}
    training_texts: list[TrainingText] = []
    for name in ("id-html", "web-pages"):
        for row in load_rows(name):
            gold, site_fold = row["gold"]["text"], assign_fold(row["url"])
            if not gold or row["gold"].get("body_gold_quality", "good") != "good":
                continue
            rng = random.Random(row["id"])
            boost = 4.0 if name == "id-html" else 2.0 if row["set"] == "fundus" else 1.0
            texts = {"visible": row["raw_text"], **shapes[row["id"]]}
            if row["id"] in extracted:
                texts["extracted"] = extracted[row["id"]]
            lines = [line for line in row["raw_text"].split("\n") if line.strip()]
            paragraphs = gold.split("\n")
            texts["gold"] = gold
            texts["gold-residue"] = _add_residue(paragraphs, lines, gold, rng)
            bounds = rng.randrange(len(lines) // 4 + 1), len(lines) - rng.randrange(len(lines) // 4 + 1)
            texts["crop"] = "\n".join(lines[bounds[0] : bounds[1]])
            for shape, text in texts.items():
                is_dump = shape in DUMP_SHAPES or shape == "crop"
                weight = boost * (2.0 if shape == "visible" else 1.0)
                training_texts.append(
                    TrainingText(row["id"], "dump" if is_dump else "extract", shape, site_fold, text, gold, weight)
                )
    for row in load_rows("id-lines"):
        if row["gold"]["text"]:
            site_fold = assign_fold(row["url"])
            training_texts.append(
                TrainingText(row["id"], "extract", "extracted", site_fold, row["raw_text"], row["gold"]["text"], 2.0)
            )
    for row in load_rows("not-articles"):
        if row["raw_text"]:
            site_fold = assign_fold(row["url"] or row["id"])
            training_texts.append(TrainingText(row["id"], "listing", "visible", site_fold, row["raw_text"], None, 0.5))
    return training_texts


def _add_residue(paragraphs: list[str], lines: list[str], gold: str, rng: random.Random) -> str:
    """Add one to four boilerplate lines of the page to the gold text, at random positions."""
    clutter = [line.strip() for line in lines if line.strip() not in gold]
    mixed_lines = list(paragraphs)
    for line in rng.sample(clutter, min(len(clutter), rng.randint(1, 4))):
        mixed_lines.insert(rng.choice((0, len(mixed_lines), rng.randrange(len(mixed_lines) + 1))), line)
    return "\n".join(mixed_lines)


def add_features(docs: list[TrainingText]) -> None:
    """Add labels, line weights and features (float16) to each text, in place."""
    cues = load_general_cues()
    for start in range(0, len(docs), 16):
        batch = docs[start : start + 16]
        table = build_line_table([doc.text for doc in batch])
        word_table = build_word_table(table)
        figures = compute_line_features(table, word_table, [cues.match_lines(lines) for lines in table.documents])
        for index, doc in enumerate(batch):
            start_line, end_line = table.first_line[index], table.first_line[index + 1]
            words = table.word_counts[start_line:end_line]
            doc.features = figures[start_line:end_line].astype(np.float16)
            if doc.gold is None:
                doc.labels = np.zeros(end_line - start_line, np.int8)
                doc.weights = doc.weight * (200 * words / max(words.sum(), 1) + 0.5)
            else:
                doc.labels = label_lines([line.text for line in table.documents[index]], doc.gold)
                size = max(len(doc.gold.split()), 1) * max(words.sum(), 1)
                doc.weights = doc.weight * (200 * words / np.sqrt(size) + 2)


def train_line_net(docs: list[TrainingText]) -> dict[str, np.ndarray]:
    """Train the net on these texts and return its weights by array name."""
    return train_net(docs, np.zeros(0, np.uint64), NET_SETTINGS)


def fit_logistic_regression(x: np.ndarray, y: np.ndarray, w: np.ndarray, ridge: float) -> np.ndarray:
    """Fit a logistic regression by Newton's method and return its coefficients, the intercept last."""
    x = np.concatenate((x, np.ones((len(x), 1))), 1).astype(np.float64)
    b = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ b))
        step = np.linalg.solve(
            (x * (w * p * (1 - p))[:, None]).T @ x + ridge * np.eye(len(b)), x.T @ (w * (p - y)) + ridge * b
        )
        b -= step
        if np.abs(step).max() < 1e-8:
            break
    return b


def fit_regime(docs: list[TrainingText], weights: dict[str, np.ndarray]) -> np.ndarray:
    """Fit the coefficients that separate extracts from dumps by the mean features of a text, the intercept last."""
    mean, scale = weights["mean"], weights["scale"]
    x = np.array([np.clip((doc.features.astype(np.float32) - mean) * scale, -CLIP, CLIP).mean(0) for doc in docs])
    y = np.array([doc.kind == "extract" for doc in docs], float)
    w = np.array([3.0 if doc.shape in ("visible", "extracted") else 1.0 for doc in docs])
    return fit_logistic_regression(x, y, w, 1.0).astype(np.float32)


def summarize_text(doc: TrainingText, weights: dict[str, np.ndarray]) -> np.ndarray:
    """Summarize the line scores of a text with these weights."""
    figures = doc.features.astype(np.float32)
    net = build_net(weights)
    standard = net.standardize_features(figures)
    words = np.rint(np.expm1(figures[:, 1]))
    is_prose = (words >= MIN_PROSE_WORDS) & (figures[:, 4] > 0.5)
    return summarize_scores(net.score_rows(standard), words, is_prose)


def predict_from_summary(lines: Sequence[Line], scores: np.ndarray, net: Net) -> float:
    """Predict the article logit of a page from its summary, as flows.clean.text.body_lines does."""
    words = np.array([line.word_count for line in lines], np.float32)
    return net.predict_article_logit(
        summarize_scores(
            scores, words, np.array([line.word_count >= MIN_PROSE_WORDS and line.ends_sentence for line in lines])
        )
    )


def fit_article_classifier(docs: list[TrainingText], summaries: np.ndarray) -> np.ndarray:
    """Fit the article classifier: rows mean, scale and weight (see Net.article_weights).

    The intercept is set by held-out logits, so that a share DOUBTED_LISTING_SHARE of the listings scores below 0.
    """
    home_ids = {row["id"] for row in load_rows("id-html")}
    y = np.array([doc.kind != "listing" for doc in docs], float)
    mean, scale = summaries.mean(0), 1 / (summaries.std(0) + 1e-6)
    x = np.clip((summaries - mean) * scale, -CLIP, CLIP)
    w = np.where(y == 0, 0.3 * (y == 1).sum() / max((y == 0).sum(), 1), 1.0)
    w *= [HOME_WEIGHT if doc.id in home_ids else 1.0 for doc in docs]
    folds = np.array([doc.fold for doc in docs])
    held_out_logits = np.zeros(len(docs))
    for fold in sorted(set(folds.tolist())):
        b = fit_logistic_regression(x[folds != fold], y[folds != fold], w[folds != fold], RIDGE)
        held_out_logits[folds == fold] = x[folds == fold] @ b[:-1] + b[-1]
    b = fit_logistic_regression(x, y, w, RIDGE)
    b[-1] -= np.quantile(
        held_out_logits[y == 0], DOUBTED_LISTING_SHARE
    )  # 0 is the threshold below which a page is uncertain
    return np.stack((np.append(mean, 0), np.append(scale, 0), b)).astype(np.float32)


def build_net(weights: dict[str, np.ndarray]) -> Net:
    """Build a net from trained weights; the coefficients for regime and article are zero if they are missing."""
    empty = {"regime": np.zeros(FEATURE_COUNT + 1, np.float32), "judge": np.zeros((3, 1), np.float32)}
    return Net.from_arrays({**empty, **weights})


def load_or_train_net(docs: list[TrainingText], fold: int | None, cache: Path) -> dict[str, np.ndarray]:
    """Load the weights trained without this fold (None: with all) from the cache, or train them.

    The cache key is a digest of the training code, the feature code and the renderings.
    """
    import torch

    digest = hashlib.blake2b(digest_size=8)
    for function in (load_training_texts, _add_residue, label_lines, add_features, train_line_net):
        digest.update(inspect.getsource(function).encode())
    for name in FEATURE_SOURCES:
        digest.update((Path("flows/clean") / name).read_bytes())
    digest.update((cache / "renderings.jsonl.gz").read_bytes()[:1_000_000])
    digest.update(f"{fold} {NET_SETTINGS} {torch.__version__}".encode())
    path = cache / f"fit-{'all' if fold is None else fold}-{digest.hexdigest()}.npz"
    if not path.exists():
        weights = train_line_net([doc for doc in docs if doc.fold != fold])
        np.savez(path.with_suffix(".part.npz"), **weights)
        path.with_suffix(".part.npz").rename(path)
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def main() -> None:
    """Train a net without each fold, fit the article classifier on their summaries, and train the shipped net."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    cache = parser.parse_args().cache
    if not (cache / "renderings.jsonl.gz").exists():
        renderings.write_renderings(cache)
    docs = load_training_texts(cache)
    add_features(docs)
    nets = {number: load_or_train_net(docs, number, cache) for number in range(FOLDS)}
    classified_texts = [doc for doc in docs if doc.shape in CLASSIFIED_SHAPES]
    # Each page is summarized by the net that was trained without its fold.
    summaries = np.array([summarize_text(doc, nets[doc.fold]) for doc in classified_texts], np.float64)
    for number, weights in nets.items():
        training_docs = [doc for doc in docs if doc.fold != number]
        training_indexes = [index for index, doc in enumerate(classified_texts) if doc.fold != number]
        weights["regime"] = fit_regime(training_docs, weights)
        weights["judge"] = fit_article_classifier(
            [classified_texts[index] for index in training_indexes], summaries[training_indexes]
        )
        np.savez(cache / f"net-{number}.npz", **weights)
    weights = load_or_train_net(docs, None, cache)
    weights["regime"], weights["judge"] = fit_regime(docs, weights), fit_article_classifier(classified_texts, summaries)
    np.savez(SHIPPED_WEIGHTS, **weights)
    record = {
        "made_by": "python -m flows.clean.models.train.train_line_cnn (make train-text)",
        "trained_on": dict(sorted(Counter(f"{doc.kind}: {doc.shape}" for doc in docs).items())),
        "pages": len({doc.id for doc in docs}),
        "lines": sum(len(doc.labels) for doc in docs),
        "sources": "web-pages, web-extracted, id-html, id-lines, not-articles of the evaluation sets; see NOTICE",
        "settings": {
            **asdict(NET_SETTINGS),
            "sure": DOUBTED_LISTING_SHARE,
        },
        "weights": int(sum(value.size for value in weights.values())),
        "blake2b": hashlib.blake2b(SHIPPED_WEIGHTS.read_bytes(), digest_size=16).hexdigest(),
    }
    SHIPPED_WEIGHTS.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
