"""Store of outcome shards, and the index of documents in them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows.cache import arrow_folders
from flows.cache.code_version import CodeVersion
from flows.cache.shard_files import StoredShard, write_documents_table
from flows.release import Keys, SortedKeys, split_keys

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
        self._keys = SortedKeys(np.int32, np.int32)  # of shard and position
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
        is_cached, (shard_numbers, positions) = self._keys.find_keys(_split_keys(keys))
        shard_numbers[~is_cached] = _NOT_CACHED
        return OutcomeLocations(shard_numbers, positions)

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
        keys = _split_keys(documents["key"].combine_chunks())[:, usable]
        at = documents["at"].to_numpy()[usable]
        self._keys.add_keys(keys, np.full(len(at), number, np.int32), at)


def _split_keys(keys: Sequence[bytes] | pa.Array) -> Keys:
    """Split keys of 16 bytes into two integers each."""
    if isinstance(keys, pa.Array):
        return split_keys(memoryview(keys.buffers()[1])[keys.offset * 16 : (keys.offset + len(keys)) * 16], 16)
    return split_keys(b"".join(keys), 16)
