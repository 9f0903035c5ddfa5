"""Remote workers: the same batches, processed on a Dask cluster.

`--workers tcp://host:port` names its scheduler. Only the executor differs from the local pool:
`distributed.Client(address).get_executor()`. Paths are sent, not tables: each worker runs in a checkout of the same
code with the same libraries, and sees the output folder under the same path. The versions are checked on every worker
before the first document is sent, the folder by each job. A worker has a supervisor with child processes of its own,
as a local thread has, so a document that hangs or crashes a child is found and rejected there.

If a worker dies, the scheduler gives its jobs to another. A job whose workers keep dying until the scheduler gives it
up (its setting `allowed-failures`, default three) is halved until the failing document stands alone; that document is
rejected as `crashed`.
"""

import logging
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow as pa

from flows import release
from flows.clean import Effort
from flows.settings import ROOT
from flows.workers import batch_processing
from flows.workers.function_calls import CallFailedError, FunctionCall
from flows.workers.supervisor import ProcessSupervisor, build_crash_outcome, explain_lost_call
from schemas import arrow_files

Result = TypeVar("Result")
Job = tuple[Path, Path]

_SECONDS_TO_ANSWER: Final = 15
# By name, because Dask is an optional dependency; the last one is raised by a client that was closed meanwhile.
_LOST_SCHEDULER_ERRORS: Final = frozenset({"CommClosedError", "CancelledError", "ClosedClientError"})


class ClusterError(Exception):
    """Cluster that cannot be used; the message says what was asked, what it answered and what to do."""


@dataclass(frozen=True)
class RemoteWorker:
    """Picklable counterpart of ProcessSupervisor that runs jobs on a worker.

    `base_folder` is the folder that the paths of a job are relative to.
    """

    seconds: float
    html: Effort
    base_folder: Path
    window: int

    def process_file(self, job: Job) -> Path:
        """Process RAW rows of an Arrow file into a folder of Arrow files, see ProcessSupervisor.process_file."""
        source, target = job
        if not (self.base_folder / source).exists() and not (self.base_folder / target).exists():
            raise ClusterError(_explain_unseen_path(self.base_folder / source))
        _load_supervisor(self.seconds, self.html).process_file((self.base_folder / source, self.base_folder / target))
        return target

    def run_call(self, call: FunctionCall) -> FunctionCall:
        """Run a function in a child of this worker, see ProcessSupervisor.run_call."""
        if not call.request.exists():
            raise ClusterError(_explain_unseen_path(call.request))
        _load_supervisor(self.seconds, self.html).run_call(call)
        return call

    def run_reading(self, call: FunctionCall) -> FunctionCall:
        """Run a call that reads in a child of this worker, see ProcessSupervisor.run_reading."""
        if not call.request.exists():
            raise ClusterError(_explain_unseen_path(call.request))
        _load_supervisor(self.seconds, self.html).run_reading(call)
        return call


def _explain_unseen_path(path: Path) -> str:
    return (
        f"A worker of the cluster does not see {path}: "
        "give the output a folder that all of them see under the same path."
    )


@contextmanager
def connect_cluster(address: str, seconds: float, html: Effort) -> Iterator[tuple[Executor, RemoteWorker]]:
    """Connect to the cluster at `address`; yield an executor and the worker to submit to it. Raises ClusterError."""
    try:
        from distributed import Client
    except ImportError:
        raise ClusterError(
            f"{address} is a Dask cluster, and this environment has no Dask: install the extra `cluster`."
        ) from None
    try:
        client = Client(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(f"No Dask scheduler answers at {address} ({error}): start it, or give a number.") from None
    with _explain_lost_scheduler(address), client:
        window = 2 * _check_same_version(client, address)
        # Jobs have side effects, so Dask must not reuse a result for equal arguments.
        executor = client.get_executor(pure=False)
        try:
            yield SplittingExecutor(executor), RemoteWorker(seconds, html, Path.cwd(), window)
        finally:
            executor.shutdown(wait=False)  # cancels running jobs


@contextmanager
def _explain_lost_scheduler(address: str) -> Iterator[None]:
    """Raise ClusterError for the errors by which Dask reports that its scheduler is gone."""
    _silence_dask()
    try:
        yield
    except Exception as error:
        names = {each.__name__ for each in type(error).__mro__}
        if not names & _LOST_SCHEDULER_ERRORS:
            raise
        raise ClusterError(
            f"The Dask scheduler at {address} went away while it had work ({type(error).__name__}); nothing was "
            "published. Start it and its workers again, and run again: documents that were cleaned are kept."
        ) from None


def _silence_dask() -> None:
    """Suppress the log of Dask in this process: its tracebacks come from a thread, also after an error was raised."""
    for name, logger in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] == "distributed" and isinstance(logger, logging.Logger):
            logger.handlers, logger.propagate = [logging.NullHandler()], False


