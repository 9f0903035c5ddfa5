"""Locks of a mirror that several readers of this machine share.

Readers hold a shared lock until their process ends, because they read the files of the mirror as long as they run. A
reader that is alone may remove what the store no longer lists. A separate lock serializes each update and download.
Both are flocks, which the kernel releases whenever their owner dies.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_OPEN_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
# The handle of this process for each readers' lock, by the path and the inode of its file.
_reader_handles: dict[tuple[Path, int], int] = {}


def _close_locks_in_child() -> None:
    # A forked worker inherits the locks and may outlive its parent.
    for handle in _reader_handles.values():
        with contextlib.suppress(OSError):
            os.close(handle)
    _reader_handles.clear()


os.register_at_fork(after_in_child=_close_locks_in_child)


@contextlib.contextmanager
def hold_mirror_lock(folder: Path, name: str) -> Iterator[None]:
    """Hold an exclusive lock of a mirror's state folder, which is created; wait for it without limit."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / f"{name}.lock", _OPEN_FLAGS, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def register_reader(folder: Path) -> Iterator[bool]:
    """Register this process as a reader of a mirror; yields True while no other reader, and none before, is at work.

    Call it while holding a mirror lock, so that a second reader waits until the first one has removed files.
    """
    path = folder / "readers.lock"
    handle = os.open(path, _OPEN_FLAGS, 0o644)
    key = path, os.fstat(handle).st_ino
    if key in _reader_handles:  # this process already reads the mirror, in this thread or another one
        os.close(handle)
        yield False
        return
    _reader_handles[key] = handle
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield False
        return
    try:
        yield True
    finally:
        fcntl.flock(handle, fcntl.LOCK_SH)
