"""Train the judge of pages in doubt (flows/clean/text/listing_classifier.py) on the evaluation sets, after flows.clean.models.train.train_line_cnn.

    python -m flows.clean.models.train.train_listing CACHE

Articles are pages as dumped and crops of them; listings are those of not-articles, crops of them, and made ones:
titles, teasers and dates of other pages of the fold within the menus of one. It writes CACHE/listing-0.npz ...
listing-4.npz, each learned without the sites of its fold, then flows/clean/models/listing.npz and listing.json.
How much an article must look like a listing to be rejected is set by inner folds: on pages that neither the net, nor
the trees, nor the words had learned from.
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

from flows.clean.lines.line_table import Lines, sheet
from flows.clean.lines.word_table import tokens
from flows.clean.models.gbdt import Trees
from flows.clean.models.line_cnn import Net
from flows.clean.models.train.evaluation_sets import FOLDS, fold, rows
from flows.clean.models.train.train_line_cnn import first_look, labels
from flows.clean.models.train.tree_arrays import arrays
from flows.clean.rules.cues import general
from flows.clean.text import listing_classifier
from flows.clean.text.line_features import line_features
from flows.clean.text.listing_classifier import Listing, words_of
from flows.clean.text.listing_features import shape

SHIPPED = Path("flows/clean/models/listing.npz")
ROUNDS, LEAVES, RIDGE = 250, 7, 0.3
LISTINGS = 0.3  # the weight of all listings beside that of all articles
LOST = 0.006  # of the articles of page dumps, that may be taken for listings: others are lost for want of words
MARGIN = 0.1  # by which every article of the language this is for must be above that
LEAST_PAGES, MOST_WORDS = 12, 3_000
_WORDS = re.compile(r"[^\W\d_]+")
# What day it was when pages were fetched says nothing of them.
CALENDAR = frozenset(
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
WORTH = {
    "web-pages": 1.0, "id-html": 3.0, "id-lines": 1.0, "id-meta": 1.0, "not-articles": 1.0,
    "crop": 0.5, "listing crop": 0.4, "made listing": 0.15,
}  # fmt: skip
WORDY = frozenset(WORTH) - {"made listing"}  # what the words are learned from
HOME = ("id-html", "id-lines", "id-meta")


@dataclass(slots=True)
class Page:
    """One text, whose it is, and what is known of it. `doubt`: the net's summary does not call it an article."""

    source: str
    fold: int
    article: bool
    figures: np.ndarray
    words: Counter[str]
    dump: bool
    doubt: bool


