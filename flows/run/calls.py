"""Calls of a step on the executor of a run: the coordinator plans them, workers run them, paths travel between."""

from collections.abc import Sequence
from typing import Any, Final

from flows.parameters import Publish
from flows.run.table_files import release_freed_memory
from flows.workers import fanout
from flows.workers.function_calls import FunctionCall, read_answer

# Rows from which on a step is run as calls: below, starting a process costs more than it gains.
MIN_CALL_ROWS: Final = 20_000


def count_parts(row_count: int) -> int:
    """Return into how many parts rows are divided for calls, each of at least MIN_CALL_ROWS; 0 for too few rows."""
    return row_count // MIN_CALL_ROWS


def run_calls(job: Publish, calls: Sequence[FunctionCall]) -> list[Any]:
    """Run calls on the workers of a job, and return their answers in order. Raises ReleaseError or ClusterError."""
    release_freed_memory()  # which the workers need
    with fanout.open_executor(job.workers, job.max_seconds, job.html) as (pool, crew):
        finished = list(fanout.map_in_order(pool, crew.run_call, calls, crew.window))
    return [read_answer(call) for call in finished]
