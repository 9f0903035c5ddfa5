"""Publishes in a row on a growing source: memory, file handles, state/ and the Prefect database stay bounded.

    python -m tests.faults.repeated_runs --n 24 [--direct]

One process publishes again and again: through the Prefect flow on its embedded API, or with --direct without Prefect;
scheduled.py has a server and a worker do it by a schedule. Each drop is appended to the source, which doubles over the
whole. Measured after each: the resident memory and the open files of the process, the files of state/, its bytes
without raw ones, those of state/raw, of releases/, and of Prefect's database. Held to: between the second quarter and
the last, memory grows by less than 80 MB and open files by less than 8, Prefect's database by less than 2 MB a run, and
state/ by what it must store: for each new document 7 KB (its cached outcome 4, its row, bands, samples and print in the
index 2, its entry in the source index .4), and for each document of the release .8 KB more, because the index of the
release before is kept and a merged segment has bands, samples and rows of its own; state/ never has many more files
than 64 runs leave. What grows by design is named with its command: releases/ (`kliping prune --keep N`), Prefect's rows
(docs/explanation/reliability.md).
"""

import argparse
import gc
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.makers import story

DROP = 12


def resident() -> float:
    """MB of memory of this process."""
    rows = Path("/proc/self/status").read_text().splitlines()
    return next(int(row.split()[1]) / 1024 for row in rows if row.startswith("VmRSS"))


def bytes_below(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())


def files_below(folder: Path) -> int:
    """How many files lie below a folder."""
    return sum(1 for path in folder.rglob("*") if path.is_file())


def measured(home: Path, database: Path) -> dict[str, float]:
    """One row of figures."""
    gc.collect()
    raw = bytes_below(home / "state/raw")
    return {
        "memory MB": resident(),
        "open files": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        "state KB": (bytes_below(home / "state") - raw) / 1000,
        "raw KB": raw / 1000,
        "state files": files_below(home / "state"),
        "releases KB": bytes_below(home / "releases") / 1000,
        "database KB": sum(path.stat().st_size for path in database.rglob("prefect.db*")) / 1000,
    }


def growth(rows: list[dict[str, float]], name: str) -> float:
    """By how much a figure grew between the second quarter and the last, in their medians."""
    quarter = max(len(rows) // 4, 1)
    middle = [row[name] for row in rows[quarter : 2 * quarter]]
    return statistics.median([row[name] for row in rows[-quarter:]]) - statistics.median(middle)


def told_of(rows: list[dict[str, float]]) -> str:
    """Each figure at the first and the last, and by how much it grew once all was warm."""
    return ", ".join(
        f"{name} {rows[0][name]:.0f} -> {rows[-1][name]:.0f} (from the second quarter on {growth(rows, name):+.0f})"
        for name in rows[0]
    )


def main() -> int:
    """Publish so often."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--n", type=int, default=24, help="publishes")
    asked.add_argument("--direct", action="store_true", help="without Prefect")
    given = asked.parse_args()
    rows: list[dict[str, float]] = []
    wrong: list[str] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kliping-longrun-", ignore_cleanup_errors=True) as name:
        work = Path(name)
        os.environ["PREFECT_HOME"] = str(work / "prefect")
        from flows.settings import set_default_environment

        set_default_environment()  # before Arrow is imported, which then takes the allocator that a run has
        from flows import publish
        from flows.parameters import Publish
        from tests.faults.kill_runs import removed
        from tests.faults.release_reader import wrong_with

        source, output = work / "source", work / "output"
        source.mkdir()
        for number in range(given.n * DROP):
            (source / f"{number}.txt").write_text(story(number), encoding="utf-8")
        for run in range(given.n):
            for number in range(DROP):
                (source / f"{run}-{number}.txt").write_text(story(1000 + run * DROP + number), encoding="utf-8")
            job = Publish(source=str(source), output=str(output))
            state: Any = publish.run_publish(job) if given.direct else None
            outcome = state or publish.run_flow(job.to_form())
            if outcome.exit_code or outcome.status != "published":
                wrong.append(f"run {run}: {outcome.format_sentence()}")
            wrong += [f"run {run}: {said}" for said in wrong_with(output / "news", first=False)]
            rows.append(measured(output / "news", work / "prefect"))
        removed(output)
    compared_runs = growth([{"runs": number} for number in range(given.n)], "runs")
    state_bound = compared_runs * DROP * 7 + 2 * given.n * DROP * 0.8
    bounds = {"memory MB": 80, "open files": 8, "state KB": state_bound, "database KB": given.n * 1000}
    for name, most in bounds.items():
        if (grew := growth(rows, name)) > most:
            wrong.append(f"{name}: grew by {grew:.0f}, at most {most:.0f} were expected")
    if (files := max(row["state files"] for row in rows)) > (most := 500 + given.n * DROP / 10):
        wrong.append(f"state/ had {files:.0f} files, at most {most:.0f} were expected")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    told = told_of(rows)
    how = "direct" if given.direct else "the Prefect flow"
    print(
        f"longrun: {given.n} publishes by {how}, {given.n * DROP + DROP} -> {2 * given.n * DROP} documents: {told}; "
        f"{time.monotonic() - began:.0f} s; {len(wrong)} violations"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
