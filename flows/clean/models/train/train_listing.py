"""Training of the listing classifier (flows/clean/text/listing_classifier.py) on the evaluation sets.

    python -m flows.clean.models.train.train_listing CACHE      after flows.clean.models.train.train_line_cnn

Articles are page dumps and crops of them. Listings are the pages of not-articles, crops of them, and generated ones:
titles, teasers and dates of other pages of the fold between the menus of one page. It writes CACHE/listing-0.npz ...
listing-4.npz, each trained without the sites of its fold, then flows/clean/models/listing.npz and listing.json.
The rejection threshold is calibrated by inner folds, on pages that neither the net, nor the trees, nor the word weights
were trained on.
"""

import hashlib
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flows.clean.lines.line_table import DocumentLines, build_line_table
from flows.clean.lines.word_table import build_word_table
from flows.clean.models.gbdt import BoostedTrees
from flows.clean.models.line_cnn import Net
from flows.clean.models.train.evaluation_sets import FOLDS, assign_fold, load_rows
from flows.clean.models.train.train_line_cnn import label_lines, predict_from_summary
from flows.clean.models.train.tree_arrays import flatten_trees
from flows.clean.rules.cues import load_general_cues
from flows.clean.text import listing_classifier
from flows.clean.text.line_features import compute_line_features
from flows.clean.text.listing_classifier import ListingClassifier, count_line_words
from flows.clean.text.listing_features import compute_page_features

