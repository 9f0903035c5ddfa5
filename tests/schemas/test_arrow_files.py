"""Arrow files: what was written is read, whole, in part or mapped."""

import pyarrow as pa
import pytest

from schemas import arrow, arrow_files

TABLE = pa.table({"name": ["satu", "dua"], "count": pa.array([1, 2], pa.int32())})


@pytest.mark.parametrize("packed", [True, False])
def test_a_table_is_read_as_it_was_written(tmp_path, packed):
    path = tmp_path / "a.arrow"
    arrow_files.write_table(path, TABLE.replace_schema_metadata({"own": "x"}), {"made": "y"}, packed=packed)
    for read in (arrow_files.read_table(path), arrow_files.read_mapped_table(path)):
        assert read.equals(TABLE)
    assert arrow_files.read_metadata(path) == {"made": "y"}
    assert arrow_files.read_table(path, ["count"]).to_pydict() == {"count": [1, 2]}
    assert arrow_files.count_rows(path) == 2


def test_an_unpacked_file_is_mapped_without_a_copy(tmp_path):
    arrow_files.write_table(tmp_path / "a.arrow", pa.table({"n": list(range(200_000))}), packed=False)
    before = pa.total_allocated_bytes()
    mapped = arrow_files.read_mapped_table(tmp_path / "a.arrow")
    assert pa.total_allocated_bytes() - before < 100_000 < mapped.nbytes


def test_a_file_that_was_cut_off_holds_no_rows(tmp_path):
    path = tmp_path / "a.arrow"
    arrow_files.write_table(path, TABLE)
    path.write_bytes(path.read_bytes()[:-20])
    assert arrow_files.count_rows(path) == 0
    with pytest.raises(pa.ArrowInvalid):
        arrow_files.read_table(path)


def test_a_replaced_column_stays_in_its_place_and_of_its_type():
    table = arrow.replace_column(TABLE, "count", [7, None])
    assert table.schema == TABLE.schema and table["count"].to_pylist() == [7, None]
    table = arrow.replace_column(TABLE, "name", pa.chunked_array([["tiga"], ["lima"]]))
    assert table["name"].to_pylist() == ["tiga", "lima"] and table["count"].to_pylist() == [1, 2]
