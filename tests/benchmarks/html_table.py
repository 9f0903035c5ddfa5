"""Write the HTML table of docs/explanation/quality.md: both efforts by folds, beside other extractors, in one run.

    python tests/benchmarks/html_table.py CACHE      after `make train-html`; prints the table and stores it

Ours goes through a whole publish for its figures (`html_folds.py`) and through clean and describe for its speed. The
others get the raw HTML; for speed they run on every tenth page, in turns with ours, trafilatura with its metadata too.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from flows.clean import clean_documents
from flows.clean.html import block_classifier
from flows.clean.html.effort import Effort
from flows.clean.models.train.block_data import SET_NAMES, load_html_rows, load_pages, run_readability, run_resiliparse
from flows.clean.models.train.evaluation_sets import load_scorer
from flows.describe import describe_documents
from schemas.stage_tables import RAW
from tests.benchmarks.figures.result_file import format_table, take_target, write_result
from tests.benchmarks.html_folds import publish_folds

EVERY = 10
TURN = 44  # a batch of the product has 256 pages; caches are dropped after each
PEER_LABELS = {
    "precise": "trafilatura, precision",
    "default": "trafilatura",
    "readability": "readability-lxml",
    "resiliparse": "resiliparse",
}


def main(cache: Path, target: Path | None = None) -> None:
    """Measure each tool, and print the table."""
    score = load_scorer()
    rows = {name: load_html_rows(name) for name in SET_NAMES}
    figures: dict[str, dict[str, dict]] = {}
    efforts: tuple[Effort, ...] = ("quality", "fast")
    for effort in efforts:
        published = publish_folds(rows, effort, cache)
        figures[f"kliping --html {effort}"] = {name: score.score(rows[name], published)["body"] for name in SET_NAMES}
    pages = load_pages(cache)
    for voter, label in PEER_LABELS.items():
        answers = {page["id"]: {"text": page["answers"][voter]} for page in pages}
        figures[label] = {name: score.score(rows[name], answers)["body"] for name in SET_NAMES}
    rate = measure_speeds([row for name in SET_NAMES for row in rows[name]][::EVERY], cache / "weights" / "fold-0")
    head = ["extractor", *(f"{name}: F1 | P | R" for name in SET_NAMES), "pages a second of one core"]
    lines = [
        [label, *(f"{by_set[name][key]:.4f}" for name in SET_NAMES for key in ("f1", "precision", "recall")),
         f"{rate[label]:.1f}"]
        for label, by_set in figures.items()
    ]  # fmt: skip
    table = format_table(" | ".join(head).split(" | "), lines)
    print(table)
    count = ", ".join(f"{len(rows[name])} pages of {name}" for name in SET_NAMES)
    write_result(target, f"{count}; speed on every {EVERY}th", {"table": table}, {"body": figures, "rate": rate})


def measure_speeds(pages: list[dict], weights: Path) -> dict[str, float]:
    """Measure pages a second of processor time: each tool on the same pages, in turns of a batch, one to warm up."""
    import trafilatura

    block_classifier.WEIGHTS_FOLDER = weights

    def ours(effort: str) -> Callable[[list[dict]], object]:
        def run(some: list[dict]) -> object:
            made = clean_documents(pa.concat_tables(map(raw_table, some)), effort)
            return describe_documents(made.documents, made.marks, made.candidates)

        return run

    def each(tool: Callable[[dict], object]) -> Callable[[list[dict]], object]:
        return lambda some: [tool(row) for row in some]

    tools: dict[str, Callable[[list[dict]], object]] = {
        "kliping --html quality": ours("quality"),
        "kliping --html fast": ours("fast"),
        PEER_LABELS["precise"]: each(
            lambda row: trafilatura.bare_extraction(
                row["html"], url=row["url"], favor_precision=True, include_comments=False, with_metadata=True
            )
        ),
        PEER_LABELS["default"]: each(
            lambda row: trafilatura.bare_extraction(
                row["html"], url=row["url"], include_comments=False, with_metadata=True
            )
        ),
        PEER_LABELS["readability"]: each(lambda row: run_readability(row["html"])),
        PEER_LABELS["resiliparse"]: each(lambda row: run_resiliparse(row["html"])),
    }
    spent = dict.fromkeys(tools, 0.0)
    turns = [pages[start : start + TURN] for start in range(0, len(pages), TURN)]
    for counted, some in ((False, turns[0]), *((True, turn) for turn in turns)):
        for name, tool in tools.items():
            began = time.process_time()
            tool(some)
            spent[name] += (time.process_time() - began) * counted
    return {name: len(pages) / seconds for name, seconds in spent.items()}


def raw_table(row: dict) -> pa.Table:
    fields = {
        "source_id": row["id"], "source_uri": f"file:{row['id']}", "raw_sha256": "0" * 64, "raw": row["html"].encode(),
        "content": None, "media": "html", "encoding": "utf-8", "identity": row["id"], "url": row["url"],
        "fetched_at": None, "outlet_hint": None, "stated": [],
    }  # fmt: skip
    return pa.Table.from_pylist([fields], RAW)


if __name__ == "__main__":
    result_path = take_target()
    main(Path(sys.argv[1]), result_path)
