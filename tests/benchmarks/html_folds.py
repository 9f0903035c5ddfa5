"""Publish the evaluation's pages with the weights of the fold they are not in, and score the releases.

python tests/benchmarks/html_folds.py CACHE [quality|fast]      CACHE as train_html.py left it

A page in doubt is read as text too (`flows/clean/html/page_marks.py`). Where CACHE holds the weights that
`make train-text` learns
without the sites of each of its own folds, those are used for it; without them a line says that they were not.
"""

import json
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import pyarrow as pa

from flows.clean.html import block_classifier
from flows.clean.models import line_cnn
from flows.clean.models.train.block_data import SET_NAMES, extract_site, load_html_rows
from flows.clean.models.train.evaluation_sets import FOLDS as TEXT_FOLDS
from flows.clean.models.train.evaluation_sets import assign_fold as text_fold
from flows.clean.models.train.evaluation_sets import load_scorer
from flows.clean.models.train.train_blocks import FOLDS, assign_site_folds
from flows.clean.text import listing_classifier
from flows.parameters import Publish
from flows.run import publish_run
from flows.workers import batch_processing, supervisor


def here(crew: supervisor.ProcessSupervisor, job: tuple[Path, Path]) -> Path:
    """What a crew does, in this process."""
    source, target = job
    with pa.memory_map(str(source)) as file:
        batch_processing.write_outcome(
            batch_processing.process_batch(pa.ipc.open_file(file).read_all(), crew._html), target
        )
    source.unlink()
    return target


def use_text_weights(cache: Path, part: int) -> None:
    """Read texts with the weights that have not seen the sites of this fold of the texts, where the cache has them."""
    if (cache / f"net-{part}.npz").exists():
        lines, pages = (
            line_cnn.Net.from_file(cache / f"net-{part}.npz"),
            listing_classifier.ListingClassifier.load_file(cache / f"listing-{part}.npz"),
        )
        line_cnn.load_shipped_net, listing_classifier.load_shipped_classifier = lambda: lines, lambda: pages
    elif part == 0:
        print(f"{cache} has no net-0.npz: pages in doubt are read with the shipped weights, which have seen them")


def published(data: dict[str, list[dict]], effort: str, weights: Path) -> tuple[dict[str, dict], float]:
    """id -> published row of every page, each fold with weights that never saw its sites; and the seconds."""
    score = load_scorer()
    sites = [
        {"site": extract_site(row["url"]), "set": "id" if name == "id-html" else name}
        for name in data
        for row in data[name]
    ]
    fold = assign_site_folds(sites)
    found: dict[str, dict] = {}
    # A process of its own would not know the fold's weights.
    supervisor.ProcessSupervisor.prepare = lambda crew, count: None
    supervisor.ProcessSupervisor.process_file = here
    spent = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for part, texts in product(range(FOLDS), range(TEXT_FOLDS)):
            name = f"fold-{part}-{texts}"
            source = Path(folder, f"{name}.jsonl")
            pages = [row for name in data for row in data[name] if fold[extract_site(row["url"])] == part]
            pages = [row for row in pages if text_fold(row["url"]) == texts]
            if not pages:
                continue
            source.write_text(
                "\n".join(json.dumps({"id": r["id"], "url": r["url"], "html": r["html"]}) for r in pages), "utf-8"
            )
            block_classifier.WEIGHTS_FOLDER = weights / f"fold-{part}"
            use_text_weights(weights.parent, texts)
            began = time.process_time()
            outcome = publish_run.run_publish(Publish(source=str(source), dataset=name, output=folder, html=effort))
            spent += time.process_time() - began
            if outcome.release is None:
                sys.exit("\n".join(outcome.format_lines()))
            found.update(score.predictions(str(outcome.release)))
    return found, spent


def main(cache: Path, effort: str) -> None:
    score = load_scorer()
    data = {name: load_html_rows(name) for name in SET_NAMES}
    found, spent = published(data, effort, cache / "weights")
    count = sum(map(len, data.values()))
    print(f"--html {effort}, by folds of sites; whole publish {count / spent:.1f} pages a second of one core")
    for name in SET_NAMES:
        each: list[dict] = []
        print(f"{name:10}", score.score(data[name], found, each)["body"])
        if name == "web-pages":
            for kind in ("wcxb", "fundus"):
                part = [row for row in data[name] if row["set"] == kind]
                print(f"  {kind:8}", score.score(part, found)["body"])
        Path(cache, f"{name}.{effort}.json").write_text(json.dumps(each))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "quality")
