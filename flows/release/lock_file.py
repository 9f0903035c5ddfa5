"""Publisher lock: one publisher of a dataset at a time.

The lock is a flock on state/publisher.lock, which the kernel releases whenever its owner dies. The file stays. Its
content (pid, host, run) is shown to a publisher that waits, and has no meaning while nobody holds the lock.
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

from flows.release.commit import recover_dataset, remove_stale_folders
from flows.release.errors import DatasetBusyError, explain_write_errors
from flows.release.layout import Dataset

_POLL_SECONDS: Final = 0.1
_lock_handles: set[int] = set()


def _close_locks_in_child() -> None:
    # A forked worker inherits the lock and may outlive a killed parent, so it must close its copy.
    for handle in _lock_handles:
        with contextlib.suppress(OSError):
            os.close(handle)
    _lock_handles.clear()


os.register_at_fork(after_in_child=_close_locks_in_child)


def _describe_holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        run = f"run {holder['run']}, " if holder["run"] else ""
        return f"{run}process {holder['pid']} on {holder['host']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


def _acquire_lock(handle: int, path: Path, dataset: Dataset, wait_seconds: float | None) -> None:
    deadline = None if wait_seconds is None else time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if deadline is not None and time.monotonic() >= deadline:
                raise DatasetBusyError(
                    f"Another publisher is at work on {dataset.name} ({_describe_holder(path)}): "
                    "wait until it has finished, or stop it; nothing was changed."
                ) from None
        time.sleep(_POLL_SECONDS)


@contextlib.contextmanager
def publisher_lock(dataset: Dataset, wait_seconds: float | None = None, *, run_id: str = "") -> Iterator[list[str]]:
    """Hold the publisher lock of a dataset; yields notes on what recovery did.

    Waits up to `wait_seconds`; None waits without limit. On entry, the work of a dead publisher is finished or rolled
    back, and .staging is emptied; on exit, .staging is emptied again. Creates the dataset's folder if it is missing.
    Raises DatasetBusyError where another publisher holds the lock for longer.
    """
    path = dataset.state / "publisher.lock"
    with explain_write_errors(dataset.root):
        dataset.state.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    _lock_handles.add(handle)
    try:
        _acquire_lock(handle, path, dataset, wait_seconds)
        with explain_write_errors(dataset.root):
            holder = {"pid": os.getpid(), "host": socket.gethostname(), "run": run_id}
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(holder).encode(), 0)
            notes = recover_dataset(dataset)
        dataset.pull_changes()
        try:
            yield notes
            dataset.push_changes()
        finally:
            if handle in _lock_handles:
                remove_stale_folders(dataset)
    finally:
        if handle in _lock_handles:
            _lock_handles.discard(handle)
            os.close(handle)
