"""How much faster a Dask cluster publishes with more workers: `python -m tests.benchmarks.cluster_speed 20000`.

One, two and four workers of one thread, with a scheduler on loopback, publish the same source from nothing; the best of
`--rounds` counts. Exits with 1 where a release has other bytes than that of one worker, or where two workers are not
LEAST_RATIO times as fast as one. Needs two idle cores: with two, four workers show the bytes alone.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from flows.settings import ROOT
from tests.benchmarks import corpus
from tests.benchmarks.figures.result_file import format_table, take_target, write_result
from tests.benchmarks.local_cluster import LocalCluster, read_digests

LEAST_RATIO = 1.7
SEED, WORKER_COUNTS = 7, (1, 2, 4)


def publish_on_cluster(source: Path, folder: Path, worker_count: int) -> tuple[float, dict[str, str]]:
    """Publish a source on a new cluster; return the seconds of the command, and the digests of the tables."""
    folder.mkdir()
    cluster = LocalCluster(folder, worker_count)
    try:
        command = [sys.executable, "-m", "flows.cli", "publish", str(source), "--direct", "--workers", cluster.address]
        begun = time.perf_counter()
        done = subprocess.run(
            [*command, "--output", str(folder / "output")], cwd=ROOT, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - begun
    finally:
        cluster.stop()
    digests = read_digests(folder / "output")
    if done.returncode or digests is None:
        raise SystemExit(f"{worker_count} workers: exit code {done.returncode}. {(done.stdout + done.stderr)[-1000:]}")
    return seconds, digests


def main() -> int:
    """Publish with one, two and four workers; print the figures and write the result."""
    target = take_target()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, nargs="?", default=20_000)
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    seconds: dict[int, float] = {}
    digests: dict[int, dict[str, str]] = {}
    with tempfile.TemporaryDirectory(prefix="kliping-cluster-") as folder:
        source = Path(folder) / "raw"
        corpus.write(given.size, SEED, source, -(-given.size // 8))
        for number in range(given.rounds):
            for count in WORKER_COUNTS:
                spent, digests[count] = publish_on_cluster(source, Path(folder) / f"{number}-{count}", count)
                seconds[count] = min(spent, seconds.get(count, spent))
                print(f"{count} workers: {spent:.1f} s", flush=True)
    has_same_bytes = all(digests[count] == digests[1] for count in WORKER_COUNTS)
    rows = [[str(count), f"{seconds[count]:.1f}", f"{seconds[1] / seconds[count]:.2f}"] for count in WORKER_COUNTS]
    table = format_table(["workers", "seconds", "times one worker"], rows)
    print(f"{table}\nthe same bytes: {has_same_bytes}", flush=True)
    figures = {"seconds": seconds, "has_same_bytes": has_same_bytes}
    write_result(target, f"{given.size:,} documents", {"table": table}, figures)
    return int(not has_same_bytes or seconds[1] / seconds[2] < LEAST_RATIO)


if __name__ == "__main__":
    sys.exit(main())
