"""Buckets of rows that share a key, such as a near-duplicate band."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from flows.dedupe.fingerprint_table import PrintTable

RowNumbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Buckets:
    """Members of buckets: pairs of a row and a bucket, sorted by row; `starts` are the bounds of each row's pairs."""

    starts: RowNumbers
    numbers: npt.NDArray[np.int32]
    sizes: RowNumbers

    def list_rows(self) -> RowNumbers:
        """List the rows that are in a bucket."""
        return np.flatnonzero(np.diff(self.starts))

    def of_row(self, row: int) -> npt.NDArray[np.int32]:
        """Return the buckets of a row."""
        return self.numbers[self.starts[row] : self.starts[row + 1]]


class KeptRows:
    """The kept rows of each bucket: one of many copies, so that the work does not grow with their square."""

    def __init__(self, buckets: Buckets) -> None:
        """Create the lists, empty."""
        self._buckets = buckets
        self._starts = np.cumsum(buckets.sizes) - buckets.sizes
        self._filled = np.zeros(len(buckets.sizes), np.int32)
        self._rows = np.empty(len(buckets.numbers), np.int32)

    def find_candidates(self, row: int) -> npt.NDArray[np.int32]:
        """Find the kept rows that share a bucket with a row; some of them more than once."""
        buckets = self._buckets.of_row(row)
        bounds = zip(self._starts[buckets].tolist(), self._filled[buckets].tolist(), strict=True)
        parts = [self._rows[start : start + filled] for start, filled in bounds if filled]
        return np.concatenate(parts) if parts else self._rows[:0]

    def add_row(self, row: int) -> None:
        """Add a row to the lists of its buckets."""
        buckets = self._buckets.of_row(row)
        self._rows[self._starts[buckets] + self._filled[buckets]] = row
        self._filled[buckets] += 1


def group_by_bands(rows: RowNumbers, print_rows: RowNumbers, prints: PrintTable, row_count: int) -> Buckets:
    """Group rows by the bands that they share with another row; a few bands of all rows are in memory at once."""
    rows = rows[prints.has_bands(print_rows[rows])]
    return build_buckets(((rows, band) for band in prints.iterate_band_keys(print_rows[rows])), row_count, 1)


def build_buckets(
    keys_of_rows: Iterator[tuple[RowNumbers, npt.NDArray[np.uint64]]], row_count: int, min_shared: int
) -> Buckets:
    """Build buckets from parts of (row, key); rows in fewer than `min_shared` of them are left out."""
    members: list[npt.NDArray[np.uint64]] = []
    bucket_count = 0
    for part in keys_of_rows:
        rows, numbers = _number_shared_keys(*part)
        del part  # before the next one is made
        members.append((rows.astype(np.uint64) << np.uint64(32)) | (numbers + bucket_count).astype(np.uint64))
        bucket_count += int(numbers[-1]) + 1 if len(numbers) else 0
    pairs = np.concatenate([np.empty(0, np.uint64), *members])
    members.clear()
    pairs.sort()
    rows_of_pairs, numbers_of_pairs = (pairs >> np.uint64(32)).astype(np.int64), pairs.astype(np.uint32).view(np.int32)
    while min_shared > 1:  # a row that goes may leave another one alone in its bucket
        counts, sizes = np.bincount(rows_of_pairs), np.bincount(numbers_of_pairs)
        is_member = (counts[rows_of_pairs] >= min_shared) & (sizes[numbers_of_pairs] > 1)
        if is_member.all():
            break
        rows_of_pairs, numbers_of_pairs = rows_of_pairs[is_member], numbers_of_pairs[is_member]
    starts = np.searchsorted(rows_of_pairs, np.arange(row_count + 1))
    return Buckets(starts, numbers_of_pairs, np.bincount(numbers_of_pairs, minlength=bucket_count))


def _number_shared_keys(rows: RowNumbers, keys: npt.NDArray[np.uint64]) -> tuple[RowNumbers, RowNumbers]:
    """Number the keys that several rows have: -> rows, numbers from 0, sorted by these."""
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    is_start = np.append(True, sorted_keys[1:] != sorted_keys[:-1])[: len(keys)]
    is_shared = ~(is_start & np.append(is_start[1:], True))  # what starts just before another start is alone
    return rows[order[is_shared]], np.cumsum(is_start[is_shared]) - 1
