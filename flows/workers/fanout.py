"""Fan-out over any `concurrent.futures.Executor`: bounded number of pending jobs, results in order."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TypeVar

from flows.clean import Effort
from flows.workers import dask_cluster
from flows.workers.supervisor import ProcessSupervisor, kill_idle_children

Job = TypeVar("Job")
Result = TypeVar("Result")


@contextmanager
def open_executor(
    workers: int | str, seconds: float, html: Effort = "quality"
) -> Iterator[tuple[Executor, ProcessSupervisor | dask_cluster.RemoteWorker]]:
    """Open an executor and the worker to submit to it.

    For a number of workers: as many threads and one supervisor, which gives each thread a process that can be killed.
    For the address of a Dask cluster: its executor; its workers have the supervisors.
    """
    if isinstance(workers, str):
        with dask_cluster.connect_cluster(workers, seconds, html) as executor_and_worker:
            yield executor_and_worker
        return
    supervisor = ProcessSupervisor(seconds, html, window=3 * workers)
    pool = ThreadPoolExecutor(workers)
    try:
        yield pool, supervisor
    except BaseException:
        supervisor.kill_children()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        kill_idle_children(keep=1)


class WorkerPool:
    """Executor of a run and the worker to submit to it, opened when they are first needed; a context manager."""

    def __init__(self, workers: int | str, seconds: float, html: Effort = "quality") -> None:
        self._settings = (workers, seconds, html)
        self._opened = ExitStack()
        self._pool: tuple[Executor, ProcessSupervisor | dask_cluster.RemoteWorker] | None = None

    def open(self) -> tuple[Executor, ProcessSupervisor | dask_cluster.RemoteWorker]:
        """Return the executor and the worker. Raises ClusterError."""
        if self._pool is None:
            self._pool = self._opened.enter_context(open_executor(*self._settings))
        return self._pool

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._opened.__exit__(kind, error, trace)


def map_in_order(
    executor: Executor,
    function: Callable[[Job], Result],
    jobs: Iterable[Job],
    window: int,
    is_small: Callable[[Collection[Job]], bool] = lambda _waiting: False,
) -> Iterator[Result]:
    """Yield the results of `function` over `jobs` in order; at most `window` jobs are taken ahead.

    While the waiting jobs are `is_small`, they run one after the other, and thus on one worker.
    """
    waiting: deque[Job] = deque()
    submitted: deque[Future[Result]] = deque()
    use_all_workers = False

    def submit_jobs() -> None:
        while waiting and (use_all_workers or not submitted or submitted[-1].done()):
            submitted.append(executor.submit(function, waiting.popleft()))

    for job in jobs:
        waiting.append(job)
        use_all_workers = use_all_workers or not is_small(waiting)
        submit_jobs()
        while len(submitted) >= window:
            yield submitted.popleft().result()
    while submitted or waiting:
        submit_jobs()
        yield submitted.popleft().result()
