"""Retention of cached outcomes: eviction after each run, `kliping prune`, and purges.

A shard that loses documents is rewritten without them, put in place, and only then removed: a kill at any instant
loses no retained outcome. Callers must hold the lock of the dataset.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.cache import arrow_folders, shard_files, source_index
from flows.cache.outcome_store import OutcomeStore
from flows.cache.shard_files import StoredShard

# Fewer unused outcomes cost too little to evict them.
_MIN_UNUSED_OUTCOMES: Final = 10_000
_FULL_SHARD_DOCUMENTS: Final = 256  # documents in a full shard; smaller shards are compacted once there are many
_MIN_SMALL_SHARDS: Final = 64  # fewer small shards are not compacted
_NEW_SHARD_FOLDER: Final = ".new"

_Mask = npt.NDArray[np.bool_]


def evict_unused_outcomes(state: Path, store: OutcomeStore, used_positions: dict[int, npt.NDArray[np.int32]]) -> int:
    """Evict the outcomes that the run did not use if they outnumber those that it used; return how many were removed.

    `used_positions` maps the number of a shard in the store to the `at` of its used documents. Small shards are
    compacted.
    """
    used_count = sum(len(np.unique(at)) for at in used_positions.values())
    shard_paths = [(version_folder, path) for version_folder, path in _list_shards(state)]
    unused_count = sum(StoredShard(path).count_documents() for _, path in shard_paths) - used_count
    if unused_count > max(used_count, _MIN_UNUSED_OUTCOMES):
        numbers = {shard.path: number for number, shard in enumerate(store.shards)}

        def select_used(shard: StoredShard, documents: pa.Table) -> _Mask:
            at = used_positions.get(numbers.get(shard.path, -1), np.empty(0, np.int32))
            return np.isin(documents["at"].to_numpy(), at)

        return _retain_documents(state, select_used)
    _compact_shards(store.folder)
    return 0


def prune_outcomes(state: Path, code: str, raw_sha256: pa.Array) -> int:
    """Remove outcomes of other code, and of bytes that no listed release holds; return how many were removed."""
    keys = source_index.load_source_index(state / "sources").arrivals["key"].combine_chunks()

    def select_needed(shard: StoredShard, documents: pa.Table) -> _Mask:
        if shard.path.parent.name != code:
            return np.zeros(documents.num_rows, bool)
        return np.asarray(pc.is_in(documents["key"], value_set=keys)) | _match_raw_bytes(shard, documents, raw_sha256)

    return _retain_documents(state, select_needed)


def purge_documents(state: Path, raw_sha256: AbstractSet[str], text_digests: AbstractSet[str] = frozenset()) -> int:
    """Remove the outcomes of documents with these bytes or texts, and the source index; return how many."""
    raws, texts = (pa.array(sorted(digests), pa.string()) for digests in (raw_sha256, text_digests - {""}))
    arrivals = source_index.load_source_index(state / "sources").arrivals
    keys = arrivals["key"].filter(pc.is_in(arrivals["raw_sha256"], value_set=raws)).combine_chunks()

    def select_unaffected(shard: StoredShard, documents: pa.Table) -> _Mask:
        is_affected = np.asarray(pc.is_in(documents["key"], value_set=keys)) | _match_raw_bytes(shard, documents, raws)
        at = documents["at"].to_numpy()
        matching_rows = np.flatnonzero(
            pc.is_in(shard.read_table("prints", ["text_digest"])["text_digest"], value_set=texts)
        )
        return np.asarray(~(is_affected | np.isin(at, matching_rows)))

    removed_count = _retain_documents(state, select_unaffected)
    for path in _list_paths(state / "sources"):
        arrow_folders.remove_folder(path)
    return removed_count


def _match_raw_bytes(shard: StoredShard, documents: pa.Table, raw_sha256: pa.Array) -> _Mask:
    """Return the mask of documents with one of these raw digests."""
    at = documents["at"].to_numpy()
    articles, rejects = (
        np.flatnonzero(pc.is_in(shard.read_table(name, ["raw_sha256"])["raw_sha256"], value_set=raw_sha256))
        for name in ("articles", "rejects")
    )
    return np.asarray(np.isin(at, articles) | np.isin(at, -1 - rejects))


def _retain_documents(state: Path, select_retained: Callable[[StoredShard, pa.Table], _Mask]) -> int:
    """Rewrite each shard with the documents of the mask; return how many documents were removed.

    A damaged shard is removed, and so is what a killed run left of one.
    """
    removed_count = 0
    version_folders = [path for path in _list_paths(state / "outcomes") if path.is_dir()]
    for path in [path for folder in version_folders for path in _list_paths(folder) if path.name.startswith(".")]:
        arrow_folders.remove_folder(path)
    for version_folder, path in list(_list_shards(state)):
        shard = StoredShard(path)
        try:
            documents = shard.read_documents()
            mask = select_retained(shard, documents)
            if mask.any() and not mask.all():
                _commit_merged_shard([(shard, mask)], version_folder)
        except (OSError, pa.ArrowException):
            if arrow_folders.is_intact(path):
                raise  # the disk is full, not the shard damaged
            arrow_folders.remove_folder(path)
            continue
        removed_count += int(np.count_nonzero(~mask))
        if not mask.all():
            arrow_folders.remove_folder(path)
    for version_folder in version_folders:
        if not any(version_folder.iterdir()):
            version_folder.rmdir()
    return removed_count


def _compact_shards(version_folder: Path) -> None:
    """Merge small shards into full ones, once there are many."""
    small_shards = [
        (StoredShard(path), StoredShard(path).count_documents()) for path in _list_visible_paths(version_folder)
    ]
    small_shards = [(shard, count) for shard, count in small_shards if count < _FULL_SHARD_DOCUMENTS // 2]
    if len(small_shards) < _MIN_SMALL_SHARDS:
        return
    batch: list[StoredShard] = []
    batch_documents = 0
    for shard, count in small_shards:
        batch.append(shard)
        batch_documents += count
        if batch_documents >= _FULL_SHARD_DOCUMENTS or shard is small_shards[-1][0]:
            _commit_merged_shard(
                [(merged_shard, np.ones(merged_shard.count_documents(), bool)) for merged_shard in batch],
                version_folder,
            )
            for merged_shard in batch:
                arrow_folders.remove_folder(merged_shard.path)
            batch, batch_documents = [], 0


def _commit_merged_shard(parts: list[tuple[StoredShard, _Mask]], version_folder: Path) -> None:
    new_folder = version_folder / _NEW_SHARD_FOLDER
    arrow_folders.remove_folder(new_folder)
    new_folder.mkdir()
    shard_files.write_merged_shard(parts, new_folder)
    arrow_folders.commit_folder(new_folder, version_folder)


def _list_shards(state: Path) -> Iterator[tuple[Path, Path]]:
    for version_folder in _list_paths(state / "outcomes"):
        yield from ((version_folder, path) for path in _list_visible_paths(version_folder))


def _list_visible_paths(version_folder: Path) -> list[Path]:
    return [path for path in _list_paths(version_folder) if path.name[0] != "."]


def _list_paths(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
