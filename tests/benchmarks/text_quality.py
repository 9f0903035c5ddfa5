"""How well plain text is cleaned: the published release against the gold, beside what others make of the same text.

    python -m tests.benchmarks.text_quality CACHE [SET ...]        (make bench-quality)

Each set is published once a fold, with the weights that were learned without the sites of that fold (CACHE/net-N.npz,
by flows.clean.models.train.train_line_cnn; title_end-N.npz, by train_title_end), and the rows are joined:
no figure here is of weights that had seen the page. URLs are withheld.
The table is printed, and written into docs/explanation/quality.md.
"""

import argparse
import json
import re
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flows.clean.models.line_cnn import Net
from flows.clean.models.train.evaluation_sets import (
    FOLDS,
    assign_fold,
    load_residue_counter,
    load_rows,
    load_scorer,
)
from flows.clean.rules.linked_titles import TitleEnds
from flows.clean.text.listing_classifier import ListingClassifier
from tests.benchmarks.peers import PEERS
from tests.benchmarks.quality_page import store_table

SETS = ("id-html", "id-lines", "id-blobs", "web-pages", "web-extracted", "not-articles", "id-meta")
JOINS = ("blank", "comma", "commas", "glued")  # of id-blobs: the texts of id-lines as one line
FLOORS = Path("tests/quality/floors.json")


def folded(name: str) -> list[list[dict[str, Any]]]:
    """The rows of a set that have a text, by fold of their site."""
    sites = {row["id"]: row["url"] for row in load_rows("web-pages")}
    sites |= {f"{row['id']}-{join}": row["url"] for row in load_rows("id-lines") for join in JOINS}
    parts: list[list[dict[str, Any]]] = [[] for _ in range(FOLDS)]
    for row in load_rows(name):
        if row["raw_text"]:
            parts[assign_fold(row["url"] or sites.get(row["id"].removesuffix("-extracted")) or row["id"])].append(row)
    return parts


def published(
    part: list[dict[str, Any]], weights: Net, judge: ListingClassifier, ends: TitleEnds, folder: Path
) -> tuple[dict[str, Any], Counter[str]]:
    """What a release says of these texts, and how many documents it rejected, by reason."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from flows.parameters import Publish
    from flows.run.publish_run import run_publish
    from flows.workers.batch_processing import process_batch, write_outcome

    folder.mkdir(parents=True)
    with (folder / "in.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": row["id"], "text": row["raw_text"]}) + "\n" for row in part)

    def here(source: Path, target: Path) -> Path:
        with pa.memory_map(str(source)) as file:
            write_outcome(process_batch(pa.ipc.open_file(file).read_all()), target)
        return target

    # In this process: one of its own would read the weights that are shipped, which have seen these pages.
    with (
        patch("flows.clean.models.line_cnn.load_shipped_net", lambda: weights),
        patch("flows.clean.text.listing_classifier.load_shipped_classifier", lambda: judge),
        patch("flows.clean.rules.linked_titles.load_title_ends", lambda: ends),
        patch("flows.workers.supervisor.ProcessSupervisor.process_file", lambda crew, job: here(*job)),
    ):
        outcome = run_publish(Publish(source=str(folder / "in.jsonl"), dataset="bench", output=str(folder / "out")))
    if outcome.release is None:
        raise SystemExit(f"{folder.name}: {outcome.format_sentence()}")
    found = load_scorer().predictions(str(outcome.release))
    rejects = pq.read_table(outcome.release / "rejects" / "rejects.parquet").to_pylist()
    return found, Counter(row["reason"] for row in rejects)


def measure(name: str, cache: Path, folder: Path) -> dict[str, Any]:
    """The figures of one set: ours and each peer's."""
    score = load_scorer()
    parts = folded(name)
    ours: dict[str, Any] = {}
    reasons: Counter[str] = Counter()
    begun = time.monotonic()
    for number, part in enumerate(parts):
        if part:
            judge = ListingClassifier.load_file(cache / f"listing-{number}.npz")
            net, ends = (
                Net.from_file(cache / f"net-{number}.npz"),
                TitleEnds.from_file(cache / f"title_end-{number}.npz"),
            )
            found, why = published(part, net, judge, ends, folder / f"{name}-{number}")
            ours |= found
            reasons += why
    print(f"{name}: published in {time.monotonic() - begun:.0f} s", flush=True)
    data = [row for part in parts for row in part]
    figures = {"ours": score.score(data, ours), "rejected": dict(reasons)}
    if name == "id-blobs":
        figures["joins"] = measure_joins(data, ours)
    if name == "not-articles":
        kinds = Counter(row["gold"]["page_type"] for row in data)
        kept = Counter(row["gold"]["page_type"] for row in data if row["id"] in ours)
        figures["kinds"] = {kind: [count - kept[kind], count] for kind, count in sorted(kinds.items())}
    elif "body" in figures["ours"]:
        for peer, way in PEERS.items():
            figures[peer] = score.score(data, {row["id"]: {"text": way(row["raw_text"])} for row in data})
    return figures


