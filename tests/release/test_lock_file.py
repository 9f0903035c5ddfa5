"""One publisher at a time, by a lock that dies with its owner."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.release import DatasetBusyError, publisher_lock

ROOT = Path(__file__).parents[2]
# Holds the lock, forks a child that outlives it, and says so.
HOLDER = """
import os, sys, time
from pathlib import Path
from flows.release import Dataset, publisher_lock
with publisher_lock(Dataset(Path(sys.argv[1])), 0, run_id="run-lain"):
    child = os.fork()
    if child == 0:
        time.sleep(60)
    print(child, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(dataset):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(dataset.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    child = int(process.stdout.readline())
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    os.kill(child, signal.SIGKILL)


def test_the_second_is_told_who_is_at_work(dataset, holder):
    with (
        pytest.raises(DatasetBusyError, match=rf"news \(run run-lain, process {holder.pid} on .+\)"),
        publisher_lock(dataset, 0),
    ):
        pass


def test_it_waits_as_long_as_it_is_told(dataset, holder):
    start = time.monotonic()
    with pytest.raises(DatasetBusyError), publisher_lock(dataset, 0.3):
        pass
    assert 0.3 <= time.monotonic() - start < 3


def test_it_is_free_once_the_holder_is_killed_though_its_workers_live_on(dataset, holder):
    (dataset.staging / "run-lain").mkdir(parents=True)
    holder.kill()
    with publisher_lock(dataset, 5) as notes:
        assert notes == ["Removed 1 unfinished folder of dead runs from .staging."]
        assert not list(dataset.staging.iterdir())


def test_two_in_one_process_exclude_each_other_too(dataset):
    with publisher_lock(dataset, 0), pytest.raises(DatasetBusyError), publisher_lock(dataset, 0):
        pass
    with publisher_lock(dataset, None):
        pass


def test_an_error_inside_lets_go_and_leaves_no_staging(dataset):
    with pytest.raises(ZeroDivisionError), publisher_lock(dataset, 0):
        (dataset.staging / "run").mkdir(parents=True)
        raise ZeroDivisionError
    with publisher_lock(dataset, 0) as notes:
        assert notes == []
