"""Supervised child processes: a document that hangs or crashes one is killed and rejected alone.

    parent: a thread of `ProcessSupervisor`         child: a fresh interpreter, child_service.serve_requests
    request: source, part, first, count         ->  process_rows, written as a folder of Arrow files
    no answer within `seconds`                  ->  child killed; the slice again, document by document
    the child died                              ->  the slice again in eighths, down to the failing document
    one document that still fails               ->  rejected: too_slow, or crashed after three dead children
    request: a call                             ->  run_call in a child that cleans nothing (function_calls.py)
    the child died three times                  ->  CallFailedError
    request: a call that reads                  ->  run_call in a child that cleans; one death: CallFailedError

A slice that takes longer than one document may says nothing about any of its documents, so each is then tried alone.
A child may die for another reason than its document (the machine ran out of memory), so one death rejects nothing. A
job may be started again elsewhere while its first worker still writes: output has a unique name until it is renamed
into place, and a second worker that finds the target uses it. The child is not a `multiprocessing` process: a worker
of a cluster can start it as well as a local thread, and it inherits nothing of the parent (threads, main module).
Starting a child takes about 0.8 s, most of it imports. One is started as soon as a run has documents, the others with
their first job. One child is kept for the next run of this process, unless it has processed many slices: then the
rest of the run needs its memory more.
"""

import atexit
import json
import select
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.clean import Effort
from flows.settings import ROOT
from flows.workers import batch_processing
from flows.workers.child_service import Purpose
from flows.workers.function_calls import CallFailedError, FunctionCall
from schemas import arrow_files

SLICE_BYTES: Final = 4 << 20  # bytes of raw documents in one request: a few seconds of work
MAX_DEATHS: Final = 3
_MAX_REUSED_SLICES: Final = 32  # a child that processed more uses too much memory to be kept for another run
_START_SECONDS: Final = 120.0
_CALL_SECONDS: Final = 3600.0  # a call writes or checks some 50,000 rows: more than an hour means that it hangs
_CHILD_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from flows.workers.child_service import serve_requests; serve_requests(float(sys.argv[2]), sys.argv[3])"
)

_idle_children: list["_WorkerChild"] = []
_children_lock = threading.Lock()


class _ChildLost(Exception):
    """Child that did not answer in time (`is_timeout`) or died."""

    def __init__(self, *, is_timeout: bool) -> None:
        super().__init__("slow" if is_timeout else "died")
        self.is_timeout = is_timeout


