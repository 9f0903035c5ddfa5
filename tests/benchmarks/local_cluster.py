"""A Dask cluster on loopback, its processes, and the digests of what a run on it published."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from flows.settings import ROOT
from tests.benchmarks import measure

_FOLDERS = ("data", "csv", "rejects", "lineage", "diff")


class LocalCluster:
    """A scheduler and workers of one thread with nannies, each a process on loopback."""

    def __init__(self, folder: Path, worker_count: int = 2) -> None:
        file = folder / "scheduler.json"
        self.scheduler = self._start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", file)
        options = ("--host", "127.0.0.1", "--nthreads", "1", "--scheduler-file", file)
        self.nannies = [
            self._start("dask_worker", *options, "--local-directory", folder / f"worker-{number}")
            for number in range(worker_count)
        ]
        self.address = self._wait(file, worker_count)

    def _start(self, module: str, *options: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *map(str, options), "--no-dashboard"]
        # Dask's profiler samples a thread that only waits for a child process, and takes time from the children.
        environment = {**os.environ, "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False"}
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _wait(self, file: Path, worker_count: int) -> str:
        from distributed import Client

        for _ in range(1200):
            if file.exists():
                break
            time.sleep(0.1)
        with Client(scheduler_file=str(file), set_as_default=False, timeout=120) as client:
            client.wait_for_workers(worker_count, timeout=120)
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


def read_digests(output: Path) -> dict[str, str] | None:
    """Read the digests of the tables of the latest release; None without one."""
    sums = output / "news" / "latest" / "SHA256SUMS"
    if not sums.is_file():
        return None
    lines = [line.split() for line in sums.read_text().splitlines()]
    return {path: digest for digest, path in lines if path.partition("/")[0] in _FOLDERS}
