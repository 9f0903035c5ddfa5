"""kill -9 of a worker of a Dask cluster, of its nanny and of its scheduler, at random times of a publish.

    python -m tests.faults.cluster_kills --n 9 --seed 1 [--documents 400]

Each round starts a scheduler and two workers with nannies on loopback, publishes by a process of its own (segments and
checks as calls too), and kills one of the three after a random share of the time of an undisturbed run. Then either the
release has the bytes of a run without a cluster, or the run ended with an exit code of its own and a sentence, without
a traceback, nothing is published, and the next run, on this machine alone, publishes those bytes.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from flows.settings import ROOT
from tests.benchmarks import measure
from tests.benchmarks.corpus import Corpus

TARGETS = ("worker", "nanny", "scheduler")
_FOLDERS = ("data", "csv", "rejects", "lineage", "diff")
# Small limits, so that every step runs as calls.
_PROGRAM = """
import sys
from flows.cli import main
from flows import release
from flows.run import calls
release.SEGMENT_ROWS, calls.MIN_CALL_ROWS = 100, 80
main()
"""


class Cluster:
    """A scheduler and two workers with nannies, each a process on loopback."""

    def __init__(self, folder: Path) -> None:
        file = folder / "scheduler.json"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)
        options = ("--host", "127.0.0.1", "--nthreads", "1", "--scheduler-file", file)
        self.nannies = [self._start("dask_worker", *options, "--local-directory", folder / name) for name in ("a", "b")]
        self.address = self._wait(file)

    def _start(self, module: str, *options: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *map(str, options), "--no-dashboard"]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _wait(self, file: Path) -> str:
        from distributed import Client

        for _ in range(1200):
            if file.exists():
                break
            time.sleep(0.1)
        with Client(scheduler_file=str(file), set_as_default=False, timeout=120) as client:
            client.wait_for_workers(2, timeout=120)
        return str(json.loads(file.read_text())["address"])

    def find_target(self, name: str) -> int:
        """Return the process id of the scheduler, of the first nanny, or of its worker."""
        if name == "scheduler":
            return self.scheduler.pid
        nanny = self.nannies[0].pid
        if name == "nanny":
            return nanny
        children = [pid for pid in measure.tree(nanny)[1:] if b"spawn_main" in _read_command(pid)]
        return children[0] if children else nanny

    def stop(self) -> None:
        """Kill all processes of the cluster."""
        processes = [pid for one in (self.scheduler, *self.nannies) for pid in reversed(measure.tree(one.pid))]
        for pid in processes:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for one in (self.scheduler, *self.nannies):
            one.wait()


def _read_command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def start_publish(source: Path, output: Path, workers: str) -> subprocess.Popen[str]:
    """Start a publish in a process of its own."""
    command = [sys.executable, "-c", _PROGRAM, "publish", str(source), "--output", str(output), "--direct"]
    return subprocess.Popen(
        [*command, "--workers", workers], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def read_digests(output: Path) -> dict[str, str] | None:
    """Read the digests of the tables of the latest release; None without one."""
    sums = output / "news" / "latest" / "SHA256SUMS"
    if not sums.is_file():
        return None
    lines = [line.split() for line in sums.read_text().splitlines()]
    return {path: digest for digest, path in lines if path.partition("/")[0] in _FOLDERS}


def judge_round(source: Path, output: Path, code: int, text: str, expected: dict[str, str]) -> str:
    """Return what is wrong after a kill; empty if nothing is."""
    if "Traceback" in text:
        return f"a traceback: {text[-600:]}"
    if code == 0:
        return "" if read_digests(output) == expected else "other bytes than those of a run without a cluster"
    if read_digests(output) is not None:
        return "a run that failed left a release"
    if not text.strip():
        return f"exit code {code} and no sentence"
    again = start_publish(source, output, "1")
    words = again.communicate()[0]
    return "" if again.returncode == 0 and read_digests(output) == expected else f"the next run failed: {words[-300:]}"


def main() -> None:
    """Run the rounds; exit with 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--documents", type=int, default=400)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    wrong, outcomes = 0, Counter[str]()
    with tempfile.TemporaryDirectory(prefix="kliping-cluster-") as folder:
        work = Path(folder)
        source = work / "raw.jsonl"
        source.write_bytes(b"".join(line + b"\n" for _, line in Corpus(7).lines(asked.documents)))
        begun = time.monotonic()
        undisturbed = start_publish(source, work / "alone", "2")
        words = undisturbed.communicate()[0]
        expected, seconds = read_digests(work / "alone"), time.monotonic() - begun
        if undisturbed.returncode or expected is None:
            raise SystemExit(f"the undisturbed run failed: {words}")
        for number in range(asked.n):
            place, name = work / f"round{number}", TARGETS[number % len(TARGETS)]
            place.mkdir()
            cluster = Cluster(place)
            try:
                run = start_publish(source, place / "output", cluster.address)
                time.sleep(draw.uniform(0.1, 1.0) * seconds)
                target = cluster.find_target(name)
                was_running = run.poll() is None
                with suppress(ProcessLookupError):
                    os.kill(target, signal.SIGKILL)
                text = run.communicate(timeout=600)[0]
            finally:
                cluster.stop()
            problem = judge_round(source, place / "output", run.returncode, text, expected)
            wrong += bool(problem)
            outcomes[f"{name}, exit {run.returncode}"] += 1
            print(f"{number} {name} running={was_running} exit={run.returncode} {problem or 'sound'}", flush=True)
            if run.returncode:
                print(f"   {text.strip().splitlines()[-1][:200]}", flush=True)
    print(json.dumps({"rounds": asked.n, "wrong": wrong, "outcomes": outcomes}), flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
