"""Processes that clean, and that can be killed: a document that sticks or breaks one costs itself alone.

    parent: a thread of `Crew`                      child: a fresh interpreter, `main` below
    slice by slice: source, part, first, count  ->  pipeline.process, written as a folder of Arrow files
    no answer within `seconds`                  ->  killed; the slice again, document by document
    no answer at all: it died                   ->  the slice again in eighths, down to the document that does it
    one document that still fails               ->  rejected: too_slow, or crashed when three children died over it

A slice that together takes longer than one document may is no fault of any: each is then tried alone. A process may
die of something else than its document (the machine ran out of memory), so that one death condemns none. A job may
be begun anew elsewhere while its first worker still writes: what is written has a name of its own until it is put in
place by rename, and whoever comes second finds it done. The child is no
`multiprocessing` one, so that a worker of a cluster may have it as well as a thread of this process, and so that
nothing of the parent (its threads, its main module) is met again in it. Starting one takes some 0.8 s, most of it
imports that cleaning needs anyway: one is prepared as soon as a run has anything to do, others start with the first
work for them. One stays for the next run of this process, unless it had much to do: the rest of the run needs its
memory more.
"""

import atexit
import faulthandler
import gc
import json
import os
import select
import shutil
import signal
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
from schemas import stage_tables

SLICE: Final = 4 << 20  # bytes of raw documents that are asked for at a time: some seconds of work
DEATHS: Final = 3
_GROWN: Final = 32  # slices after which a child holds so much that it is not kept for another run
_START_SECONDS: Final = 120.0
_CHILD: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); from flows.workers.supervisor import main; main(float(sys.argv[2]))"
)

_idle: list["_Child"] = []
_taking = threading.Lock()


class _Gone(Exception):
    """The child did not answer in time (`slow`), or died."""

    def __init__(self, *, slow: bool) -> None:
        super().__init__("slow" if slow else "died")
        self.slow = slow


