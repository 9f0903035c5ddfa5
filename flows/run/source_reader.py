"""Reader of one source: what is unchanged comes from the index of the last run, all else from the files."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from flows import cache, read, release
from flows.cache.range_reading import build_arrival, qualify_source_id
from flows.parameters import Publish
from flows.run.cached_results import CachedResults
from flows.run.document_jobs import BATCH_BYTES, BATCH_DOCUMENTS, KeyedJob, write_jobs
from flows.run.line_file_reading import ReadRange, build_read_settings, read_line_file
from flows.run.row_buffer import RowBuffer
from flows.workers import fanout
from schemas import arrow, arrow_files, stage_tables

ProgressCallback = Callable[[int, int, int], None]  # documents read, bytes of the source read, bytes in all


class SourceReader:
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
        self._arrivals = RowBuffer(stage_tables.ARRIVALS, work)
        self._rejects = RowBuffer(arrow.REJECTS, work)
        self._file_counts = RowBuffer(
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
        yield from write_jobs(self._iterate_uncached(raw_writer), self._work)

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
            if len(self._pending) >= BATCH_DOCUMENTS or pending_bytes >= BATCH_BYTES:
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


def _group_consecutive(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield each run of consecutive numbers as (first, last)."""
    numbers = np.asarray(rows)
    breaks = np.flatnonzero(np.diff(numbers) != 1)
    yield from zip(numbers[[0, *(breaks + 1)]].tolist(), numbers[[*breaks, len(numbers) - 1]].tolist(), strict=True)
