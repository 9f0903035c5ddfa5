"""Work spread over any `concurrent.futures.Executor`, with a bounded number of jobs under way, results in order."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from flows.clean import Effort
from flows.workers import dask_cluster
from flows.workers.supervisor import Crew, dismiss

Job = TypeVar("Job")
Result = TypeVar("Result")


@contextmanager
def supervised(
    workers: int | str, seconds: float, html: Effort = "quality"
) -> Iterator[tuple[Executor, Crew | dask_cluster.Gang]]:
    """As many threads as workers, and a crew: each thread has a process of its own, to be killed where it sticks.

    An address instead of a number is that of a Dask cluster, whose workers then have the crews.
    """
    if isinstance(workers, str):
        with dask_cluster.joined(workers, seconds, html) as both:
            yield both
        return
    crew = Crew(seconds, html, window=3 * workers)
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool, crew
    except BaseException:
        crew.stop()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        dismiss(keep=1)


def spread(
    executor: Executor,
    function: Callable[[Job], Result],
    jobs: Iterable[Job],
    window: int,
    little: Callable[[Collection[Job]], bool] = lambda _waiting: False,
) -> Iterator[Result]:
    """Results of `function` over `jobs`, in their order; at most `window` jobs are taken ahead of the results.

    As long as the jobs that wait are `little`, one is done after the other, and so by one worker.
    """
    waiting: deque[Job] = deque()
    begun: deque[Future[Result]] = deque()
    much = False

    def begin() -> None:
        while waiting and (much or not begun or begun[-1].done()):
            begun.append(executor.submit(function, waiting.popleft()))

    for job in jobs:
        waiting.append(job)
        much = much or not little(waiting)
        begin()
        while len(begun) >= window:
            yield begun.popleft().result()
    while begun or waiting:
        begin()
        yield begun.popleft().result()
