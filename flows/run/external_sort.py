"""External sort: rows in any order are partitioned by ranges of their sort key, each partition a file.

The caller sorts one partition at a time, so memory holds no more than one.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from schemas import arrow_files

_MERGED_BYTES: Final = 8 << 20  # bytes partitioned at a time; memory holds four times as many
_MAX_CHUNK_BYTES: Final = 512 << 20  # one column of an Arrow array holds at most 2^31 bytes of text

PartitionNumbers: TypeAlias = npt.NDArray[np.int64]
PartitionChunk: TypeAlias = tuple[pa.Table, PartitionNumbers]


class PartitionedRows:
    """Rows in `count` partitions, each one or more Arrow files in `folder`; a single partition stays in memory.

    Iteration yields (number, rows) of the partitions that hold any row, rows in the order of their arrival. It deletes
    the files: iterate once.
    """

    def __init__(self, count: int, folder: Path, name: str) -> None:
        self._count, self._folder, self._name = count, folder, name
        self._in_memory: list[pa.Table] = []
        self._paths: dict[int, list[Path]] = {}
        self._write_round = 0

    def append_chunks(self, chunks: Iterable[PartitionChunk]) -> None:
        """Write the rows of each chunk to the partitions that its numbers name."""
        if self._count <= 1:
            self._in_memory += [table for table, _ in chunks]
            return
        self._write_round += 1
        with ExitStack() as open_files:
            writers: dict[int, pa.RecordBatchFileWriter] = {}

            def write_chunk(table: pa.Table, numbers: PartitionNumbers) -> None:
                order = np.argsort(numbers, kind="stable")
                rows = table.combine_chunks().take(pa.array(order))
                offsets = np.searchsorted(numbers[order], np.arange(self._count + 1))
                for number in np.flatnonzero(np.diff(offsets)).tolist():
                    if number not in writers:
                        path = self._folder / f"{self._name}-{number:05d}-{self._write_round}.arrow"
                        writers[number] = open_files.enter_context(arrow_files.open_writer(path, table.schema))
                        self._paths.setdefault(number, []).append(path)
                    writers[number].write_table(rows.slice(offsets[number], offsets[number + 1] - offsets[number]))

            for chunk in _merge_chunks(chunks):
                write_chunk(*chunk)  # its copies go before the next chunk is read
                pa.default_memory_pool().release_unused()

    def __iter__(self) -> Iterator[tuple[int, pa.Table]]:
        if self._in_memory:
            yield 0, pa.concat_tables(self._in_memory)
        for number, paths in sorted(self._paths.items()):
            yield number, pa.concat_tables([arrow_files.read_table(path) for path in paths])
            for path in paths:
                path.unlink()


def partition_rows(chunks: Iterable[PartitionChunk], count: int, folder: Path, name: str) -> PartitionedRows:
    """Write chunks into `count` partitions and return these."""
    partitions = PartitionedRows(count, folder, name)
    partitions.append_chunks(chunks)
    return partitions


def _merge_chunks(chunks: Iterable[PartitionChunk]) -> Iterator[PartitionChunk]:
    """Merge small chunks into fewer of some `_MERGED_BYTES`."""
    tables: list[pa.Table] = []
    number_arrays: list[PartitionNumbers] = []
    size = 0
    for table, numbers in _split_large_chunks(chunks):
        tables.append(table)
        number_arrays.append(numbers)
        size += table.nbytes
        if size >= _MERGED_BYTES:
            yield pa.concat_tables(tables), np.concatenate(number_arrays)
            tables, number_arrays, size = [], [], 0
    if tables:
        yield pa.concat_tables(tables), np.concatenate(number_arrays)


def _split_large_chunks(chunks: Iterable[PartitionChunk]) -> Iterator[PartitionChunk]:
    """Halve chunks until each has at most `_MAX_CHUNK_BYTES` or one row: rows are copied into one array."""
    for table, numbers in chunks:
        if table.nbytes <= _MAX_CHUNK_BYTES or table.num_rows <= 1:
            yield table, numbers
        else:
            middle = table.num_rows // 2
            halves = ((table.slice(0, middle), numbers[:middle]), (table.slice(middle), numbers[middle:]))
            yield from _split_large_chunks(halves)
