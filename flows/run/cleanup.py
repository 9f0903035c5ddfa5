"""The end of a run: what it kept of purged articles goes, and what it did not need, as far as there is too much."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, release
from flows.run.id_conflicts import forget_purged
from flows.run.run_state import Working
from flows.settings import ROOT


def tidy(
    dataset: release.Dataset, store: cache.Store, working: Working, withdrawn: Sequence[release.Withdrawal]
) -> None:
    """Leave state/ as it is to be found. No row of `working` can be fetched afterwards."""
    cache.bound(dataset.state, store, working.used)
    forget_purged(dataset, working, withdrawn)


def prune_outcomes(dataset: release.Dataset) -> int:
    """Remove the outcomes of documents that stand in no release that is there; returns how many. Needs the lock."""
    there = [dataset.folder(each) for each in dataset.versions() if each.version and dataset.there(each)]
    found = [pa.array([], pa.string())]
    for path in there:
        for name in ("articles", "rejects"):
            found += [batch.column("raw_sha256").drop_null() for batch in release.batches(path, name, ["raw_sha256"])]
    return cache.prune(dataset.state, cache.version(ROOT).code, pc.unique(pa.concat_arrays(found)))
