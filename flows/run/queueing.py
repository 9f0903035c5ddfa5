"""Waiting for the publisher of a dataset: one run waits, a second one that would wait is turned away.

The queue's lock is a flock on state/queue.lock, which the kernel releases when its owner dies.
"""

import contextlib
import fcntl
from collections.abc import Callable, Iterator

from flows import release


@contextlib.contextmanager
def lock_dataset(
    dataset: release.Dataset, wait_seconds: int, run_id: str, send_notice: Callable[[str], None]
) -> Iterator[None]:
    """Hold the publisher's lock; wait up to `wait_seconds` for it, and say so by `send_notice` before waiting.

    Raises DatasetBusyError where another run publishes for longer, or where another one waits already.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(release.publisher_lock(dataset, 0, run_id=run_id))
        except release.DatasetBusyError as error:
            if not wait_seconds:
                raise
            with _hold_queue(dataset):
                send_notice(f"{error} Waiting up to {wait_seconds:,} s for it.")
                stack.enter_context(release.publisher_lock(dataset, wait_seconds, run_id=run_id))
        yield


@contextlib.contextmanager
def _hold_queue(dataset: release.Dataset) -> Iterator[None]:
    with (dataset.state / "queue.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise release.DatasetBusyError(
                f"Another run publishes {dataset.name}, and one more waits for it already: at most one run waits. "
                "That one reads the source when its turn comes; nothing was changed."
            ) from None
        yield
