"""How fast, and in how much memory, a source becomes a release: `make bench`, `make bench SIZE=1000000`.

    python -m tests.benchmarks.performance SIZE [--work FOLDER] [--peers PYTHON] [--peer-size N] [--growth]

Each run is `kliping publish --direct` in its own process over the corpus of tests/benchmarks/corpus.py: the whole way
from JSONL to a release, with validation, Parquet, CSV, lineage and pages. `make figures ONLY=speed` fills what was
measured into docs/explanation/performance.md, and `ONLY=million` into docs/explanation/scale.md too.

A tenth of SIZE is run too, for the growth; then nothing changed, a hundredth new, one document in a hundred edited,
and, with `--peers` (a Python that has the group `bench`), the loops of other tools over the same documents. `--growth`
is for sizes that take an hour: the tenth and the whole, and no more.
"""

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.settings import ROOT
from tests.benchmarks import corpus, measure, step_times
from tests.benchmarks.figures.result_file import take_target, write_result
from tests.benchmarks.performance_page import render_performance
from tests.benchmarks.scale_page import render_scale

SEED, WORKERS = 7, 2
SHARD = 20_000
OUR_COUNTS = ("documents_in", "published", "rejected", "dropped")


def published(source: Path, output: Path, *options: str, python: str = sys.executable) -> dict[str, Any]:
    """Publish a source and measure it; raises RuntimeError with what was said where it fails."""
    steps = output.with_name(f"{output.name}.steps.json")
    command = [
        python, "-m", "tests.benchmarks.timed_publish", str(steps), "publish", str(source), "--direct",
        "--output", str(output), "--workers", str(WORKERS), *options,
    ]  # fmt: skip
    found = measure.run(command, cwd=ROOT)
    if found.code:
        raise RuntimeError(found.said[-2000:])
    timed = json.loads(steps.read_text())
    started = found.seconds - timed["seconds"]
    for step in timed["steps"]:
        begin = started + step["at"]
        step["own_mb"] = round(found.most_own(begin, begin + step["seconds"]), 1)
    return {**_figures(found), "steps": timed["steps"], "started": round(started, 3)}


def _figures(found: measure.Measured) -> dict[str, Any]:
    return {name: round(value, 3) for name, value in asdict(found).items() if name not in ("said", "code", "samples")}


def full(size: int, work: Path) -> dict[str, Any]:
    """From nothing to a release, and how large both are."""
    source, output = work / f"raw-{size}", work / f"out-{size}"
    kinds = corpus.write(size, SEED, source, SHARD)
    run = published(source, output)
    release = output / "news" / "latest"
    counts = json.loads((release / "manifest.json").read_text())["counts"]
    return {
        **run,
        "kinds": dict(kinds),
        "counts": {name: _whole(counts[name]) for name in OUR_COUNTS},
        "raw_mb": _megabytes(source),
        "release_mb": _megabytes(release.resolve()),
        "parts_mb": {part: _megabytes(release.resolve() / part) for part in ("data", "csv", "lineage", "rejects")},
        "state_mb": _megabytes(output / "news" / "state"),
    }


def again(size: int, work: Path) -> dict[str, Any]:
    """After `full`: the same source once more, then with a hundredth more, then with one in a hundred edited."""
    source, output = work / f"raw-{size}", work / f"out-{size}"
    same = published(source, output)
    more = size + size // 100
    corpus.write(more, SEED, source, SHARD)
    added = published(source, output)
    corpus.write(more, SEED, source, SHARD, edition=1)
    return {"unchanged": same, "added": added, "edited": published(source, output)}


def peers(size: int, work: Path, python: str) -> dict[str, Any]:
    """Documents a second of the clock and of CPU, of Kliping and of other tools' loops over the same two files."""
    source = work / f"sound-{size}"
    kinds = corpus.write(size, SEED, source, -(-size // 2), sound=True)
    documents = sum(kinds.values())
    found = {"kliping": published(source, work / "peer-kliping")}
    for name in ("datatrove", "trafilatura"):
        target = work / f"peer-{name}"
        run = measure.run([python, "-m", "tests.benchmarks.loops", name, str(source), str(target)], cwd=ROOT)
        if run.code:
            raise RuntimeError(f"{name}: {run.said[-2000:]}")
        found[name] = _figures(run)
    return {
        "documents": documents,
        "tools": {
            name: {key: run[key] for key in ("seconds", "cpu", "pss_mb", "own_mb")} for name, run in found.items()
        },
    }


def _whole(count: int | dict[str, int]) -> int:
    return sum(count.values()) if isinstance(count, dict) else count


def _megabytes(folder: Path) -> float:
    return round(sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1)


def main() -> None:
    """Measure, print the figures, write the result."""
    target = take_target()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int)
    parser.add_argument("--work", type=Path, help="a folder for corpus and releases; without it a temporary one")
    parser.add_argument("--peers", default="", metavar="PYTHON", help="a Python with the group bench")
    parser.add_argument("--peer-size", type=int, default=2000)
    parser.add_argument("--growth", action="store_true", help="only the tenth and the whole")
    asked = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="kliping-bench-", dir=asked.work))
    try:
        result: dict[str, Any] = {}
        say(f"{asked.size // 10:,} documents ...")
        result["tenth"] = full(asked.size // 10, work)
        shutil.rmtree(work / f"raw-{asked.size // 10}")
        say(f"{asked.size:,} documents ...")
        result["full"] = full(asked.size, work)
        if not asked.growth:
            say("the same again, a hundredth more, one in a hundred edited ...")
            result["again"] = again(asked.size, work)
            say("inside a worker ...")
            result["stages"] = step_times.seconds_of(2000 if asked.size >= 2000 else asked.size)
        if not asked.growth and asked.peers and Path(asked.peers).exists():
            say("other tools ...")
            result["peers"] = peers(asked.peer_size, work, asked.peers)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    blocks = {**render_performance(asked.size, result), **render_scale(asked.size, result)}
    write_result(target, f"{asked.size:,} documents", blocks, result)
    full_run = result["full"]
    say(
        f"{asked.size / full_run['seconds']:,.0f} documents a second, {asked.size / full_run['cpu']:,.0f} a second of "
        f"one core; {full_run['pss_mb']:,.0f} MB at most."
    )


def say(words: str) -> None:
    """Tell a person who waits."""
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
