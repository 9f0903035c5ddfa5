"""Publish the evaluation's pages, each with the weights that were trained without its site.

`publish_folds` returns the published rows by id. A page in doubt is read as text too (flows/clean/html/page_marks.py).
Where CACHE holds the text weights that `make train-text` trains without the sites of each of its own folds, those are
used for it; without them a line says that they were not.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa

from flows.clean.html import block_classifier
from flows.clean.html.effort import Effort
from flows.clean.models.line_cnn import Net
from flows.clean.models.train.block_data import SET_NAMES, extract_site
from flows.clean.models.train.evaluation_sets import FOLDS as TEXT_FOLDS
from flows.clean.models.train.evaluation_sets import assign_fold, load_scorer
from flows.clean.models.train.train_blocks import FOLDS, assign_site_folds
from flows.clean.text.listing_classifier import ListingClassifier
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from flows.workers.batch_processing import process_batch, write_outcome

PROCESS_FILE = "flows.workers.supervisor.ProcessSupervisor.process_file"


@contextmanager
def use_fold_weights(cache: Path, html_fold: int, text_fold: int, effort: Effort) -> Iterator[None]:
    """Clean in this process, with the weights that have not seen the sites of these folds.

    A child process would load the shipped weights, which have seen them.
    """

    def process_file(source: Path, target: Path) -> Path:
        """Process a file of RAW rows in this process."""
        with pa.memory_map(str(source)) as file:
            write_outcome(process_batch(pa.ipc.open_file(file).read_all(), effort), target)
        return target

    with ExitStack() as patches:
        patches.enter_context(patch(PROCESS_FILE, lambda supervisor, job: process_file(*job)))
        patches.enter_context(patch.object(block_classifier, "WEIGHTS_FOLDER", cache / "weights" / f"fold-{html_fold}"))
        if (cache / f"listing-{text_fold}.npz").exists():
            net = Net.from_file(cache / f"net-{text_fold}.npz")
            listing = ListingClassifier.load_file(cache / f"listing-{text_fold}.npz")
            patches.enter_context(patch("flows.clean.models.line_cnn.load_shipped_net", lambda: net))
            patches.enter_context(patch("flows.clean.text.listing_classifier.load_shipped_classifier", lambda: listing))
        elif html_fold == text_fold == 0:
            print(f"{cache} has no listing-0.npz: pages in doubt are read with the shipped weights, which saw them")
        yield


def publish_folds(rows: dict[str, list[dict[str, Any]]], effort: Effort, cache: Path) -> dict[str, dict[str, Any]]:
    """Publish the pages of each set, and return the published rows by id."""
    score = load_scorer()
    sites = [
        {"site": extract_site(row["url"]), "set": "id" if name == "id-html" else name}
        for name in SET_NAMES
        for row in rows[name]
    ]
    html_folds = assign_site_folds(sites)
    published: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for html_fold, text_fold in product(range(FOLDS), range(TEXT_FOLDS)):
            pages = [
                row
                for name in SET_NAMES
                for row in rows[name]
                if html_folds[extract_site(row["url"])] == html_fold and assign_fold(row["url"]) == text_fold
            ]
            if not pages:
                continue
            name = f"fold-{html_fold}-{text_fold}"
            source = Path(folder, f"{name}.jsonl")
            documents = [{"id": row["id"], "url": row["url"], "html": row["html"]} for row in pages]
            source.write_text("\n".join(map(json.dumps, documents)), "utf-8")
            with use_fold_weights(cache, html_fold, text_fold, effort):
                outcome = run_publish(Publish(source=str(source), dataset=name, output=folder, html=effort))
            if outcome.release is None:
                sys.exit("\n".join(outcome.format_lines()))
            published.update(score.predictions(str(outcome.release)))
    return published
