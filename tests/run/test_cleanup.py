"""Cached outcomes of documents that no release holds any more."""

import json

import pytest

from flows import release
from flows.parameters import Publish
from flows.run.cleanup import prune_unreferenced_outcomes
from flows.run.publish_run import run_publish
from tests.makers import story


def publish(folder, numbers, **options):
    path = folder / "drop.jsonl"
    path.write_text("".join(json.dumps({"id": f"n{number}", "text": story(number)}) + "\n" for number in numbers))
    outcome = run_publish(Publish(source=str(path), output=str(folder / "output"), accept_drift="by lot", **options))
    assert outcome.status == "published", outcome.why
    return outcome


@pytest.fixture
def dataset(tmp_path):
    publish(tmp_path, [0, 1, 2, 3])
    publish(tmp_path, [1, 2, 3, 4])
    return release.Dataset(tmp_path / "output" / "news")


def test_outcomes_stay_as_long_as_a_release_has_their_document(dataset):
    assert prune_unreferenced_outcomes(dataset) == 0
    with release.publisher_lock(dataset, 0, run_id="prune"):
        release.prune_releases(dataset, 1, "old")
        assert prune_unreferenced_outcomes(dataset) == 1  # the story that only the first release had
        assert prune_unreferenced_outcomes(dataset) == 0


def test_dropped_and_rejected_documents_of_a_release_keep_their_outcomes(tmp_path):
    path = tmp_path / "drop.jsonl"
    records = [{"id": "a", "text": story(1)}, {"id": "b", "text": story(1)}, {"id": "c", "text": "Pendek."},
               *({"id": f"n{number}", "text": story(number)} for number in range(2, 6))]  # fmt: skip
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    outcome = run_publish(Publish(source=str(path), output=str(tmp_path / "output"), duplicates="drop"))
    assert outcome.status == "published" and outcome.dropped == {"duplicate": 1} and sum(outcome.rejected.values()) == 1
    publish(tmp_path, [9], append=True, duplicates="drop")  # the last source holds none of them
    dataset = release.Dataset(tmp_path / "output" / "news")
    assert prune_unreferenced_outcomes(dataset) == 0
    with release.publisher_lock(dataset, 0, run_id="prune"):
        release.prune_releases(dataset, 1, "old")
        assert prune_unreferenced_outcomes(dataset) == 1  # the reject; the dropped one was carried over
