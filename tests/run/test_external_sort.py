"""Rows in partitions on disk: each comes back in its partition, in the order in which it came."""

import numpy as np
import pyarrow as pa
import pytest

from flows.run import external_sort


@pytest.mark.parametrize("merged_bytes", [1, 1 << 20])
def test_rows_come_back_by_partition_and_leave_nothing_on_the_disk(tmp_path, monkeypatch, merged_bytes):
    monkeypatch.setattr(external_sort, "_MERGED_BYTES", merged_bytes)
    numbers = np.arange(30) % 3
    table = pa.table({"row": np.arange(30), "partition": numbers})
    chunks = [(table.slice(first, 5), numbers[first : first + 5]) for first in range(0, 30, 5)]
    rows = external_sort.partition_rows(chunks[:4], 3, tmp_path, "rows")
    rows.append_chunks(chunks[4:])
    parts = dict(rows)
    assert sorted(parts) == [0, 1, 2] and not list(tmp_path.iterdir())
    for number, part in parts.items():
        assert part["row"].to_pylist() == [*range(number, 30, 3)]


def test_a_single_partition_stays_in_memory(tmp_path):
    table = pa.table({"row": np.arange(4)})
    ((number, rows),) = external_sort.partition_rows([(table, np.zeros(4, np.int64))], 1, tmp_path, "rows")
    assert number == 0 and rows.equals(table) and not list(tmp_path.iterdir())


def test_rows_without_an_order_of_partitions_come_back_in_theirs(tmp_path):
    numbers = np.array([2, 0, 2, 0, 2])
    table = pa.table({"row": np.arange(5)})
    rows = external_sort.partition_rows([(table, numbers)], 4, tmp_path, "rows")
    assert len(list(tmp_path.iterdir())) == 2
    assert [(number, part["row"].to_pylist()) for number, part in rows] == [(0, [1, 3]), (2, [0, 2, 4])]


@pytest.mark.parametrize("max_bytes", [1, 64, 100, 1 << 20])
def test_large_chunks_are_halved_until_they_are_small_enough_or_one_row(monkeypatch, max_bytes):
    monkeypatch.setattr(external_sort, "_MAX_CHUNK_BYTES", max_bytes)
    numbers = np.arange(21)  # rows of 8 bytes
    pieces = list(external_sort._split_large_chunks([(pa.table({"row": numbers}), numbers)]))
    assert all(table.num_rows <= max(max_bytes // 8, 1) for table, _ in pieces)
    assert np.concatenate([table["row"].to_numpy() for table, _ in pieces]).tolist() == numbers.tolist()
    assert all(table["row"].to_pylist() == part.tolist() for table, part in pieces)
    assert len(pieces) <= (1 if max_bytes > 21 * 8 else 21)