def texts() -> Iterator[tuple[str, int, bool, str]]:
    """Source, fold, whether it is an article, and text."""
    sites = {}
    for name in (*HOME, "web-pages", "not-articles"):
        sites[name] = [row | {"fold": fold(row["url"] or row["id"])} for row in rows(name) if row["raw_text"]]
        for row in sites[name]:
            yield name, row["fold"], name != "not-articles", row["raw_text"]
    stories = [
        [[row for name in names for row in sites[name] if row["fold"] == number] for number in range(FOLDS)]
        for names in (("web-pages",), HOME)
    ]
    for name in ("id-html", "web-pages"):
        for row in sites[name]:
            chance = random.Random(row["id"])
            lines = [line.strip() for line in row["raw_text"].split("\n") if line.strip()]
            inside = np.flatnonzero(labels(lines, row["gold"]["text"] or ""))
            if len(inside):
                first, last = inside[0], inside[-1] + 1
                low = min(first, chance.randrange(len(lines) // 3 + 1))
                high = max(last, len(lines) - chance.randrange(len(lines) // 3 + 1))
                yield "crop", row["fold"], True, "\n".join(lines[low:high])
                pool = stories[name == "id-html" or chance.random() < 0.25][row["fold"]]
                made = made_listing(pool, chance)
                top, bottom = lines[max(0, first - 60) : first], lines[last : last + 60]
                yield "made listing", row["fold"], False, "\n".join([*top, *made, *bottom])
    for row in sites["not-articles"]:
        chance = random.Random(row["id"])
        lines = [line.strip() for line in row["raw_text"].split("\n") if line.strip()]
        for dropped in (0.0, 0.1, 0.2):
            low, high = chance.randrange(len(lines) // 3 + 1), len(lines) - chance.randrange(len(lines) // 3 + 1)
            kept = [line for line in lines[low:high] if chance.random() >= dropped]
            if len(kept) > 5:
                yield "listing crop", row["fold"], False, "\n".join(kept)


def made_listing(pool: Sequence[dict], chance: random.Random) -> list[str]:
    """Some stories as a listing shows them: each by its title, a teaser, a date, in one order."""
    order = chance.choice(["t", "td", "tb", "tbd", "ctdbm", "dtb"])
    form = chance.choice(
        ["{h} hours ago", "{d} Nov 2025", "{d}/{m}/2025", "November {d}, 2025", "Senin, {d} Juni 2025 {h}:{n} WIB",
         "{d} Juni 2025", "{n} min read", "{h} jam yang lalu", "Jun {d}"]
    )  # fmt: skip
    more = chance.choice(["Read more", "Continue reading", "Baca selengkapnya", "Selengkapnya", "Learn More", "More »"])
    most, sentences = chance.choice([0, 18, 25, 40]), chance.choice([1, 1, 2, 3])
    made = []
    for _ in range(chance.randint(8, 45)):
        row = chance.choice(pool)
        told = re.split(r"(?<=[.!?])\s+", (row["gold"].get("text") or row["raw_text"]).replace("\n", " ")[:2500])
        words = " ".join(told[:sentences])[:600].split()
        teaser = " ".join(words[:most]) + chance.choice(["...", "…"]) if 0 < most < len(words) else " ".join(words)
        when = form.format(
            d=chance.randint(1, 28), m=chance.randint(1, 12), h=chance.randint(2, 12), n=chance.randint(10, 59)
        )
        parts = {
            "t": row["gold"].get("title") or told[0][:80], "b": teaser, "d": when, "m": more,
            "c": chance.choice(["News", "Nasional", "Tech", "Bisnis", "Science"]),
        }  # fmt: skip
        made += [parts[part] for part in order]
    return made


def pages(cache: Path) -> list[Page]:
    """Every text with its figures, by the net that had not learned from its site."""
    nets = [Net.load(cache / f"net-{number}.npz") for number in range(FOLDS)]
    found = []
    for source, place, article, text in texts():
        table = sheet([text])
        lines: Lines = table.lines[0]
        if not lines:
            continue
        figures = line_features(table, tokens(table), [general().name(lines)])
        standard = nets[place].standard(figures)
        scores = nets[place].scores(standard)
        found.append(
            Page(
                source, place, article, shape(lines, figures, scores), words_of(lines),
                nets[place].extracted(standard) <= 0, first_look(lines, scores, nets[place]) < listing_classifier.DOUBT,
            )
        )  # fmt: skip
    return found


def weights(chosen: Sequence[Page], words: bool) -> np.ndarray:
    """How much each text counts: the listings together LISTINGS as much as the articles."""
    worth = np.array([WORTH[page.source] if not words or page.source in WORDY else 0.0 for page in chosen])
    real = np.array([page.article for page in chosen])
    plain = np.array([page.source in ("web-pages", *HOME) for page in chosen])
    listings = np.array([page.source == "not-articles" for page in chosen])
    worth[~real] *= LISTINGS * (worth * plain).sum() / (worth * listings).sum()
    return worth


def fit_trees(chosen: Sequence[Page]) -> dict[str, np.ndarray]:
    """Boosted trees over the shapes, as the arrays of their file."""
    import lightgbm

    table = np.array([page.figures for page in chosen])
    labelled = lightgbm.Dataset(table, [page.article for page in chosen], weight=weights(chosen, words=False))
    settings = {
        "objective": "binary", "num_leaves": LEAVES, "learning_rate": 0.05, "min_data_in_leaf": 10, "lambda_l2": 5,
        "feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1, "seed": 1, "num_threads": 1,
        "deterministic": True, "force_row_wise": True, "verbose": -1,
    }  # fmt: skip
    model = lightgbm.train(settings, labelled, ROUNDS)
    return arrays([model], [str(number) for number in range(table.shape[1])])


def fit_words(chosen: Sequence[Page]) -> dict[str, tuple[float, float]]:
    """A logistic regression over the words of many pages, learned again from the MOST_WORDS that say most."""
    worth = weights(chosen, words=True)
    chosen = [page for page, own in zip(chosen, worth, strict=True) if own > 0]
    worth, real = worth[worth > 0], np.array([page.article for page in chosen])
    spread = Counter(word for page in chosen for word in page.words)
    kept = sorted(
        word for word, count in spread.items() if count >= LEAST_PAGES and CALENDAR.isdisjoint(_WORDS.findall(word))
    )
    for _ in range(2):
        rarity = np.log(len(chosen) / np.array([spread[word] for word in kept]))
        table = _matrix(chosen, kept, rarity)
        found = _logistic(table, real, worth)
        told = np.abs(found[:-1]) * np.sqrt(np.asarray(table.multiply(table).mean(0)).ravel())
        most = np.sort(np.argsort(-told, kind="stable")[:MOST_WORDS])
        if len(most) == len(kept):
            break
        kept = [kept[index] for index in most]
    return dict(zip(kept, zip(rarity.tolist(), found[:-1].tolist(), strict=True), strict=True))


def _matrix(chosen: Sequence[Page], kept: Sequence[str], rarity: np.ndarray):
    from scipy import sparse

    place = {word: index for index, word in enumerate(kept)}
    row, column, value = [], [], []
    for index, page in enumerate(chosen):
        for word, count in page.words.items():
            if word in place:
                row.append(index)
                column.append(place[word])
                value.append((1 + np.log(count)) * rarity[place[word]])
    table = sparse.csr_matrix((value, (row, column)), (len(chosen), len(kept)))
    length = np.sqrt(np.asarray(table.multiply(table).sum(1)).ravel())
    return (sparse.diags(1 / np.maximum(length, 1e-9)) @ table).tocsr()


def _logistic(table, real: np.ndarray, worth: np.ndarray) -> np.ndarray:
    from scipy.optimize import minimize

    sign = real * 2.0 - 1

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (table @ b[:-1] + b[-1])
        slope = -worth * sign / (1 + np.exp(np.clip(margin, -500, 500)))
        value = (worth * np.logaddexp(0, -margin)).sum() + RIDGE / 2 * (b[:-1] @ b[:-1])
        return value, np.append(table.T @ slope + RIDGE * b[:-1], slope.sum())

    start = np.zeros(table.shape[1] + 1)
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 150}).x


def answers(fitted: dict[str, np.ndarray], words: dict[str, tuple[float, float]], asked: Sequence[Page]) -> np.ndarray:
    """What the trees and the words say of these pages, two columns."""
    from flows.clean.models.gbdt import UNIT

    trees = Trees.of(fitted)
    by_words = Listing(trees, words, (0.0, 0.0, 0.0)).by_words
    by_shape = trees.sums(np.array([page.figures for page in asked])) / UNIT
    return np.column_stack((by_shape, [by_words(page.words) for page in asked]))


def calibrated(told: np.ndarray, asked: Sequence[Page]) -> tuple[float, float, float]:
    """The weight of either answer and the threshold, by answers that were given without having seen the page."""
    real = np.array([page.article for page in asked])
    scale = 1 / told[real].std(0)
    both = told @ scale
    open_to = np.array([page.dump and page.doubt for page in asked])
    dumps = np.array([page.source in ("web-pages", "id-html") for page in asked])
    home = np.array([page.source in HOME for page in asked])
    allowed = int(LOST * dumps.sum())
    least = np.sort(both[dumps & open_to])[allowed]
    if (home & open_to).any():
        least = min(least, both[home & open_to].min() - MARGIN)
    return float(scale[0]), float(scale[1]), float(-least)


def save(
    path: Path, trees: dict[str, np.ndarray], words: dict[str, tuple[float, float]], scale: tuple[float, float, float]
) -> None:
    """Write the weights."""
    own = {
        "words": np.array(list(words)),
        "rarity": np.array([rarity for rarity, _ in words.values()], np.float32),
        "weight": np.array([weight for _, weight in words.values()], np.float32),
        "scale": np.array(scale),
    }
    np.savez_compressed(path, **trees, **own)


def main(cache: Path) -> None:
    """Train without each fold and without any two, to calibrate; then from all."""
    every = pages(cache)
    print(dict(Counter(page.source for page in every)), flush=True)
    plain = [page for page in every if page.source in ("web-pages", "not-articles", *HOME)]
    pairs: dict[frozenset[int], np.ndarray] = {}
    tried: dict[int, np.ndarray] = {}

    rejected: Counter[str] = Counter()
    for number in range(FOLDS):
        chosen = [page for page in every if page.fold != number]
        trees, words = fit_trees(chosen), fit_words(chosen)
        own = [page for page in plain if page.fold == number]
        tried[number] = answers(trees, words, own)
        inner = []
        for other in range(FOLDS):
            if other != number:
                pair = frozenset((number, other))
                if pair not in pairs:
                    left = [page for page in every if page.fold not in pair]
                    asked = [page for page in plain if page.fold in pair]
                    pairs[pair] = answers(fit_trees(left), fit_words(left), asked)
                asked = [page for page in plain if page.fold in pair]
                inner.append(pairs[pair][[page.fold == other for page in asked]])
        seen = [page for other in range(FOLDS) if other != number for page in plain if page.fold == other]
        scale = calibrated(np.concatenate(inner), seen)
        save(cache / f"listing-{number}.npz", trees, words, scale)
        both = tried[number] @ scale[:2] + scale[2]
        for page, value in zip(own, both, strict=True):
            rejected[page.source] += bool(value < 0 and page.doubt and page.dump)
        print(f"fold {number}: {dict(rejected)}", flush=True)
    shown = [page for number in range(FOLDS) for page in plain if page.fold == number]
    scale = calibrated(np.concatenate([tried[number] for number in range(FOLDS)]), shown)
    words = fit_words(every)
    save(SHIPPED, fit_trees(every), words, scale)
    weight = sorted(words, key=lambda word: words[word][1])
    record = {
        "made_by": "python -m flows.clean.models.train.train_listing (make train-text)",
        "trained_on": dict(sorted(Counter(page.source for page in every).items())),
        "sources": "web-pages, id-html, id-lines, id-meta, not-articles of the evaluation sets; see NOTICE",
        "settings": {"rounds": ROUNDS, "leaves": LEAVES, "ridge": RIDGE, "lost": LOST, "words": len(words)},
        "least_like_an_article": weight[:60],
        "most_like_an_article": weight[::-1][:60],
        "blake2b": hashlib.blake2b(SHIPPED.read_bytes(), digest_size=16).hexdigest(),
    }
    SHIPPED.with_suffix(".json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    curve(np.concatenate([tried[number] for number in range(FOLDS)]) @ scale[:2], shown)


def curve(both: np.ndarray, shown: Sequence[Page]) -> None:
    """Print what is rejected at what cost, by answers given without having seen the page."""
    open_to = np.array([page.dump and page.doubt for page in shown])
    dumps = np.array([page.source in ("web-pages", "id-html") for page in shown])
    home = np.array([page.source in HOME for page in shown])
    listings = np.array([not page.article for page in shown])
    ranked = np.sort(np.where(open_to, both, np.inf)[dumps])
    for lost in (0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05):
        least = ranked[int(lost * dumps.sum())]
        share, gone = (open_to & (both < least))[listings].mean(), (open_to & (both < least))[home].sum()
        print(
            f"at {lost:.2%} of page dumps lost: {share:.3f} of not-articles rejected, {gone} of {home.sum()} Indonesian"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
