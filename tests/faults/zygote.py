"""Runs of the `kliping` command in forked processes, which can be made to die at their n-th touch of the disk.

A run costs what it does, not what it imports: a process that has imported everything and done nothing is forked for
each. What is counted are the touches of the output: files opened for writing, folders made, renames, removals, changes
of mode, links, syncs, locks, and each row group, opening and end of a file that Arrow writes. So a point is a number,
and the same number is the same place in every run.

    with Zygote() as zygote:
        ended = zygote.run("publish", "seeds", "--direct", output=folder, die_at=37)
"""

import atexit
import faulthandler
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.faults.disk_touches import Counter, set_clock, tear

ROOT = Path(__file__).resolve().parents[2]
MARK = "KLIPING_FIRE_RUN"  # in the environment of every process of a run, to find those that are left


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, or minus the signal; what it printed; how often it touched the disk."""

    code: int
    said: str
    touches: int
    mark: str

    @property
    def died(self) -> bool:
        """Whether a signal ended it."""
        return self.code < 0


class Zygote:
    """The process that forks."""

    def __init__(self, *before: str, **environment: str) -> None:
        """`before` are words to put before the interpreter's: setpriv, unshare."""
        self._folder = tempfile.TemporaryDirectory(prefix="kliping-zygote-")
        self._runs = 0
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
            "PYTHONPATH": str(ROOT),
            "PREFECT_HOME": str(Path(self._folder.name, "prefect")),
            "OMP_NUM_THREADS": "1",
            **environment,
        }
        self._process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self._process.stdout.readline()

    def start(self, *words: str, **how: Any) -> str:
        """Begin a run; `wait` for it before the next. Returns its mark. For what it takes see `run`."""
        self._runs += 1
        mark = f"{os.getpid()}-{self._process.pid}-{self._runs}"
        order = {"words": words, "mark": mark, "folder": self._folder.name, **how}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order, default=str) + "\n")
        self._process.stdin.flush()
        return mark

    def wait(self, mark: str) -> Ended:
        """The end of the run that was begun."""
        assert self._process.stdout is not None
        answer = json.loads(self._process.stdout.readline())
        said = Path(self._folder.name, f"{mark}.said")
        touched = Path(self._folder.name, f"{mark}.touched")
        touches = touched.read_text(encoding="utf-8").splitlines() if touched.exists() else []
        return Ended(answer["code"], said.read_text(encoding="utf-8", errors="replace"), len(touches), mark)

    def touches(self, mark: str) -> list[str]:
        """What each touch of a run was."""
        return Path(self._folder.name, f"{mark}.touched").read_text(encoding="utf-8").splitlines()

    def outside(self) -> list[str]:
        """Every file that a run opened for writing outside its output, but for temporary ones."""
        path = Path(self._folder.name, "outside")
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def run(
        self,
        *words: str,
        output: Path | None = None,
        die_at: int = 0,
        most_bytes: int = 0,
        environment: Mapping[str, str] | None = None,
        clock: float = 0,
        act_at: int = 0,
        act: str = "",
        full_from: int = 0,
        full_for: int = 0,
    ) -> Ended:
        """Run a command on an output.

        It dies before its touch number `die_at`, or when a file that it writes grows beyond `most_bytes`. `clock` is
        added to its wall clock, in seconds. `act` is a shell command that is given before touch number `act_at`. The
        disk is full from touch number `full_from` on, for `full_for` touches.
        """
        return self.wait(
            self.start(
                *words,
                output=output,
                die_at=die_at,
                most_bytes=most_bytes,
                environment=dict(environment or {}),
                clock=clock,
                act_at=act_at,
                act=act,
                full_from=full_from,
                full_for=full_for,
            )
        )

    def __enter__(self) -> "Zygote":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


def left_behind(mark: str) -> list[int]:
    """The processes of a run that still live."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"{MARK}={mark}\0".encode() in (folder / "environ").read_bytes() + b"\0":
                found.append(int(folder.name))
    return found


def gone(mark: str, seconds: float = 60) -> bool:
    """Whether all processes of a run end by themselves in so many seconds; those that do not are killed."""
    until = time.monotonic() + seconds
    while left := left_behind(mark):
        if time.monotonic() > until:
            for pid in left:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            return False
        time.sleep(0.05)
    return True


def _become(order: dict[str, Any]) -> None:
    """The forked process: the command, until it ends."""
    folder, mark = Path(order["folder"]), order["mark"]
    os.environ[MARK] = mark
    os.environ.update(order.get("environment") or {})
    out = os.open(folder / f"{mark}.said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if order.get("clock"):
        set_clock(order["clock"])
    if order.get("output"):
        Counter(order["output"], folder / f"{mark}.touched", order.get("die_at", 0),
                 order.get("act_at", 0), order.get("act", ""),
                 order.get("full_from", 0), order.get("full_for", 0)).arm()  # fmt: skip
    if order.get("most_bytes"):
        tear(order["most_bytes"])
    words = [*order["words"]]
    if order.get("output"):
        words += ["--output", order["output"]]
    sys.argv = ["kliping", *words]
    # A run that hangs ends, and says where it stood.
    faulthandler.dump_traceback_later(order.get("most_seconds", 240), exit=True, file=os.fdopen(os.dup(out), "w"))
    code = 3
    try:
        from flows.cli import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        atexit._run_exitfuncs()
        os._exit(code)


def _serve() -> None:
    """Import everything, then fork for each order, one after another."""
    from flows.settings import set_default_environment

    set_default_environment()
    import great_expectations  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(order)
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    _serve()
