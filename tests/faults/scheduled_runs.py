"""Publishes by a schedule of a real server and worker, on a source that grows: what stays up between runs stays small.

    python -m tests.faults.scheduled_runs --n 24 --every 20

`make ui` as an operator has it, in folders of its own; the deployment `nightly` is given a schedule of so many seconds,
and after each release a drop is added to its source. Measured once the run's own process has ended: memory, open files
and number of the processes that stay (`make ui`, the server, the worker), the bytes of state/, of Prefect's database
and of the logs. Held to: between the second quarter and the last, memory grows by less than 100 MB, open files by less
than 10, and no process more is left; the database grows by less than 1 MB a run. At the end all runs are made to look
as old as prefect.toml lets them become: then the server itself removes them.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.faults.kill_runs import removed
from tests.faults.release_reader import latest_of, wrong_with
from tests.faults.repeated_runs import DROP, bytes_below, files_below, growth, told_of
from tests.faults.zygote import ROOT
from tests.makers import story
from tests.ui.served import Served, eventually

OLD_DAYS = 91
UNDER_WAY = ["PENDING", "RUNNING", "CANCELLING"]
# What a run that ended, and its age, leave in Prefect's database: runs still to come and events of today are not asked.
OUTLIVED = {
    "flow_run": "end_time is not null",
    "flow_run_state": "flow_run_id not in (select id from flow_run where end_time is null)",
    "task_run": "true",
    "log": "true",
    "artifact": "true",
    "events": "occurred < datetime('now', '-1 day')",
}


def staying(root: int) -> list[int]:
    """A process and all below it that are not a run of a flow or its workers."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            if b"PREFECT__FLOW_RUN_ID=" not in (folder / "environ").read_bytes():
                parents[int(folder.name)] = int(after_name[1])
        except OSError:
            continue
    found, new = {root}, {root}
    while new:
        new = {pid for pid, parent in parents.items() if parent in new}
        found |= new
    return sorted(found)


def measured(served: Served, home: Path) -> dict[str, float]:
    """One row of figures."""
    pids = staying(served.process.pid)
    status = [Path(f"/proc/{pid}/status").read_text().splitlines() for pid in pids]
    prefect = served.home / "prefect"
    return {
        "memory MB": sum(int(row.split()[1]) / 1024 for rows in status for row in rows if row.startswith("VmRSS")),
        "open files": sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids),  # noqa: PTH208
        "processes": len(pids),
        "state KB": bytes_below(home / "state") / 1000,
        "state files": files_below(home / "state"),
        "releases KB": bytes_below(home / "releases") / 1000,
        "database KB": sum(path.stat().st_size for path in prefect.glob("prefect.db*")) / 1000,
        "log KB": sum(path.stat().st_size for path in prefect.glob("*.log")) / 1000,
    }


def rows_of(asked: sqlite3.Connection) -> dict[str, int]:
    """Rows of each table that are of runs that ended, or old."""
    return {
        table: asked.execute(f"select count(*) from {table} where {which}").fetchone()[0]
        for table, which in OUTLIVED.items()
    }


def grown_old(served: Served) -> tuple[dict[str, int], dict[str, int]]:
    """Rows before and after the server was given runs and events that ended OLD_DAYS ago."""
    database = served.home / "prefect/prefect.db"

    def left() -> dict[str, int]:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60) as asked:
            return rows_of(asked)

    with sqlite3.connect(database, timeout=60) as aged:
        for table, column in (("flow_run", "end_time"), ("events", "occurred")):
            aged.execute(f"update {table} set {column} = datetime({column}, '-{OLD_DAYS} days')")
        before = rows_of(aged)  # before the server sees that they are old
    with suppress(AssertionError):  # what is left is told
        eventually(lambda: not any(left().values()), 120)
    return before, left()


def ended_runs(served: Served) -> list[dict[str, str]]:
    """Name and message of the state of every run that ended."""
    asked = {"flow_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]}}}}
    return [each["state"] for each in served.api("/flow_runs/filter", **asked, limit=200)]


# A run that comes due while one is under way and another one waits is cancelled by Prefect, with these words.
TOO_MANY = "Deployment concurrency limit reached"


def main() -> int:
    """Publish so often."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--n", type=int, default=24, help="releases")
    asked.add_argument("--every", type=float, default=20, help="seconds from one run to the next")
    given = asked.parse_args()
    rows: list[dict[str, float]] = []
    wrong: list[str] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kliping-scheduled-", ignore_cleanup_errors=True) as name:
        served = Served(ROOT, Path(name))
        home = served.output / "news"
        for number in range(given.n * DROP):
            (served.source / f"{number}.txt").write_text(story(number), encoding="utf-8")
        served.start(PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS="5")
        try:
            schedule = {
                "schedule": {"interval": given.every},
                "parameters": {"source": str(served.source), "more": {"output": str(served.output), "wait": 600}},
                "slug": "often",
            }
            nightly = f"/deployments/{served.deployment('nightly')['id']}"
            served.api(nightly, "PATCH", schedules=[schedule])
            seen: str | None = None
            for run in range(given.n):
                seen = eventually(lambda seen=seen: _newer(home, seen), 20 * given.every + 120)
                wrong += [f"run {run}: {said}" for said in wrong_with(home, first=False)]
                # The next drop, whole at once, so that no run meets half of it.
                drop = served.home / "drop"
                drop.mkdir()
                for number in range(DROP):
                    text = story(1000 + run * DROP + number)
                    (drop / f"{number}.txt").write_text(text, encoding="utf-8")
                rows.append(measured(served, home))
                drop.rename(served.source / f"drop-{run}")
            served.api(f"{nightly}/pause_deployment")
            eventually(lambda: not served.api("/flow_runs/count", flow_runs={"state": {"type": {"any_": UNDER_WAY}}}))
            ends = ended_runs(served)
            wrong += [f"a run ended as {end['name']}: {end['message']}" for end in ends
                      if not end["message"].startswith(("published", "nothing new", TOO_MANY))]  # fmt: skip
            before, after = grown_old(served)
        finally:
            code = served.stop()
        if code:
            wrong.append(f"make ui ended with {code}: {served.said.read_text()}")
        removed(served.output)
    wrong += [f"{count} rows of {table} outlived the days that a server keeps"
              for table, count in after.items() if count]  # fmt: skip
    bounds = {"memory MB": 100, "open files": 10, "processes": 0, "database KB": given.n * 500}
    for figure, most in bounds.items():
        if (grew := growth(rows, figure)) > most:
            wrong.append(f"{figure}: grew by {grew:.0f}, at most {most} were expected")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    told = told_of(rows)
    kept = ", ".join(f"{table} {before[table]} -> {after[table]}" for table in OUTLIVED)
    print(
        f"scheduled: {given.n} releases by a schedule of {given.every:.0f} s, {len(ends)} runs: {told}; "
        f"rows once {OLD_DAYS} days old: {kept}; {time.monotonic() - began:.0f} s; {len(wrong)} violations"
    )
    return 1 if wrong else 0


def _newer(home: Path, seen: str | None) -> str | None:
    """The version that latest.json names, once it is another one than this."""
    version = (latest_of(home) or {}).get("version")
    return version if version != seen else None


if __name__ == "__main__":
    sys.exit(main())
