"""Jobs for the workers: documents are written as RAW tables, and each job yields a folder of outcomes, in order."""

from collections import deque
from collections.abc import Collection, Iterator
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from flows import read
from flows.parameters import Publish
from flows.workers import fanout
from schemas import arrow_files

BATCH_DOCUMENTS: Final = 256  # at most in a batch, and so in a shard
BATCH_BYTES: Final = 16 << 20
_SMALL_BACKLOG_BYTES: Final = 8 << 20  # bytes that one worker cleans while a second one starts


class KeyedJob(NamedTuple):
    """Job for the workers: the paths of its RAW table and of the folder of its outcome, and its documents' keys."""

    paths: tuple[Path, Path]
    keys: list[bytes]


def open_pool(job: Publish) -> fanout.WorkerPool:
    """Build the pool that cleans documents with the limits of a run; no worker starts before `open`."""
    return fanout.WorkerPool(job.workers, job.max_seconds, job.html)


def write_jobs(documents: Iterator[tuple[bytes, read.RawDocument] | KeyedJob], work: Path) -> Iterator[KeyedJob]:
    """Write documents as jobs in `work`; yield the paths of each, and the keys of its documents; pass jobs on."""
    batch: list[tuple[bytes, read.RawDocument]] = []
    number = size = 0
    for document in documents:
        if isinstance(document, KeyedJob):
            yield document
            continue
        batch.append(document)
        size += document[1].byte_count
        if len(batch) == BATCH_DOCUMENTS or size >= BATCH_BYTES:
            yield _write_job(batch, work / f"{number:08d}")
            batch, number, size = [], number + 1, 0
    if batch:
        yield _write_job(batch, work / f"{number:08d}")


def _write_job(documents: list[tuple[bytes, read.RawDocument]], target: Path) -> KeyedJob:
    """Write documents as the RAW table of one job, and return its paths with the keys of the documents."""
    raw = read.build_documents_table([row for _, row in documents])
    return KeyedJob(write_raw_table(raw, target), [key for key, _ in documents])


def write_raw_table(raw: pa.Table, target: Path) -> tuple[Path, Path]:
    """Write a RAW table beside `target`, and return its path and `target`."""
    source = target.with_name(f"{target.name}.raw.arrow")
    arrow_files.write_table(source, raw, packed=False)
    return source, target


def _is_small_backlog(jobs: Collection[tuple[Path, Path]]) -> bool:
    """Return whether one worker finishes these jobs before a second one has started."""
    return sum(source.stat().st_size for source, _ in jobs) < _SMALL_BACKLOG_BYTES


def run_jobs(jobs: Iterator[KeyedJob], pool: fanout.WorkerPool) -> Iterator[tuple[Path, list[bytes]]]:
    """Run the jobs and yield (folder of outcomes, keys of its documents) in order; no job starts no worker."""
    first_job = next(jobs, None)
    if first_job is None:
        return
    pending_keys: deque[list[bytes]] = deque()

    def iterate_paths() -> Iterator[tuple[Path, Path]]:
        for job_paths, document_keys in chain([first_job], jobs):
            pending_keys.append(document_keys)
            yield job_paths

    # One worker is supervised too: a document that hangs must not hang the run.
    executor, worker = pool.open()
    for folder in fanout.map_in_order(executor, worker.process_file, iterate_paths(), worker.window, _is_small_backlog):
        yield folder, pending_keys.popleft()