SHIPPED_WEIGHTS = Path("flows/clean/models/listing.npz")
ROUNDS, LEAVES, RIDGE = 250, 7, 0.3
LISTING_WEIGHT = 0.3  # total weight of the listings, relative to the articles
SUMMARY_SHARE = 0.5  # weight of the logit of the summary, where trees and words weigh 1, all by their deviation
MAX_LOST_SHARE = 0.01  # of the articles in page dumps, that may be rejected as listings
HOME_MARGIN = 0.1  # logit by which every Indonesian article must clear the threshold
MIN_WORD_PAGES, MAX_WORDS = 12, 3_000
_WORD_PATTERN = re.compile(r"[^\W\d_]+")
# Dates of fetching carry no information about the kind of page, so these words are left out.
CALENDAR_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    jan january januari feb february februari mar march maret mac apr april may mei jun june juni jul july juli aug
    august agu agustus ogos sep sept september oct october okt oktober nov november nop dec december des desember
    mon monday senin isnin tue tuesday selasa wed wednesday rabu thu thursday kamis khamis fri friday jumat jumaat
    sat saturday sabtu sun sunday minggu ahad wib wita
    """,
    )
)
SOURCE_WEIGHTS = {
    "web-pages": 1.0, "id-html": 3.0, "id-lines": 1.0, "id-meta": 1.0, "not-articles": 1.0,
    "crop": 0.5, "listing crop": 0.4, "made listing": 0.15,
}  # fmt: skip
WORD_SOURCES = frozenset(SOURCE_WEIGHTS) - {"made listing"}  # sources for the word weights
HOME_SOURCES = ("id-html", "id-lines", "id-meta")


@dataclass(slots=True)
class ListingExample:
    """Features and label of one text. `summary_logit`: what its line scores say of whether it is an article."""

    source: str
    fold: int
    is_article: bool
    figures: np.ndarray
    words: Counter[str]
    is_dump: bool
    summary_logit: float

    @property
    def is_doubtful(self) -> bool:
        """Return whether the summary does not settle that it is an article."""
        return self.summary_logit < listing_classifier.DOUBT_THRESHOLD


def iterate_texts() -> Iterator[tuple[str, int, bool, str]]:
    """Yield source, fold, is article, and text of each training text."""
    sites = {}
    for name in (*HOME_SOURCES, "web-pages", "not-articles"):
        sites[name] = [
            row | {"fold": assign_fold(row["url"] or row["id"])} for row in load_rows(name) if row["raw_text"]
        ]
        for row in sites[name]:
            yield name, row["fold"], name != "not-articles", row["raw_text"]
    stories = [
        [[row for name in names for row in sites[name] if row["fold"] == number] for number in range(FOLDS)]
        for names in (("web-pages",), HOME_SOURCES)
    ]
    for name in ("id-html", "web-pages"):
        for row in sites[name]:
            rng = random.Random(row["id"])
            lines = [line.strip() for line in row["raw_text"].split("\n") if line.strip()]
            article_lines = np.flatnonzero(label_lines(lines, row["gold"]["text"] or ""))
            if len(article_lines):
                first, last = article_lines[0], article_lines[-1] + 1
                start = min(first, rng.randrange(len(lines) // 3 + 1))
                end = max(last, len(lines) - rng.randrange(len(lines) // 3 + 1))
                yield "crop", row["fold"], True, "\n".join(lines[start:end])
                pool = stories[name == "id-html" or rng.random() < 0.25][row["fold"]]
                listing_lines = generate_listing(pool, rng)
                top, bottom = lines[max(0, first - 60) : first], lines[last : last + 60]
                yield "made listing", row["fold"], False, "\n".join([*top, *listing_lines, *bottom])
    for row in sites["not-articles"]:
        rng = random.Random(row["id"])
        lines = [line.strip() for line in row["raw_text"].split("\n") if line.strip()]
        for drop_rate in (0.0, 0.1, 0.2):
            start, end = rng.randrange(len(lines) // 3 + 1), len(lines) - rng.randrange(len(lines) // 3 + 1)
            kept_lines = [line for line in lines[start:end] if rng.random() >= drop_rate]
            if len(kept_lines) > 5:
                yield "listing crop", row["fold"], False, "\n".join(kept_lines)


def generate_listing(pool: Sequence[dict], rng: random.Random) -> list[str]:
    """Generate the lines of a listing from random stories: title, teaser and date of each, in a fixed order."""
    order = rng.choice(["t", "td", "tb", "tbd", "ctdbm", "dtb"])
    date_format = rng.choice(
        ["{h} hours ago", "{d} Nov 2025", "{d}/{m}/2025", "November {d}, 2025", "Senin, {d} Juni 2025 {h}:{n} WIB",
         "{d} Juni 2025", "{n} min read", "{h} jam yang lalu", "Jun {d}"]
    )  # fmt: skip
    more_text = rng.choice(
        ["Read more", "Continue reading", "Baca selengkapnya", "Selengkapnya", "Learn More", "More »"]
    )
    max_words, sentences = rng.choice([0, 18, 25, 40]), rng.choice([1, 1, 2, 3])
    lines = []
    for _ in range(rng.randint(8, 45)):
        row = rng.choice(pool)
        story_sentences = re.split(
            r"(?<=[.!?])\s+", (row["gold"].get("text") or row["raw_text"]).replace("\n", " ")[:2500]
        )
        words = " ".join(story_sentences[:sentences])[:600].split()
        teaser = (
            " ".join(words[:max_words]) + rng.choice(["...", "…"]) if 0 < max_words < len(words) else " ".join(words)
        )
        date_text = date_format.format(
            d=rng.randint(1, 28), m=rng.randint(1, 12), h=rng.randint(2, 12), n=rng.randint(10, 59)
        )
        parts = {
            "t": row["gold"].get("title") or story_sentences[0][:80], "b": teaser, "d": date_text, "m": more_text,
            "c": rng.choice(["News", "Nasional", "Tech", "Bisnis", "Science"]),
        }  # fmt: skip
        lines += [parts[part] for part in order]
    return lines


def load_examples(cache: Path) -> list[ListingExample]:
    """Load all texts with their features; line scores are by the net trained without the site of the text."""
    nets = [Net.from_file(cache / f"net-{number}.npz") for number in range(FOLDS)]
    examples = []
    for source, site_fold, is_article, text in iterate_texts():
        table = build_line_table([text])
        lines: DocumentLines = table.documents[0]
        if not lines:
            continue
        figures = compute_line_features(table, build_word_table(table), [load_general_cues().match_lines(lines)])
        standard = nets[site_fold].standardize_features(figures)
        scores = nets[site_fold].score_rows(standard)
        examples.append(
            ListingExample(
                source, site_fold, is_article, compute_page_features(lines, figures, scores), count_line_words(lines),
                nets[site_fold].predict_extract_logit(standard) <= 0,
                predict_from_summary(lines, scores, nets[site_fold]),
            )
        )  # fmt: skip
    return examples


def weigh_examples(examples: Sequence[ListingExample], for_words: bool) -> np.ndarray:
    """Weigh the examples, such that the listings together count LISTING_WEIGHT times as much as the articles."""
    example_weights = np.array(
        [
            SOURCE_WEIGHTS[example.source] if not for_words or example.source in WORD_SOURCES else 0.0
            for example in examples
        ]
    )
    is_article = np.array([example.is_article for example in examples])
    is_plain = np.array([example.source in ("web-pages", *HOME_SOURCES) for example in examples])
    is_listing = np.array([example.source == "not-articles" for example in examples])
    example_weights[~is_article] *= (
        LISTING_WEIGHT * (example_weights * is_plain).sum() / (example_weights * is_listing).sum()
    )
    return example_weights


def fit_trees(examples: Sequence[ListingExample]) -> dict[str, np.ndarray]:
    """Fit boosted trees on the page features and return the arrays of their file."""
    import lightgbm

    table = np.array([example.figures for example in examples])
    dataset = lightgbm.Dataset(
        table, [example.is_article for example in examples], weight=weigh_examples(examples, for_words=False)
    )
    settings = {
        "objective": "binary", "num_leaves": LEAVES, "learning_rate": 0.05, "min_data_in_leaf": 10, "lambda_l2": 5,
        "feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1, "seed": 1, "num_threads": 1,
        "deterministic": True, "force_row_wise": True, "verbose": -1,
    }  # fmt: skip
    model = lightgbm.train(settings, dataset, ROUNDS)
    return flatten_trees([model], [str(number) for number in range(table.shape[1])])


def fit_word_weights(examples: Sequence[ListingExample]) -> dict[str, tuple[float, float]]:
    """Fit rarity and weight of each word by logistic regression, and again on the MAX_WORDS most important words."""
    example_weights = weigh_examples(examples, for_words=True)
    examples = [example for example, weight in zip(examples, example_weights, strict=True) if weight > 0]
    example_weights, is_article = (
        example_weights[example_weights > 0],
        np.array([example.is_article for example in examples]),
    )
    page_counts = Counter(word for example in examples for word in example.words)
    vocabulary = sorted(
        word
        for word, count in page_counts.items()
        if count >= MIN_WORD_PAGES and CALENDAR_WORDS.isdisjoint(_WORD_PATTERN.findall(word))
    )
    for _ in range(2):
        rarity = np.log(len(examples) / np.array([page_counts[word] for word in vocabulary]))
        table = _build_word_matrix(examples, vocabulary, rarity)
        coefficients = _fit_logistic_regression(table, is_article, example_weights)
        importance = np.abs(coefficients[:-1]) * np.sqrt(np.asarray(table.multiply(table).mean(0)).ravel())
        selected = np.sort(np.argsort(-importance, kind="stable")[:MAX_WORDS])
        if len(selected) == len(vocabulary):
            break
        vocabulary = [vocabulary[index] for index in selected]
    return dict(zip(vocabulary, zip(rarity.tolist(), coefficients[:-1].tolist(), strict=True), strict=True))


def _build_word_matrix(examples: Sequence[ListingExample], vocabulary: Sequence[str], rarity: np.ndarray):
    """Build the sparse matrix (examples, vocabulary) of log counts times rarity, with rows of length 1."""
    from scipy import sparse

    column_by_word = {word: index for index, word in enumerate(vocabulary)}
    row, column, value = [], [], []
    for index, example in enumerate(examples):
        for word, count in example.words.items():
            if word in column_by_word:
                row.append(index)
                column.append(column_by_word[word])
                value.append((1 + np.log(count)) * rarity[column_by_word[word]])
    table = sparse.csr_matrix((value, (row, column)), (len(examples), len(vocabulary)))
    length = np.sqrt(np.asarray(table.multiply(table).sum(1)).ravel())
    return (sparse.diags(1 / np.maximum(length, 1e-9)) @ table).tocsr()


def _fit_logistic_regression(table, is_article: np.ndarray, example_weights: np.ndarray) -> np.ndarray:
    """Fit a ridge logistic regression on a sparse table and return its coefficients, the intercept last."""
    from scipy.optimize import minimize

    sign = is_article * 2.0 - 1

    def compute_loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the loss and its gradient."""
        margin = sign * (table @ b[:-1] + b[-1])
        slope = -example_weights * sign / (1 + np.exp(np.clip(margin, -500, 500)))
        value = (example_weights * np.logaddexp(0, -margin)).sum() + RIDGE / 2 * (b[:-1] @ b[:-1])
        return value, np.append(table.T @ slope + RIDGE * b[:-1], slope.sum())

    start = np.zeros(table.shape[1] + 1)
    return minimize(compute_loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x


def predict_logits(
    tree_arrays: dict[str, np.ndarray], word_weights: dict[str, tuple[float, float]], examples: Sequence[ListingExample]
) -> np.ndarray:
    """Return three logits per example, shape (examples, 3): by the trees, by the words and by the summary."""
    from flows.clean.models.gbdt import LOGIT_UNIT

    trees = BoostedTrees.from_arrays(tree_arrays)
    by_words = ListingClassifier(trees, word_weights, (0.0, 0.0, 0.0, 0.0)).score_words
    by_shape = trees.sum_leaf_values(np.array([example.figures for example in examples])) / LOGIT_UNIT
    by_summary = [example.summary_logit for example in examples]
    return np.column_stack((by_shape, [by_words(example.words) for example in examples], by_summary))


def calibrate_threshold(logits: np.ndarray, examples: Sequence[ListingExample]) -> tuple[float, float, float, float]:
    """Calibrate on held-out logits: return the factors of the three logits, and the intercept."""
    is_article = np.array([example.is_article for example in examples])
    scale = np.array([1.0, 1.0, SUMMARY_SHARE]) / logits[is_article].std(0)
    combined = logits @ scale
    is_rejectable = np.array([example.is_dump and example.is_doubtful for example in examples])
    is_dump = np.array([example.source in ("web-pages", "id-html") for example in examples])
    is_home = np.array([example.source in HOME_SOURCES for example in examples])
    max_lost = int(MAX_LOST_SHARE * is_dump.sum())
    threshold = np.sort(combined[is_dump & is_rejectable])[max_lost]
    if (is_home & is_rejectable).any():
        threshold = min(threshold, combined[is_home & is_rejectable].min() - HOME_MARGIN)
    return float(scale[0]), float(scale[1]), float(scale[2]), float(-threshold)


def save_weights(
    path: Path,
    trees: dict[str, np.ndarray],
    words: dict[str, tuple[float, float]],
    scale: tuple[float, float, float, float],
) -> None:
    """Save trees, word weights and scale as one weights file (.npz)."""
    word_arrays = {
        "words": np.array(list(words)),
        "rarity": np.array([rarity for rarity, _ in words.values()], np.float32),
        "weight": np.array([weight for _, weight in words.values()], np.float32),
        "scale": np.array(scale),
    }
    np.savez_compressed(path, **trees, **word_arrays)


def main(cache: Path) -> None:
    """Train without each fold and without each pair of folds, to calibrate; then train the shipped weights on all."""
    examples = load_examples(cache)
    print(dict(Counter(example.source for example in examples)), flush=True)
    plain_examples = [example for example in examples if example.source in ("web-pages", "not-articles", *HOME_SOURCES)]
    logits_by_pair: dict[frozenset[int], np.ndarray] = {}
    logits_by_fold: dict[int, np.ndarray] = {}

    rejected: Counter[str] = Counter()
    for number in range(FOLDS):
        training_examples = [example for example in examples if example.fold != number]
        trees, words = fit_trees(training_examples), fit_word_weights(training_examples)
        fold_examples = [example for example in plain_examples if example.fold == number]
        logits_by_fold[number] = predict_logits(trees, words, fold_examples)
        inner_logits = []
        for other in range(FOLDS):
            if other != number:
                pair = frozenset((number, other))
                if pair not in logits_by_pair:
                    pair_training = [example for example in examples if example.fold not in pair]
                    pair_examples = [example for example in plain_examples if example.fold in pair]
                    logits_by_pair[pair] = predict_logits(
                        fit_trees(pair_training), fit_word_weights(pair_training), pair_examples
                    )
                pair_examples = [example for example in plain_examples if example.fold in pair]
                inner_logits.append(logits_by_pair[pair][[example.fold == other for example in pair_examples]])
        calibration_examples = [
            example for other in range(FOLDS) if other != number for example in plain_examples if example.fold == other
        ]
        scale = calibrate_threshold(np.concatenate(inner_logits), calibration_examples)
        save_weights(cache / f"listing-{number}.npz", trees, words, scale)
        combined = logits_by_fold[number] @ scale[:3] + scale[3]
        for example, logit in zip(fold_examples, combined, strict=True):
            rejected[example.source] += bool(logit < 0 and example.is_doubtful and example.is_dump)
        print(f"fold {number}: {dict(rejected)}", flush=True)
    ordered_examples = [example for number in range(FOLDS) for example in plain_examples if example.fold == number]
    scale = calibrate_threshold(np.concatenate([logits_by_fold[number] for number in range(FOLDS)]), ordered_examples)
    words = fit_word_weights(examples)
    save_weights(SHIPPED_WEIGHTS, fit_trees(examples), words, scale)
    weight = sorted(words, key=lambda word: words[word][1])
    record = {
        "made_by": "python -m flows.clean.models.train.train_listing (make train-text)",
        "trained_on": dict(sorted(Counter(example.source for example in examples).items())),
        "sources": "web-pages, id-html, id-lines, id-meta, not-articles of the evaluation sets; see NOTICE",
        "settings": {
            "rounds": ROUNDS,
            "leaves": LEAVES,
            "ridge": RIDGE,
            "lost": MAX_LOST_SHARE,
            "summary": SUMMARY_SHARE,
            "words": len(words),
        },
        "least_like_an_article": weight[:60],
        "most_like_an_article": weight[::-1][:60],
        "blake2b": hashlib.blake2b(SHIPPED_WEIGHTS.read_bytes(), digest_size=16).hexdigest(),
    }
    SHIPPED_WEIGHTS.with_suffix(".json").write_text(
        json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    print_rejection_curve(
        np.concatenate([logits_by_fold[number] for number in range(FOLDS)]) @ scale[:3], ordered_examples
    )


def print_rejection_curve(logits: np.ndarray, examples: Sequence[ListingExample]) -> None:
    """Print the share of rejected listings for several shares of lost articles, by held-out logits."""
    is_rejectable = np.array([example.is_dump and example.is_doubtful for example in examples])
    is_dump = np.array([example.source in ("web-pages", "id-html") for example in examples])
    is_home = np.array([example.source in HOME_SOURCES for example in examples])
    is_listing = np.array([not example.is_article for example in examples])
    sorted_logits = np.sort(np.where(is_rejectable, logits, np.inf)[is_dump])
    for lost_share in (0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05):
        threshold = sorted_logits[int(lost_share * is_dump.sum())]
        rejected_share, rejected_home = (
            (is_rejectable & (logits < threshold))[is_listing].mean(),
            (is_rejectable & (logits < threshold))[is_home].sum(),
        )
        print(
            f"at {lost_share:.2%} of page dumps lost: {rejected_share:.3f} of not-articles rejected, "
            f"{rejected_home} of {is_home.sum()} Indonesian"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
