"""Access to a table of PRINTS by row, where it lies: mapped from disk, it is never in memory as a whole."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.dedupe.shingles import BANDS, Digests, jaccard

_Rows = npt.NDArray[np.int64]


_AT_ONCE: Final = 8  # bands
_LOOKED_AT: Final = 1000  # texts, or pairs of them
_BITS: Final = 1024  # of a sketch
_SKETCHES: Final = 200_000  # that are held, some 300 bytes each


class Prints:
    """PRINTS, of whatever number of chunks. `rest` is called now and then, to give back pages that were read."""

    def __init__(self, table: pa.Table, rest: Callable[[], None] = lambda: None) -> None:
        self._rest = rest
        self._looked = 0
        # A rest goes through all files: with as many looks between two as there are files, their cost keeps to that
        # of the looks.
        self._often = max(_LOOKED_AT, table["shingles"].num_chunks)
        self._sketches: dict[int, tuple[int, int, int]] = {}
        self._bands = table["bands"]
        self._shingles = table["shingles"].chunks
        self._starts = list(accumulate((len(chunk) for chunk in self._shingles), initial=0))

    def has_bands(self, rows: _Rows) -> npt.NDArray[np.bool_]:
        """Which of the rows have shingles at all."""
        return np.asarray(pc.is_valid(self._bands), np.bool_)[rows]

    def bands(self, rows: _Rows) -> Iterator[Digests]:
        """Band by band, the keys of the rows (which must have them)."""
        for band in range(0, BANDS, _AT_ONCE):
            keys = [
                # A fixed number of bytes a row, null or not.
                np.frombuffer(chunk.buffers()[1], np.uint64).reshape(-1, BANDS)[
                    chunk.offset : chunk.offset + len(chunk), band : band + _AT_ONCE
                ]
                for chunk in self._bands.chunks
                if len(chunk)
            ]
            some = np.concatenate(keys)[rows] if keys else np.empty((0, _AT_ONCE), np.uint64)
            self._rest()
            yield from some.T

    def alike(self, one: int, other: int, least: float) -> bool:
        """Whether two rows share `least` of the shingles that either has."""
        (bits, hidden, count), (others, other_hidden, other_count) = self._sketch(one), self._sketch(other)
        # No more than this can be shared; where that is too little, the shingles need not be looked at.
        most = min((bits & others).bit_count() + min(hidden, other_hidden), count, other_count)
        if most < least * (count + other_count - most):
            return False
        self._look()
        a, b = self._digests(one), self._digests(other)
        return min(len(a), len(b)) >= least * max(len(a), len(b)) and jaccard(a, b) >= least

    def _sketch(self, row: int) -> tuple[int, int, int]:
        """The shingles of a row as a set of bits, how many of them share a bit with another, and how many they are."""
        known = self._sketches.get(row)
        if known is None:
            self._look()
            digests = self._digests(row)
            bits = np.zeros(_BITS, bool)
            bits[digests & np.uint64(_BITS - 1)] = True
            number = int.from_bytes(np.packbits(bits).tobytes())
            known = number, len(digests) - number.bit_count(), len(digests)
            if len(self._sketches) >= _SKETCHES:
                self._sketches.clear()
            self._sketches[row] = known
        return known

    def _look(self) -> None:
        self._looked += 1
        if self._looked % self._often == 0:
            self._rest()

    def _digests(self, row: int) -> Digests:
        chunk = bisect_right(self._starts, row) - 1
        return np.frombuffer(self._shingles[chunk][row - self._starts[chunk]].as_buffer(), np.uint64)
