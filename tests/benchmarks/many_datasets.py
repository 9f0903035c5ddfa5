"""Many datasets on one machine: memory of ten runs that are due at once, and how long 200 deployments take to register.

    python -m tests.benchmarks.many_datasets                     # both, ten minutes on two cores
    python -m tests.benchmarks.many_datasets --only memory
    python -m tests.benchmarks.many_datasets --only start

`make ui` runs as an operator has it, from a copy of the checkout with a datasets.toml of its own. Memory is the
proportional set size (shared pages are divided among the processes that share them) of all processes of flow runs,
sampled several times a second; the server and the worker are told beside it. Held to: ten datasets due at the same
second, with the pool's limit of two, take at most 2.2 times the memory of one, and all of them publish; 200 deployments
add at most 30 s until `make ui` is ready, at the first start and a later one.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.benchmarks.figures.result_file import take_target, write_result
from tests.faults.scheduled_runs import staying
from tests.makers import dump
from tests.ui.served import Served, eventually

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    "flows",
    "schemas",
    "expectations",
    "seeds",
    "prefect.yaml",
    "prefect.toml",
    "pyproject.toml",
    "requirements.lock",
)
MOST_TIMES_ONE = 2.2
MOST_SECONDS = 30.0
LEAD_SECONDS = 15  # from the request to the second at which all are due
_RUN_MARK = b"PREFECT__FLOW_RUN_ID="
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class MemoryPeak:
    """Peak of the memory of flow runs and of all processes of `make ui`, in bytes, and of the runs at once."""

    runs: int = 0
    together: int = 0
    at_once: set[int] = field(default_factory=set)


def copy_checkout(target: Path, entries: Iterable[tuple[str, str]]) -> Path:
    """Copy what a run needs into `target`, with a datasets.toml of these (name, lines)."""
    target.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target / name)
    words = "\n".join(f"[{name}]\n{lines}" for name, lines in entries)
    (target / "datasets.toml").write_text(words, encoding="utf-8")
    return target


def measure_process(pid: int) -> int:
    """Return the proportional set size of a process in bytes; 0 where it has ended."""
    try:
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))


def list_run_processes() -> dict[int, str]:
    """Return the processes of flow runs, their workers among them, and the run of each."""
    runs = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:
            continue
        if _RUN_MARK in environment:
            runs[int(folder.name)] = environment.partition(_RUN_MARK)[2].partition(b"\0")[0].decode()
    return runs


@contextmanager
def watch_memory(served: Served) -> Iterator[MemoryPeak]:
    """Sample memory until the block ends."""
    peak, has_ended = MemoryPeak(), threading.Event()

    def sample() -> None:
        while not has_ended.wait(0.2):
            runs = list_run_processes()
            of_runs = sum(map(measure_process, runs))
            rest = sum(measure_process(pid) for pid in staying(served.process.pid) if pid not in runs)
            peak.runs, peak.together = max(peak.runs, of_runs), max(peak.together, of_runs + rest)
            peak.at_once.add(len(set(runs.values())))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    yield peak
    has_ended.set()
    thread.join()


def publish_at_once(served: Served, names: list[str], seconds: float) -> list[str]:
    """Make a run of each deployment due at the same second, wait for all, and return their messages."""
    due = (datetime.now(UTC) + timedelta(seconds=LEAD_SECONDS)).isoformat()
    state = {"type": "SCHEDULED", "name": "Scheduled", "state_details": {"scheduled_time": due}}
    deployments = {each["name"]: each["id"] for each in served.api("/deployments/filter", limit=200)}
    runs = [served.api(f"/deployments/{deployments[name]}/create_flow_run", state=state)["id"] for name in names]
    return [served.ended(run, seconds)["message"] for run in runs]


def compare_memory(home: Path, datasets: int, documents: int) -> tuple[str, list[str]]:
    """Publish one dataset, then so many others at once; return the figures in words and what was not held to."""
    names = [f"kabar-{number:02}" for number in range(datasets + 1)]
    for at, name in enumerate(names):
        folder = home / "source" / name
        folder.mkdir(parents=True)
        with (folder / "drop.jsonl").open("w", encoding="utf-8") as file:
            for number in range(documents):
                text = dump(at * documents + number)
                file.write(json.dumps({"id": f"{name}-{number}", "text": text}) + "\n")
    entries = [(name, f'source = "{home}/source/{name}"\noutput = "{home}/output"\n') for name in names]
    served = Served(copy_checkout(home / "checkout", entries), home)
    served.start()
    try:
        with watch_memory(served) as one:
            messages = publish_at_once(served, names[:1], 600)
        started = time.monotonic()
        with watch_memory(served) as many:
            messages += publish_at_once(served, names[1:], 1800)
        seconds = time.monotonic() - started
    finally:
        code = served.stop()
    times = many.runs / max(one.runs, 1)
    print(
        f"memory: one run {one.runs / 1e6:,.0f} MB, {datasets} due at once {many.runs / 1e6:,.0f} MB = {times:.2f} "
        f"times (at most {max(many.at_once)} runs at once; {documents:,} documents each, {seconds:.0f} s); with server "
        f"and worker {one.together / 1e6:,.0f} and {many.together / 1e6:,.0f} MB"
    )
    wrong = [f"a run ended so: {message}" for message in messages if not message.startswith("published")]
    if times > MOST_TIMES_ONE:
        wrong.append(f"{datasets} datasets took {times:.2f} times the memory of one; at most {MOST_TIMES_ONE}")
    sentence = (
        f"{datasets} datasets due at once took {times:.1f} times the memory of one, {many.runs / 1e6:,.0f} MB; "
        f"the server and the worker take {(many.together - many.runs) / 1e6:,.0f} MB more."
    )
    return sentence, wrong + ([f"make ui ended with {code}"] if code else [])


def measure_start(served: Served) -> tuple[float, float, float, float]:
    """Start and stop `make ui`.

    Returns the seconds until it is ready, those until all deployments are registered, the CPU seconds of its processes
    by then, and the deployments.
    """
    started = time.monotonic()
    served.start(400)
    ready = time.monotonic() - started
    if "registered meanwhile" in served.said.read_text():
        eventually(lambda: "deployments are registered." in served.said.read_text(), 400)
    seconds = time.monotonic() - started
    cpu = 0.0
    for pid in staying(served.process.pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        cpu += sum(map(int, fields[11:15])) / _TICKS
    count = eventually(lambda: served.api("/deployments/count"))
    if code := served.stop():
        raise SystemExit(f"make ui ended with {code}: {served.said.read_text()}")
    return ready, seconds, cpu, count


def compare_starts(home: Path, datasets: int) -> tuple[str, list[str]]:
    """Start `make ui` twice with and without so many datasets; return the figures in words and what was not held to."""
    line = 'source = "data"\nschedule = "nightly"\nappend = true\nkeep = 30\n'
    figures = {}
    for kind, entries in (("plain", []), ("many", [(f"kabar-{number:03}", line) for number in range(datasets)])):
        folder = home / kind
        folder.mkdir()
        served = Served(copy_checkout(folder / "checkout", entries), folder)
        for time_of in ("first", "later"):
            figures[kind, time_of] = measure_start(served)
    wrong, later = [], []
    for time_of in ("first", "later"):
        (ready, all_there, cpu, few), (ready_many, all_there_many, cpu_many, many) = (
            figures[kind, time_of] for kind in ("plain", "many")
        )
        print(
            f"{time_of} start: {few:.0f} deployments ready after {ready:.1f} s, {many:.0f} after {ready_many:.1f} s: "
            f"{ready_many - ready:+.1f} s; all registered {all_there_many - all_there:+.1f} s "
            f"({cpu_many - cpu:+.1f} CPU s)"
        )
        later.append(
            f"the {time_of} start is ready after {ready_many:.1f} s ({ready:.1f} s without), and all are registered "
            f"{max(all_there_many - ready_many, 0):.1f} s later"
        )
        if many - few < datasets:
            wrong.append(f"{many - few:.0f} deployments were added; {datasets} were expected")
        if ready_many - ready > MOST_SECONDS:
            wrong.append(f"the {time_of} start took {ready_many - ready:.1f} s longer; at most {MOST_SECONDS} s")
    return f"With {datasets} entries {'; '.join(later)}.", wrong


def main() -> int:
    """Measure what was asked for; return 1 where a bound was not held to."""
    target = take_target()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("memory", "start"))
    parser.add_argument("--due", type=int, default=10, help="datasets due at once")
    parser.add_argument("--documents", type=int, default=2000, help="documents of each of them")
    parser.add_argument("--deployments", type=int, default=200, help="datasets that are registered")
    options = parser.parse_args()
    wrong: list[str] = []
    sentences: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="kliping-many-", ignore_cleanup_errors=True) as name:
        home = Path(name).resolve()
        if options.only != "start":
            (home / "memory").mkdir()
            sentences["memory"], broken = compare_memory(home / "memory", options.due, options.documents)
            wrong += broken
        if options.only != "memory":
            (home / "start").mkdir()
            sentences["start"], broken = compare_starts(home / "start", options.deployments)
            wrong += broken
    print(*wrong, sep="\n", end="\n" if wrong else "")
    size = (
        f"{options.due} datasets of {options.documents:,} documents"
        if options.only == "memory"
        else (f"{options.deployments} deployments")
    )
    write_result(target, size, {"sentence": " ".join(sentences.values())}, {"not held to": wrong})
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
