"""Rows that come in any order -> the same rows sorted, with a part of them in memory at a time.

Rows are dealt into buckets by ranges of their sort key, each bucket a file; a bucket is then read and sorted by itself.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_TOGETHER: Final = 32 << 20  # bytes that are dealt at a time
_PACKED: Final = pa.ipc.IpcWriteOptions(compression="lz4")

Buckets = npt.NDArray[np.int64]


def dealt(
    pieces: Iterable[tuple[pa.Table, Buckets]], count: int, folder: Path, name: str
) -> Iterator[tuple[int, pa.Table]]:
    """The buckets that hold any row, by number, rows in the order they came in. A piece is rows and their buckets."""
    if count <= 1:
        whole = [table for table, _ in pieces]
        if whole:
            yield 0, pa.concat_tables(whole)
        return
    paths = [folder / f"{name}-{number:05d}.arrow" for number in range(count)]
    writers: dict[int, pa.RecordBatchStreamWriter] = {}
    try:
        for table, buckets in _together(pieces):
            order = np.argsort(buckets, kind="stable")
            rows = table.combine_chunks().take(pa.array(order))
            edges = np.searchsorted(buckets[order], np.arange(count + 1))
            for number in np.flatnonzero(np.diff(edges)).tolist():
                if number not in writers:
                    writers[number] = pa.ipc.new_stream(str(paths[number]), table.schema, options=_PACKED)
                writers[number].write_table(rows.slice(edges[number], edges[number + 1] - edges[number]))
    finally:
        for writer in writers.values():
            writer.close()
    for number, path in enumerate(paths):
        if number in writers:
            with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as stream:
                yield number, stream.read_all()
            path.unlink()


def _together(pieces: Iterable[tuple[pa.Table, Buckets]]) -> Iterator[tuple[pa.Table, Buckets]]:
    """Small pieces as fewer large ones."""
    tables: list[pa.Table] = []
    buckets: list[Buckets] = []
    size = 0
    for table, bucket in pieces:
        tables.append(table)
        buckets.append(bucket)
        size += table.nbytes
        if size >= _TOGETHER:
            yield pa.concat_tables(tables), np.concatenate(buckets)
            tables, buckets, size = [], [], 0
    if tables:
        yield pa.concat_tables(tables), np.concatenate(buckets)
