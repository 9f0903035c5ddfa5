"""Publish the evaluation's pages with the weights of the fold they are not in, and score the releases.

python tests/bench/html_folds.py CACHE [quality|fast]      CACHE as train_html.py left it
"""

import importlib.util
import json
import sys
import tempfile
import time
from pathlib import Path
from types import ModuleType

import pyarrow as pa
from html_data import SETS, SHARED, rows, site
from train_html import FOLDS, fold_of

from flows import pipeline, publish, supervise
from flows.clean import judge_page
from flows.parameters import Publish


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kliping_score", SHARED / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def here(crew: supervise.Crew, job: tuple[Path, Path]) -> Path:
    """What a crew does, in this process."""
    source, target = job
    with pa.memory_map(str(source)) as file:
        pipeline.write_outcome(pipeline.process(pa.ipc.open_file(file).read_all(), crew._html), target)
    source.unlink()
    return target


def published(data: dict[str, list[dict]], effort: str, weights: Path) -> tuple[dict[str, dict], float]:
    """id -> published row of every page, each fold with weights that never saw its sites; and the seconds."""
    score = scorer()
    sites = [
        {"site": site(row["url"]), "set": "id" if name == "id-html" else name} for name in data for row in data[name]
    ]
    fold = fold_of(sites)
    found: dict[str, dict] = {}
    # A process of its own would not know the fold's weights.
    supervise.Crew.prepare = lambda crew, count: None
    supervise.Crew.process = here
    spent = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for part in range(FOLDS):
            source = Path(folder, f"{part}.jsonl")
            pages = [row for name in data for row in data[name] if fold[site(row["url"])] == part]
            source.write_text(
                "\n".join(json.dumps({"id": r["id"], "url": r["url"], "html": r["html"]}) for r in pages), "utf-8"
            )
            judge_page.WEIGHTS = weights / f"fold-{part}"
            began = time.process_time()
            outcome = publish.tell(Publish(source=str(source), dataset=f"fold-{part}", output=folder, html=effort))
            spent += time.process_time() - began
            if outcome.release is None:
                sys.exit("\n".join(outcome.lines()))
            found.update(score.predictions(str(outcome.release)))
    return found, spent


def main(cache: Path, effort: str) -> None:
    score = scorer()
    data = {name: rows(name) for name in SETS}
    found, spent = published(data, effort, cache / "weights")
    count = sum(map(len, data.values()))
    print(f"--html {effort}, by folds of sites; whole publish {count / spent:.1f} pages a second of one core")
    for name in SETS:
        each: list[dict] = []
        print(f"{name:10}", score.score(data[name], found, each)["body"])
        if name == "web-pages":
            for kind in ("wcxb", "fundus"):
                part = [row for row in data[name] if row["set"] == kind]
                print(f"  {kind:8}", score.score(part, found)["body"])
        Path(cache, f"{name}.{effort}.json").write_text(json.dumps(each))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "quality")
