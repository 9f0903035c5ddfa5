"""Access to a table of PRINTS by row, where it lies: mapped from disk, it is never in memory as a whole."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.dedupe.shingles import BANDS, Digests, jaccard

_Rows = npt.NDArray[np.int64]


_AT_ONCE: Final = 8  # bands
_WIDTH: Final = 8  # bytes of a digest
_HELD: Final = 64 << 20  # bytes of mapped files, before a rest
_AROUND: Final = 128 << 10  # bytes that a look at one text may map: the kernel maps what lies around it as well
# A sketch says how many shingles of a text fall into each bin, as far as _DEEP: a bit where there is one, a bit where
# there are two ...
_BINS: Final = 512
_DEEP: Final = 3


class Prints:
    """PRINTS, of whatever number of chunks. `rest` is called now and then, to give back pages that were read."""

    def __init__(self, table: pa.Table, rest: Callable[[], None] = lambda: None) -> None:
        self._rest = rest
        self._held = 0
        self._bands = table["bands"]
        chunks = table["shingles"].chunks
        self._starts = list(accumulate(map(len, chunks), initial=0))
        self._shingles = [
            (_numbers(chunk, 1, np.int64)[chunk.offset :], _numbers(chunk, 2, np.uint64)) for chunk in chunks
        ]

    def has_bands(self, rows: _Rows) -> npt.NDArray[np.bool_]:
        """Which of the rows have shingles at all."""
        return np.asarray(pc.is_valid(self._bands), np.bool_)[rows]

    def bands(self, rows: _Rows) -> Iterator[Digests]:
        """Band by band, the keys of the rows (which must have them)."""
        for band in range(0, BANDS, _AT_ONCE):
            keys = [np.empty((0, _AT_ONCE), np.uint64)]
            for chunk in self._bands.chunks:
                if not len(chunk):
                    continue
                # A fixed number of bytes a row, null or not.
                every = np.frombuffer(chunk.buffers()[1], np.uint64).reshape(-1, BANDS)
                keys.append(every[chunk.offset : chunk.offset + len(chunk), band : band + _AT_ONCE].copy())
                self._hold(max(_AROUND, keys[-1].nbytes))
            some = np.concatenate(keys)[rows]
            keys.clear()
            yield from some.T

    def sketch(self, rows: _Rows) -> None:
        """Look at the shingles of these rows once, for `may_be_alike`: some 200 bytes are held of each."""
        self._place = np.full(len(self._bands), -1, np.int32)
        self._place[rows] = np.arange(len(rows), dtype=np.int32)
        self._bits = np.zeros((len(rows), _DEEP, _BINS // 64), np.uint64)
        self._hidden, self._count = np.zeros(len(rows), np.int32), np.zeros(len(rows), np.int32)
        for row in np.sort(rows).tolist():  # file by file
            digests, place = self._digests(row), self._place[row]
            filled = np.bincount(digests & np.uint64(_BINS - 1), minlength=_BINS)
            bits = filled > np.arange(_DEEP)[:, None]
            self._bits[place] = np.packbits(bits, axis=1).view(np.uint64)
            self._count[place] = len(digests)
            self._hidden[place] = len(digests) - int(np.count_nonzero(bits))
            self._hold(digests.nbytes)

    def may_be_alike(self, one: int, others: _Rows, least: float) -> npt.NDArray[np.bool_]:
        """Which of the rows may share `least` of the shingles that either they or `one` have; all must be sketched."""
        own, theirs = self._place[one], self._place[others]
        together = np.bitwise_count(self._bits[own] & self._bits[theirs]).sum(axis=(1, 2), dtype=np.int32)
        most = np.minimum(together + np.minimum(self._hidden[own], self._hidden[theirs]), self._count[theirs])
        most = np.minimum(most, self._count[own])
        return np.asarray(most >= least * (self._count[own] + self._count[theirs] - most))

    def alike(self, one: int, other: int, least: float) -> bool:
        """Whether two rows share `least` of the shingles that either has."""
        self._hold(2 * _AROUND)
        a, b = self._digests(one), self._digests(other)
        return min(len(a), len(b)) >= least * max(len(a), len(b)) and jaccard(a, b) >= least

    def _hold(self, size: int) -> None:
        """Rest where so many bytes more would be too much: a rest goes through all files, so not for each look."""
        self._held += size
        if self._held > _HELD:
            self._held = size
            self._rest()

    def _digests(self, row: int) -> Digests:
        chunk = bisect_right(self._starts, row) - 1
        edges, digests = self._shingles[chunk]
        start, end = edges[row - self._starts[chunk] :][:2]
        return digests[start // _WIDTH : end // _WIDTH]


def _numbers(array: pa.Array, buffer: int, kind: type[np.generic]) -> npt.NDArray[Any]:
    """A buffer of an array as numbers, not copied."""
    found = array.buffers()[buffer]
    return np.frombuffer(found, kind) if found is not None else np.empty(0, kind)
