"""One publisher at a time.

flock on state/publisher.lock: the kernel lets go of it when its owner dies, however it dies. The file stays; what is
written in it (pid, host, run) is for the message to whoever waits, and means nothing while nobody holds the lock.
"""

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from flows.release.commit import recover, sweep
from flows.release.errors import Busy, writing
from flows.release.layout import Dataset

_POLL_SECONDS: Final = 0.1
_held: set[int] = set()


def _let_go_in_child() -> None:
    # A forked worker shares the lock with its parent, and outlives a parent that is killed: it must not keep it.
    for handle in _held:
        with contextlib.suppress(OSError):
            os.close(handle)
    _held.clear()


os.register_at_fork(after_in_child=_let_go_in_child)


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        run = f"run {held['run']}, " if held["run"] else ""
        return f"{run}process {held['pid']} on {held['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def _take(handle: int, path: Path, dataset: Dataset, wait_seconds: float | None) -> None:
    until = None if wait_seconds is None else time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if until is not None and time.monotonic() >= until:
                raise Busy(
                    f"Another publisher is at work on {dataset.name} ({_holder(path)}): "
                    "wait until it has finished, or stop it; nothing was changed."
                ) from None
        time.sleep(_POLL_SECONDS)


@contextlib.contextmanager
def publisher_lock(dataset: Dataset, wait_seconds: float | None = None, *, run_id: str = "") -> Iterator[list[str]]:
    """Be the one publisher of a dataset; yields what recovery did, in sentences.

    Waits up to `wait_seconds`, without end for None. On entering, what a dead publisher left is finished or put
    back, and .staging is emptied; on leaving, .staging is emptied again. Makes the dataset's folder where there is
    none. Raises Busy where another publisher holds the lock for longer.
    """
    path = dataset.state / "publisher.lock"
    with writing(dataset.root):
        dataset.state.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    _held.add(handle)
    try:
        _take(handle, path, dataset, wait_seconds)
        with writing(dataset.root):
            holder = {"pid": os.getpid(), "host": socket.gethostname(), "run": run_id}
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(holder).encode(), 0)
            notes = recover(dataset)
        dataset.refresh()
        try:
            yield notes
            dataset.send()
        finally:
            if handle in _held:
                sweep(dataset)
    finally:
        if handle in _held:
            _held.discard(handle)
            os.close(handle)
