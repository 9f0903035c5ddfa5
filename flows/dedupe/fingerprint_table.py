"""Row access to a memory-mapped table of PRINTS, which is never in memory as a whole."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.dedupe.repetition import is_repetition
from flows.dedupe.shingles import BANDS, SAMPLE_SIZE, Digests, count_shared

_RowNumbers = npt.NDArray[np.int64]


_BANDS_AT_ONCE: Final = 8
_DIGEST_BYTES: Final = 8
_MAX_MAPPED_BYTES: Final = 64 << 20  # bytes of mapped files before pages are released
_READAHEAD_BYTES: Final = 128 << 10  # bytes mapped by reading one text, with the kernel's read-ahead
# A sketch counts the shingles of a text in each bin, up to _SKETCH_DEPTH: one bit for the first, one for the second
# and so on.
_SKETCH_BINS: Final = 512
_SKETCH_DEPTH: Final = 3


class PrintTable:
    """PRINTS of any number of chunks. `release_pages` is called now and then, to give back mapped pages."""

    def __init__(self, table: pa.Table, release_pages: Callable[[], None] = lambda: None) -> None:
        self._release_pages = release_pages
        self._mapped_bytes = 0
        self._bands = table["bands"]
        chunks = table["shingles"].chunks
        self._starts = list(accumulate(map(len, chunks), initial=0))
        self._shingles = [
            (_view_buffer(chunk, 1, np.int64)[chunk.offset :], _view_buffer(chunk, 2, np.uint64)) for chunk in chunks
        ]

    def has_bands(self, rows: _RowNumbers) -> npt.NDArray[np.bool_]:
        """Return a mask of the rows that have bands."""
        return np.asarray(pc.is_valid(self._bands), np.bool_)[rows]

    def iterate_band_keys(self, rows: _RowNumbers) -> Iterator[Digests]:
        """Yield the keys of the rows band by band; every row must have bands."""
        keys = np.empty((len(self._bands), _BANDS_AT_ONCE), np.uint64)
        for band in range(0, BANDS, _BANDS_AT_ONCE):
            end = 0
            for chunk in self._bands.chunks:
                start, end = end, end + len(chunk)
                if start == end:
                    continue
                # Each row has a fixed number of bytes, null or not.
                chunk_keys = np.frombuffer(chunk.buffers()[1], np.uint64).reshape(-1, BANDS)[chunk.offset :]
                keys[start:end] = chunk_keys[: len(chunk), band : band + _BANDS_AT_ONCE]
                self._count_mapped_bytes(max(_READAHEAD_BYTES, keys[start:end].nbytes))
            for column in keys.T:
                yield column[rows]

    def read_samples(self, rows: _RowNumbers, part: int = 0, parts: int = 1) -> tuple[_RowNumbers, Digests]:
        """Read the SAMPLE_SIZE lowest shingle digests of each row: -> places in `rows`, digests.

        A sorted run of digests begins with them. With `parts`, only digests of that part of all are returned. Every row
        must have shingles.
        """
        order = np.argsort(rows, kind="stable")  # in file order
        sorted_rows = rows[order]
        bounds = np.searchsorted(sorted_rows, self._starts)
        place_parts, key_parts = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
        for number in np.flatnonzero(np.diff(bounds)).tolist():
            offsets, digests = self._shingles[number]
            chunk_rows = sorted_rows[bounds[number] : bounds[number + 1]] - self._starts[number]
            firsts, ends = offsets[chunk_rows] // _DIGEST_BYTES, offsets[chunk_rows + 1] // _DIGEST_BYTES
            counts = np.minimum(ends - firsts, SAMPLE_SIZE)
            keys = digests[np.repeat(firsts - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))]
            places = np.repeat(order[bounds[number] : bounds[number + 1]], counts)
            if parts > 1:
                is_in_part = keys % np.uint64(parts) == part
                places, keys = places[is_in_part], keys[is_in_part]
            place_parts.append(places)
            key_parts.append(keys)
            self._count_mapped_bytes(len(chunk_rows) * _READAHEAD_BYTES)
        return np.concatenate(place_parts), np.concatenate(key_parts)

    def build_sketches(self, rows: _RowNumbers) -> None:
        """Build a sketch of the shingles of each row for `screen_candidates`: some 200 bytes a row."""
        self._sketch_index = np.full(len(self._bands), -1, np.int32)
        self._sketch_index[rows] = np.arange(len(rows), dtype=np.int32)
        self._sketch_bits = np.zeros((len(rows), _SKETCH_DEPTH, _SKETCH_BINS // 64), np.uint64)
        self._overflow_counts, self._shingle_counts = np.zeros(len(rows), np.int32), np.zeros(len(rows), np.int32)
        for row in np.sort(rows).tolist():  # in file order
            digests, sketch_row = self._read_shingles(row), self._sketch_index[row]
            bin_counts = np.bincount(digests & np.uint64(_SKETCH_BINS - 1), minlength=_SKETCH_BINS)
            bits = bin_counts > np.arange(_SKETCH_DEPTH)[:, None]
            self._sketch_bits[sketch_row] = np.packbits(bits, axis=1).view(np.uint64)
            self._shingle_counts[sketch_row] = len(digests)
            self._overflow_counts[sketch_row] = len(digests) - int(np.count_nonzero(bits))
            self._count_mapped_bytes(digests.nbytes)

    def count_shingles(self, rows: _RowNumbers) -> _RowNumbers:
        """Return the number of shingles of each row."""
        counts = np.zeros(len(rows), np.int64)
        numbers = np.searchsorted(self._starts, rows, side="right") - 1
        for number in np.unique(numbers).tolist():
            in_chunk = np.flatnonzero(numbers == number)
            offsets, chunk_rows = self._shingles[number][0], rows[in_chunk] - self._starts[number]
            counts[in_chunk] = (offsets[chunk_rows + 1] - offsets[chunk_rows]) // _DIGEST_BYTES
        return counts

    def screen_candidates(self, row: int, candidates: _RowNumbers) -> npt.NDArray[np.bool_]:
        """Return a mask of the candidates that `row` may repeat, or be repeated by; all need sketches."""
        own_sketch, candidate_sketches = self._sketch_index[row], self._sketch_index[candidates]
        shared_bits = np.bitwise_count(self._sketch_bits[own_sketch] & self._sketch_bits[candidate_sketches]).sum(
            axis=(1, 2), dtype=np.int32
        )
        max_shared = np.minimum(
            shared_bits + np.minimum(self._overflow_counts[own_sketch], self._overflow_counts[candidate_sketches]),
            self._shingle_counts[candidate_sketches],
        )
        own_count = self._shingle_counts[own_sketch]
        max_shared = np.minimum(max_shared, own_count)
        return np.asarray(is_repetition(max_shared, own_count, self._shingle_counts[candidate_sketches]))

    def compare_rows(self, row: int, other_row: int) -> tuple[int, int, int]:
        """Return how many shingles two rows share, and how many each has."""
        self._count_mapped_bytes(2 * _READAHEAD_BYTES)
        digests, other_digests = self._read_shingles(row), self._read_shingles(other_row)
        return count_shared(digests, other_digests), len(digests), len(other_digests)

    def _count_mapped_bytes(self, size: int) -> None:
        """Count newly mapped bytes and release pages at the limit.

        A release walks all files, so it is not done for each read.
        """
        self._mapped_bytes += size
        if self._mapped_bytes > _MAX_MAPPED_BYTES:
            self._mapped_bytes = size
            self._release_pages()

    def _read_shingles(self, row: int) -> Digests:
        """Return the shingle digests of a row, not copied."""
        chunk = bisect_right(self._starts, row) - 1
        offsets, digests = self._shingles[chunk]
        start, end = offsets[row - self._starts[chunk] :][:2]
        return digests[start // _DIGEST_BYTES : end // _DIGEST_BYTES]


def _view_buffer(array: pa.Array, buffer: int, dtype: type[np.generic]) -> npt.NDArray[Any]:
    """Return a buffer of an array as numbers, not copied."""
    contents = array.buffers()[buffer]
    return np.frombuffer(contents, dtype) if contents is not None else np.empty(0, dtype)
