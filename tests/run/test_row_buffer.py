"""Rows and tables in the order in which they came, whatever their number."""

import pyarrow as pa
import pytest

from flows.run import row_buffer
from flows.run.row_buffer import RowBuffer

SCHEMA = pa.schema([("number", pa.int32()), ("word", pa.string())])


@pytest.mark.parametrize("held", [None, 1, 7, 1000])
@pytest.mark.parametrize("buffered", [1, 2, 3, 100])
def test_rows_and_tables_keep_their_order(monkeypatch, tmp_path, buffered, held):
    monkeypatch.setattr(row_buffer, "_BUFFERED_ROWS", buffered)
    monkeypatch.setattr(row_buffer, "_MEMORY_ROWS", held or 1)
    buffer, numbers = RowBuffer(SCHEMA, tmp_path if held else None), []
    for first in range(0, 40, 8):
        for number in range(first, first + 3):
            buffer.append_row((number, str(number)))
        table = pa.table({"number": range(first + 3, first + 8), "word": [str(n) for n in range(first + 3, first + 8)]})
        for start, length in ((0, 1), (1, 0), (1, 4)):
            buffer.append_table(table.slice(start, length).cast(SCHEMA))
        numbers += range(first, first + 8)
        assert buffer.row_count == len(numbers)
    assert buffer.to_table() == pa.table({"number": pa.array(numbers, pa.int32()), "word": list(map(str, numbers))})
    assert buffer.to_table().num_rows == buffer.row_count == 40


def test_an_empty_one_has_the_schema():
    assert RowBuffer(SCHEMA).to_table().schema == SCHEMA


def test_with_a_folder_few_rows_are_in_memory(monkeypatch, tmp_path):
    monkeypatch.setattr(row_buffer, "_MEMORY_ROWS", 100)
    buffer = RowBuffer(SCHEMA, tmp_path)
    table = pa.table([pa.array(range(1000), pa.int32()), pa.array(["word" * 100] * 1000)], schema=SCHEMA)
    before = pa.total_allocated_bytes()
    for start in range(0, 1000, 50):
        monkeypatch.setattr(row_buffer, "_BUFFERED_ROWS", 50)
        buffer.append_table(table.slice(start, 50))
    assert pa.total_allocated_bytes() - before < table.nbytes / 5
    assert buffer.to_table() == table
