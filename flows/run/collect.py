"""From the source to outcomes: workers clean and describe all documents that no earlier run has cleaned."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pyarrow as pa

from flows import cache, read, release
from flows.parameters import Publish
from flows.run.assembly import assemble_from_index
from flows.run.cached_results import CachedResults
from flows.run.document_jobs import BATCH_DOCUMENTS, KeyedJob, open_pool, run_jobs, write_jobs, write_raw_table
from flows.run.run_state import RunState
from flows.run.source_reader import ProgressCallback, SourceReader
from flows.workers import batch_processing


def clean_documents(
    job: Publish, cached: CachedResults, work: Path, dataset: release.Dataset | None, on_progress: ProgressCallback
) -> RunState:
    """Clean and describe every document of the source, taking cached outcomes where there are any.

    With a dataset, raw bytes are stored in its state/ and the new source index is staged in `work`.
    """
    with release.RawStoreWriter(dataset) if dataset else nullcontext() as raw_writer, open_pool(job) as pool:
        source = SourceReader(job, cached, on_progress, pool, work)
        cleaned_count = 0
        for folder, keys in run_jobs(source.iterate_jobs(raw_writer), pool):
            cached.store.add_outcome(folder, keys)
            cleaned_count += len(keys)
    index = source.build_index()
    if dataset is not None and not job.limit and index.files.num_rows:
        cache.stage_source_index(index, work)
    return replace(assemble_from_index(cached.store, index, cleaned_count, work), key_usage=source.key_usage)


def clean_uncached(
    job: Publish, store: cache.OutcomeStore, documents: Iterator[tuple[bytes, read.RawDocument]], work: Path
) -> int:
    """Clean the documents (each with its key) whose outcome the store lacks, and store it; return how many.

    `work` is an empty folder.
    """

    def iterate_uncached() -> Iterator[tuple[bytes, read.RawDocument]]:
        while batch := list(islice(documents, BATCH_DOCUMENTS)):
            flags = store.find_outcomes([key for key, _ in batch]).is_cached
            yield from (document for document, is_cached in zip(batch, flags, strict=True) if not is_cached)

    cleaned_count = 0
    with open_pool(job) as pool:
        for folder, keys in run_jobs(write_jobs(iterate_uncached(), work), pool):
            store.add_outcome(folder, keys)
            cleaned_count += len(keys)
    return cleaned_count


def clean_raw_tables(batches: Iterator[pa.Table], job: Publish, work: Path) -> list[batch_processing.BatchOutcome]:
    """Clean RAW tables in supervised workers and return their outcomes in order; `work` is an empty folder."""
    jobs: Iterator[KeyedJob] = (
        KeyedJob(write_raw_table(raw, work / f"{number:08d}"), []) for number, raw in enumerate(batches)
    )
    with open_pool(job) as pool:
        return [batch_processing.read_outcome(folder) for folder, _ in run_jobs(jobs, pool)]
