"""A process that `make ui` runs beside it: started again where it dies, ended with all its own children."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Final

from flows.settings import ROOT

_STOP_SECONDS: Final = 20


class ChildProcess:
    """A Python module as a process, its log, and its end. It leads a group of its own, so that Ctrl-C reaches us first.

    It inherits `lock`, which is held while one of the processes lives.
    """

    def __init__(self, name: str, words: list[str], environment: dict[str, str], home: Path, lock: IO[str]) -> None:
        self.name, self.log = name, home / f"{name}.log"
        self._popen = partial(
            subprocess.Popen,
            [sys.executable, "-m", *words],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, text=True,
            start_new_session=True, pass_fds=[lock.fileno()],
        )  # fmt: skip
        self.process = self._start_process()

    def _start_process(self) -> "subprocess.Popen[str]":
        with self.log.open("ab") as log:
            return self._popen(stdout=log)

    def restart_if_dead(self, notice_callback: Callable[[str], None]) -> None:
        """Start it again where it died, and say so."""
        if self.process.poll() is not None:
            notice_callback(
                f"The {self.name} ended (exit code {self.process.returncode}); it is started again. See {self.log}"
            )
            self.process = self._start_process()

    def stop(self) -> None:
        """Ask it to end, and end it with all its own children where it does not in time."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