class _WorkerChild:
    """Running child process; each request and each answer is one line of JSON."""

    def __init__(self, seconds: float, purpose: Purpose = "clean") -> None:
        self.seconds, self.purpose = seconds, purpose
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD_PROGRAM, str(ROOT), str(seconds), purpose],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._is_ready = False
        self.request_count = 0

    def send_request(self, *arguments: str | int) -> None:
        """Send one request and wait for its answer. Raises _ChildLost."""
        if not self._is_ready:
            try:
                self._await_answer(_START_SECONDS)
            except _ChildLost:
                raise RuntimeError("A worker process did not start; its error output is above.") from None
            self._is_ready = True
        assert self._process.stdin is not None
        self.request_count += 1
        try:
            self._process.stdin.write(json.dumps(arguments).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise _ChildLost(is_timeout=False) from None
        self._await_answer(self.seconds)

    def _await_answer(self, seconds: float) -> None:
        assert self._process.stdout is not None
        poller = select.poll()
        poller.register(self._process.stdout, select.POLLIN)
        if not poller.poll(seconds * 1000):
            raise _ChildLost(is_timeout=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise _ChildLost(is_timeout=False)
        if failure := json.loads(answer):
            raise (
                CallFailedError(failure)
                if self.purpose == "call"
                else RuntimeError(f"A process that cleans documents stopped: {failure}")
            )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def fits(self, seconds: float, purpose: Purpose) -> bool:
        return (self.seconds, self.purpose) == (seconds, purpose) and self.is_alive()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class ProcessSupervisor:
    """Children of one run. `process_file` is thread-safe; each call uses a child of its own.

    `window` is how many jobs are worth having pending.
    """

    def __init__(self, seconds: float, html: Effort = "quality", window: int = 1) -> None:
        self._seconds, self._html, self.window = seconds, html, window
        self._busy_children: set[_WorkerChild] = set()
        self._is_stopped = False

    def process_file(self, job: tuple[Path, Path]) -> Path:
        """Process RAW rows of an Arrow file into a folder of Arrow files, put in place by rename; remove the file.

        Each document is one row of articles or rejects, in order, whatever happens to the child.
        """
        source, target = job
        if target.exists():  # by a worker that died before it could report
            return target
        own_target = target.with_name(f"{target.name}.{uuid4().hex[:12]}")
        raw = arrow_files.read_mapped_table(source)
        parts = [
            part
            for first, count in _plan_slices(raw)
            for part in self._process_slice(source, raw, own_target, first, count)
        ]
        if len(parts) == 1:
            parts[0].rename(own_target)
        else:
            batch_processing.write_outcome(
                batch_processing.concatenate_outcomes(
                    [batch_processing.EMPTY_OUTCOME, *map(batch_processing.read_outcome, parts)]
                ),
                own_target,
            )
            for part in parts:
                shutil.rmtree(part)
        try:
            own_target.rename(target)
        except OSError:
            if not target.exists():
                raise
            shutil.rmtree(own_target)
        source.unlink(missing_ok=True)
        return target

    def run_call(self, call: FunctionCall) -> FunctionCall:
        """Run a function in a child; return the call when its answer is there. Raises CallFailedError."""
        for _ in range(MAX_DEATHS):
            if call.answer.exists():  # by a worker that died before it could report
                break
            child = self._acquire_child(_CALL_SECONDS, "call")
            try:
                child.send_request(*(str(path.absolute()) for path in call))
            except _ChildLost as error:
                child.kill()
                if self._is_stopped:
                    raise
                if error.is_timeout:
                    raise CallFailedError(
                        explain_lost_call(call, f"did not end within {_CALL_SECONDS:,.0f} s")
                    ) from None
            finally:
                self._release_child(child)
        if not call.answer.exists():
            raise CallFailedError(explain_lost_call(call, f"died {MAX_DEATHS} times"))
        return call

    def run_reading(self, call: FunctionCall) -> FunctionCall:
        """Run a call that reads documents in a child that cleans them, once; raises CallFailedError if it is lost."""
        child = self._acquire_child(self._seconds, "clean")
        try:
            child.send_request(*(str(path.absolute()) for path in call))
        except _ChildLost:
            child.kill()
            raise CallFailedError(explain_lost_call(call, "was lost")) from None
        finally:
            self._release_child(child)
        return call

    def kill_children(self) -> None:
        """Kill the busy children: the run failed or was stopped, and nobody waits for their output."""
        with _children_lock:
            self._is_stopped = True
            for child in self._busy_children:
                child.kill()

    def _process_slice(
        self, source: Path, raw: pa.Table, own_target: Path, first: int, count: int, deaths: int = 0
    ) -> list[Path]:
        part = own_target.with_name(f"{own_target.name}.{first:06d}-{count}")
        child = self._acquire_child(self._seconds, "clean")
        try:
            # A child kept from an earlier run may have another working directory.
            child.send_request(str(source.absolute()), str(part.absolute()), first, count, self._html)
            return [part]
        except _ChildLost as error:
            child.kill()
            if self._is_stopped:
                raise
            for leftover in (part, part.with_name(part.name + ".part")):
                shutil.rmtree(leftover, ignore_errors=True)
            is_timeout, deaths = error.is_timeout, deaths + (not error.is_timeout)
        finally:
            self._release_child(child)
        if count > 1:
            # Eighths rather than halves, because starting a child costs as much as a hundred documents.
            step = 1 if is_timeout else max(1, count // 8)
            return [
                part_path
                for row in range(first, first + count, step)
                for part_path in self._process_slice(
                    source, raw, own_target, row, min(step, first + count - row), deaths
                )
            ]
        if not is_timeout and deaths < MAX_DEATHS:
            return self._process_slice(source, raw, own_target, first, count, deaths)
        batch_processing.write_outcome(
            batch_processing.build_reject_outcome(
                raw.slice(first, 1), *_explain_failure(self._seconds, is_timeout=is_timeout)
            ),
            part,
        )
        return [part]

    def _acquire_child(self, seconds: float, purpose: Purpose) -> "_WorkerChild":
        """Take an idle child or start one. Raises _ChildLost once the children were killed."""
        with _children_lock:
            if self._is_stopped:
                raise _ChildLost(is_timeout=False)
            idle = next((child for child in _idle_children if child.fits(seconds, purpose)), None)
            if idle is not None:
                _idle_children.remove(idle)
            child = idle or _WorkerChild(seconds, purpose)
            self._busy_children.add(child)
        return child

    def _release_child(self, child: "_WorkerChild") -> None:
        with _children_lock:
            self._busy_children.discard(child)
            if child.is_alive():
                _idle_children.append(child)


def _plan_slices(raw: pa.Table) -> list[tuple[int, int]]:
    """Return the slices to request, as (first row, count): many short texts or few long pages each."""
    number = np.cumsum(pc.binary_length(raw["raw"]).to_numpy().astype(np.int64)) // SLICE_BYTES
    firsts = np.flatnonzero(np.diff(number, prepend=-1)).tolist()
    return [(first, end - first) for first, end in pairwise([*firsts, raw.num_rows])]


def start_idle_child(seconds: float) -> None:
    """Start a child if none is idle: it imports its modules, for a second, while the run goes on."""
    with _children_lock:
        if not any(child.fits(seconds, "clean") for child in _idle_children):
            _idle_children.append(_WorkerChild(seconds))


def kill_idle_children(keep: int = 0) -> None:
    """Kill the idle children except `keep` of those that have processed few slices."""
    with _children_lock:
        is_reusable = [
            child.purpose == "clean" and child.request_count < _MAX_REUSED_SLICES for child in _idle_children
        ]
        retained = [child for child, reusable in zip(_idle_children, is_reusable, strict=True) if reusable][:keep]
        for child in _idle_children:
            if child not in retained:
                child.kill()
        _idle_children[:] = retained


atexit.register(kill_idle_children)


def build_crash_outcome(raw: pa.Table) -> batch_processing.BatchOutcome:
    """Build the outcome of a document (a RAW table of one row) that killed several processes."""
    return batch_processing.build_reject_outcome(raw, *_explain_failure(0, is_timeout=False))


def _explain_failure(seconds: float, *, is_timeout: bool) -> tuple[str, str]:
    if is_timeout:
        return "too_slow", (
            f"Cleaning this document took longer than {seconds:g} seconds and was stopped; the others went on. "
            "Raise max_seconds, or report it with raw_sha256: the raw bytes are kept."
        )
    return "crashed", (
        f"The process that cleaned this document died, {MAX_DEATHS} times; the others went on. "
        "The raw bytes are kept: please report it with raw_sha256."
    )


def explain_lost_call(call: FunctionCall, what_happened: str) -> str:
    """Return the sentence on a call that no worker could complete."""
    name = json.loads(call.request.read_text())["function"].rpartition(":")[2].replace("_", " ")
    return (
        f"A worker process that was to {name} {what_happened}, and nothing was published: look for a lack of memory, "
        "and run again; documents that were cleaned are kept."
    )
