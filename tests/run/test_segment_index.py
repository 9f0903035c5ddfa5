"""The record of a segment's index."""

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from flows.run.segment_index import (
    IndexFolder,
    compute_origin_digests,
    compute_source_hashes,
    encode_ids,
    split_ids,
)


def test_values_are_added_to_a_record_that_lacks_them_and_to_no_other(tmp_path):
    index_folder, path = IndexFolder(tmp_path), tmp_path / "000001.json"
    index_folder.update_record("000001", drift={"rows": 4})
    assert not path.exists()
    path.write_text(json.dumps({"digests": {}}))
    index_folder.update_record("000001", drift={"rows": 4})
    assert json.loads(path.read_text()) == {"digests": {}, "drift": {"rows": 4}}
    inode = path.stat().st_ino
    index_folder.update_record("000001", drift={"rows": 4})
    assert path.stat().st_ino == inode


@pytest.mark.parametrize(
    ("ids", "encoded"),
    [
        (["00ff", "a1b2"], [b"\x00\xff", b"\xa1\xb2"]),
        (["00ff", None, "", "a1b2"], [b"\x00\xff", None, None, b"\xa1\xb2"]),
        ([None, "a1b2"], [None, b"\xa1\xb2"]),
    ],
)
def test_hex_digits_become_bytes_and_what_is_empty_becomes_null(ids, encoded):
    assert encode_ids(pa.array(ids, pa.string())).to_pylist() == encoded
    assert encode_ids(pa.chunked_array([ids[:1], ids[1:]], pa.string())).to_pylist() == encoded


def test_without_an_id_there_are_nulls_of_the_width_of_an_article_id():
    for ids in ([], [None, ""]):
        assert encode_ids(pa.array(ids, pa.string())).cast(pa.binary(16)).to_pylist() == [None] * len(ids)


def test_an_article_id_is_two_integers_and_a_source_id_one():
    assert split_ids(pa.array(["00" * 7 + "01" + "00" * 7 + "02"])).byteswap().tolist() == [[1, 2]]
    hashes = compute_source_hashes(pa.array(["a", "b", "a"]))
    assert hashes[0] == hashes[2] != hashes[1] and len(compute_source_hashes(pa.array([], pa.string()))) == 0


ROW = {"source_id": "1", "source_uri": "a#1", "raw_sha256": "00", "content_hash": "11", "fetched_at": None}


CHANGES = [{}, {"source_id": "x"}, {"source_uri": "x"}, {"raw_sha256": "x"}, {"content_hash": "x"},
           {"fetched_at": datetime(2024, 1, 1, tzinfo=UTC)}]  # fmt: skip


@pytest.mark.parametrize("changed", CHANGES)
def test_the_origin_digest_changes_with_each_value(changed):
    schema = pa.schema([(name, pa.timestamp("us", "UTC") if name == "fetched_at" else pa.string()) for name in ROW])
    first, second = compute_origin_digests(pa.Table.from_pylist([ROW, ROW | changed], schema=schema))
    assert (first == second) is (not changed) and len(first) == 16


def test_files_of_segments_that_are_gone_are_removed_and_prints_that_others_refer_to_stay(tmp_path):
    index_folder = IndexFolder(tmp_path / "index")
    index_folder.remove_unused(["a"])  # nothing was written yet
    parts = ("rows.arrow", "bands.arrow", "samples.arrow")
    used = {"a.json", *(f"a.{part}" for part in parts), "prints-a.arrow", "prints-old.arrow"}
    unused = {"b.json", *(f"b.{part}" for part in parts), "prints-b.arrow", ".c.json.new"}
    (tmp_path / "index").mkdir()
    for name in used | unused:
        (tmp_path / "index" / name).write_bytes(b"x")
    for name, prints in (("a", ("prints-a.arrow", "prints-old.arrow")), ("b", ("prints-b.arrow", "prints-old.arrow"))):
        (tmp_path / "index" / f"{name}.json").write_text(json.dumps({"print_sizes": dict.fromkeys(prints, 1)}))
    index_folder.remove_unused(["a"])
    assert {path.name for path in (tmp_path / "index").iterdir()} == used
