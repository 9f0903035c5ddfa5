"""The shards of a dataset, and where in them each document's outcome stands."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows.cache import arrow_folders
from flows.cache.code_version import Version
from flows.cache.shard_files import Kept, close

_NONE: Final = -1
_READERS: Final = 2


@dataclass(frozen=True)
class Places:
    """Where documents' outcomes stand: the number of the shard, or -1; and `at` as in shards.DOCUMENTS."""

    shard: npt.NDArray[np.int32]
    at: npt.NDArray[np.int32]

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Which of them stand anywhere."""
        return np.asarray(self.shard != _NONE)


class Store:
    """What is kept in `folder` for code of one version. Opening it reads and checks every file of that version.

    Holds 24 bytes a document. `damaged` counts the shards that were removed because they were not what was put there,
    `stale` the documents that consulted a profile which is another one now.
    """

    def __init__(self, folder: Path, version: Version) -> None:
        self.place = folder / version.code
        self.version = version
        self.shards: list[Kept] = []
        self.damaged = 0
        self.stale = 0
        self._new: list[_Run] = []
        self._runs: list[_Run] = []
        paths = sorted(self.place.iterdir()) if self.place.is_dir() else []
        for path in paths:
            if path.name.startswith("."):  # what a dead run left half done
                arrow_folders.remove(path)
        paths = [path for path in paths if not path.name.startswith(".")]
        with ThreadPoolExecutor(_READERS) as pool:  # hashes are taken without the interpreter's lock
            for path, sound in zip(paths, pool.map(arrow_folders.sound, paths), strict=True):
                self._open(path, sound=sound)

    def find(self, keys: Sequence[bytes] | pa.Array) -> Places:
        """Where the outcomes of these keys stand."""
        self._settle()
        asked = _halves(keys)
        found = Places(np.full(len(asked), _NONE, np.int32), np.zeros(len(asked), np.int32))
        for high, low, shard, at in self._runs:
            place = np.searchsorted(high, asked[:, 0])
            place[place == len(high)] = 0
            # Two keys that share their first half are as good as impossible; one of them is then cleaned again.
            new = (high[place] == asked[:, 0]) & (low[place] == asked[:, 1]) & ~found.known
            found.shard[new], found.at[new] = shard[place[new]], at[place[new]]
        return found

    def adopt(self, folder: Path, keys: Sequence[bytes]) -> None:
        """Put an outcome of documents with these keys, in their order, in place; the folder goes."""
        documents = close(folder, keys, self.version)
        path = arrow_folders.put(folder, self.place)
        self._add(Kept(path), documents, np.ones(len(keys), bool))

    def _open(self, path: Path, *, sound: bool) -> None:
        shard = Kept(path)
        try:
            documents = shard.documents() if sound else None
        except (OSError, pa.ArrowException):
            documents = None
        if documents is None:
            arrow_folders.remove(path)
            self.damaged += 1
            return
        usable = shard.usable(documents, self.version.profiles)
        self.stale += int(np.count_nonzero(documents["keep"].to_numpy() & ~usable))
        self._add(shard, documents, usable)

    def _add(self, shard: Kept, documents: pa.Table, usable: npt.NDArray[np.bool_]) -> None:
        number = len(self.shards)
        self.shards.append(shard)
        halves = _halves(documents["key"].combine_chunks())[usable]
        at = documents["at"].to_numpy()[usable]
        if len(at):
            self._new.append((halves[:, 0], halves[:, 1], np.full(len(at), number, np.int32), at))

    def _settle(self) -> None:
        if self._new:
            self._runs.append(_merged(self._new))
            self._new = []
        # Each is at least twice the next: few to search, and no key is sorted again for each batch that is cleaned.
        while len(self._runs) > 1 and len(self._runs[-2][0]) < 2 * len(self._runs[-1][0]):
            self._runs[-2:] = [_merged(self._runs[-2:])]


# Sorted by the first: both halves of the keys, and where their outcomes stand.
_Run: TypeAlias = tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64], npt.NDArray[np.int32], npt.NDArray[np.int32]]


def _merged(runs: Sequence[_Run]) -> _Run:
    high, low, shard, at = (np.concatenate(parts) for parts in zip(*runs, strict=True))
    order = np.argsort(high, kind="stable")
    return high[order], low[order], shard[order], at[order]


def _halves(keys: Sequence[bytes] | pa.Array) -> npt.NDArray[np.uint64]:
    """Keys of 16 bytes as two numbers each."""
    if isinstance(keys, pa.Array):
        flat = np.frombuffer(keys.buffers()[1], np.uint64)[keys.offset * 2 : (keys.offset + len(keys)) * 2]
    else:
        flat = np.frombuffer(b"".join(keys), np.uint64)
    return flat.reshape(-1, 2)
