"""From the source to outcomes: what is known is looked up, the rest is read, cleaned and described by workers."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows import cache, read, release
from flows.describe import article_id
from flows.parameters import Publish
from flows.run.assembly import assembled
from flows.run.run_state import Working
from flows.settings import ROOT
from flows.workers import batch_processing, fanout
from schemas import arrow, stage_tables

Progress = Callable[[int, int, int], None]  # documents read, bytes of the source read, bytes in all

_DOCUMENTS: Final = 256  # of a batch, and so of a shard
_BYTES: Final = 16 << 20
_LITTLE: Final = 8 << 20  # bytes that one worker has cleaned by the time that a second one has started
_ROWS: Final = 8192  # rows that are held as Python objects


@dataclass(frozen=True)
class Known:
    """What is there before a document is read: what was kept, what was remembered, and of each file of the survey its
    row in the ledger, or -1 where it must be read."""

    store: cache.Store
    ledger: cache.Ledger
    survey: read.Survey
    rows: npt.NDArray[np.int64]
    read_by: str
    now_ns: int
    again: int = 0  # documents of unchanged files that must be cleaned again

    def sentence(self) -> str:
        """What there is to do, as far as it can be told before reading."""
        files = self.survey.files.num_rows
        there = int(np.count_nonzero(self.rows >= 0))
        documents = int(self.ledger.files["documents"].to_numpy()[self.rows[self.rows >= 0]].sum())
        told = f"{files - there:,} of {files:,} files are to be read; {documents:,} documents are kept as they were"
        if self.redone:
            told += f"; {self.redone}"
        if self.store.damaged:
            told += f"; {self.store.damaged:,} damaged shards of state/outcomes were removed and are made again"
        return told

    @property
    def redone(self) -> str:
        """How many documents that have not changed must be cleaned again, and why; empty where none must."""
        if not self.again:
            return ""
        why = "an outlet's profile" if self.store.stale else "a part of state/outcomes" if self.store.damaged else ""
        changed = f"{why} changed" if self.store.stale else f"{why} was damaged" if why else "the code changed"
        return f"{self.again:,} documents that have not changed are cleaned again: {changed}"


def known(job: Publish, survey: read.Survey, ledger: cache.Ledger, home: Path, now_ns: int) -> Known:
    """Open what was kept in `home` (state/), and see which files of the survey need not be read."""
    store = cache.Store(home / "outcomes", cache.version(ROOT))
    # What was read at another place says so, row by row.
    read_by = cache.reading(ROOT, [job.html, job.max_mb, survey.inputs.uri])
    rows = ledger.unchanged(survey.files) if ledger.read_by == read_by and not job.limit else None
    if rows is None or not ledger.files.num_rows:
        rows = rows if rows is not None else np.full(survey.files.num_rows, -1, np.int64)
        return Known(store, ledger, survey, rows, read_by, now_ns)
    there = store.find(ledger.arrivals["key"].combine_chunks()).known
    edges = ledger.spans("documents")
    missing = np.concatenate([[0], np.cumsum(~there)])
    lacks = (missing[edges[1:]] - missing[edges[:-1]])[rows]
    again = int(lacks[rows >= 0].sum())
    return Known(store, ledger, survey, np.where(lacks > 0, -1, rows), read_by, now_ns, again)


def clean_all(job: Publish, have: Known, work: Path, dataset: release.Dataset | None, progress: Progress) -> Working:
    """What became of every document of the source: found among what was kept, or cleaned and described now.

    With a dataset, raw bytes are kept in its state/, and what was found in the source is laid in `work`.
    """
    source = _Source(job, have, progress)
    with release.Keeper(dataset) if dataset else nullcontext() as keeper:
        cleaned = 0
        for folder, keys in _made(source.jobs(work, keeper), job):
            have.store.adopt(folder, keys)
            cleaned += len(keys)
    found = source.found()
    if dataset is not None and not job.limit and found.files.num_rows:
        cache.lay(found, work)
    return assembled(have.store, found, cleaned)


def processed(batches: Iterator[pa.Table], job: Publish, work: Path) -> list[batch_processing.Outcome]:
    """What becomes of RAW tables, in their order, in supervised workers; `work` is an empty folder."""
    jobs: Iterator[tuple[tuple[Path, Path], list[bytes]]] = (
        (_laid(raw, work / f"{number:08d}"), []) for number, raw in enumerate(batches)
    )
    return [batch_processing.read_outcome(folder) for folder, _ in _made(jobs, job)]


class _Source:
    """The documents of a source as they come by: remembered, or read now."""

    def __init__(self, job: Publish, have: Known, progress: Progress) -> None:
        self._job, self._have, self._progress = job, have, progress
        self._arrivals = _Rows(stage_tables.ARRIVALS)
        self._rejects = _Rows(arrow.REJECTS)
        self._files = _Rows(pa.schema([cache.FILES.field(name) for name in ("documents", "rejects")]))
        self._waiting: list[tuple[bytes, read.Document]] = []
        self._seen = 0
        self._as_surveyed = True

    def jobs(self, work: Path, keeper: release.Keeper | None) -> Iterator[tuple[tuple[Path, Path], list[bytes]]]:
        """What workers have to do, and the keys of the documents; all else is taken down on the way."""
        unknown: list[tuple[bytes, read.Document]] = []
        number = size = 0
        for key, document in self._to_clean(keeper):
            unknown.append((key, document))
            size += document.size
            if len(unknown) == _DOCUMENTS or size >= _BYTES:
                yield _job(unknown, work / f"{number:08d}")
                unknown, number, size = [], number + 1, 0
        if unknown:
            yield _job(unknown, work / f"{number:08d}")

    def found(self) -> cache.Ledger:
        """What was found, once all of it came by."""
        files, counts = self._have.survey.files, self._files.table()
        if counts.num_rows == files.num_rows and self._as_surveyed:
            settled = pa.array(cache.settled(files, self._have.now_ns))
            files = pa.table([*files.columns, settled, *counts.columns], schema=cache.FILES)
        else:  # a trial, or a source that changed meanwhile: nothing to remember by file
            files = cache.FILES.empty_table()
        return cache.Ledger(files, self._arrivals.table(), self._rejects.table(), self._have.read_by)

    def _to_clean(self, keeper: release.Keeper | None) -> Iterator[tuple[bytes, read.Document]]:
        held = 0
        for row in islice(self._rows(), self._job.limit or None):
            if isinstance(row, read.Reject):
                if keeper is not None and row.raw is not None and row.raw_sha256 is not None:
                    keeper.add_pair(row.raw_sha256, row.raw)
                self._rejects.add(tuple(getattr(row, name) for name in arrow.REJECTS.names))
            else:
                if keeper is not None:
                    keeper.add_pair(row.raw_sha256, row.raw)
                key = cache.key_of(row, self._job.html)
                bare = article_id(None, row.identity)
                self._arrivals.add((row.source_id, row.source_uri, row.raw_sha256, row.fetched_at, bare, key))
                self._waiting.append((key, row))
                held += row.size
            if len(self._waiting) >= _DOCUMENTS or held >= _BYTES:
                yield from self._unknown()
                held = 0
        yield from self._unknown()
        self._tell()

    def _unknown(self) -> Iterator[tuple[bytes, read.Document]]:
        waiting, self._waiting = self._waiting, []
        there = self._have.store.find([key for key, _ in waiting]).known if waiting else ()
        yield from (each for each, is_there in zip(waiting, there, strict=True) if not is_there)
        self._tell()

    def _rows(self) -> Iterator[read.Document | read.Reject]:
        """Rows of the files that are read; those of the others are taken down in passing, many files at a time."""
        limits = read.Limits(document_bytes=self._job.max_mb * 1_000_000, record_bytes=self._job.max_mb * 1_000_000)
        paths = chain.from_iterable(chunk.to_pylist() for chunk in self._have.survey.files["path"].chunks)
        remembered: list[int] = []
        for found, path, row in zip(read.files_of(self._job.source), paths, self._have.rows.tolist(), strict=False):
            self._as_surveyed &= path == found.relative
            if row >= 0 and path == found.relative:
                remembered.append(row)
                self._seen += found.stamp[0] if found.stamp else 0
                continue
            self._remembered(remembered)
            remembered = []
            documents = rejects = 0
            for one in read.rows_of(found, limits):
                self._seen += one.size
                is_document = isinstance(one, read.Document)
                documents, rejects = documents + is_document, rejects + (not is_document)
                yield one
            self._files.add((documents, rejects))
        self._remembered(remembered)

    def _remembered(self, rows: Sequence[int]) -> None:
        if not rows:
            return
        ledger = self._have.ledger
        self._files.extend(ledger.files.select(["documents", "rejects"]).take(pa.array(rows)))
        for name, mine, table in (
            ("documents", self._arrivals, ledger.arrivals),
            ("rejects", self._rejects, ledger.rejects),
        ):
            edges = ledger.spans(name)
            for first, last in _runs(rows):
                start, end = int(edges[first]), int(edges[last + 1])
                if start < end:
                    mine.extend(table.slice(start, end - start))

    def _tell(self) -> None:
        total = self._have.survey.inputs.bytes
        self._progress(self._arrivals.count + self._rejects.count, min(self._seen, total), total)


class _Rows:
    """Rows of a schema as they come in, few of them held as Python objects."""

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema
        self.count = 0
        self._tables: list[pa.Table] = []
        self._rows: list[tuple[Any, ...]] = []

    def add(self, row: tuple[Any, ...]) -> None:
        self._rows.append(row)
        self.count += 1
        if len(self._rows) == _ROWS:
            self._flush()

    def extend(self, table: pa.Table) -> None:
        self._flush()
        self._tables.append(table.replace_schema_metadata(self.schema.metadata).cast(self.schema))
        self.count += table.num_rows

    def table(self) -> pa.Table:
        self._flush()
        return pa.concat_tables([self.schema.empty_table(), *self._tables])

    def _flush(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
            self._tables.append(pa.table(arrays, schema=self.schema))
            self._rows = []


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Numbers that follow one another, as first and last."""
    at = np.asarray(rows)
    breaks = np.flatnonzero(np.diff(at) != 1)
    yield from zip(at[[0, *(breaks + 1)]].tolist(), at[[*breaks, len(at) - 1]].tolist(), strict=True)


