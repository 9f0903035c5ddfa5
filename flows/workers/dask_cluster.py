"""Workers elsewhere: the same batches, cleaned by the processes of a Dask cluster.

`--workers tcp://host:port` names its scheduler. What differs from a pool here is the executor alone:
`distributed.Client(address).get_executor()`. Paths travel, not tables: each worker runs in a checkout of the same code
with the same libraries, and sees the output folder under the same path; both are asked of every worker before the
first document is sent. A worker has cleaning children of its own, as a thread of this process has, and what sticks or
breaks one is found and rejected there.

A worker that dies costs nothing: the scheduler gives its jobs to another. A job over which workers died until the
scheduler gave it up (its setting `allowed-failures`, three unless changed) is halved until the document that does it
stands alone, and that one is rejected as `crashed`.
"""

import platform
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa

from flows import release
from flows.clean import Effort
from flows.settings import ROOT
from flows.workers import batch_processing
from flows.workers.supervisor import Crew, crashed

Result = TypeVar("Result")
Job = tuple[Path, Path]

_SECONDS_TO_ANSWER = 15


class ClusterError(Exception):
    """A cluster that cannot be used: what was asked of it, what it said, what to do."""


@dataclass(frozen=True)
class Gang:
    """What is sent to a worker: `process` does there what a crew does here. `home` is what paths are relative to."""

    seconds: float
    html: Effort
    home: Path
    window: int

    def process(self, job: Job) -> Path:
        """RAW rows in an Arrow file -> a folder of Arrow files, see Crew.process."""
        source, target = job
        if not (self.home / source).exists() and not (self.home / target).exists():
            raise ClusterError(
                f"A worker of the cluster does not see {self.home / source}: give the output a folder that all of them "
                "see under the same path."
            )
        _crew(self.seconds, self.html).process((self.home / source, self.home / target))
        return target


@contextmanager
def joined(address: str, seconds: float, html: Effort) -> Iterator[tuple[Executor, Gang]]:
    """An executor on the cluster at `address`, and what to submit to it. Raises ClusterError."""
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
    with client:
        window = 2 * _of_one_mind(client, address)
        # A folder is the same job twice only by accident: nothing is to be taken for known.
        executor = client.get_executor(pure=False)
        try:
            yield Patient(executor), Gang(seconds, html, Path.cwd(), window)
        finally:
            executor.shutdown(wait=False)  # what is under way is cancelled


class Patient(Executor):
    """An executor whose futures halve a job that killed every worker it was given to."""

    def __init__(self, executor: Executor) -> None:
        self.executor = executor

    def submit(self, function: Callable[..., Result], /, *args: Any, **named: Any) -> Future[Result]:  # noqa: ANN401
        """A future of `function` over one job."""
        return _Halving(self.executor, function, args[0], self.executor.submit(function, *args, **named))


class _Halving(Future[Result]):
    def __init__(self, executor: Executor, function: Callable[[Job], Result], job: Job, future: Future[Result]) -> None:
        super().__init__()
        self._executor, self._function, self._job, self._future = executor, function, job, future

    def result(self, timeout: float | None = None) -> Result:
        """The result; where its workers died, that of its halves put together."""
        try:
            return self._future.result(timeout)
        except Exception as error:
            # The class is Dask's, which not every environment has.
            if type(error).__name__ != "KilledWorker":
                raise
        self._halve()
        return self._job[1]  # type: ignore[return-value]  # a job's result is its target

    def _halve(self) -> None:
        source, target = self._job
        with pa.memory_map(str(source)) as file:
            raw = pa.ipc.open_file(file).read_all()
            if raw.num_rows == 1:
                batch_processing.write_outcome(crashed(raw), target)
                return
            cut = raw.num_rows // 2
            jobs = [_part(source, target, n, raw.slice(*rows)) for n, rows in enumerate(((0, cut), (cut,)))]
        patient = Patient(self._executor)
        for half in [patient.submit(self._function, job) for job in jobs]:
            half.result()
        folders = [folder for _, folder in jobs]
        batch_processing.write_outcome(
            batch_processing.joined([batch_processing.NOTHING, *map(batch_processing.read_outcome, folders)]), target
        )


def _part(source: Path, target: Path, number: int, raw: pa.Table) -> Job:
    path = source.with_name(f"{source.name}.half{number}")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, raw.schema) as writer:
        writer.write_table(raw)
    return path, target.with_name(f"{target.name}.half{number}")


def _of_one_mind(client: Any, address: str) -> int:  # noqa: ANN401
    """How many jobs the workers do at a time; raises ClusterError where one has other code than this process."""
    threads = client.nthreads()
    if not threads:
        raise ClusterError(f"The Dask scheduler at {address} has no workers: start some, in a checkout of this code.")
    ours = told()
    for worker, theirs in client.run(told, on_error="return").items():
        if theirs != ours:
            said = theirs if isinstance(theirs, Exception) else f"it has {theirs}, here is {ours}"
            raise ClusterError(
                f"The worker {worker} does not run the same code ({said}): start it in a checkout of this version, "
                "with what requirements.lock lists, and the checkout as its working directory."
            )
    return sum(threads.values())


def told() -> str:
    """What must be equal for two machines to make the same bytes of a document."""
    return f"code {release.code_digest(ROOT)[:12]}, lock {release.lock_digest(ROOT)[:12]}, {platform.python_version()}"


@cache
def _crew(seconds: float, html: Effort) -> Crew:
    """The crew of a worker; its children stay for its next job."""
    return Crew(seconds, html)
