"""What is done to a forked run from within: its touches of the disk are counted, and it dies, is torn or misled.

Touches are what zygote.py says. Nothing of this is undone: the process is one run's, and ends with it.
"""

import errno
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

TEMPORARY = tuple(
    f"{tempfile.gettempdir()}/{begin}" for begin in ("tmp", "kliping-")
)  # asked for once: the first asking opens files, which the hook hears


# What a full disk refuses: it still removes, and renames. A writer is closed by its collector too, open or not.
_NEEDS_SPACE = {
    "open", "os.mkdir", "os.symlink", "os.link", "fsync", "pwrite", "parquet write_table", "parquet write_batch",
    "arrow open",
}  # fmt: skip


class Counter:
    """Counts the touches of an output, writes each down, and dies where it was asked to."""

    def __init__(
        self, output: str, log: Path, die_at: int, act_at: int = 0, act: str = "", full_from: int = 0, full_for: int = 0
    ) -> None:
        self._output, self._die_at, self._act_at, self._act = output, die_at, act_at, act
        self._full = range(full_from, full_from + full_for) if full_from else range(0)
        self._numbers = count(1)  # each is given out once, whatever thread asks
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._log = os.open(log, flags | os.O_TRUNC)
        self._strays = os.open(log.with_name("outside"), flags)

    def touch(self, what: str, path: object = "") -> None:
        """One touch, about to happen."""
        place = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
        if place.startswith("/") and not place.startswith(self._output):
            return
        number = next(self._numbers)
        os.write(self._log, f"{what} {place.removeprefix(self._output)}\n".encode("utf-8", "replace"))
        if number == self._act_at:
            subprocess.run(["/bin/sh", "-c", self._act], check=True)
        if number == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if number in self._full and what in _NEEDS_SPACE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), place or None)

    def hear(self, event: str, given: tuple[Any, ...]) -> None:
        """What the interpreter does to files."""
        if event == "open":
            path, mode, flags = given
            writes = any(c in mode for c in "wax+") if mode else bool(flags & (os.O_WRONLY | os.O_RDWR))
            if writes and isinstance(path, str) and path.startswith(self._output):
                self.touch("open", path)
            elif writes and isinstance(path, str) and not path.startswith(TEMPORARY):
                os.write(self._strays, f"{path!r}\n".encode("utf-8", "replace"))
        elif event in ("os.rename", "os.mkdir", "os.chmod", "os.truncate", "os.remove", "os.rmdir"):
            self.touch(event, given[0])
        elif event in ("os.symlink", "os.link"):
            self.touch(event, given[1])
        elif event == "fcntl.flock":
            self.touch(event)

    def arm(self) -> None:
        """Listen, and stand before the calls that the interpreter does not tell of."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        sys.addaudithook(self.hear)
        for name in ("fsync", "pwrite", "ftruncate"):
            setattr(os, name, self._before(name, getattr(os, name)))
        for name in ("write_table", "write_batch", "close"):
            setattr(pq.ParquetWriter, name, self._before(f"parquet {name}", getattr(pq.ParquetWriter, name)))
        pa.OSFile = self._before("arrow open", pa.OSFile)

    def _before(self, what: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self.touch(what)
            return call(*given, **named)

        return counted


def tear(most_bytes: int) -> None:
    """From the first Parquet file on, die in the middle of a write that makes a file larger than this."""
    import pyarrow.parquet as pq

    begin = pq.ParquetWriter.__init__

    def limited(*given: Any, **named: Any) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))
        begin(*given, **named)

    pq.ParquetWriter.__init__ = limited


def set_clock(ahead: float) -> None:
    """Move the wall clock of this process; what measures a time that passes goes on as it did."""
    import datetime as module

    real_time, real = time.time, module.datetime

    class Moved(real):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.now(tz) + module.timedelta(seconds=ahead)

    time.time = lambda: real_time() + ahead
    for name in list(sys.modules):
        if name.startswith("flows") and getattr(sys.modules[name], "datetime", None) is real:
            sys.modules[name].datetime = Moved
