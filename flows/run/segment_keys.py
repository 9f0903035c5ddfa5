"""Sorted keys by which the articles of a segment are found: near-duplicate bands, and the lowest shingle digests."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import dedupe
from schemas import stage_tables

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class SegmentKeys:
    """Sorted keys and the row of each."""

    keys: npt.NDArray[np.uint64]
    rows: npt.NDArray[np.int32]

    def find_places(self, needles: npt.NDArray[np.uint64], max_rows: int | None = None) -> tuple[Places, Places]:
        """Find the places of some keys, best sorted: -> place in `needles`, place in the keys of each match.

        Keys that more than `max_rows` rows have are left out.
        """
        starts = np.searchsorted(self.keys, needles)
        is_match = self.keys[np.minimum(starts, len(self.keys) - 1)] == needles if len(self.keys) else starts < 0
        counts = np.zeros(len(needles), np.int64)
        counts[is_match] = np.searchsorted(self.keys, needles[is_match], side="right") - starts[is_match]
        if max_rows is not None:
            counts[counts > max_rows] = 0
        slots = np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
        return np.repeat(np.arange(len(needles)), counts), slots

    def move_rows(self, new_rows: npt.NDArray[np.int32]) -> "SegmentKeys":
        """Return the keys with other rows: `new_rows` maps each row to its new one, or to -1 where it goes."""
        rows = new_rows[self.rows]
        return SegmentKeys(self.keys[rows >= 0], rows[rows >= 0])


def sort_keys(parts: Sequence[SegmentKeys]) -> pa.Table:
    """Build SEGMENT_KEYS from keys and their rows in any order."""
    keys = np.concatenate([np.empty(0, np.uint64), *(part.keys for part in parts)])
    rows = np.concatenate([np.empty(0, np.int32), *(part.rows for part in parts)])
    order = np.lexsort((rows, keys))
    return pa.table([keys[order], rows[order]], schema=stage_tables.SEGMENT_KEYS)


def list_bands(prints: pa.Table, rows: npt.NDArray[np.int32]) -> SegmentKeys:
    """List the band keys of PRINTS, each with the row of its article in `rows`."""
    column = prints["bands"].combine_chunks()
    is_valid = np.asarray(pc.is_valid(column))
    keys = view_binary(column, 256).view(np.uint64)[is_valid]
    return SegmentKeys(keys.reshape(-1), np.repeat(rows[is_valid], keys.shape[1] if len(keys) else 0))


def list_samples(prints: pa.Table, rows: npt.NDArray[np.int32]) -> SegmentKeys:
    """List the sampled shingle digests of PRINTS, each with the row of its article in `rows`."""
    places, keys = dedupe.sample_shingles(prints)
    return SegmentKeys(keys, rows[places])


def join_chunks(column: pa.ChunkedArray) -> pa.Array:
    """Join the chunks of a column; one chunk, as a mapped index file has, is returned as it is and not copied."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def view_binary(column: pa.ChunkedArray, width: int) -> npt.NDArray[np.uint8]:
    """Return a column of fixed-width bytes as an array of rows x width; nulls have any bytes."""
    array = join_chunks(column) if isinstance(column, pa.ChunkedArray) else column
    buffer = array.buffers()[1]
    if buffer is None:
        return np.empty((0, width), np.uint8)
    return np.frombuffer(buffer, np.uint8)[array.offset * width : (array.offset + len(array)) * width].reshape(
        -1, width
    )
