"""Kept prints: those of the release's articles, mapped back as they were, or none."""

import numpy as np
import pyarrow as pa
import pytest

from flows.release import Dataset, load_prints, save_prints
from schemas import stage_tables


@pytest.fixture
def dataset(tmp_path):
    (tmp_path / "news" / "state").mkdir(parents=True)
    return Dataset(tmp_path / "news")


def prints(*names):
    rows = [
        {"content_hash": name, "text_digest": "d" + name, "bands": bytes(256), "shingles": np.arange(n).tobytes()}
        for n, name in enumerate(names)
    ]
    return pa.Table.from_pylist(rows, stage_tables.PRINTS)


def hashes(*names):
    return pa.chunked_array([list(names)], pa.string())


def test_what_the_release_holds_is_kept_once_and_nothing_else(dataset):
    table = pa.concat_tables([prints("a", "b"), prints(), prints("c", "a")])
    save_prints(dataset, table, hashes("c", "a", "c"), 1)
    loaded = load_prints(dataset, 1)
    assert loaded.schema.equals(stage_tables.PRINTS)
    assert loaded.to_pylist() == [prints("a", "b").to_pylist()[0], prints("c", "a").to_pylist()[0]]
    save_prints(dataset, loaded, hashes("c"), 1)
    assert load_prints(dataset, 1)["content_hash"].to_pylist() == ["c"]
    assert sorted(path.name for path in dataset.state.iterdir()) == ["prints.arrow"]


def test_of_another_version_damaged_or_missing_there_are_none(dataset):
    assert load_prints(dataset, 1).num_rows == 0
    save_prints(dataset, prints("a"), hashes("a"), 1)
    assert load_prints(dataset, 2).num_rows == 0
    path = dataset.state / "prints.arrow"
    content = path.read_bytes()
    for damaged in (content[:100], content[: len(content) // 2], b"", b"x" * 500):
        path.unlink()
        path.write_bytes(damaged)
        assert load_prints(dataset, 1).num_rows == 0


def test_a_disk_without_room_fails_nothing(dataset, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pa, "OSFile", full)
    save_prints(dataset, prints("a"), hashes("a"), 1)
    assert list(dataset.state.iterdir()) == []
