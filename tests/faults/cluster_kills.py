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
from tests.benchmarks.corpus import Corpus
from tests.benchmarks.local_cluster import LocalCluster, read_digests

TARGETS = ("worker", "nanny", "scheduler")
# Small limits, so that every step runs as calls.
_PROGRAM = """
import sys
from flows.cli import main
from flows import release
from flows.run import calls
release.SEGMENT_ROWS, calls.MIN_CALL_ROWS = 100, 80
main()
"""


def start_publish(source: Path, output: Path, workers: str) -> subprocess.Popen[str]:
    """Start a publish in a process of its own."""
    command = [sys.executable, "-c", _PROGRAM, "publish", str(source), "--output", str(output), "--direct"]
    return subprocess.Popen(
        [*command, "--workers", workers], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


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
            cluster = LocalCluster(place)
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
