"""One run waits for the publisher of a dataset; a second one is turned away."""

import contextlib

import pytest

from flows import release
from flows.run.queueing import lock_dataset


@pytest.fixture
def dataset(tmp_path):
    return release.Dataset(tmp_path / "news")


def test_a_free_dataset_is_locked_without_a_word(dataset):
    notices = []
    with lock_dataset(dataset, 0, "run-1", notices.append):
        with pytest.raises(release.DatasetBusyError), lock_dataset(dataset, 0, "run-2", notices.append):
            pytest.fail("two publishers at once")
        assert notices == []
    with lock_dataset(dataset, 0, "run-2", notices.append):
        assert notices == []


def test_a_run_that_waits_says_so_and_one_more_does_not_wait(dataset, monkeypatch):
    with release.publisher_lock(dataset, 0, run_id="run-1"), contextlib.ExitStack() as waiting:
        notices, real, waits = [], release.publisher_lock, []

        def take(asked, seconds, run_id):
            if not seconds:
                return real(asked, seconds, run_id=run_id)
            waits.append((run_id, seconds))
            if run_id == "run-2":  # while it waits, a third one comes
                with pytest.raises(release.DatasetBusyError, match="one more waits for it already"):
                    waiting.enter_context(lock_dataset(dataset, 5, "run-3", notices.append))
            return contextlib.nullcontext()

        monkeypatch.setattr(release, "publisher_lock", take)
        with lock_dataset(dataset, 1_500, "run-2", notices.append):
            pass
        assert waits == [("run-2", 1_500)]
        assert len(notices) == 1 and notices[0].endswith(" Waiting up to 1,500 s for it.")
        with lock_dataset(dataset, 5, "run-4", notices.append):  # nobody waits any more
            assert [run for run, _ in waits] == ["run-2", "run-4"]
