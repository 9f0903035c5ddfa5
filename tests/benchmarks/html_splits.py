"""Measure the page model on several splits of the evaluation pages, with intervals.

python tests/benchmarks/html_splits.py CACHE [--efforts fast] [--splits 3]      after block_data.py; minutes a split

A change to the page model counts when it gains in the mean of the splits. Each split divides the sites into folds in
another random way, and each page is read with trees that were trained without its site. Two more splits are by source:
trees of the annotated pages read the pages of publisher parsers, and the reverse. The intervals (95 %) are by bootstrap
over sites, since pages of one site are alike. The weights are stored in CACHE/splits and
used again, until the training or its data changes.
"""

import argparse
import hashlib
import random
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

from flows.clean.html import block_classifier
from flows.clean.html.effort import Effort
from flows.clean.html.page_marks import read_page
from flows.clean.html.trafilatura_votes import VOTERS, measure_block_shares
from flows.clean.models.train import train_blocks, train_net
from flows.clean.models.train.block_data import SET_NAMES, load_html_rows, load_pages
from flows.clean.models.train.evaluation_sets import load_scorer
from flows.clean.models.train.train_blocks import FOLDS, train_weights
from tests.benchmarks.figures.result_file import take_target, write_result

Counts = tuple[float, float, float]  # right, too many, missed; they sum to 1
Figure = tuple[str, str, float, tuple[float, float]]  # split, source of the pages, F1, interval
RESAMPLES = 2_000
EFFORTS: tuple[Effort, ...] = ("quality", "fast")
BY_SOURCE = "source"
SOURCES = {"web-pages": ("wcxb", "fundus"), "annotated": ("wcxb",), "parsers": ("fundus",), "id-html": ("id",)}


def split_by_site(pages: Sequence[dict], seed: int) -> list[set[str]]:
    """Divide the ids of the pages into folds, all pages of a site in one. Indonesian sites are divided separately."""
    folds: list[set[str]] = [set() for _ in range(FOLDS)]
    for is_indonesian in (True, False):
        sites = sorted({page["site"] for page in pages if (page["set"] == "id") == is_indonesian})
        random.Random(seed).shuffle(sites)
        fold_by_site = {site: number % FOLDS for number, site in enumerate(sites)}
        for page in pages:
            if (page["set"] == "id") == is_indonesian:
                folds[fold_by_site[page["site"]]].add(page["id"])
    return folds


def split_by_source(pages: Sequence[dict]) -> list[set[str]]:
    """Divide the ids of the pages by their source: annotated, of publisher parsers."""
    return [{page["id"] for page in pages if page["set"] == source} for source in ("wcxb", "fundus")]


def read_split(
    pages: Sequence[dict], rows: dict[str, dict], folds: Sequence[set[str]], efforts: Sequence[Effort], folder: Path
) -> Iterator[tuple[Effort, str, Counts]]:
    """Yield (effort, page id, counts) of the pages of each fold, read with weights trained without its sites."""
    score = load_scorer()
    answers_by_id = {page["id"]: page["answers"] for page in pages}
    current_id = ""

    def collect_stored_votes(tree: object, texts: Sequence[str], url: str | None) -> dict[str, list[float]]:
        """Measure the votes from the stored texts of trafilatura."""
        return {voter: measure_block_shares(texts, answers_by_id[current_id][voter]) for voter in VOTERS}

    block_classifier.collect_votes = collect_stored_votes
    for number, fold in enumerate(folds):
        tested_sites = {page["site"] for page in pages if page["id"] in fold}
        chosen = [page for page in pages if page["judged"] and page["site"] not in tested_sites]
        weights = folder / str(number)
        if not (weights / ("page_votes.npz" if "quality" in efforts else "page_fast.npz")).exists():
            train_weights(chosen, weights, is_fast="quality" not in efforts)
        block_classifier.WEIGHTS_FOLDER = weights
        for effort, current_id in product(efforts, sorted(fold)):
            row = rows[current_id]
            if row["gold"].get("body_gold_quality", "good") != "good":
                continue
            page = read_page(row["html"], row["url"], None, effort)
            kept = (page.text[mark.start : mark.end] for mark in page.marks if mark.kind == "body")
            yield effort, current_id, score.body_counts(row["gold"]["text"], "\n".join(kept))


def compute_f1(counts: Sequence[Counts]) -> float:
    """Compute the F1 of mean precision and mean recall."""
    precision = statistics.fmean(right / (right + extra) for right, extra, _ in counts if right + extra)
    recall = statistics.fmean(right / (right + missed) for right, _, missed in counts if right + missed)
    return 2 * precision * recall / (precision + recall)


