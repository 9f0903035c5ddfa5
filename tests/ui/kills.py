"""Runs that meet, are cancelled or die: readers always see a whole release, and the next run succeeds.

Takes some minutes, so its name keeps it out of the quick tests: `python -m pytest tests/ui/kills.py`.
"""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from flows import release
from tests.makers import story

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def long(served):
    """A source that takes some seconds."""
    with (served.source / "long.jsonl").open("w", encoding="utf-8") as file:
        for number in range(4000):
            file.write(json.dumps({"id": str(number), "text": story(number)}) + "\n")
    return str(served.source / "long.jsonl")


def state(served, run):
    return served.api(f"/flow_runs/{run}", "GET")["state"]


def midway(served, run, eventually):
    """Wait until a run cleans."""
    ran = {"flow_runs": {"id": {"any_": [run]}}, "task_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
    eventually(lambda: "clean and describe" in [each["name"] for each in served.api("/task_runs/filter", **ran)], 60)


def processes_of(run):
    """The processes that run a flow run: Prefect names it in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"PREFECT__FLOW_RUN_ID={run}".encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def test_of_two_runs_one_is_refused_and_one_waits_as_asked(served, eventually):
    (served.source / "three.txt").write_text(story(3), encoding="utf-8")
    asked = {"source": str(served.source / "three.txt"), "dataset": "twice"}
    home = release.Dataset(served.output / "twice")
    with release.publisher_lock(home, 0, run_id="first"):
        refused = served.run(**asked, more={"output": str(served.output)})
        waits = served.run(**asked, more={"output": str(served.output), "wait": 100})
        told = served.ended(refused)
        assert (told["type"], told["name"]) == ("FAILED", "Busy") and "first" in told["message"]
        eventually(lambda: state(served, waits)["type"] == "RUNNING")
        assert home.latest() is None
    assert served.ended(waits)["name"] == "Published"


def test_cancelling_midway_leaves_nothing_behind(served, long, eventually):
    run = served.run(source=long, dataset="cancelled", more={"output": str(served.output), "workers": 2})
    midway(served, run, eventually)
    served.api(
        f"/flow_runs/{run}/set_state", state={"type": "CANCELLING", "name": "Cancelling", "message": "on request"}
    )
    assert served.ended(run)["type"] == "CANCELLED"
    home = release.Dataset(served.output / "cancelled")
    eventually(lambda: not processes_of(run), 40)
    assert not home.staging.is_dir() or not list(home.staging.iterdir())
    assert home.latest() is None and not home.releases.is_dir()


def test_a_killed_flow_shows_crashed_and_the_next_run_succeeds(served, long, eventually):
    asked = {"source": long, "dataset": "killed", "more": {"output": str(served.output), "workers": 2, "limit": 2000}}
    run = served.run(**asked)
    midway(served, run, eventually)
    first = min(processes_of(run))
    os.kill(first, signal.SIGKILL)
    # Its own workers go with it; the next run below would else share the machine with them for ever.
    eventually(lambda: not processes_of(run), 30)
    assert served.ended(run)["type"] == "CRASHED"
    assert served.ended(served.run(**asked))["name"] == "Published"
    home = release.Dataset(served.output / "killed")
    assert release.verify(home.release_path(home.latest())) == []


@pytest.mark.parametrize("name", ["worker", "server"])
def test_a_killed_worker_or_server_is_started_again_and_the_next_run_succeeds(served, name, eventually):
    word = {"worker": "worker start", "server": "server start"}[name]
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    ours = [line.split() for line in listed.splitlines() if word in line]
    (pid,) = [int(each[0]) for each in ours if int(each[1]) == served.process.pid]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: f"The {name} ended" in served.said.read_text())
    eventually(lambda: served.api("/health", "GET") or True, 60)
    (served.source / f"{name}.txt").write_text(story(4), encoding="utf-8")
    asked = {"source": str(served.source / f"{name}.txt"), "dataset": f"after-{name}"}
    run = eventually(lambda: served.run(**asked, more={"output": str(served.output)}), 60)
    assert served.ended(run)["name"] == "Published"
