"""How well plain text is cleaned: the published release against the gold, beside what others make of the same text.

    python -m tests.benchmarks.text_quality CACHE [SET ...]        (make bench-quality)

Each set is published once a fold, with the weights that were learned without the sites of that fold (CACHE/net-N.npz,
by flows.clean.models.train.train_line_cnn), and the rows are joined:
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
from flows.clean.models.train.evaluation_sets import FOLDS, assign_fold, load_rows, load_scorer
from flows.clean.text.listing_classifier import ListingClassifier
from tests.benchmarks.peers import PEERS

SETS = ("id-html", "id-lines", "web-pages", "web-extracted", "not-articles", "id-meta")
PAGE = Path("docs/explanation/quality.md")
FLOORS = Path("tests/quality/floors.json")
BEGIN, END = "<!-- text: begin, written by make bench-quality -->", "<!-- text: end -->"


def folded(name: str) -> list[list[dict[str, Any]]]:
    """The rows of a set that have a text, by fold of their site."""
    sites = {row["id"]: row["url"] for row in load_rows("web-pages")}
    parts: list[list[dict[str, Any]]] = [[] for _ in range(FOLDS)]
    for row in load_rows(name):
        if row["raw_text"]:
            parts[assign_fold(row["url"] or sites.get(row["id"].removesuffix("-extracted")) or row["id"])].append(row)
    return parts


def published(
    part: list[dict[str, Any]], weights: Net, judge: ListingClassifier, folder: Path
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
            found, why = published(part, Net.from_file(cache / f"net-{number}.npz"), judge, folder / f"{name}-{number}")
            ours |= found
            reasons += why
    print(f"{name}: published in {time.monotonic() - begun:.0f} s", flush=True)
    data = [row for part in parts for row in part]
    figures = {"ours": score.score(data, ours), "rejected": dict(reasons)}
    if name == "not-articles":
        kinds = Counter(row["gold"]["page_type"] for row in data)
        kept = Counter(row["gold"]["page_type"] for row in data if row["id"] in ours)
        figures["kinds"] = {kind: [count - kept[kind], count] for kind, count in sorted(kinds.items())}
    elif "body" in figures["ours"]:
        for peer, way in PEERS.items():
            figures[peer] = score.score(data, {row["id"]: {"text": way(row["raw_text"])} for row in data})
    return figures


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
    made = table(found)
    print(made)
    if list(arguments.sets) == list(SETS):
        page = PAGE.read_text(encoding="utf-8")
        pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
        PAGE.write_text(pattern.sub(lambda _: f"{BEGIN}\n{made}\n{END}", page), encoding="utf-8")
    if below := sunk(found):
        raise SystemExit("under the floors of tests/quality/floors.json: " + "; ".join(below))


if __name__ == "__main__":
    main()
