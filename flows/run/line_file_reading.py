"""Large JSONL files: workers read ranges of their lines, and the coordinator takes what was read in order.

The coordinator looks for line breaks and no more. A range that no worker can read (a cluster that does not see the
source, a file that was replaced meanwhile, a lost process) is read here, from the file that was opened first.
"""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flows import read
from flows.cache import range_reading
from flows.parameters import Publish
from flows.workers import fanout
from flows.workers.function_calls import CallFailedError, FunctionCall, read_answer, write_call


@dataclass(frozen=True)
class ReadRange:
    """What was read of a range: its folder, see `flows.cache.range_reading`; `end` is where it ends in its file."""

    folder: Path
    document_count: int
    reject_count: int
    tally: dict[str, Any] | None
    end: int


def build_read_settings(job: Publish, *, has_one_file: bool) -> range_reading.ReadSettings:
    """Build the settings of reading from the parameters of a run."""
    return range_reading.ReadSettings(job.html, job.max_mb, list(job.map), job.split, job.table, has_one_file)


def read_line_file(
    line_file: read.LineFile, settings: range_reading.ReadSettings, pool: fanout.WorkerPool, work: Path, name: str
) -> Iterator[ReadRange]:
    """Read the ranges of a file on workers and yield them in order; `name` names their folders in `work`."""
    executor, worker = pool.open()
    submitted: deque[tuple[read.LineRange, Path, FunctionCall, Future[FunctionCall]]] = deque()
    for number, line_range in enumerate(line_file.iterate_ranges()):
        folder = work.absolute() / f"{name}-{number:06d}"
        arguments = {"line_range": list(line_range), "settings": asdict(settings), "target": str(folder)}
        call = write_call(folder.parent, folder.name, range_reading.read_range, arguments)
        submitted.append((line_range, folder, call, executor.submit(worker.run_reading, call)))
        if len(submitted) >= worker.window:
            yield _take_range(line_file, settings, *submitted.popleft())
    while submitted:
        yield _take_range(line_file, settings, *submitted.popleft())


def _take_range(
    line_file: read.LineFile,
    settings: range_reading.ReadSettings,
    line_range: read.LineRange,
    folder: Path,
    call: FunctionCall,
    future: "Future[FunctionCall]",
) -> ReadRange:
    """Wait for a range, or read it here where the worker could not."""
    try:
        future.result()
        counts = read_answer(call)
    except CallFailedError:
        counts = None
    if counts is None:
        tally = read.KeyTally()
        rows = line_file.list_rows(line_range, settings.build_limits(), settings.build_options(), tally)
        counts = range_reading.write_rows(rows, line_range.relative, settings, tally, folder)
    call.request.unlink(missing_ok=True)
    call.answer.unlink(missing_ok=True)
    end = line_range.offset + line_range.length
    return ReadRange(folder, counts["documents"], counts["rejects"], counts["tally"], end)
