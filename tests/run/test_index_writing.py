"""What is recorded with the index of a segment, so that later runs need not read its texts."""

import json
from dataclasses import replace

import pytest

from flows import run
from flows.run import index_writing
from schemas import arrow, stage_tables
from tests.makers import story
from tests.run.test_segments import Nights


@pytest.fixture
def parent(tmp_path):
    nights = Nights(tmp_path)
    path = nights.deliver({f"a{number}": story(number) for number in range(4)}).release
    return run.open_parent(path, run.IndexFolder(nights.dataset.state / "index"))


def test_statistics_of_drift_are_recorded_with_a_segment_and_not_collected_again(parent, monkeypatch):
    collected = index_writing.collect_drift(parent.indexes[0].segment)
    monkeypatch.setattr(index_writing, "collect_drift", lambda _segment: pytest.fail("collected again"))
    assert index_writing.load_drift(parent, 0).to_json() == collected.to_json()


def test_statistics_of_drift_that_an_index_lacks_are_collected_and_recorded(parent):
    index = parent.indexes[0]
    (path,) = parent.index_folder.folder.glob("*.json")
    record = json.loads(path.read_text())
    drift = record.pop("drift")
    path.write_text(json.dumps(record))
    lacking = replace(parent, indexes=(replace(index, record=record),))
    assert index_writing.load_drift(lacking, 0).to_json() == drift
    assert json.loads(path.read_text()) == record | {"drift": drift}


def test_a_segment_without_articles_has_no_rows_to_look_up():
    keys, articles = arrow.make_empty_table(stage_tables.KEYS), arrow.make_empty_table(arrow.ARTICLES)
    assert [len(column) for column in index_writing._locate_rows(keys, articles)] == [0, 0]
