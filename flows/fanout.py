"""Work spread over any `concurrent.futures.Executor`, with a bounded number of jobs under way, results in order."""

import multiprocessing
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
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def spread(executor: Executor, function: Callable[[Job], Result], jobs: Iterable[Job], window: int) -> Iterator[Result]:
    """Results of `function` over `jobs`, in their order; at most `window` jobs are taken ahead of the results."""
    waiting: deque[Future[Result]] = deque()
    for job in jobs:
        waiting.append(executor.submit(function, job))
        if len(waiting) >= window:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
