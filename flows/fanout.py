"""Work spread over any `concurrent.futures.Executor`, with a bounded number of jobs under way, results in order."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


@contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """A pool of fresh processes: spawned, so that no thread or lock of this process is copied into them."""
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_end_with_parent)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """A worker of a process that was killed would wait for work for ever: it ends when its parent does."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def spread(executor: Executor, function: Callable[[Job], Result], jobs: Iterable[Job], window: int) -> Iterator[Result]:
    """Results of `function` over `jobs`, in their order; at most `window` jobs are taken ahead of the results."""
    waiting: deque[Future[Result]] = deque()
    for job in jobs:
        waiting.append(executor.submit(function, job))
        if len(waiting) >= window:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
