"""Results of earlier runs that a run can reuse, looked up before any document is read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from flows import cache, read
from flows.parameters import Publish
from flows.settings import ROOT


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
            f"files to read: {file_count - unchanged_count:,} of {file_count:,}; "
            f"documents kept as they were: {cached_count:,}"
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
