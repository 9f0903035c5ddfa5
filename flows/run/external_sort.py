"""Rows that come in any order -> the same rows sorted, with a part of them in memory at a time.

Rows are dealt into buckets by ranges of their sort key, each bucket a file; a bucket is then read and sorted by itself.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_TOGETHER: Final = 32 << 20  # bytes that are dealt at a time
_PACKED: Final = pa.ipc.IpcWriteOptions(compression="lz4")

Numbers: TypeAlias = npt.NDArray[np.int64]
Piece: TypeAlias = tuple[pa.Table, Numbers]


class Buckets:
    """Rows dealt into so many buckets, each an Arrow file or more in `folder`; where there is but one, in memory.

    Iterated, it gives the buckets that hold any row, by number, the rows of each in the order they came in; once.
    """

    def __init__(self, count: int, folder: Path, name: str) -> None:
        self._count, self._folder, self._name = count, folder, name
        self._whole: list[pa.Table] = []
        self._paths: dict[int, list[Path]] = {}
        self._turn = 0

    def add(self, pieces: Iterable[Piece]) -> None:
        """Deal out some pieces: rows, and the number of the bucket of each."""
        if self._count <= 1:
            self._whole += [table for table, _ in pieces]
            return
        self._turn += 1
        with ExitStack() as writing:
            writers: dict[int, pa.RecordBatchStreamWriter] = {}
            for table, buckets in _together(pieces):
                order = np.argsort(buckets, kind="stable")
                rows = table.combine_chunks().take(pa.array(order))
                edges = np.searchsorted(buckets[order], np.arange(self._count + 1))
                for number in np.flatnonzero(np.diff(edges)).tolist():
                    if number not in writers:
                        path = self._folder / f"{self._name}-{number:05d}-{self._turn}.arrow"
                        writer = pa.ipc.new_stream(str(path), table.schema, options=_PACKED)
                        writers[number] = writing.enter_context(writer)
                        self._paths.setdefault(number, []).append(path)
                    writers[number].write_table(rows.slice(edges[number], edges[number + 1] - edges[number]))

    def __iter__(self) -> Iterator[tuple[int, pa.Table]]:
        if self._whole:
            yield 0, pa.concat_tables(self._whole)
        for number, paths in sorted(self._paths.items()):
            yield number, pa.concat_tables([_read(path) for path in paths])
            for path in paths:
                path.unlink()


def dealt(pieces: Iterable[Piece], count: int, folder: Path, name: str) -> Buckets:
    """Pieces as `count` buckets."""
    buckets = Buckets(count, folder, name)
    buckets.add(pieces)
    return buckets


def _read(path: Path) -> pa.Table:
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as stream:
        return stream.read_all()


def _together(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Small pieces as fewer large ones."""
    tables: list[pa.Table] = []
    buckets: list[Numbers] = []
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
