"""Cleanup of state/ after a run: purged documents and excess cache entries."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, release
from flows.run.run_state import RunState
from flows.run.withdrawn_articles import forget_purged
from flows.settings import ROOT


def clean_up_state(
    dataset: release.Dataset, store: cache.OutcomeStore, state: RunState, withdrawals: Sequence[release.Withdrawal]
) -> None:
    """Evict excess cache entries and forget purged documents.

    Call it last: no row of `state` can be read afterwards.
    """
    cache.evict_unused_outcomes(dataset.state, store, state.used_places)
    forget_purged(dataset, state, withdrawals)


def prune_unreferenced_outcomes(dataset: release.Dataset) -> int:
    """Remove cached outcomes of documents that are in no existing release, and return their number.

    Call it while holding the publisher's lock.
    """
    release_paths = [
        dataset.locate_folder(entry) for entry in dataset.read_versions() if entry.version and dataset.has_files(entry)
    ]
    digests = [pa.array([], pa.string())]
    seen_files: set[tuple[int, int]] = set()  # releases share files
    for path in release_paths:
        dropped_segments = release.list_dropped_segments(path, release.read_manifest(path))
        dropped_files = [file for segment in dropped_segments for file in segment.list_files("articles")]
        for name, more_files in (("articles", dropped_files), ("rejects", [])):
            for file in [*release.list_table_files(path, name), *more_files]:
                status = file.stat()
                if (status.st_dev, status.st_ino) not in seen_files:
                    seen_files.add((status.st_dev, status.st_ino))
                    batches = release.read_file_batches([file], name, ["raw_sha256"])
                    digests += [batch.column("raw_sha256").drop_null() for batch in batches]
    return cache.prune_outcomes(
        dataset.state, cache.compute_code_version(ROOT).code, pc.unique(pa.concat_arrays(digests))
    )
