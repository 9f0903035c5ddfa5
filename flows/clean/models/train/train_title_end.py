"""Learn where a linked title ends: titles of other stories joined to real sentences.

    python -m flows.clean.models.train.train_title_end CACHE        (make train-titles)

Titles are those of id-meta, and the linked titles that stand on lines of their own in id-lines and id-raw; sentences
are the openings of paragraphs there. Each title is joined to several sentences by a blank, two, or none, in title case
and in sentence case (words that the corpus writes small are written small). A fifth of the sites at a time is held back
and measured (title_end-N.npz in CACHE); the weights that are shipped are learned from all. Adam on the softmax over a
text's candidates.
"""

import json
import random
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flows.clean.models.train.evaluation_sets import FOLDS, assign_fold, load_rows
from flows.clean.rules.linked_titles import WEIGHTS, TitleEnds, find_candidates, measure_candidates

_SEED: Final = 21
_JOINS: Final = 10  # sentences that each title is joined to
_HIDDEN, _EPOCHS, _BATCH = 16, 30, 64
_DECAY: Final = 0.003
_RATE: Final = 0.003
_SURE: Final = 0.45
_LINKED: Final = re.compile(r"\s*[-*•]?\s*(?:baca|simak|lihat) ?(?:juga|pula)?\s?:\s*(\S.{14,180})\Z", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"[\"“A-Z0-9].{60,}[.\"”]\Z")
_AFTER: Final = ("Baca juga: Judul", "Pewarta: Nama", "(abc/def)")


class Example(NamedTuple):
    """One joined text: the figures of its candidates, which of them is right (-1: none), and its fold of the sites."""

    figures: NDArray[np.float64]
    right: int
    fold: int


def gather_titles() -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Titles and sentences, each with the fold of its site."""
    titles: dict[str, int] = {}
    sentences: dict[str, int] = {}
    for name in ("id-meta", "id-lines"):
        for row in load_rows(name):
            fold = assign_fold(row["url"] or row["gold"].get("outlet_domain") or row["id"])
            title = (row["gold"].get("title") or "").split(" | ")[0].strip()
            if name == "id-meta" and row["gold"].get("lang") == "id" and len(title) > 14:
                titles.setdefault(title, fold)
            take_lines(row["raw_text"], fold, titles, sentences)
    for row in load_rows("id-raw"):
        if not row["id"].startswith("one"):
            take_lines(row["text"], assign_fold(row["id"]), titles, sentences)
    return sorted(titles.items()), sorted(sentences.items())


def take_lines(text: str, fold: int, titles: dict[str, int], sentences: dict[str, int]) -> None:
    """The linked titles and the paragraphs among a text's lines."""
    for line in map(str.strip, text.split("\n")):
        if found := _LINKED.match(line):
            titles.setdefault(found[1].strip(), fold)
        elif _SENTENCE.match(line) and line.count(" ") > 8:
            sentences.setdefault(line[:300], fold)


def lower_words(title: str, small: Counter[str]) -> str:
    """The title in sentence case: words small that the corpus mostly writes small."""
    words = title.split(" ")
    return " ".join([words[0], *(word.lower() if small[word.lower()] > small[word] else word for word in words[1:])])


def make_examples() -> list[Example]:
    """Joined texts, as figures."""
    titles, sentences = gather_titles()
    choose = random.Random(_SEED)
    small = Counter(word for sentence, _ in sentences for word in sentence.split(" ")[1:])
    made = []
    for fold in range(FOLDS):
        stories = [sentence for sentence, of in sentences if of == fold]
        for title in [title for title, of in titles if of == fold]:
            for number in range(_JOINS):
                shown = lower_words(title, small) if number % 2 else title
                behind = choose.choice(_AFTER) if number == 0 else choose.choice(stories)
                if number == 1:
                    behind = f"{choose.randint(1, 9)}. {behind}"
                join = choose.choices((" ", "  ", ""), (14, 3, 5))[0]
                if shown[-1] in ".,:;":
                    continue
                head = choose.choice(stories) + choose.choice((" ", "")) + "Baca juga: "
                text = head + shown + join + behind + " " + choose.choice(stories)
                limit = len(head) + len(shown) + (0 if number == 0 else len(join) + len(behind))
                places = find_candidates(text, len(head), limit)
                right = len(head) + len(shown)
                if right in places:
                    closed = limit if number == 0 else -1
                    figures = measure_candidates(text, len(head), places, closed)
                    made.append(Example(figures, places.index(right), fold))
    return made


