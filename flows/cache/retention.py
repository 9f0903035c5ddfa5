"""How much is kept: the bound after each run, what `kliping prune` removes, and what a purge must reach.

A shard that loses documents is written again without them, put in place, and only then removed: killed at any instant,
nothing that is still wanted is lost. Call all of it while holding the lock.
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
from flows.cache.outcome_store import Store
from flows.cache.shard_files import Kept

# So few are kept for nothing: the bound is for what grows.
_FEW: Final = 10_000
_FULL: Final = 256  # documents of a shard; smaller ones are put together once there are many
_SMALL: Final = 64  # of them are let be
_ASIDE: Final = ".new"

_Mask = npt.NDArray[np.bool_]


def bound(state: Path, store: Store, used: dict[int, npt.NDArray[np.int32]]) -> int:
    """Keep at most as much that the run did not use as it did; returns how many outcomes were removed.

    `used` are the `at` of documents by the number of their shard in the store. Small shards are put together.
    """
    wanted = sum(len(np.unique(at)) for at in used.values())
    every = [(place, path) for place, path in _all(state)]
    spare = sum(Kept(path).count() for _, path in every) - wanted
    if spare > max(wanted, _FEW):
        numbers = {shard.path: number for number, shard in enumerate(store.shards)}

        def needed(shard: Kept, documents: pa.Table) -> _Mask:
            at = used.get(numbers.get(shard.path, -1), np.empty(0, np.int32))
            return np.isin(documents["at"].to_numpy(), at)

        return _keep(state, needed)
    _put_together(store.place)
    return 0


def prune(state: Path, code: str, raw_sha256: pa.Array) -> int:
    """Remove what no listed release needs: outcomes of other code, and of other bytes than these; returns how many."""
    keys = source_index.recall(state / "sources").arrivals["key"].combine_chunks()

    def needed(shard: Kept, documents: pa.Table) -> _Mask:
        if shard.path.parent.name != code:
            return np.zeros(documents.num_rows, bool)
        return np.asarray(pc.is_in(documents["key"], value_set=keys)) | _among(shard, documents, raw_sha256)

    return _keep(state, needed)


def forget(state: Path, raw_sha256: AbstractSet[str], text_digests: AbstractSet[str] = frozenset()) -> int:
    """Remove the outcomes of documents with these bytes or texts, and what is remembered of the source."""
    raws, texts = (pa.array(sorted(each), pa.string()) for each in (raw_sha256, text_digests - {""}))
    arrivals = source_index.recall(state / "sources").arrivals
    keys = arrivals["key"].filter(pc.is_in(arrivals["raw_sha256"], value_set=raws)).combine_chunks()

    def others(shard: Kept, documents: pa.Table) -> _Mask:
        mine = np.asarray(pc.is_in(documents["key"], value_set=keys)) | _among(shard, documents, raws)
        at = documents["at"].to_numpy()
        same = np.flatnonzero(pc.is_in(shard.table("prints", ["text_digest"])["text_digest"], value_set=texts))
        return np.asarray(~(mine | np.isin(at, same)))

    gone = _keep(state, others)
    for path in (state / "sources").iterdir() if (state / "sources").is_dir() else []:
        arrow_folders.remove(path)
    return gone


def _among(shard: Kept, documents: pa.Table, raw_sha256: pa.Array) -> _Mask:
    """Which of the documents were made of these bytes."""
    at = documents["at"].to_numpy()
    articles, rejects = (
        np.flatnonzero(pc.is_in(shard.table(name, ["raw_sha256"])["raw_sha256"], value_set=raw_sha256))
        for name in ("articles", "rejects")
    )
    return np.asarray(np.isin(at, articles) | np.isin(at, -1 - rejects))


def _keep(state: Path, needed: Callable[[Kept, pa.Table], _Mask]) -> int:
    gone = 0
    for place, path in list(_all(state)):
        shard = Kept(path)
        try:
            documents = shard.documents()
            mask = needed(shard, documents)
        except (OSError, pa.ArrowException):
            arrow_folders.remove(path)
            continue
        gone += int(np.count_nonzero(~mask))
        if mask.all():
            continue
        if mask.any():
            _written([(shard, mask)], place)
        arrow_folders.remove(path)
    for place in sorted((state / "outcomes").iterdir()) if (state / "outcomes").is_dir() else []:
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
    return gone


def _put_together(place: Path) -> None:
    """Write small shards again as full ones, once there are many."""
    small = [(Kept(path), Kept(path).count()) for path in _paths(place)]
    small = [(shard, count) for shard, count in small if count < _FULL // 2]
    if len(small) < _SMALL:
        return
    batch: list[Kept] = []
    held = 0
    for shard, count in small:
        batch.append(shard)
        held += count
        if held >= _FULL or shard is small[-1][0]:
            _written([(one, np.ones(one.count(), bool)) for one in batch], place)
            for one in batch:
                arrow_folders.remove(one.path)
            batch, held = [], 0


def _written(parts: list[tuple[Kept, _Mask]], place: Path) -> None:
    aside = place / _ASIDE
    arrow_folders.remove(aside)
    aside.mkdir()
    shard_files.write(parts, aside)
    arrow_folders.put(aside, place)


def _all(state: Path) -> Iterator[tuple[Path, Path]]:
    for place in sorted((state / "outcomes").iterdir()) if (state / "outcomes").is_dir() else []:
        yield from ((place, path) for path in _paths(place))


def _paths(place: Path) -> list[Path]:
    return [path for path in sorted(place.iterdir()) if path.name[0] != "."] if place.is_dir() else []
