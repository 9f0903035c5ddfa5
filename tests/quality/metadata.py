"""Metadata figures on the evaluation sets: `python tests/quality/metadata.py [SET ...] [--every N]`.

A set is `id-meta`, `id-lines`, `id-html` (as text, without its URL) or `id-html.html`, `web-pages.html` (as pages). The
documents go through the same stages as a release; the scoring is the evaluation data's own score.py. Figures are
printed as JSON, by set. Floors stand in metadata_floors.json: tests/quality/test_metadata.py holds them.
"""

import argparse
import gzip
import importlib.util
import json
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
SHARED = Path(os.environ.get("KLIPING_SHARED", ROOT.parent / "shared"))
SETS = ("id-meta", "id-lines", "id-html", "id-html.html", "web-pages.html")


def scorer() -> ModuleType:
    """The evaluation data's own scoring."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "eval" / "score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def gold_of(name: str, every: int = 1) -> list[dict[str, Any]]:
    """The rows of a set, or one in so many."""
    path = SHARED / "eval" / f"{name.removesuffix('.html')}.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for number, line in enumerate(lines) if number % every == 0]


def published(name: str, gold: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The articles of a set as they would be published, and their evidence; read, cleaned and described."""
    from flows.read import read_batches
    from flows.workers.batch_processing import process_batch

    page = name.endswith(".html")
    articles: list[dict[str, Any]] = []
    evidence: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "set.jsonl"
        with source.open("w", encoding="utf-8") as out:
            for row in gold:
                document = {"url": row["url"], "html": row["html"]} if page else {"text": row["raw_text"]}
                if document.get("html") or document.get("text"):
                    out.write(json.dumps({"id": row["id"], **document}) + "\n")
        for batch in read_batches(str(source), batch_documents=64):
            outcome = process_batch(batch.documents)
            rows = outcome.articles.to_pylist()
            names = {row["row"]: row["source_id"] for row in rows}
            articles += rows
            evidence += [{**row, "source_id": names[row["row"]]} for row in outcome.evidence.to_pylist()]
    return articles, evidence


def figures(name: str, every: int = 1) -> dict[str, float]:
    """Share by figure; figures of errors (wrong, invented, claimed) are shares too, and better small."""
    gold = gold_of(name, every)
    articles, _ = published(name, gold)
    predicted = {row["source_id"]: row for row in articles}
    # Bodies have figures of their own.
    found = scorer().score([{**row, "gold": {**row["gold"], "text": None}} for row in gold], predicted)
    shares = {key: value["share"] for key, value in found.items() if isinstance(value, dict) and "share" in value}
    if gold and "outlet_in_text" in gold[0]["gold"]:
        shares["outlet_stated_by_outlet"] = _by_outlet(gold, predicted)
        tongues = [predicted.get(row["id"], {}).get("language") == row["gold"]["lang"] for row in gold]
        shares["language"] = round(sum(tongues) / len(tongues), 4)
    return shares


def small_languages() -> dict[str, float]:
    """Javanese and Sundanese: paragraphs of languages.json, written for this; there is no gold of real articles."""
    from flows.describe.language import detect_languages

    texts = json.loads((Path(__file__).parent / "languages.json").read_text(encoding="utf-8"))
    return {
        code: round(sum(detect_languages([text])[0][0] == code for text in found) / len(found), 4)
        for code, found in texts.items()
    }


def _by_outlet(gold: list[dict[str, Any]], predicted: dict[str, dict[str, Any]]) -> float:
    right: dict[str, list[bool]] = defaultdict(list)
    norm = scorer().norm
    for row in gold:
        want, found = row["gold"], predicted.get(row["id"], {})
        if want.get("outlet") and want.get("outlet_in_text"):
            domain = bool(want["outlet_domain"]) and found.get("outlet_domain") == want["outlet_domain"]
            right[want["outlet"]].append(domain or norm(found.get("outlet")) == norm(want["outlet"]))
    return round(sum(sum(hits) / len(hits) for hits in right.values()) / len(right), 4)


# Rows of the table of docs/explanation/quality.md: what a row shows, and the figures of which the first at hand counts.
ROWS = (
    ("outlet, where the text states it", ("outlet_stated", "outlet")),
    ("the same, mean over outlets", ("outlet_stated_by_outlet",)),
    ("outlet wrong", ("outlet_wrong",)),
    ("day, where stated", ("date_stated", "date")),
    ("day wrong", ("date_wrong",)),
    ("minute and zone", ("time",)),
    ("day claimed as stated where it is not", ("date_claimed_unstated",)),
    ("day inferred from the story, right where one is given", ("inferred",)),
    ("such a day given, of texts with a full date", ("inferred_answered",)),
    ("authors, the exact set", ("author",)),
    ("authors invented", ("author_invented",)),
    ("editors, the exact set", ("editor",)),
    ("title, exact", ("title",)),
    ("language (id, ms, en)", ("language",)),
)


def render_table(found: dict[str, dict[str, float]]) -> str:
    """Render the figures of three sets as Markdown."""
    from tests.benchmarks.figures.result_file import format_table

    sets = ("id-meta", "id-html.html", "web-pages.html")
    rows = [
        [label, *(next((f"{found[name][key]:.3f}" for key in keys if key in found[name]), "") for name in sets)]
        for label, keys in ROWS
    ]
    return format_table(["share", "id-meta, texts without URL", "id-html", "web-pages"], rows)


if __name__ == "__main__":
    from tests.benchmarks.figures.result_file import take_target, write_result

    target = take_target()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=[*SETS], metavar="SET", help=", ".join(SETS))
    parser.add_argument("--every", type=int, default=1, help="take one row in so many")
    wanted = parser.parse_args()
    if unknown := set(wanted.sets) - {*SETS}:
        parser.error(f"no such set: {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    # The small sets are read whole: one in so many of them would say nothing.
    found = {name: figures(name, wanted.every if name == "web-pages.html" else 1) for name in wanted.sets}
    print(json.dumps(found, indent=1))
    if set(wanted.sets) == set(SETS):
        size = "all articles" if wanted.every == 1 else f"id-meta and id-html whole, one web page in {wanted.every}"
        write_result(target, size, {"table": render_table(found)}, found)
    print(json.dumps({"paragraphs of languages.json": small_languages()}))
