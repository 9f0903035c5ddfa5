"""The record of a segment's index."""

import json

from flows.run.segment_index import IndexFolder


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