def compute_interval(counts_by_site: dict[str, list[Counts]]) -> tuple[float, float]:
    """Compute the 95 % interval of the F1 by bootstrap over sites."""
    generator, sites = random.Random(1), sorted(counts_by_site)
    figures = sorted(
        compute_f1([counts for site in generator.choices(sites, k=len(sites)) for counts in counts_by_site[site]])
        for _ in range(RESAMPLES)
    )
    return figures[round(0.025 * RESAMPLES)], figures[round(0.975 * RESAMPLES)]


def measure_split(
    pages: Sequence[dict], rows: dict[str, dict], folds: Sequence[set[str]], efforts: Sequence[Effort], folder: Path
) -> Iterator[tuple[Effort, str, float, tuple[float, float]]]:
    """Yield (effort, source of the pages, F1, interval) of one split. Its weights are stored in the folder."""
    page_by_id = {page["id"]: page for page in pages}
    counts = list(read_split(pages, rows, folds, efforts, folder))
    for effort, (source, sets) in product(efforts, SOURCES.items()):
        counts_by_site: dict[str, list[Counts]] = defaultdict(list)
        for page_effort, page_id, page_counts in counts:
            if page_effort == effort and page_by_id[page_id]["set"] in sets:
                counts_by_site[page_by_id[page_id]["site"]].append(page_counts)
        if counts_by_site:
            f1 = compute_f1([counts for listed in counts_by_site.values() for counts in listed])
            yield effort, source, f1, compute_interval(counts_by_site)


def compute_training_digest(cache: Path) -> str:
    """Compute a digest of what the weights are trained with: the tables of the pages and the training code."""
    digest = hashlib.blake2b(digest_size=8)
    sources = [Path(module.__file__ or "") for module in (train_blocks, train_net)]
    for path in [*(cache / f"{name}.pkl" for name in SET_NAMES), *sources]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def format_rows(effort: Effort, figures: Sequence[Figure]) -> list[str]:
    """Format the figures of one effort as rows of a table: each split, and the mean of those by site."""
    cells = {(split, source): f"{f1:.4f} [{low:.3f}, {high:.3f}]" for split, source, f1, (low, high) in figures}
    splits = list(dict.fromkeys(split for split, *_ in figures))
    lines = [
        f"| {effort} | {split} | {' | '.join(cells.get((split, source), '') for source in SOURCES)} |"
        for split in splits
    ]
    means = [
        statistics.mean([f1 for split, name, f1, _ in figures if name == source and split != BY_SOURCE] or [0.0])
        for source in SOURCES
    ]
    return [*lines, f"| **{effort}** | mean of sites | {' | '.join(f'**{mean:.4f}**' for mean in means)} |"]


def format_splits(figures: Mapping[Effort, Sequence[Figure]]) -> str:
    """Format the figures of all efforts as a table in Markdown."""
    lines = [f"| effort | split | {' | '.join(SOURCES)} |", "|---" * (len(SOURCES) + 2) + "|"]
    for effort, listed in figures.items():
        lines += format_rows(effort, listed)
    return "\n".join(lines)


def main() -> None:
    """Print the F1 of each split and their mean."""
    target = take_target()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--efforts", nargs="+", choices=EFFORTS, default=EFFORTS)
    parser.add_argument("--splits", type=int, default=3)
    arguments = parser.parse_args()
    pages = load_pages(arguments.cache)
    rows = {row["id"]: row for name in SET_NAMES for row in load_html_rows(name)}
    weights_folder = arguments.cache / "splits" / compute_training_digest(arguments.cache)
    splits = {f"sites, seed {seed}": split_by_site(pages, seed) for seed in range(arguments.splits)}
    splits[BY_SOURCE] = split_by_source(pages)
    figures: dict[Effort, list[Figure]] = {effort: [] for effort in arguments.efforts}
    for split, folds in splits.items():
        split_folder = weights_folder / split.replace(", ", "-").replace(" ", "-")
        for effort, source, f1, interval in measure_split(pages, rows, folds, arguments.efforts, split_folder):
            print(f"{effort}, {split}: {source} {f1:.4f} [{interval[0]:.4f}, {interval[1]:.4f}]", flush=True)
            figures[effort].append((split, source, f1, interval))
    table = format_splits(figures)
    print(table)
    size = f"{len(pages):,} pages; {arguments.splits} divisions of the sites, and by source"
    write_result(target, size, {"table": table}, figures)


if __name__ == "__main__":
    main()
