"""KEYS of many articles, in files."""

import numpy as np
import pyarrow as pa
import pytest

from flows import release
from flows.parameters import Publish
from flows.run import assembly, keys_table, row_buffer
from flows.run.keys_table import build_keys_table, filter_keys
from flows.run.publish_run import run_publish
from tests.makers import story

SAME = ("data", "csv", "lineage", "rejects")


def make_keys(count: int) -> pa.Table:
    numbers = np.arange(count)
    words = pa.array([f"{number:032d}" for number in numbers])
    values = {
        "article_id": words, "source_id": words, "source_uri": words, "raw_sha256": words, "content_hash": words,
        "fetched_at": pa.nulls(count), "published_at": pa.nulls(count), "date": pa.nulls(count),
        "date_basis": pa.nulls(count), "char_count": pa.array(numbers), "boilerplate_share": pa.array(numbers / count),
        "outlet": pa.array([f"Warta {number % 3}" for number in numbers]).dictionary_encode(),
        "has_title": pa.repeat(True, count), "has_author": pa.repeat(False, count),
    }  # fmt: skip
    return build_keys_table(values, numbers, numbers % 5, numbers)


@pytest.mark.parametrize("chunk_rows", [1, 4, 10, 11, 1000])
def test_keys_filtered_in_files_are_those_filtered_in_memory(monkeypatch, tmp_path, chunk_rows):
    monkeypatch.setattr(keys_table, "CHUNK_ROWS", chunk_rows)
    keys = make_keys(11)
    for mask in (np.arange(11) % 3 > 0, np.zeros(11, bool), np.ones(11, bool)):
        in_memory = keys.filter(pa.array(mask))
        in_files = filter_keys(keys, pa.chunked_array([pa.array(mask)]), tmp_path)
        assert in_files.to_pylist() == in_memory.to_pylist()
        assert in_files.schema == in_memory.schema
    assert list(tmp_path.iterdir()) == []


def test_a_run_whose_keys_are_in_files_publishes_the_same_bytes(monkeypatch, tmp_path):
    source = tmp_path / "raw"
    source.mkdir()
    for number in range(9):
        (source / f"{number}.txt").write_text(story(number % 7), encoding="utf-8")  # two stories stand twice
    (source / "menu.txt").write_text("Login\nDaftar\n", encoding="utf-8")
    releases = []
    for name, rows in (("memory", None), ("files", 2)):
        for module, limit in ((keys_table, "CHUNK_ROWS"), (assembly, "CHUNK_ROWS"), (row_buffer, "_MEMORY_ROWS")):
            if rows:
                monkeypatch.setattr(module, limit, rows)
        outcome = run_publish(Publish(source=str(source), output=str(tmp_path / name), workers=1, duplicates="drop"))
        assert outcome.status == "published", outcome.why
        manifest = release.read_manifest(outcome.release)
        releases.append({f["path"]: f["sha256"] for f in manifest["files"] if f["path"].startswith(SAME)})
    assert len(releases[0]) >= 6
    assert releases[0] == releases[1]