class SplittingExecutor(Executor):
    """Executor whose futures split a job in halves after it killed every worker that tried it."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor

    def submit(self, function: Callable[..., Result], /, *args: Any, **kwargs: Any) -> Future[Result]:  # noqa: ANN401
        """Submit `function` with one job as its first argument: a slice to clean, or a call, which is not split."""
        return _SplittingFuture(self.executor, function, args[0], self.executor.submit(function, *args, **kwargs))


class _SplittingFuture(Future[Result]):
    def __init__(self, executor: Executor, function: Callable[[Job], Result], job: Job, future: Future[Result]) -> None:
        super().__init__()
        self._executor, self._function, self._job, self._future = executor, function, job, future

    def result(self, timeout: float | None = None) -> Result:
        """Return the result; if the workers of the job died, process its halves and merge them."""
        try:
            return self._future.result(timeout)
        except Exception as error:
            # The class is compared by name because Dask is an optional dependency.
            if type(error).__name__ != "KilledWorker":
                raise
        if isinstance(self._job, FunctionCall):
            raise CallFailedError(explain_lost_call(self._job, "died on each worker of the cluster that tried it"))
        self._run_halves()
        return self._job[1]  # type: ignore[return-value]  # the result of a job is its target

    def _run_halves(self) -> None:
        source, target = self._job
        raw = arrow_files.read_mapped_table(source)
        if raw.num_rows == 1:
            batch_processing.write_outcome(build_crash_outcome(raw), target)
            return
        middle = raw.num_rows // 2
        jobs = [_write_half(source, target, n, raw.slice(*rows)) for n, rows in enumerate(((0, middle), (middle,)))]
        splitting_executor = SplittingExecutor(self._executor)
        for half in [splitting_executor.submit(self._function, job) for job in jobs]:
            half.result()
        folders = [folder for _, folder in jobs]
        batch_processing.write_outcome(
            batch_processing.concatenate_outcomes(
                [batch_processing.EMPTY_OUTCOME, *map(batch_processing.read_outcome, folders)]
            ),
            target,
        )


def _write_half(source: Path, target: Path, number: int, raw: pa.Table) -> Job:
    path = source.with_name(f"{source.name}.half{number}")
    arrow_files.write_table(path, raw, packed=False)
    return path, target.with_name(f"{target.name}.half{number}")


def _check_same_version(client: Any, address: str) -> int:  # noqa: ANN401
    """Return how many jobs the workers run at a time; raises ClusterError where one runs other code."""
    threads = client.nthreads()
    if not threads:
        raise ClusterError(f"The Dask scheduler at {address} has no workers: start some, in a checkout of this code.")
    own_fingerprint = compute_version_fingerprint()
    for worker, worker_fingerprint in client.run(compute_version_fingerprint, on_error="return").items():
        if worker_fingerprint != own_fingerprint:
            difference = (
                worker_fingerprint
                if isinstance(worker_fingerprint, Exception)
                else f"it has {worker_fingerprint}, here is {own_fingerprint}"
            )
            raise ClusterError(
                f"The worker {worker} does not run the same code ({difference}): start it in a checkout of this "
                "version, with what requirements.lock lists, and the checkout as its working directory."
            )
    return sum(threads.values())


def compute_version_fingerprint() -> str:
    """Return the versions that must be equal for two machines to produce the same bytes."""
    code, lock = release.compute_code_digest(ROOT)[:12], release.compute_lock_digest(ROOT)[:12]
    return f"code {code}, lock {lock}, {platform.python_version()}"


@cache
def _load_supervisor(seconds: float, html: Effort) -> ProcessSupervisor:
    """Return the supervisor of this worker, cached so that its children serve the next job as well."""
    return ProcessSupervisor(seconds, html)