def fit_weights(examples: list[Example]) -> TitleEnds:
    """Weights that make the right candidates likely."""
    chance = np.random.default_rng(_SEED)
    figures = np.concatenate([example.figures for example in examples])
    mean, scale = figures.mean(0), 1 / (figures.std(0) + 1e-6)
    standard = (figures - mean) * scale
    bounds = np.append(0, np.cumsum([len(example.figures) for example in examples]))
    width = figures.shape[1]
    weights = [
        chance.normal(0, width**-0.5, (width, _HIDDEN)), np.zeros(_HIDDEN),
        chance.normal(0, _HIDDEN**-0.5, _HIDDEN), np.zeros(width),
    ]  # fmt: skip
    moments = [(np.zeros_like(part), np.zeros_like(part)) for part in weights]
    steps, step = _EPOCHS * -(-len(examples) // _BATCH), 0
    for _ in range(_EPOCHS):
        order = chance.permutation(len(examples))
        for first in range(0, len(examples), _BATCH):
            chosen = order[first : first + _BATCH]
            slopes = _measure_slopes(weights, standard, bounds, chosen, examples)
            step += 1
            rate = _RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
            for part, slope, (mean_slope, square) in zip(weights, slopes, moments, strict=True):
                mean_slope += 0.1 * (slope - mean_slope)
                square += 0.001 * (slope**2 - square)
                part -= rate * (mean_slope / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return TitleEnds(mean, scale, *weights)


def _measure_slopes(
    weights: list[NDArray[np.float64]],
    standard: NDArray[np.float64],
    bounds: NDArray[np.int64],
    chosen: NDArray[np.int64],
    examples: list[Example],
) -> list[NDArray[np.float64]]:
    """The gradient of the loss of these examples by each part of the weights."""
    hidden, bias, output, direct = weights
    rows = standard[np.concatenate([np.arange(bounds[at], bounds[at + 1]) for at in chosen])]
    units = np.maximum(rows @ hidden + bias, 0)
    scores = units @ output + rows @ direct
    slope, at = np.zeros(len(rows)), 0
    for number in chosen:
        count = bounds[number + 1] - bounds[number]
        likely = np.exp(scores[at : at + count] - scores[at : at + count].max())
        likely /= likely.sum()
        likely[examples[number].right] -= 1
        slope[at : at + count] = likely / len(chosen)
        at += count
    back = np.outer(slope, output) * (units > 0)
    return [rows.T @ back + _DECAY * hidden, back.sum(0), units.T @ slope + _DECAY * output, rows.T @ slope]


def measure_accuracy(examples: list[Example], weights: TitleEnds) -> dict[str, float]:
    """Share right, share answered with enough certainty, and share right of those."""
    right = answered = sound = 0
    for example in examples:
        likely = weights.predict_proba(example.figures)
        best = int(likely.argmax())
        right += best == example.right
        answered += bool(likely[best] >= _SURE)
        sound += best == example.right and bool(likely[best] >= _SURE)
    found = {"right": right / len(examples), "answered": answered / len(examples), "sound": sound / max(answered, 1)}
    return {name: round(value, 4) for name, value in found.items()}


def save_weights(weights: TitleEnds, target: Path) -> None:
    """Write weights, rounded so that the same data give the same bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    np.savez(target, **{name: np.round(part, 4).astype(np.float32) for name, part in weights._asdict().items()})


def main() -> None:
    """Measure by folds of sites, learn from all, write both."""
    examples = make_examples()
    report: dict[str, object] = {"made_by": "python -m flows.clean.models.train.train_title_end (make train-titles)"}
    for fold in range(FOLDS):
        weights = fit_weights([example for example in examples if example.fold != fold])
        kept = [example for example in examples if example.fold == fold]
        report[f"fold_{fold}"] = {"joins": len(kept), **measure_accuracy(kept, weights)}
        if len(sys.argv) > 1:
            save_weights(weights, Path(sys.argv[1]) / f"{WEIGHTS.stem}-{fold}.npz")
    weights = fit_weights(examples)
    save_weights(weights, WEIGHTS)
    WEIGHTS.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
