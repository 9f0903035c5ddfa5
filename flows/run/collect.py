"""From the source to outcomes: look up cached results, let workers clean and describe all other documents."""

import json
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows import cache, read, release
from flows.cache.range_reading import build_arrival, qualify_source_id
from flows.parameters import Publish
from flows.run.assembly import assemble_from_index
from flows.run.line_file_reading import ReadRange, build_read_settings, read_line_file
from flows.run.run_state import RunState
from flows.settings import ROOT
from flows.workers import batch_processing, fanout
from schemas import arrow, arrow_files, stage_tables

ProgressCallback = Callable[[int, int, int], None]  # documents read, bytes of the source read, bytes in all

_BATCH_DOCUMENTS: Final = 256  # at most in a batch, and so in a shard
_BATCH_BYTES: Final = 16 << 20
_SMALL_BACKLOG_BYTES: Final = 8 << 20  # bytes that one worker cleans while a second one starts
_BUFFERED_ROWS: Final = 8192  # rows held as Python objects at a time


class KeyedJob(NamedTuple):
    """Job for the workers: the paths of its RAW table and of the folder of its outcome, and its documents' keys."""

    paths: tuple[Path, Path]
    keys: list[bytes]


@dataclass(frozen=True)
class CachedResults:
    """Results of earlier runs that this run can reuse, known before any document is read.

    `store` holds outcomes by document, `index` lists what the last run read. `index_rows` has one entry for each file
    of `survey`: its row in the index, or -1 if the file must be read. `started_ns` is the clock before the survey.
    """

    store: cache.OutcomeStore
    index: cache.SourceIndex
    survey: read.SourceSurvey
    index_rows: npt.NDArray[np.int64]
    reader_digest: str
    started_ns: int
    recleaned_count: int = 0  # documents of unchanged files that must be cleaned again

    def describe_work(self) -> str:
        """Return a sentence on how many files must be read and how many documents are cached."""
        file_count = self.survey.files.num_rows
        unchanged_count = int(np.count_nonzero(self.index_rows >= 0))
        cached_count = int(self.index.files["documents"].to_numpy()[self.index_rows[self.index_rows >= 0]].sum())
        sentence = (
            f"{file_count - unchanged_count:,} of {file_count:,} files are to be read; "
            f"{cached_count:,} documents are kept as they were"
        )
        if self.recleaning_notice:
            sentence += f"; {self.recleaning_notice}"
        if self.store.damaged:
            sentence += f"; {self.store.damaged:,} damaged shards of state/outcomes were removed and are made again"
        return sentence

    @property
    def recleaning_notice(self) -> str:
        """Sentence on how many unchanged documents must be cleaned again, and why; empty for none."""
        if not self.recleaned_count:
            return ""
        cause = "an outlet's profile" if self.store.stale else "a part of state/outcomes" if self.store.damaged else ""
        reason = f"{cause} changed" if self.store.stale else f"{cause} was damaged" if cause else "the code changed"
        return f"{self.recleaned_count:,} documents that have not changed are cleaned again: {reason}"


def look_up_cached_results(
    job: Publish,
    survey: read.SourceSurvey,
    index: cache.SourceIndex,
    state_folder: Path,
    started_ns: int,
    dry_folder: Path | None = None,
) -> CachedResults:
    """Open the cache in `state_folder` and decide which files of the survey must be read.

    A file need not be read if it is unchanged since the index was written and the store has all its documents. With a
    `dry_folder`, that of a dry run, nothing in `state_folder` is changed and new outcomes go there.
    """
    store = cache.OutcomeStore(
        state_folder / "outcomes",
        cache.compute_code_version(ROOT),
        dry_folder / "outcomes" if dry_folder else None,
    )
    # Rows hold absolute source_uris, so an index of another place cannot be reused.
    # Rows also hold source_ids, which depend on whether the source is one file.
    has_one_file = survey.files.num_rows == 1
    reading = [job.html, job.max_mb, survey.inputs.uri, has_one_file, sorted(job.map), job.split, job.table]
    reader_digest = cache.compute_reader_digest(ROOT, reading)
    index_rows = (
        index.match_unchanged_files(survey.files) if index.reader_digest == reader_digest and not job.limit else None
    )
    if index_rows is None or not index.files.num_rows:
        index_rows = index_rows if index_rows is not None else np.full(survey.files.num_rows, -1, np.int64)
        return CachedResults(store, index, survey, index_rows, reader_digest, started_ns)
    is_cached = store.find_outcomes(index.arrivals["key"].combine_chunks()).is_cached
    offsets = index.compute_offsets("documents")
    missing_before = np.concatenate([[0], np.cumsum(~is_cached)])
    missing_counts = (missing_before[offsets[1:]] - missing_before[offsets[:-1]])[index_rows]
    recleaned_count = int(missing_counts[index_rows >= 0].sum())
    return CachedResults(
        store, index, survey, np.where(missing_counts > 0, -1, index_rows), reader_digest, started_ns, recleaned_count
    )


