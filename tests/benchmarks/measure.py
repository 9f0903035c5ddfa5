"""A command as a tree of processes: its seconds, its CPU seconds, and the most memory that all of them had together.

Memory is read from /proc several times a second. `pss_mb` is the sum of proportional set sizes: every page once, shared
or not, files mapped into memory too. `own_mb` is the anonymous part of it: what cannot be dropped and read again.
Linux alone has these; elsewhere both are 0.
"""

import os
import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

EVERY = 0.25
_PSS = re.compile(rb"^Pss:\s+(\d+) kB$.*^Pss_Anon:\s+(\d+) kB$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Measured:
    """What a command took. `cpu` counts it and all its children; `seconds` hang on who else uses the machine."""

    code: int
    seconds: float
    cpu: float
    pss_mb: float
    own_mb: float
    said: str
    samples: list[tuple[float, float, float]] = field(default_factory=list)  # seconds since the start, pss and own MB

    def most_own(self, begin: float, end: float) -> float:
        """The most anonymous memory between two moments, in MB."""
        return max((own for at, _, own in self.samples if begin - EVERY <= at <= end + EVERY), default=0.0)


class _Watch(threading.Thread):
    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self.root, self.over, self.begun = root, threading.Event(), time.perf_counter()
        self.samples: list[tuple[float, float, float]] = []
        self.cpu: dict[int, float] = {}

    def run(self) -> None:
        while not self.over.wait(EVERY):
            found = tree(self.root)
            pss, own = memory(found)
            self.samples.append((time.perf_counter() - self.begun, pss / 1000, own / 1000))
            self.cpu |= {pid: seconds for pid in found if (seconds := cpu_of(pid))}


def tree(root: int) -> list[int]:
    """A process and all that descend from it."""
    found = [root]
    for pid in found:
        for listed in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += [int(child) for child in listed.read_text().split()]
            except OSError:
                continue
    return found


def cpu_of(pid: int) -> float:
    """CPU seconds of a process alone; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(processes: list[int]) -> tuple[int, int]:
    """Proportional set size of processes together, and its anonymous part; kilobytes."""
    pss = own = 0
    for pid in processes:
        try:
            if found := _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_bytes()):
                pss, own = pss + int(found[1]), own + int(found[2])
        except OSError:
            continue
    return pss, own


def run(command: Sequence[str], cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end and measure it; `said` is what it printed, both streams."""
    begun = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=cwd, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    watch = _Watch(child.pid)
    watch.start()
    assert child.stdout is not None
    said = child.stdout.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - begun
    watch.over.set()
    watch.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    # The kernel's sum leaves out children that nobody waited for; what was seen of each leaves out its last moments.
    cpu = max(usage.ru_utime + usage.ru_stime, sum(watch.cpu.values()))
    most_pss, most_own = (max((one[n] for one in watch.samples), default=0.0) for n in (1, 2))
    return Measured(child.returncode, seconds, cpu, most_pss, most_own, said, watch.samples)
