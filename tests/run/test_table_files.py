"""Tables that are mapped from files without a name."""

import pyarrow as pa

from flows.run.table_files import move_to_disk, release_freed_memory
from schemas import arrow

SCHEMA = pa.schema([("number", pa.int32()), ("word", pa.string())], {"kind": "made"})
TABLE = pa.table([pa.array([1, 2, 3], pa.int32()), pa.array(["a", None, "c"])], schema=SCHEMA)


def test_a_moved_table_is_the_same_and_leaves_no_file(tmp_path):
    moved = move_to_disk(TABLE, tmp_path)
    assert moved == TABLE
    assert moved.schema.metadata == SCHEMA.metadata
    assert list(tmp_path.iterdir()) == []


def test_a_moved_table_takes_no_memory_of_arrow(tmp_path):
    large = pa.table({"word": ["word" * 1000] * 1000})
    before = pa.total_allocated_bytes()
    moved = move_to_disk(large, tmp_path)
    assert pa.total_allocated_bytes() - before < large.nbytes / 100
    assert moved["word"][999].as_py() == "word" * 1000


def test_field_metadata_of_a_published_table_stays(tmp_path):
    rejects = arrow.make_empty_table(arrow.REJECTS)
    assert move_to_disk(rejects, tmp_path).schema.equals(arrow.REJECTS, check_metadata=True)


def test_releasing_freed_memory_keeps_what_is_in_use():
    held = pa.array(range(1000))
    release_freed_memory()
    assert held.to_pylist() == list(range(1000))