def clean_documents(
    job: Publish, cached: CachedResults, work: Path, dataset: release.Dataset | None, on_progress: ProgressCallback
) -> RunState:
    """Clean and describe every document of the source, taking cached outcomes where there are any.

    With a dataset, raw bytes are stored in its state/ and the new source index is staged in `work`.
    """
    with release.RawStoreWriter(dataset) if dataset else nullcontext() as raw_writer, _open_pool(job) as pool:
        source = _SourceReader(job, cached, on_progress, pool, work)
        cleaned_count = 0
        for folder, keys in _run_jobs(source.iterate_jobs(raw_writer), pool):
            cached.store.add_outcome(folder, keys)
            cleaned_count += len(keys)
    index = source.build_index()
    if dataset is not None and not job.limit and index.files.num_rows:
        cache.stage_source_index(index, work)
    return replace(assemble_from_index(cached.store, index, cleaned_count), key_usage=source.key_usage)


def clean_uncached(
    job: Publish, store: cache.OutcomeStore, documents: Iterator[tuple[bytes, read.RawDocument]], work: Path
) -> int:
    """Clean the documents (each with its key) whose outcome the store lacks, and store it; return how many.

    `work` is an empty folder.
    """

    def iterate_uncached() -> Iterator[tuple[bytes, read.RawDocument]]:
        while batch := list(islice(documents, _BATCH_DOCUMENTS)):
            flags = store.find_outcomes([key for key, _ in batch]).is_cached
            yield from (document for document, is_cached in zip(batch, flags, strict=True) if not is_cached)

    cleaned_count = 0
    with _open_pool(job) as pool:
        for folder, keys in _run_jobs(_write_jobs(iterate_uncached(), work), pool):
            store.add_outcome(folder, keys)
            cleaned_count += len(keys)
    return cleaned_count


def clean_raw_tables(batches: Iterator[pa.Table], job: Publish, work: Path) -> list[batch_processing.BatchOutcome]:
    """Clean RAW tables in supervised workers and return their outcomes in order; `work` is an empty folder."""
    jobs: Iterator[KeyedJob] = (
        KeyedJob(_write_raw_table(raw, work / f"{number:08d}"), []) for number, raw in enumerate(batches)
    )
    with _open_pool(job) as pool:
        return [batch_processing.read_outcome(folder) for folder, _ in _run_jobs(jobs, pool)]


def _open_pool(job: Publish) -> fanout.WorkerPool:
    return fanout.WorkerPool(job.workers, job.max_seconds, job.html)


