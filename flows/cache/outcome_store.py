"""Store of outcome shards, and the index of documents in them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows.cache import arrow_folders
from flows.cache.code_version import CodeVersion
from flows.cache.shard_files import StoredShard, write_documents_table

_NOT_CACHED: Final = -1
_HASH_THREADS: Final = 2


@dataclass(frozen=True)
class OutcomeLocations:
    """Locations of the outcomes of documents.

    `shard_numbers` is -1 where an outcome is not cached; `positions` are as in the column `at` of SHARD_DOCUMENTS.
    """

    shard_numbers: npt.NDArray[np.int32]
    positions: npt.NDArray[np.int32]

    @property
    def is_cached(self) -> npt.NDArray[np.bool_]:
        """Return the mask of documents that have an outcome in the store."""
        return np.asarray(self.shard_numbers != _NOT_CACHED)


class OutcomeStore:
    """Outcomes in `folder` for one version of the code. Opening it reads and verifies every file of that version.

    Uses 24 bytes of memory a document. `damaged` counts the shards removed because their digest was wrong, `stale` the
    documents that consulted a profile which has changed since. With a `dry_folder` nothing in `folder` is changed, as a
    dry run must: it holds no lock. New outcomes go to that folder.
    """

    def __init__(self, folder: Path, version: CodeVersion, dry_folder: Path | None = None) -> None:
        self.folder = folder / version.code
        self._new_folder = (dry_folder or folder) / version.code
        self._is_dry = dry_folder is not None
        self.version = version
        self.shards: list[StoredShard] = []
        self.damaged = 0
        self.stale = 0
        self._unmerged_runs: list[_SortedRun] = []
        self._sorted_runs: list[_SortedRun] = []
        paths = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        for path in paths:
            if path.name.startswith(".") and not self._is_dry:  # left incomplete by a run that died
                arrow_folders.remove_folder(path)
        paths = [path for path in paths if not path.name.startswith(".")]
        with ThreadPoolExecutor(_HASH_THREADS) as pool:  # hashing releases the interpreter lock
            for path, is_intact in zip(paths, pool.map(arrow_folders.is_intact, paths), strict=True):
                self._load_shard(path, is_intact=is_intact)

    def find_outcomes(self, keys: Sequence[bytes] | pa.Array) -> OutcomeLocations:
        """Find the locations of the outcomes of these keys."""
        self._merge_runs()
        key_halves = _split_keys(keys)
        locations = OutcomeLocations(
            np.full(len(key_halves), _NOT_CACHED, np.int32), np.zeros(len(key_halves), np.int32)
        )
        for high, low, shard, at in self._sorted_runs:
            index = np.searchsorted(high, key_halves[:, 0])
            index[index == len(high)] = 0
            # If two keys share their first half, which is practically impossible, one is only processed again.
            matched = (high[index] == key_halves[:, 0]) & (low[index] == key_halves[:, 1]) & ~locations.is_cached
            locations.shard_numbers[matched], locations.positions[matched] = shard[index[matched]], at[index[matched]]
        return locations

    def add_outcome(self, folder: Path, keys: Sequence[bytes]) -> None:
        """Add the outcome of documents with these keys, in their order; the folder is moved into the store."""
        documents = write_documents_table(folder, keys, self.version)
        path = arrow_folders.commit_folder(folder, self._new_folder)
        self._index_shard(StoredShard(path), documents, np.ones(len(keys), bool))

    def _load_shard(self, path: Path, *, is_intact: bool) -> None:
        shard = StoredShard(path)
        try:
            documents = shard.read_documents() if is_intact else None
        except (OSError, pa.ArrowException):
            documents = None
        if documents is None:
            if not self._is_dry:
                arrow_folders.remove_folder(path)
            self.damaged += 1
            return
        usable = shard.select_usable(documents, self.version.profiles)
        self.stale += int(np.count_nonzero(documents["keep"].to_numpy() & ~usable))
        self._index_shard(shard, documents, usable)

    def _index_shard(self, shard: StoredShard, documents: pa.Table, usable: npt.NDArray[np.bool_]) -> None:
        number = len(self.shards)
        self.shards.append(shard)
        halves = _split_keys(documents["key"].combine_chunks())[usable]
        at = documents["at"].to_numpy()[usable]
        if len(at):
            self._unmerged_runs.append((halves[:, 0], halves[:, 1], np.full(len(at), number, np.int32), at))

    def _merge_runs(self) -> None:
        if self._unmerged_runs:
            self._sorted_runs.append(_merge_sorted_runs(self._unmerged_runs))
            self._unmerged_runs = []
        # Each run is at least twice as long as the next: few runs to search, and few merges of each key.
        while len(self._sorted_runs) > 1 and len(self._sorted_runs[-2][0]) < 2 * len(self._sorted_runs[-1][0]):
            self._sorted_runs[-2:] = [_merge_sorted_runs(self._sorted_runs[-2:])]


# Both halves of the keys, shard numbers and positions, sorted by the first half.
_SortedRun: TypeAlias = tuple[
    npt.NDArray[np.uint64], npt.NDArray[np.uint64], npt.NDArray[np.int32], npt.NDArray[np.int32]
]


def _merge_sorted_runs(runs: Sequence[_SortedRun]) -> _SortedRun:
    high, low, shard, at = (np.concatenate(parts) for parts in zip(*runs, strict=True))
    order = np.argsort(high, kind="stable")
    return high[order], low[order], shard[order], at[order]


def _split_keys(keys: Sequence[bytes] | pa.Array) -> npt.NDArray[np.uint64]:
    """Split keys of 16 bytes into two integers each: an array of shape (keys, 2)."""
    if isinstance(keys, pa.Array):
        flat = np.frombuffer(keys.buffers()[1], np.uint64)[keys.offset * 2 : (keys.offset + len(keys)) * 2]
    else:
        flat = np.frombuffer(b"".join(keys), np.uint64)
    return flat.reshape(-1, 2)