def _job(documents: list[tuple[bytes, read.Document]], target: Path) -> tuple[tuple[Path, Path], list[bytes]]:
    return _laid(read.documents_table([row for _, row in documents]), target), [key for key, _ in documents]


def _laid(raw: pa.Table, target: Path) -> tuple[Path, Path]:
    source = target.with_name(f"{target.name}.raw.arrow")
    with pa.OSFile(str(source), "wb") as file, pa.ipc.new_file(file, raw.schema) as writer:
        writer.write_table(raw)
    return source, target


def _little(jobs: Collection[tuple[Path, Path]]) -> bool:
    return sum(source.stat().st_size for source, _ in jobs) < _LITTLE


def _made(jobs: Iterator[tuple[tuple[Path, Path], list[bytes]]], job: Publish) -> Iterator[tuple[Path, list[bytes]]]:
    """The folders of outcomes with the keys of their documents, in the order of the jobs; no worker without work."""
    first = next(jobs, None)
    if first is None:
        return
    keys: deque[list[bytes]] = deque()

    def paths() -> Iterator[tuple[Path, Path]]:
        for path, of_it in chain([first], jobs):
            keys.append(of_it)
            yield path

    # One worker is supervised too: a document that sticks must not hang the run.
    with fanout.supervised(job.workers, job.max_seconds, job.html) as (pool, crew):
        for folder in fanout.spread(pool, crew.process, paths(), crew.window, _little):
            yield folder, keys.popleft()
