"""A year of small nights by the real code: time, memory, files and bytes of a night must not grow with the nights.

    python -m tests.benchmarks.many_nights FOLDER --nights 365 --delivery 20 --segment-rows 800

Each night is `--append` of a few new documents, published in this process. Segments are small, so that a year fills and
merges as many of them as large ones would. Every tenth release is verified and built again from its parent. Printed, a
line a night: CPU seconds, anonymous memory of all processes, megabytes of files that this night wrote below the
dataset (the cache and raw bytes left out), those of rows alone, and files of the release that no older one has. At the
end: what lies on the disk a release beside the rows. Exits with 1 where a release is damaged or not reproduced, where
the mean of the last fifth of the nights is more than half above that of the second fifth, or where there are more than
MAX_MB_A_RELEASE beside the rows.
"""

import argparse
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from flows import release
from flows.maintain.rebuild import rebuild_release
from flows.parameters import Publish
from flows.release import segments
from flows.run import publish_run
from tests.benchmarks import measure
from tests.benchmarks.corpus import Corpus

_CACHE_FOLDERS = ("outcomes", "sources", "raw")  # of state/
_ROW_FOLDERS = ("data", "csv", "lineage")  # of a release
_MAX_GROWTH, MAX_MB_A_RELEASE = 1.5, 1.0


def set_segment_rows(count: int) -> None:
    """Make full segments of so many rows, and the size classes below them."""
    for module in (segments, release):
        setattr(module, "SEGMENT_ROWS", count)  # noqa: B010  (constants of these modules)
    setattr(segments, "_CLASS_LIMITS", tuple(count // part for part in (64, 16, 4, 1)))  # noqa: B010


def list_written(dataset: Path, known: set[int]) -> tuple[float, float, int]:
    """Return megabytes of files that are new, those of rows, and the number of new files of releases."""
    written = rows = 0
    count = 0
    for parent, folders, names in os.walk(dataset):
        if Path(parent).name == "state":
            folders[:] = [name for name in folders if name not in _CACHE_FOLDERS]
        for name in names:
            status = Path(parent, name).lstat()
            if status.st_ino in known:
                continue
            known.add(status.st_ino)
            written += status.st_size
            if "/releases/" in parent:
                count += 1
                rows += status.st_size if Path(parent).name in _ROW_FOLDERS else 0
    return written / 1e6, rows / 1e6, count


def sum_cpu() -> float:
    """Return the CPU seconds of this process and its children, living and dead."""
    times = os.times()
    living = sum(measure.cpu_of(pid) for pid in measure.tree(os.getpid())[1:])
    return times.user + times.system + times.children_user + times.children_system + living


def run_nights(folder: Path, night_count: int, delivery: int) -> list[dict[str, Any]]:
    """Publish so many nights; return the figures of each."""
    nights, known = [], set[int]()
    dataset = release.Dataset(folder / "output" / "news")
    for number in range(night_count):
        source = folder / f"night{number:04d}.jsonl"
        lines = Corpus(7).lines((number + 1) * delivery, first=number * delivery)
        source.write_bytes(b"".join(line + b"\n" for _, line in lines))
        before, begun = sum_cpu(), time.perf_counter()
        job = Publish(source=str(source), output=str(folder / "output"), append=True, workers=1, accept_drift="bench")
        outcome = publish_run.run_publish(job)
        if outcome.status != "published" or outcome.version is None:
            raise SystemExit(f"night {number}: {outcome.status} {outcome.why}")
        cpu, seconds = sum_cpu() - before, time.perf_counter() - begun
        written, rows, count = list_written(dataset.root, known)
        night = {
            "night": number, "cpu": cpu, "seconds": seconds,
            "own_mb": measure.memory(measure.tree(os.getpid()))[1] / 1000,
            "written_mb": written, "rows_mb": rows, "files": count,
        }  # fmt: skip
        if number % 10 == 9:
            night["sound"] = not release.verify_release(dataset.release_path(outcome.version))
            night["equal"] = rebuild_release(dataset, outcome.version).is_identical
        nights.append(night)
        print(json.dumps({key: round(value, 3) for key, value in night.items()}), flush=True)
    return nights


def main() -> None:
    """Run the nights, and print means of fifths."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nights", type=int, default=365)
    parser.add_argument("--delivery", type=int, default=20)
    parser.add_argument("--segment-rows", type=int, default=800)
    asked = parser.parse_args()
    shutil.rmtree(asked.folder, ignore_errors=True)
    asked.folder.mkdir(parents=True)
    set_segment_rows(asked.segment_rows)
    nights = run_nights(asked.folder, asked.nights, asked.delivery)
    fifths = np.array_split(np.array([[night[key] for key in ("cpu", "own_mb", "files")] for night in nights]), 5)
    growth = fifths[-1].mean(axis=0) / fifths[1].mean(axis=0)
    written = float(np.mean([night["written_mb"] - night["rows_mb"] for night in nights]))
    all_mb, rows_mb, _ = list_written(asked.folder / "output" / "news", set())
    on_disk = (all_mb - rows_mb) / len(nights)
    figures = dict(zip(("cpu", "own_mb", "files"), growth.round(2).tolist(), strict=True))
    beside_rows = {"written": round(written, 2), "on_disk": round(on_disk, 2)}
    print(json.dumps({"growth": figures, "mb_a_release_beside_rows": beside_rows}), flush=True)
    is_sound = all(night.get("sound", True) and night.get("equal", True) for night in nights)
    sys.exit(0 if is_sound and growth.max() <= _MAX_GROWTH and on_disk <= MAX_MB_A_RELEASE else 1)


if __name__ == "__main__":
    main()
