"""Runs that meet, are cancelled or die: readers always see a whole release, and the next run succeeds.

kill -9 hits the flow, the worker and the server in turns, each at several points of a run, from a seed. Takes some
minutes, so its name keeps it out of the quick tests: `python -m pytest tests/ui/kills.py`.
"""

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
import pytest

from flows import publish, release
from tests.makers import story
from tests.ui.served import Served

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def long(served):
    """A source that takes some seconds."""
    path = served.make_source("long") / "long.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(4000):
            file.write(json.dumps({"id": str(number), "text": story(number)}) + "\n")
    return str(path)


def state(served, run):
    return served.api(f"/flow_runs/{run}", "GET")["state"]


def midway(served, run, eventually):
    """Wait until a run cleans."""
    ran = {"flow_runs": {"id": {"any_": [run]}}, "task_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}
    eventually(lambda: CLEAN in [each["name"] for each in served.api("/task_runs/filter", **ran)], 60)


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
    source = served.make_source("twice")
    (source / "three.txt").write_text(story(3), encoding="utf-8")
    asked = {"source": str(source), "dataset": "twice"}
    home = release.Dataset(served.output / "twice")
    with release.publisher_lock(home, 0, run_id="first"):
        refused = served.run(**asked, more={"output": str(served.output)})
        waits = served.run(**asked, more={"output": str(served.output), "wait": 100})
        told = served.ended(refused)
        assert (told["type"], told["name"]) == ("CANCELLED", "Cancelled") and "first" in told["message"]
        eventually(lambda: state(served, waits)["type"] == "RUNNING")
        assert home.read_latest_version() is None
    assert served.ended(waits)["message"].startswith("published")


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
    assert home.read_latest_version() is None and not home.releases.is_dir()


# Whom kill -9 hits, and from which step of a run on; "" is before the first. How long after that, a seed draws.
CLEAN, VALIDATE, WRITE = (
    task.name for task in (publish.clean_and_describe, publish.validate_articles, publish.write_release)
)
CASES = [
    *(("flow", step) for step in ("", CLEAN, VALIDATE, WRITE)),
    *(("worker", step) for step in ("", CLEAN, WRITE)),
    *(("server", step) for step in ("", CLEAN, VALIDATE, WRITE)),
]


@pytest.fixture(scope="module")
def kept(served):
    """A source folder, and a dataset that has a release of it."""
    folder = served.make_source("kept")
    with (folder / "many.jsonl").open("w", encoding="utf-8") as file:
        for number in range(1200):
            file.write(json.dumps({"id": str(number), "text": story(number)}) + "\n")
    asked = {"source": str(folder), "dataset": "kept", "more": {"output": str(served.output), "wait": 200}}
    assert served.ended(served.run(**asked), 200)["message"].startswith("published")
    return folder, asked, release.Dataset(served.output / "kept")


def begun(served, run, step):
    """Whether a run has come to a step."""
    if not step:
        return processes_of(run)
    answer = served.api("/task_runs/filter", flow_runs={"id": {"any_": [run]}})
    return step in [each["name"] for each in answer if each["state"]["type"] not in ("PENDING", "SCHEDULED")]


def pid_of(served, name):
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    words = {"server": "flows.operate.prefect_server", "worker": "prefect worker start"}[name]
    ours = [line.split() for line in listed.splitlines() if words in line]
    (pid,) = [int(each[0]) for each in ours if int(each[1]) == served.process.pid]
    return pid


def whole(home):
    """The current release, read back: what readers see at this moment."""
    version = home.read_latest_version()
    assert release.verify_release(home.release_path(version)) == []
    return version


@pytest.mark.parametrize(("victim", "step"), CASES)
def test_whoever_is_killed_the_last_release_stays_and_the_next_run_succeeds(served, kept, victim, step, eventually):
    folder, asked, home = kept
    (folder / f"{victim} {step}.txt").write_text(story(5000 + CASES.index((victim, step))), encoding="utf-8")
    before = whole(home)
    run = served.run(**asked)
    eventually(lambda: begun(served, run, step), 200)
    time.sleep(Random(f"{victim} {step}").uniform(0, 1))
    if victim == "flow":
        if alive := processes_of(run):
            os.kill(min(alive), signal.SIGKILL)
    else:
        said = served.said.read_text().count(f"The {victim} ended")
        os.kill(pid_of(served, victim), signal.SIGKILL)
        eventually(lambda: served.said.read_text().count(f"The {victim} ended") > said)
        eventually(lambda: served.api("/health", "GET") or True, 120)
    after = whole(home)
    # A flow's own workers go with it. One that lost its worker or its server goes on and publishes, or fails.
    eventually(lambda: not processes_of(run), 200)
    if victim == "flow" and whole(home) == before:
        assert served.ended(run)["type"] == "CRASHED"
    again = eventually(lambda: served.run(**asked), 120)
    assert served.ended(again, 200)["message"].startswith(("published", "nothing new"))
    assert whole(home) != before and after in {before, whole(home)}
    assert not list(home.staging.iterdir())
    held = pq.read_table(home.release_path(home.read_latest_version()) / "data", columns=["source_id"])[
        "source_id"
    ].to_pylist()
    assert f"{victim} {step}.txt" in held and len(held) > 1200


def test_after_a_power_loss_the_run_is_crashed_and_the_next_one_publishes(root, tmp_path, eventually):
    """kill -9 of everything: make ui, the server, the worker and the run."""
    served = Served(root, tmp_path)
    served.start()
    with (served.source / "long.jsonl").open("w", encoding="utf-8") as file:
        for number in range(4000):
            file.write(json.dumps({"id": str(number), "text": story(number)}) + "\n")
    asked = {"source": str(served.source), "dataset": "power", "more": {"output": str(served.output)}}
    run = served.run(**asked)
    midway(served, run, eventually)
    for pid in [served.process.pid, pid_of(served, "server"), pid_of(served, "worker"), *processes_of(run)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    served.process.wait(20)
    eventually(lambda: not processes_of(run), 60)
    served.start()
    try:
        assert state(served, run)["type"] == "CRASHED"
        assert "Marked as crashed" in served.said.read_text()
        assert served.ended(served.run(**asked), 300)["message"].startswith("published")
        assert "database is locked" not in (served.home / "prefect" / "server.log").read_text()
    finally:
        assert served.stop() == 0