class _SourceReader:
    """Reader of one source: rows of unchanged files come from the index, all others from the files.

    With a pool, its workers read large files whose lines can be read apart; `work` is an empty folder.
    """

    def __init__(
        self,
        job: Publish,
        cached: CachedResults,
        on_progress: ProgressCallback,
        pool: fanout.WorkerPool | None = None,
        work: Path | None = None,
    ) -> None:
        self._job, self._cached, self._progress = job, cached, on_progress
        self._pool, self._work = pool, work or Path()
        self._arrivals = _RowBuffer(stage_tables.ARRIVALS)
        self._rejects = _RowBuffer(arrow.REJECTS)
        self._file_counts = _RowBuffer(
            pa.schema([cache.INDEXED_FILES.field(name) for name in ("documents", "rejects", "tally")])
        )
        self.key_usage: dict[str, Any] = {}
        self._pending: list[tuple[bytes, read.RawDocument]] = []
        self._finished_bytes = 0  # of files read to their end, as they lie in the source, packed or not
        self._shown_bytes = 0
        self._open_file: BinaryIO | None = None
        self._range_end = 0  # bytes read of a file that workers read
        self._matches_survey = True
        self._has_one_file = cached.survey.files.num_rows == 1

    def iterate_jobs(self, raw_writer: release.RawStoreWriter | None) -> Iterator[KeyedJob]:
        """Yield the jobs for the workers (paths, keys of the documents), only for documents without a cached outcome.

        All rows of the source are recorded on the way, for `build_index`.
        """
        yield from _write_jobs(self._iterate_uncached(raw_writer), self._work)

    def build_index(self) -> cache.SourceIndex:
        """Build the index of the source. Call it after all jobs were taken."""
        files, counts = self._cached.survey.files, self._file_counts.to_table()
        if counts.num_rows == files.num_rows and self._matches_survey:
            settled = pa.array(cache.mask_settled_files(files, self._cached.started_ns))
            files = pa.table([*files.columns, settled, *counts.columns], schema=cache.INDEXED_FILES)
        else:  # A limited run, or a source that changed meanwhile: its files must be read again.
            files = cache.INDEXED_FILES.empty_table()
        return cache.SourceIndex(files, self._arrivals.to_table(), self._rejects.to_table(), self._cached.reader_digest)

    def _iterate_uncached(
        self, raw_writer: release.RawStoreWriter | None
    ) -> Iterator[tuple[bytes, read.RawDocument] | KeyedJob]:
        """Record each row, store its raw bytes, and yield (key, document) without a cached outcome.

        What workers read is yielded as jobs.
        """
        pending_bytes = 0
        for row in islice(self._read_rows(), self._job.limit or None):
            if isinstance(row, ReadRange):
                yield from self._plan_range_jobs(row, raw_writer)
            elif isinstance(row, read.Reject):
                if raw_writer is not None and row.raw is not None and row.raw_sha256 is not None:
                    raw_writer.add_document(row.raw_sha256, row.raw)
                self._rejects.append_row(tuple(getattr(row, name) for name in arrow.REJECTS.names))
            else:
                if raw_writer is not None:
                    raw_writer.add_document(row.raw_sha256, row.raw)
                arrival = build_arrival(row, self._job.html)
                self._arrivals.append_row(arrival)
                self._pending.append((arrival[-1], row))
                pending_bytes += row.byte_count
            if len(self._pending) >= _BATCH_DOCUMENTS or pending_bytes >= _BATCH_BYTES:
                yield from self._flush_pending()
                pending_bytes = 0
        yield from self._flush_pending()
        self._report_progress(is_end=True)

    def _plan_range_jobs(self, read_range: ReadRange, raw_writer: release.RawStoreWriter | None) -> Iterator[KeyedJob]:
        """Record the rows of a range, store their raw bytes, and yield jobs for documents without a cached outcome."""
        folder = read_range.folder
        arrivals, rejects = (arrow_files.read_table(folder / f"{name}.arrow") for name in ("arrivals", "rejects"))
        self._arrivals.append_table(arrivals)
        self._rejects.append_table(rejects.select(arrow.REJECTS.names))
        if raw_writer is not None:
            raw_writer.add_table(rejects)
        first = 0
        for path in sorted(folder.glob("*.raw.arrow")):
            raw = arrow_files.read_mapped_table(path)
            if raw_writer is not None:
                raw_writer.add_table(raw)
            keys = arrivals["key"].slice(first, raw.num_rows)
            first += raw.num_rows
            is_new = ~self._cached.store.find_outcomes(keys.combine_chunks()).is_cached
            if not is_new.all():
                path.unlink()  # it stays mapped
            if is_new.any():
                if not is_new.all():
                    raw, keys = raw.filter(pa.array(is_new)), keys.filter(pa.array(is_new))
                    arrow_files.write_table(path, raw, packed=False)
                yield KeyedJob((path, path.with_suffix(".outcome")), keys.to_pylist())
        self._range_end = read_range.end
        self._report_progress()

    def _flush_pending(self) -> Iterator[tuple[bytes, read.RawDocument]]:
        """Yield the pending documents that the store does not have: one look-up for all of them."""
        pending, self._pending = self._pending, []
        cached_flags = self._cached.store.find_outcomes([key for key, _ in pending]).is_cached if pending else ()
        yield from (
            keyed_document for keyed_document, is_cached in zip(pending, cached_flags, strict=True) if not is_cached
        )
        self._report_progress()

    def _read_rows(self) -> Iterator[read.RawDocument | read.Reject | ReadRange]:
        """Yield rows of the files that must be read; copy those of unchanged files, many files at a time.

        Of a file that workers read, ranges are yielded instead.
        """
        options = self._job.build_read_options()
        limits = read.Limits(document_bytes=self._job.max_mb * 1_000_000, record_bytes=self._job.max_mb * 1_000_000)
        paths = chain.from_iterable(chunk.to_pylist() for chunk in self._cached.survey.files["path"].chunks)
        unchanged_rows: list[int] = []
        for file, path, index_row in zip(
            read.list_files(self._job.source), paths, self._cached.index_rows.tolist(), strict=False
        ):
            self._matches_survey &= path == file.relative
            if index_row >= 0 and path == file.relative:
                unchanged_rows.append(index_row)
                self._finished_bytes += file.stamp[0] if file.stamp else 0
                continue
            self._copy_indexed_rows(unchanged_rows)
            unchanged_rows = []
            line_file = read.open_line_file(file, limits, options) if self._pool and not self._job.limit else None
            if line_file is not None:
                yield from self._read_ranges(line_file)
                continue
            document_count = reject_count = 0
            tally, unpacked_bytes = read.KeyTally(), 0
            for row in read.read_file(file, limits, options, tally, self._note_open_file):
                unpacked_bytes += row.byte_count
                is_document = isinstance(row, read.RawDocument)
                document_count, reject_count = document_count + is_document, reject_count + (not is_document)
                yield row if self._has_one_file else qualify_source_id(row, file.relative)
            self._file_counts.append_row((document_count, reject_count, self._record_tally(tally)))
            self._open_file = None
            self._finished_bytes += file.stamp[0] if file.stamp else unpacked_bytes
        self._copy_indexed_rows(unchanged_rows)

    def _read_ranges(self, line_file: read.LineFile) -> Iterator[ReadRange]:
        """Let workers read a file, and yield its ranges."""
        assert self._pool is not None
        document_count = reject_count = 0
        tally, number = read.KeyTally(), self._file_counts.row_count
        settings = build_read_settings(self._job, has_one_file=self._has_one_file)
        with closing(line_file):
            for read_range in read_line_file(line_file, settings, self._pool, self._work, f"file-{number:06d}"):
                document_count += read_range.document_count
                reject_count += read_range.reject_count
                if read_range.tally is not None:
                    tally.add_counts(read_range.tally)
                yield read_range
        self._file_counts.append_row((document_count, reject_count, self._record_tally(tally)))
        self._range_end = 0
        self._finished_bytes += line_file.source_file.stamp[0] if line_file.source_file.stamp else 0

    def _record_tally(self, tally: read.KeyTally) -> str | None:
        """Add the keys of a file to those of the source; return them as the index stores them."""
        counts = tally.as_json()
        if counts is None:
            return None
        read.merge_tallies(self.key_usage, counts)
        return json.dumps(counts)

    def _copy_indexed_rows(self, rows: Sequence[int]) -> None:
        """Copy the documents and rejects of files, given by their rows in the index, from the old index."""
        if not rows:
            return
        index = self._cached.index
        self._file_counts.append_table(index.files.select(["documents", "rejects", "tally"]).take(pa.array(rows)))
        for tally in index.files["tally"].take(pa.array(rows)).drop_null().to_pylist():
            read.merge_tallies(self.key_usage, json.loads(tally))
        for name, buffer, table in (
            ("documents", self._arrivals, index.arrivals),
            ("rejects", self._rejects, index.rejects),
        ):
            offsets = index.compute_offsets(name)
            for first, last in _group_consecutive(rows):
                start, end = int(offsets[first]), int(offsets[last + 1])
                if start < end:
                    buffer.append_table(table.slice(start, end - start))

    def _note_open_file(self, file: BinaryIO) -> None:
        self._open_file = file

    def _report_progress(self, *, is_end: bool = False) -> None:
        """Report rows (rejects included) and bytes of the source read so far; at the end all of them, at any limit."""
        total = self._cached.survey.inputs.bytes
        bytes_read = self._finished_bytes + self._range_end
        if self._open_file is not None and not self._open_file.closed:
            bytes_read += self._open_file.tell()
        # Readers of tables jump about in a file: what was shown is not taken back.
        self._shown_bytes = max(self._shown_bytes, min(bytes_read, max(total - 1, 0)))
        row_count = self._arrivals.row_count + self._rejects.row_count
        self._progress(row_count, total if is_end else self._shown_bytes, total)


