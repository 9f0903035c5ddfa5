"""The shards of a dataset, and where in them each document's outcome stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows.outcomes import folders
from flows.outcomes.shards import Kept, close
from flows.outcomes.version import Version

_NONE: Final = -1


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
        self._new: list[tuple[npt.NDArray[Any], ...]] = []
        self._high = np.empty(0, np.uint64)
        self._low = np.empty(0, np.uint64)
        self._shard = np.empty(0, np.int32)
        self._at = np.empty(0, np.int32)
        for path in sorted(self.place.iterdir()) if self.place.is_dir() else []:
            if path.name.startswith("."):  # what a dead run left half done
                folders.remove(path)
            else:
                self._open(path)

    def find(self, keys: Sequence[bytes] | pa.Array) -> Places:
        """Where the outcomes of these keys stand."""
        self._settle()
        asked = _halves(keys)
        place = np.searchsorted(self._high, asked[:, 0])
        if not len(self._high):
            return Places(np.full(len(asked), _NONE, np.int32), np.zeros(len(asked), np.int32))
        place[place == len(self._high)] = 0
        # Two keys that share their first half are as good as impossible; one of them is then cleaned again.
        same = (self._high[place] == asked[:, 0]) & (self._low[place] == asked[:, 1])
        return Places(np.where(same, self._shard[place], _NONE).astype(np.int32), self._at[place])

    def adopt(self, folder: Path, keys: Sequence[bytes]) -> None:
        """Put an outcome of documents with these keys, in their order, in place; the folder goes."""
        documents = close(folder, keys, self.version)
        path = folders.put(folder, self.place)
        self._add(Kept(path), documents, np.ones(len(keys), bool))

    def _open(self, path: Path) -> None:
        shard = Kept(path)
        try:
            documents = shard.documents() if folders.sound(path) else None
        except (OSError, pa.ArrowException):
            documents = None
        if documents is None:
            folders.remove(path)
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
        self._new.append((halves, np.full(len(at), number, np.int32), at))

    def _settle(self) -> None:
        if not self._new:
            return
        halves, shard, at = (np.concatenate(parts) for parts in zip(*self._new, strict=True))
        self._new = []
        high = np.concatenate([self._high, halves[:, 0]])
        order = np.argsort(high, kind="stable")
        self._high = high[order]
        self._low = np.concatenate([self._low, halves[:, 1]])[order]
        self._shard = np.concatenate([self._shard, shard])[order]
        self._at = np.concatenate([self._at, at])[order]


def _halves(keys: Sequence[bytes] | pa.Array) -> npt.NDArray[np.uint64]:
    """Keys of 16 bytes as two numbers each."""
    if isinstance(keys, pa.Array):
        flat = np.frombuffer(keys.buffers()[1], np.uint64)[keys.offset * 2 : (keys.offset + len(keys)) * 2]
    else:
        flat = np.frombuffer(b"".join(keys), np.uint64)
    return flat.reshape(-1, 2)