class _Child:
    """A running child: asked with a line, answers with a line."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, str(ROOT), str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._ready = False
        self.asked = 0

    def ask(self, *words: str | int) -> None:
        """Have it do one thing. Raises _Gone."""
        if not self._ready:
            try:
                self._answer(_START_SECONDS)
            except _Gone:
                raise RuntimeError(
                    "A process that cleans documents did not start; its last words stand above."
                ) from None
            self._ready = True
        assert self._process.stdin is not None
        self.asked += 1
        try:
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise _Gone(slow=False) from None
        self._answer(self.seconds)

    def _answer(self, seconds: float) -> None:
        assert self._process.stdout is not None
        waiting = select.poll()
        waiting.register(self._process.stdout, select.POLLIN)
        if not waiting.poll(seconds * 1000):
            raise _Gone(slow=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise _Gone(slow=False)
        if said := json.loads(answer):
            raise RuntimeError(f"A process that cleans documents stopped: {said}")

    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


class Crew:
    """The children of one run. `process` may be called from many threads at once; each call has a child of its own.

    `window` is how many jobs are worth having under way.
    """

    def __init__(self, seconds: float, html: Effort = "quality", window: int = 1) -> None:
        self._seconds, self._html, self.window = seconds, html, window
        self._busy: set[_Child] = set()
        self._stopped = False

    def process(self, job: tuple[Path, Path]) -> Path:
        """RAW rows in an Arrow file -> a folder of Arrow files, put in place by rename; the file is then removed.

        Every document is one row of its articles or rejects, in their order, whatever becomes of the child.
        """
        source, target = job
        if target.exists():  # by one who could not say so any more
            return target
        mine = target.with_name(f"{target.name}.{uuid4().hex[:12]}")
        with pa.memory_map(str(source)) as file:
            raw = pa.ipc.open_file(file).read_all()
            parts = [part for first, count in _slices(raw) for part in self._slice(source, raw, mine, first, count)]
        if len(parts) == 1:
            parts[0].rename(mine)
        else:
            batch_processing.write_outcome(
                batch_processing.joined([batch_processing.NOTHING, *map(batch_processing.read_outcome, parts)]), mine
            )
            for part in parts:
                shutil.rmtree(part)
        try:
            mine.rename(target)
        except OSError:
            if not target.exists():
                raise
            shutil.rmtree(mine)
        source.unlink(missing_ok=True)
        return target

    def stop(self) -> None:
        """Kill what is at work: the run has failed or was stopped, and nobody waits for it."""
        self._stopped = True
        with _taking:
            for child in self._busy:
                child.kill()

    def _slice(self, source: Path, raw: pa.Table, mine: Path, first: int, count: int, deaths: int = 0) -> list[Path]:
        part = mine.with_name(f"{mine.name}.{first:06d}-{count}")
        child = self._taken()
        try:
            # A child that stayed from an earlier run may stand in another folder.
            child.ask(str(source.absolute()), str(part.absolute()), first, count, self._html)
            return [part]
        except _Gone as gone:
            child.kill()
            if self._stopped:
                raise
            for rest in (part, part.with_name(part.name + ".part")):
                shutil.rmtree(rest, ignore_errors=True)
            slow, deaths = gone.slow, deaths + (not gone.slow)
        finally:
            self._given_back(child)
        if count > 1:
            # Eighths and not halves: a new child costs as much as a hundred documents.
            step = 1 if slow else max(1, count // 8)
            return [
                one
                for row in range(first, first + count, step)
                for one in self._slice(source, raw, mine, row, min(step, first + count - row), deaths)
            ]
        if not slow and deaths < DEATHS:
            return self._slice(source, raw, mine, first, count, deaths)
        batch_processing.write_outcome(
            batch_processing.lost(raw.slice(first, 1), *_why(self._seconds, slow=slow)), part
        )
        return [part]

    def _taken(self) -> "_Child":
        with _taking:
            known = next((child for child in _idle if child.seconds == self._seconds and child.alive()), None)
            if known is not None:
                _idle.remove(known)
            child = known or _Child(self._seconds)
            self._busy.add(child)
        return child

    def _given_back(self, child: "_Child") -> None:
        with _taking:
            self._busy.discard(child)
            if child.alive():
                _idle.append(child)


def _slices(raw: pa.Table) -> list[tuple[int, int]]:
    """The rows that are asked for together, as first and count: many short texts, few long pages."""
    number = np.cumsum(pc.binary_length(raw["raw"]).to_numpy().astype(np.int64)) // SLICE
    firsts = np.flatnonzero(np.diff(number, prepend=-1)).tolist()
    return [(first, end - first) for first, end in pairwise([*firsts, raw.num_rows])]


def prepare(seconds: float) -> None:
    """Have a child idle: it loads what it needs, which takes a second, beside whatever goes on."""
    with _taking:
        if not any(child.seconds == seconds and child.alive() for child in _idle):
            _idle.append(_Child(seconds))


def dismiss(keep: int = 0) -> None:
    """Kill the idle children but so many, of those that have had little work."""
    with _taking:
        kept = [child for child in _idle if child.asked < _GROWN][:keep]
        for child in _idle:
            if child not in kept:
                child.kill()
        _idle[:] = kept


atexit.register(dismiss)


def crashed(raw: pa.Table) -> batch_processing.Outcome:
    """The outcome of a document (a RAW table of one row) over which process after process died."""
    return batch_processing.lost(raw, *_why(0, slow=False))


def _why(seconds: float, *, slow: bool) -> tuple[str, str]:
    if slow:
        return "too_slow", (
            f"Cleaning this document took longer than {seconds:g} seconds and was stopped; the others went on. "
            "Raise max_seconds, or report it with raw_sha256: the raw bytes are kept."
        )
    return "crashed", (
        f"The process that cleaned this document died, {DEATHS} times; the others went on. "
        "The raw bytes are kept: please report it with raw_sha256."
    )


def main(seconds: float) -> None:
    """The child: one slice a line of its input, one line of output for each that is done, until the input ends."""
    # Ctrl-C is the parent's to answer; what a library prints must not be taken for an answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    batch_processing.process(_warming())
    # What is loaded by now stays. Looking through it for garbage, again and again, takes a tenth of the time.
    gc.collect()
    gc.freeze()
    answers.write(b'""\n')
    for line in sys.stdin.buffer:
        source, part, first, count, html = json.loads(line)
        # Should the parent be gone, nobody else ends a document that sticks, not even with the interpreter stuck.
        with Path(os.devnull).open("wb") as nowhere:
            faulthandler.dump_traceback_later(seconds + 30, exit=True, file=nowhere)
            said = _done(Path(source), Path(part), first, count, html)
            faulthandler.cancel_dump_traceback_later()
        answers.write(json.dumps(said).encode() + b"\n")


def _warming() -> pa.Table:
    """A document that makes each stage load what it needs, before the clock of a real one runs."""
    row = dict.fromkeys(("source_id", "source_uri", "identity"), "warming")
    row |= {"raw_sha256": "0" * 64, "media": "text"}
    words = "Hujan turun sejak pagi di Pasar Minggu, kata warga yang menunggu angkutan di tepi jalan raya. " * 3
    return pa.Table.from_pylist([{**row, "raw": words.encode(), "stated": []}], stage_tables.RAW)


def _done(source: Path, part: Path, first: int, count: int, html: Effort) -> str:
    """Do the work; a sentence where something other than a document stood in its way: a full disk, say."""
    try:
        batch_processing.process_rows(source, part, first, count, html)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
