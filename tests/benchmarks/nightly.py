"""What a night costs on a parent of any size: a delivery published with --append, night after night.

    python -m tests.benchmarks.nightly [FOLDER] --parent 10000 100000 --nights 8 --delivery 2000

The parent is written straight from tables of invented texts, without cleaning, 50,000 articles a segment. Each night is
a process of its own. Reported are CPU seconds of all its processes less those of `clean and describe`, the most
anonymous memory that they had together, and the bytes that it wrote below output/ (new files, but for state/raw and the
cache), beside the bytes of a fresh segment of the delivery. `make figures ONLY=nights` fills them into
docs/explanation/performance.md.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from flows import release, report, run
from flows.parameters import Publish
from flows.run import publish_run
from flows.run.steps import PLAIN_STEPS
from schemas import arrow
from tests.benchmarks import measure
from tests.benchmarks.corpus import Corpus
from tests.benchmarks.figures.result_file import take_target, write_result
from tests.benchmarks.performance_page import render_nights

_WORDS = np.array([f"kata{number}" for number in range(20_000)])
_OUTLETS = [f"Warta {number}" for number in range(60)]
_SHARDS = ("outcomes", "sources", "raw")  # of state/: the cache and the raw bytes


def make_articles(first: int, count: int) -> pa.Table:
    """Make ARTICLES of invented words, some 430 a text."""
    rows = []
    for number in range(first, first + count):
        draw = np.random.default_rng(number)
        words = _WORDS[draw.integers(0, len(_WORDS), int(draw.integers(200, 660)))]
        text = "\n".join(" ".join(words[start : start + 60]) for start in range(0, len(words), 60))
        key = blake2b(f"id{number}".encode(), digest_size=16).hexdigest()
        rows.append(
            {
                "article_id": key, "source_id": f"d{number:09d}", "source_uri": f"file:///d.jsonl#L{number}",
                "raw_sha256": key * 2, "url": f"https://warta{number % 60}.example/{number}", "outlet":
                _OUTLETS[number % 60], "outlet_domain": f"warta{number % 60}.example", "outlet_basis": "stated",
                "title": " ".join(words[:7]), "authors": ["Sari Dewi"], "author_basis": "stated", "editors": [],
                "cited_sources": [], "date": date(2024, 1, 1) + timedelta(days=number // 2000), "date_basis": "stated",
                "language": "id", "language_score": 0.98, "text": text, "is_partial": False,
                "word_count": len(words), "char_count": len(text), "raw_char_count": 2 * len(text),
                "boilerplate_share": 0.5, "content_hash": key,
            }
        )  # fmt: skip
    return arrow.build_table(arrow.ARTICLES, rows)


def make_segments(count: int) -> Iterator[release.SegmentTables]:
    """Make the tables of each segment of a parent of so many articles."""
    for first in range(0, count, release.SEGMENT_ROWS):
        articles = make_articles(first, min(release.SEGMENT_ROWS, count - first))
        ids = articles["article_id"].combine_chunks()
        lines = np.arange(20, dtype=np.int32)
        repeated = ids.take(pa.array(np.repeat(np.arange(len(ids)), len(lines))))
        places = np.tile(lines, len(ids))
        kinds = pa.array(["body", "nav"]).take(pa.array(places % 2))
        spans = pa.table(
            {
                "article_id": repeated, "line": places + 1, "start": places * 100, "end": places * 100 + 80,
                "kind": kinds, "rule": pa.array(["line.model"]).take(pa.array(np.zeros(len(places), int))),
                "score": pa.nulls(len(places), pa.float32()),
                "text": pa.array([None, "Baca juga: berita lain"]).take(pa.array(places % 2)),
            }
        ).cast(arrow.SPANS)  # fmt: skip
        proofs = ids.take(pa.array(np.repeat(np.arange(len(ids)), 3)))
        fields = pa.array(["date", "outlet", "title"]).take(pa.array(np.tile(np.arange(3), len(ids))))
        likely = pa.array(["likely"]).take(pa.array(np.zeros(len(proofs), int)))
        columns = {
            "article_id": proofs, "field": fields, "rule": fields, "line": pa.nulls(len(proofs), pa.int32()),
            "quote": fields, "sure": likely,
        }  # fmt: skip
        evidence = pa.table([columns[name] for name in arrow.EVIDENCE.names], arrow.EVIDENCE.names).cast(arrow.EVIDENCE)
        yield release.SegmentTables(1 + first // release.SEGMENT_ROWS, articles, spans, evidence, ("0" * 64,), ("x",))


class _Inputs:
    uri, digest, files, bytes = "file:///invented", "0" * 64, 1, 1


def write_parent(output: Path, count: int) -> None:
    """Write a release of so many invented articles, and the indexes of its segments."""
    dataset = release.Dataset(output / "news")
    facts = release.RunFacts(
        dataset="news", run_id="parent", started_at=datetime.now(UTC), inputs=_Inputs(), documents_in=count,
        carried_over=0, parameters={}, code_digest="0" * 64, lock_digest="0" * 64, withdrawn_digest="0" * 64, host="",
    )  # fmt: skip
    draft = release.Draft(make_segments(count), arrow.make_empty_table(arrow.REJECTS), facts)
    with release.publisher_lock(dataset, 0):
        folder = release.stage_release(dataset, draft, "2026.01.01.1", report.write_pages)
        path = release.commit_release(dataset, folder, release.read_manifest(folder))
    run.open_parent(path, run.IndexFolder(dataset.state / "index"))


def publish_night(source: str, output: str, target: Path) -> None:
    """Publish a delivery in this process, and write the CPU seconds of its steps."""
    cleaning = 0.0

    def sum_cpu() -> float:
        return sum(measure.cpu_of(pid) for pid in measure.tree(os.getpid()))

    def clean(*args: Any) -> run.RunState:
        nonlocal cleaning
        before = sum_cpu()
        state = PLAIN_STEPS.clean_and_describe(*args)
        cleaning = sum_cpu() - before
        return state

    steps = replace(PLAIN_STEPS, clean_and_describe=clean)
    outcome = publish_run.run_publish(
        Publish(source=source, output=output, append=True, workers=1, accept_drift="bench"), steps
    )
    target.write_text(json.dumps({"status": outcome.status, "why": outcome.why, "cleaning": cleaning}))


def list_inodes(folder: Path) -> dict[int, int]:
    """Return the bytes of each file below a dataset by inode, but for the cache and raw bytes."""
    sizes = {}
    for parent, folders, names in os.walk(folder):
        if Path(parent).name == "state":
            folders[:] = [name for name in folders if name not in _SHARDS]
        for name in names:
            status = Path(parent, name).lstat()
            sizes[status.st_ino] = status.st_size
    return sizes


def measure_night(folder: Path, number: int, delivery: int) -> dict[str, Any]:
    """Publish the delivery of a night in a process of its own, and return its figures."""
    output, source, target = folder / "output", folder / f"night{number:03d}.jsonl", folder / "night.json"
    with source.open("wb") as file:
        for _, line in Corpus(7).lines((number + 1) * delivery, first=number * delivery):
            file.write(line + b"\n")
    before = list_inodes(output)
    command = [sys.executable, "-m", "tests.benchmarks.nightly", str(folder), "--publish", str(source)]
    measured = measure.run(command, env={"OMP_NUM_THREADS": "1"})
    night = json.loads(target.read_text())
    if night["status"] != "published":
        raise SystemExit(f"night {number}: {night} {measured.said}")
    after = list_inodes(output)
    source.unlink()
    return {
        "night": number, "cpu": measured.cpu - night["cleaning"], "seconds": measured.seconds,
        "own_mb": measured.own_mb, "written_mb": sum(n for inode, n in after.items() if inode not in before) / 1e6,
        "fresh_mb": measure_fresh_segment(output, delivery),
    }  # fmt: skip


def measure_fresh_segment(output: Path, delivery: int) -> float:
    """Return the megabytes of the newest segment if it holds the articles of one delivery alone, else 0."""
    dataset = release.Dataset(output / "news")
    folder = dataset.release_path(dataset.read_latest_version() or "")
    newest = max(release.list_segments(folder, release.read_manifest(folder)), key=lambda segment: segment.number)
    if newest.rows > delivery:
        return 0.0
    return sum((folder / path).stat().st_size for path in newest.list_paths()) / 1e6


def measure_nights(folder: Path, parent: int, night_count: int, delivery: int) -> dict[str, Any]:
    """Measure some nights on a parent of so many articles; return mean and greatest of each figure."""
    shutil.rmtree(folder / "output", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    write_parent(folder / "output", parent)
    nights = []
    for number in range(night_count):
        nights.append(measure_night(folder, number, delivery))
        print(json.dumps({key: round(value, 2) for key, value in nights[-1].items()}), flush=True)
    fresh = [night["fresh_mb"] for night in nights if night["fresh_mb"]]
    return {
        "nights": night_count, "delivery": delivery,
        "fresh_mb": round(float(np.mean(fresh)), 2) if fresh else None,
        **{
            key: [round(float(np.mean(values)), 2), round(max(values), 2)]
            for key in ("cpu", "seconds", "own_mb", "written_mb")
            for values in [[night[key] for night in nights]]
        },
    }  # fmt: skip


def main() -> None:
    """Measure some nights on parents of some sizes."""
    target = take_target()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="without it a temporary one")
    parser.add_argument("--parent", type=int, nargs="+", default=[10_000])
    parser.add_argument("--nights", type=int, default=8)
    parser.add_argument("--delivery", type=int, default=2_000)
    parser.add_argument("--publish", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.publish:
        publish_night(given.publish, str(given.folder / "output"), given.folder / "night.json")
        return
    nights_by_parent = {}
    with ExitStack() as stack:
        folder = given.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kliping-nights-")))
        for parent in given.parent:
            nights_by_parent[str(parent)] = measure_nights(folder, parent, given.nights, given.delivery)
            print(parent, json.dumps(nights_by_parent[str(parent)]), flush=True)
        for path in folder.rglob("*"):  # releases are read-only, and folders must be writable to be removed
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
    size = f"{given.nights} nights of {given.delivery:,} documents"
    write_result(target, size, {"table": render_nights(nights_by_parent)}, nights_by_parent)


if __name__ == "__main__":
    main()