def measure_residue(cache: Path, folder: Path) -> dict[str, tuple[int, int]]:
    """Of the real texts of id-raw by kind of residue: documents that had it, and published texts that still have it."""
    counter = load_residue_counter()
    raw = [{"id": row["id"], "raw_text": row["text"]} for row in load_rows("id-raw")]
    judge, net = ListingClassifier.load_file(cache / "listing-0.npz"), Net.from_file(cache / "net-0.npz")
    texts, _ = published(raw, net, judge, TitleEnds.from_file(cache / "title_end-0.npz"), folder / "id-raw")
    kinds = {kind: re.compile(pattern).search for kind, pattern in counter.KINDS.items()}
    kinds["broken sentences"] = counter.broken
    return {
        kind: (
            sum(bool(find(row["raw_text"])) for row in raw if row["id"] in texts),
            sum(bool(find(row["text"])) for row in texts.values()),
        )
        for kind, find in kinds.items()
    }


def format_residue(residue: dict[str, tuple[int, int]]) -> str:
    """The residue as a table in Markdown."""
    rows = [f"| {kind} | {had} | {left} |" for kind, (had, left) in residue.items()]
    return "\n".join(["| of 742 real texts of public scrapers | had it | still have it |", "|---|---|---|", *rows])


def list_residue_above_floors(residue: dict[str, tuple[int, int]]) -> list[str]:
    """The kinds of which more is left than their floor allows, as sentences."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))["folds"]["residue"]
    return [
        f"residue: {kind} {left} of {had}"
        for kind, (had, left) in residue.items()
        if left > max(1, had) * floors.get(kind, floors["left"]) and left > (1 if floors.get(kind) != 0 else 0)
    ]


def measure_joins(data: list[dict[str, Any]], ours: dict[str, Any]) -> dict[str, float]:
    """The F1 of each of the ways in which the lines were joined."""
    score = load_scorer()
    return {
        join: score.score([row for row in data if row["id"].endswith(f"-{join}")], ours)["body"]["f1"] for join in JOINS
    }


def table(found: dict[str, dict[str, Any]]) -> str:
    """The figures as Markdown."""
    lines = [
        "| set | documents | Kliping F1 | precision | recall | worse than left alone by > .02 | "
        + " | ".join(PEERS) + " |",
        "|---|---|---|---|---|---|" + "---|" * len(PEERS),
    ]  # fmt: skip
    for name, figures in found.items():
        if "body" in figures["ours"]:
            body, worse = figures["ours"]["body"], figures["ours"]["worse_than_left_alone"]
            peers = " | ".join(f"{figures[peer]['body']['f1']:.3f}" for peer in PEERS)
            lines.append(
                f"| {name} | {body['docs']} | **{body['f1']:.3f}** | {body['precision']:.3f} | {body['recall']:.3f} | "
                f"{worse['by_more_than_.02']} (worst {worse['worst']:+.3f}) | {peers} |"
            )
    lines.append("")
    for name, figures in found.items():
        count = figures["ours"]["docs"]
        said = ", ".join(f"{reason} {number}" for reason, number in sorted(figures["rejected"].items())) or "none"
        lines.append(f"- {name}: {count - figures['ours']['published']} of {count} not published ({said}).")
        if "joins" in figures:
            joins = ", ".join(f"{join} {f1:.3f}" for join, f1 in figures["joins"].items())
            lines.append(f"  - F1 by how the lines were joined: {joins}.")
        for kind, (rejected, of) in figures.get("kinds", {}).items():
            lines.append(f"  - {kind}: {rejected} of {of} rejected ({rejected / of:.0%}).")
    return "\n".join(lines)


def sunk(found: dict[str, dict[str, Any]]) -> list[str]:
    """The figures that lie under their floor, as sentences."""
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))["folds"]
    said = []
    for name, figures in found.items():
        ours, floor = figures["ours"], floors.get(name, {})
        lost = 1 - ours["published"] / ours["docs"]
        have = {**ours.get("body", {}), "rejected": lost}
        keys = [key for key in ("f1", "recall", "rejected") if key in floor and have[key] < floor[key]]
        said += [f"{name}: {key} {have[key]:.4f} < {floor[key]}" for key in keys]
        said += [
            f"{name}: {join} {f1:.4f} < {floor['joins']}"
            for join, f1 in figures.get("joins", {}).items()
            if f1 < floor.get("joins", 0)
        ]
        if "worse" in floor and ours["worse_than_left_alone"]["by_more_than_.02"] > floor["worse"]:
            said.append(f"{name}: {ours['worse_than_left_alone']['by_more_than_.02']} worse than left alone")
    real = [figures["ours"] for name, figures in found.items() if name != "not-articles"]
    lost = 1 - sum(ours["published"] for ours in real) / max(sum(ours["docs"] for ours in real), 1)
    if lost > floors["articles"]["rejected"]:
        said.append(f"articles: {lost:.4f} rejected > {floors['articles']['rejected']}")
    return said


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("sets", nargs="*", default=SETS)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = {name: measure(name, arguments.cache, Path(folder)) for name in arguments.sets}
        residue = measure_residue(arguments.cache, Path(folder)) if "id-blobs" in arguments.sets else {}
    made = table(found)
    if residue:
        made += "\n\n" + format_residue(residue)
    print(made)
    if list(arguments.sets) == list(SETS):
        store_table("text", made)
    if below := [*sunk(found), *list_residue_above_floors(residue)]:
        raise SystemExit("under the floors of tests/quality/floors.json: " + "; ".join(below))


if __name__ == "__main__":
    main()
