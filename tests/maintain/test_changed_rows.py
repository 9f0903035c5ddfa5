"""`kliping diff A --rows`: the rows that are new, changed or gone, with their op."""

import pyarrow.parquet as pq
import pytest

from flows import release
from flows.maintain.changed_rows import write_changed_rows
from flows.run.publish_run import run_publish
from schemas import arrow
from tests.makers import story


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(story(number), encoding="utf-8")
    return folder


def test_rows_are_those_of_the_newer_release_and_removed_ones_of_the_older(job, dataset, source, tmp_path):
    before = dataset.release_path(dataset.read_latest_version())
    (source / "7.txt").write_text(story(7), encoding="utf-8")
    (source / "1.txt").write_text(story(1) + "\nSatu kalimat lagi ditambahkan pada akhir berita ini.", encoding="utf-8")
    (source / "2.txt").unlink()
    after = run_publish(job).release
    target = tmp_path / "new.parquet"
    assert write_changed_rows(before, after, target) == {"added": 1, "changed": 1, "removed": 1}
    table = pq.read_table(target)
    assert table.schema.names == ["op", *arrow.ARTICLES.names]
    rows = {row.pop("source_id"): row for row in table.to_pylist()}
    assert {name: row["op"] for name, row in rows.items()} == {"7.txt": "added", "1.txt": "changed", "2.txt": "removed"}
    assert "Satu kalimat lagi" in rows["1.txt"]["text"]
    published = {row["source_id"]: row for row in release.load_table(before, "articles").to_pylist()}
    assert rows["2.txt"]["text"] == published["2.txt"]["text"]


def test_equal_releases_give_an_empty_file_with_its_schema(dataset, tmp_path):
    path = dataset.release_path(dataset.read_latest_version())
    assert write_changed_rows(path, path, tmp_path / "new.parquet") == {"added": 0, "changed": 0, "removed": 0}
    assert pq.read_schema(tmp_path / "new.parquet").names[0] == "op"


def test_a_place_that_cannot_be_written_is_a_sentence(dataset, tmp_path):
    path = dataset.release_path(dataset.read_latest_version())
    with pytest.raises(release.InvalidRequestError, match="Could not write"):
        write_changed_rows(path, path, tmp_path / "nowhere" / "new.parquet")
