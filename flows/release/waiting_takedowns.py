"""Takedowns that wait for the publisher at work: while one waits, nothing is committed.

A takedown holds a shared flock on state/takedown.lock from before it asks for the publisher's lock until it is done.
The publisher looks for it right before its commit: the release was made without knowing of the takedown and may hold
the article. The kernel releases the lock whenever its owner dies, so that no dead takedown stops a publisher.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from flows.release.errors import TakedownWaitsError, explain_write_errors
from flows.release.layout import Dataset


@contextlib.contextmanager
def announce_takedown(dataset: Dataset) -> Iterator[None]:
    """Let no other process commit a release of this dataset while the context lasts. Raises ReleaseError."""
    with explain_write_errors(dataset.root):
        dataset.state.mkdir(parents=True, exist_ok=True)
        handle = os.open(_locate_lock(dataset), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def check_no_takedown_waits(dataset: Dataset) -> None:
    """Raise TakedownWaitsError while a takedown waits for this publisher to end."""
    try:
        handle = os.open(_locate_lock(dataset), os.O_RDWR)
    except OSError:  # no takedown was ever announced
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise TakedownWaitsError(
            f"An article of {dataset.name} is being taken down, and this run may hold it: nothing of the run was "
            "published. Run it again; documents that were cleaned are kept."
        ) from None
    finally:
        os.close(handle)


def _locate_lock(dataset: Dataset) -> Path:
    return dataset.state / "takedown.lock"