class _RowBuffer:
    """Append-only Arrow table of a schema; at most `_BUFFERED_ROWS` rows are held as Python objects."""

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema
        self.row_count = 0
        self._tables: list[pa.Table] = []
        self._small_tables: list[pa.Table] = []  # either these or `_rows` are empty
        self._rows: list[tuple[Any, ...]] = []

    def append_row(self, row: tuple[Any, ...]) -> None:
        """Append one row, a tuple in the order of the schema."""
        self._flush_tables()
        self._rows.append(row)
        self.row_count += 1
        if len(self._rows) == _BUFFERED_ROWS:
            self._flush_rows()

    def append_table(self, table: pa.Table) -> None:
        """Append all rows of a table."""
        self._flush_rows()
        self._small_tables.append(table.replace_schema_metadata(self.schema.metadata).cast(self.schema))
        self.row_count += table.num_rows
        if sum(small.num_rows for small in self._small_tables) >= _BUFFERED_ROWS:
            self._flush_tables()

    def to_table(self) -> pa.Table:
        """Return all rows appended so far as one table."""
        self._flush_rows()
        self._flush_tables()
        return pa.concat_tables([self.schema.empty_table(), *self._tables])

    def _flush_tables(self) -> None:
        """Combine small tables: thousands of chunks make each later step slow."""
        if self._small_tables:
            self._tables.append(pa.concat_tables(self._small_tables).combine_chunks())
            self._small_tables = []

    def _flush_rows(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
            self._tables.append(pa.table(arrays, schema=self.schema))
            self._rows = []


def _group_consecutive(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield each run of consecutive numbers as (first, last)."""
    numbers = np.asarray(rows)
    breaks = np.flatnonzero(np.diff(numbers) != 1)
    yield from zip(numbers[[0, *(breaks + 1)]].tolist(), numbers[[*breaks, len(numbers) - 1]].tolist(), strict=True)


def _write_jobs(documents: Iterator[tuple[bytes, read.RawDocument] | KeyedJob], work: Path) -> Iterator[KeyedJob]:
    """Write documents as jobs in `work`; yield the paths of each, and the keys of its documents; pass jobs on."""
    batch: list[tuple[bytes, read.RawDocument]] = []
    number = size = 0
    for document in documents:
        if isinstance(document, KeyedJob):
            yield document
            continue
        batch.append(document)
        size += document[1].byte_count
        if len(batch) == _BATCH_DOCUMENTS or size >= _BATCH_BYTES:
            yield _write_job(batch, work / f"{number:08d}")
            batch, number, size = [], number + 1, 0
    if batch:
        yield _write_job(batch, work / f"{number:08d}")


def _write_job(documents: list[tuple[bytes, read.RawDocument]], target: Path) -> KeyedJob:
    """Write documents as the RAW table of one job, and return its paths with the keys of the documents."""
    raw = read.build_documents_table([row for _, row in documents])
    return KeyedJob(_write_raw_table(raw, target), [key for key, _ in documents])


def _write_raw_table(raw: pa.Table, target: Path) -> tuple[Path, Path]:
    """Write a RAW table beside `target`, and return its path and `target`."""
    source = target.with_name(f"{target.name}.raw.arrow")
    arrow_files.write_table(source, raw, packed=False)
    return source, target


def _is_small_backlog(jobs: Collection[tuple[Path, Path]]) -> bool:
    """Return whether one worker finishes these jobs before a second one has started."""
    return sum(source.stat().st_size for source, _ in jobs) < _SMALL_BACKLOG_BYTES


def _run_jobs(jobs: Iterator[KeyedJob], pool: fanout.WorkerPool) -> Iterator[tuple[Path, list[bytes]]]:
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
