"""Pairs of texts of which one may stand in the other, by samples: the SAMPLE_SIZE lowest shingle digests of each text.

Of the digests up to the lower end of both samples, the shorter text shares with the longer one about the share of its
shingles that stand there. A pair is likely where that share is at least _MIN_SHARE. If .8 of a text stand in one almost
twice as long (Jaccard .4), the samples share 7 of 9 digests on average: one such pair in 50 is missed, of others fewer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows.dedupe.buckets import Buckets, RowNumbers, build_buckets
from flows.dedupe.fingerprint_table import PrintTable
from flows.dedupe.shingles import SAMPLE_SIZE, Digests

MIN_SHARED: Final = 2
# Digests that more texts share are boilerplate of an outlet: they are no evidence, and costly.
_MAX_SHARING: Final = 100
_MIN_SHARE: Final = 0.5
_NEAR: Final = 0.85  # estimated Jaccard similarity of near duplicates
_KEYS_AT_ONCE: Final = 1 << 21
_PAIRS_AT_ONCE: Final = 1 << 20
_ESTIMATED_AT_ONCE: Final = 1 << 14
_NO_DIGEST: Final = np.iinfo(np.uint64).max

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SamplePairs:
    """Likely pairs, each in both directions: partners of each row, sorted; `is_near` flags likely near duplicates."""

    starts: RowNumbers
    partners: RowNumbers
    is_near: Flags

    def list_rows(self) -> RowNumbers:
        """List the rows that have partners."""
        return np.flatnonzero(np.diff(self.starts))

    def of_row(self, row: int) -> RowNumbers:
        """Return the partners of a row."""
        return self.partners[self.starts[row] : self.starts[row + 1]]

    def list_unlike(self, row: int) -> RowNumbers:
        """Return the partners of a row that are no likely near duplicates."""
        bounds = slice(self.starts[row], self.starts[row + 1])
        return self.partners[bounds][~self.is_near[bounds]]


def sample_shingles(prints: pa.Table, rows: RowNumbers | None = None) -> tuple[RowNumbers, Digests]:
    """Return the sampled shingle digests of PRINTS, or of `rows` of it: -> places of the rows, digests."""
    rows = np.arange(prints.num_rows) if rows is None else rows
    table = PrintTable(prints)
    compared = np.flatnonzero(table.has_bands(rows))
    places, digests = table.read_samples(rows[compared])
    return compared[places], digests


def find_sharing_rows(numbers: npt.NDArray[np.int32], rows: npt.NDArray[np.int32]) -> RowNumbers:
    """Find the rows that share MIN_SHARED sampled digests with one text.

    `numbers` and `rows` have, for each digest that a text and a row share, the number of the text and the row.
    """
    pairs = (numbers.astype(np.uint64) << np.uint64(32)) | rows.astype(np.uint64)
    values, counts = np.unique(pairs, return_counts=True)
    return np.unique(values[counts >= MIN_SHARED].astype(np.uint32)).astype(np.int64)


def find_sample_pairs(rows: RowNumbers, print_rows: RowNumbers, prints: PrintTable, row_count: int) -> SamplePairs:
    """Find the likely pairs among rows; rows without shingles have none."""
    rows = rows[prints.has_bands(print_rows[rows])]
    parts = max(1, len(rows) * SAMPLE_SIZE // _KEYS_AT_ONCE)

    def iterate_keys() -> Iterator[tuple[RowNumbers, Digests]]:
        for part in range(parts):
            places, keys = prints.read_samples(print_rows[rows], part, parts)
            yield rows[places], keys
            del places, keys  # before the next ones are read

    buckets = build_buckets(iterate_keys(), row_count, MIN_SHARED)
    likely_parts = [_select_likely(*pairs, print_rows, prints) for pairs in _iterate_pairs(buckets)]
    lower, higher = (
        np.concatenate([np.empty(0, np.int64), *(part[number] for part in likely_parts)]) for number in (0, 1)
    )
    is_near = np.concatenate([np.empty(0, bool), *(part[2] for part in likely_parts)])
    owners, partners = np.concatenate([lower, higher]), np.concatenate([higher, lower])
    order = np.lexsort((partners, owners))
    starts = np.searchsorted(owners[order], np.arange(row_count + 1))
    return SamplePairs(starts, partners[order], np.concatenate([is_near, is_near])[order])


def _iterate_pairs(buckets: Buckets) -> Iterator[tuple[RowNumbers, RowNumbers]]:
    """Yield pairs of rows that share MIN_SHARED buckets: the lower rows and the higher ones."""
    rows = np.repeat(np.arange(len(buckets.starts) - 1, dtype=np.int32), np.diff(buckets.starts))
    order = np.argsort(buckets.numbers, kind="stable").astype(np.int32)
    positions = np.empty(len(order), np.int32)
    positions[order] = np.arange(len(order), dtype=np.int32)
    bucket_ends = np.cumsum(buckets.sizes, dtype=np.int32)
    later_counts = bucket_ends[buckets.numbers] - positions - 1
    later_counts[buckets.sizes[buckets.numbers] > _MAX_SHARING] = 0
    pair_bounds = np.append(0, np.cumsum(later_counts, dtype=np.int64))
    start = 0
    while start < len(rows):
        end = int(np.searchsorted(pair_bounds, pair_bounds[start] + _PAIRS_AT_ONCE, side="right")) - 1
        row_end = int(np.searchsorted(rows, rows[min(max(end, start), len(rows) - 1)], side="right"))
        counts = later_counts[start:row_end]
        firsts = positions[start:row_end] + np.int64(1)
        places = np.repeat(firsts - (np.cumsum(counts, dtype=np.int64) - counts), counts) + np.arange(int(counts.sum()))
        pairs = np.repeat(rows[start:row_end], counts).astype(np.uint64) << np.uint64(32)
        pairs |= rows[order[places]].astype(np.uint64)
        values, shared_counts = np.unique(pairs, return_counts=True)
        values = values[shared_counts >= MIN_SHARED]
        yield (values >> np.uint64(32)).astype(np.int64), values.astype(np.uint32).astype(np.int64)
        start = row_end


def _select_likely(
    lower: RowNumbers, higher: RowNumbers, print_rows: RowNumbers, prints: PrintTable
) -> tuple[RowNumbers, RowNumbers, Flags]:
    """Select the pairs whose samples agree enough; return them, and which of them are likely near duplicates."""
    rows = np.union1d(lower, higher)
    places, keys = prints.read_samples(print_rows[rows])
    order = np.lexsort((keys, places))
    counts = np.bincount(places, minlength=len(rows))
    samples = np.full((len(rows), SAMPLE_SIZE), _NO_DIGEST, np.uint64)
    samples[places[order], np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)] = keys[order]
    is_likely, is_near = np.zeros(len(lower), bool), np.zeros(len(lower), bool)
    for start in range(0, len(lower), _ESTIMATED_AT_ONCE):
        chunk = slice(start, start + _ESTIMATED_AT_ONCE)
        samples_below = samples[np.searchsorted(rows, lower[chunk])]
        samples_above = samples[np.searchsorted(rows, higher[chunk])]
        end = np.minimum(samples_below[:, -1], samples_above[:, -1])[:, None]  # a text with fewer digests has no end
        count_below = np.count_nonzero((samples_below <= end) & (samples_below != _NO_DIGEST), axis=1)
        count_above = np.count_nonzero((samples_above <= end) & (samples_above != _NO_DIGEST), axis=1)
        is_shared = (samples_below[:, :, None] == samples_above[:, None, :]).any(axis=2)
        shared = np.count_nonzero(is_shared & (samples_below <= end) & (samples_below != _NO_DIGEST), axis=1)
        is_likely[chunk] = shared >= _MIN_SHARE * np.minimum(count_below, count_above)
        is_near[chunk] = shared >= _NEAR * (count_below + count_above - shared)
    return lower[is_likely], higher[is_likely], is_near[is_likely]
