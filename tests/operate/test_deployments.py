"""Deployments on a real server: what was edited stays, what was not follows the files; recovery after a power loss."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.operate import alerts, deployments, recovery
from flows.operate.declarations import Declaration

pytestmark = [pytest.mark.flow, pytest.mark.slow]

CRON = {"cron": "30 1 * * *", "timezone": "Asia/Jakarta", "active": False}


@pytest.fixture(scope="module")
def client(prefect_server):
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as opened:
        deployments.create_work_pool(opened)
        yield opened


def declare(name, **changes):
    made = Declaration(
        name=name, entrypoint="flows.publish.publish_dataset", description="first", tags=["publish"],
        parameters={"source": "data", "dataset": name}, schedules={"nightly": CRON},
        limit={"limit": 1, "collision_strategy": "CANCEL_NEW"},
        pull_steps=[{"flows.settings.enter_checkout": {}}], origin="prefect.yaml",
    )  # fmt: skip
    return replace(made, **changes)


def sync_deployments(client, declarations, home):
    sentences, missing = deployments.update_deployments(client, declarations, home)
    return sentences + deployments.create_deployments(client, missing, home)


def read(client, name):
    return deployments.read_deployments(client)[name]


def test_what_was_not_edited_follows_the_files(client, tmp_path):
    assert sync_deployments(client, [declare("follows")], tmp_path) == []
    first = read(client, "follows")
    changed = declare(
        "follows", description="second", parameters={"source": "data/x", "dataset": "follows"},
        schedules={"nightly": {**CRON, "cron": "0 4 * * *", "active": True}}, limit={},
    )  # fmt: skip
    assert sync_deployments(client, [changed], tmp_path) == []
    second = read(client, "follows")
    assert second.id == first.id and second.description == "second" and second.parameters["source"] == "data/x"
    (schedule,) = second.schedules
    assert (schedule.id, schedule.schedule.cron, schedule.active) == (first.schedules[0].id, "0 4 * * *", True)
    assert first.global_concurrency_limit.limit == 1 and second.global_concurrency_limit is None
    assert first.parameter_openapi_schema["properties"]["source"]["description"].startswith(
        "A folder (read recursively)"
    )


def test_what_was_edited_on_the_page_stays_and_is_reported(client, tmp_path):
    from prefect.client.schemas.actions import DeploymentUpdate
    from prefect.client.schemas.schedules import CronSchedule

    sync_deployments(client, [declare("edited")], tmp_path)
    there = read(client, "edited")
    client.update_deployment(
        there.id, DeploymentUpdate(parameters={"source": "data/mine", "dataset": "edited"}, concurrency_limit=5)
    )
    cron = CronSchedule(cron="7 7 * * *", timezone="Asia/Makassar")
    client.update_deployment_schedule(there.id, there.schedules[0].id, schedule=cron, active=True)
    changed = declare(
        "edited", description="second", parameters={"source": "data/theirs", "dataset": "edited"},
        schedules={"nightly": {**CRON, "cron": "0 4 * * *"}}, entrypoint="flows.publish.publish_dataset",
    )  # fmt: skip
    for _ in range(2):  # and at every later start
        sentences = sync_deployments(client, [changed], tmp_path)
        kept = read(client, "edited")
        assert kept.parameters["source"] == "data/mine" and kept.global_concurrency_limit.limit == 5
        assert (kept.schedules[0].schedule.cron, kept.schedules[0].active) == ("7 7 * * *", True)
        assert kept.description == "second"
        assert len(sentences) == 3 and all("edited" in sentence for sentence in sentences)
        assert (
            "'data/mine' (the files say 'data/theirs')" in sentences[0]
            and "7 7 * * * Asia/Makassar, on" in sentences[2]
        )


def test_a_schedule_removed_on_the_page_stays_removed_and_one_added_there_stays(client, tmp_path):
    from prefect.client.schemas.schedules import IntervalSchedule

    sync_deployments(client, [declare("schedules")], tmp_path)
    there = read(client, "schedules")
    client.delete_deployment_schedule(there.id, there.schedules[0].id)
    client.create_deployment_schedules(there.id, [(IntervalSchedule(interval=timedelta(hours=6)), True)])
    (sentence,) = sync_deployments(client, [declare("schedules")], tmp_path)
    assert "schedule nightly removed" in sentence
    assert [type(each.schedule).__name__ for each in read(client, "schedules").schedules] == ["IntervalSchedule"]


def test_a_deployment_that_the_files_drop_is_paused_and_one_of_somebody_else_is_not(client, tmp_path):
    sync_deployments(client, [declare("dropped"), declare("stays")], tmp_path)
    other_home = tmp_path / "other"
    other_home.mkdir()
    sync_deployments(client, [declare("foreign")], other_home)
    (sentence,) = sync_deployments(client, [declare("stays")], tmp_path)
    assert "dropped" in sentence and read(client, "dropped").paused and not read(client, "stays").paused
    assert not read(client, "foreign").paused
    assert sync_deployments(client, [declare("stays"), declare("dropped")], tmp_path) == []
    assert not read(client, "dropped").paused


def test_registering_may_be_interrupted_at_any_place(client, tmp_path, monkeypatch):
    names = [f"interrupted{number}" for number in range(5)]
    declarations = [declare(name, origin="datasets.toml") for name in names]
    create, created = client.create_deployment, []

    def interrupt_after_third(*arguments, **fields):
        created.append(create(*arguments, **fields))
        if len(created) == 3:
            raise KeyboardInterrupt
        return created[-1]

    monkeypatch.setattr(client, "create_deployment", interrupt_after_third)
    with pytest.raises(KeyboardInterrupt):
        sync_deployments(client, declarations, tmp_path)
    monkeypatch.undo()
    moved = [
        declare(name, origin="datasets.toml", description="second", parameters={"source": "data/x"}) for name in names
    ]
    assert sync_deployments(client, moved, tmp_path) == []
    there = deployments.read_deployments(client)
    assert [there[name].id for name in names[:3]] == created
    # What was created before the interruption is ours: it follows the files like the rest.
    assert all(
        there[name].parameters == {"source": "data/x"} and there[name].enforce_parameter_schema for name in names
    )
    (sentence,) = sync_deployments(client, moved[1:], tmp_path)
    assert sentence.startswith("Paused: interrupted0")


def test_a_deployment_that_the_server_refuses_is_reported_and_the_others_are_created(client, tmp_path):
    wrong = declare("refused", parameters={"source": 1, "dataset": "refused"})
    (sentence,) = sync_deployments(client, [wrong, declare("beside")], tmp_path)
    assert sentence.startswith("Not registered: refused, in prefect.yaml. ") and "'source'" in sentence
    there = deployments.read_deployments(client)
    assert "refused" not in there and there["beside"].parameters["dataset"] == "beside"
    changed = declare("beside", parameters={"source": "data", "dataset": "beside", "append": "perhaps"})
    (sentence,) = sync_deployments(client, [changed], tmp_path)
    assert sentence.startswith("Not registered: beside, in prefect.yaml. ") and "'append'" in sentence
    assert read(client, "beside").parameters == {"source": "data", "dataset": "beside"}


@pytest.mark.proof
def test_two_hundred_datasets_are_registered_and_then_left_alone(client, tmp_path):
    """How long it takes is measured by `python -m tests.benchmarks.many_datasets`."""
    many = [declare(f"many{number}") for number in range(200)]
    sync_deployments(client, many, tmp_path)
    assert not read(client, "many0").paused and not read(client, "many199").paused
    before = [read(client, f"many{number}").updated for number in (0, 100, 199)]
    assert sync_deployments(client, many, tmp_path) == []
    assert [read(client, f"many{number}").updated for number in (0, 100, 199)] == before


def make_run(client, deployment_id, state, **fields):
    from prefect.states import Running

    run = client.create_flow_run_from_deployment(deployment_id, state=state)
    if "pid" in fields:
        client.update_flow_run(run.id, infrastructure_pid=fields["pid"])
        client.set_flow_run_state(run.id, Running(), force=True)
    return run.id


def test_runs_whose_process_is_gone_are_marked_as_crashed(client, tmp_path):
    from prefect.states import Scheduled

    sync_deployments(client, [declare("lost", limit={})], tmp_path)
    deployment = read(client, "lost").id
    host = socket.gethostname()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    gone = make_run(client, deployment, Scheduled(), pid=f"{host}:{ended.pid}")
    elsewhere = make_run(client, deployment, Scheduled(), pid=f"another-host:{ended.pid}")
    reused = make_run(client, deployment, Scheduled(), pid=f"{host}:{os.getpid()}")
    alive = make_run(client, deployment, Scheduled(), pid="")
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    process = subprocess.Popen(sleeping, env={**os.environ, "PREFECT__FLOW_RUN_ID": str(alive)})
    try:
        time.sleep(0.5)
        client.update_flow_run(alive, infrastructure_pid=f"{host}:{process.pid}")
        (sentence,) = recovery.mark_crashed_runs(client)
        names = {run: client.read_flow_run(run).state.name for run in (gone, elsewhere, reused, alive)}
        assert names == {gone: "Crashed", elsewhere: "Running", reused: "Crashed", alive: "Running"}
        assert client.read_flow_run(gone).name in sentence
        assert client.read_flow_run(gone).state.message.startswith("crashed: ")
    finally:
        process.kill()
        process.wait()


def test_missed_runs_collapse_to_the_latest_of_each_deployment(client, tmp_path):
    hourly = {"hourly": {"cron": "0 * * * *", "timezone": "UTC", "active": True}}
    sync_deployments(client, [declare("late1", schedules=hourly), declare("late2", schedules=hourly)], tmp_path)
    now = datetime.now(UTC)
    by_deployment = {}
    for name in ("late1", "late2"):
        deployment = read(client, name)
        window = {"start_time": now.isoformat(), "end_time": (now + timedelta(hours=6)).isoformat(), "min_runs": 4}
        client.request("POST", "/deployments/{id}/schedule", path_params={"id": deployment.id}, json=window)
        by_deployment[name] = deployment.id
    by_hand = client.create_flow_run_from_deployment(by_deployment["late1"])
    later = now + timedelta(hours=4)
    (sentence,) = recovery.cancel_missed_runs(client, later)
    for deployment_id in by_deployment.values():
        runs = [
            run for run in client.read_flow_runs(limit=200) if run.deployment_id == deployment_id and run.auto_scheduled
        ]
        due = sorted((run.expected_start_time, run.state.name) for run in runs)
        missed = [name for when, name in due if when < later]
        assert len(missed) >= 4 and missed == ["Cancelled"] * (len(missed) - 1) + ["Scheduled"]
        assert {name for when, name in due if when >= later} <= {"Scheduled"}
    assert sentence.startswith("Cancelled ") and client.read_flow_run(by_hand.id).state.name == "Scheduled"
    assert recovery.cancel_missed_runs(client, later) == []


def test_alerts_wait_for_their_block_and_what_was_edited_stays(client):
    (sentence,) = alerts.register_alerts(client)
    assert alerts.BLOCK in sentence and "off" in sentence
    made = {each.name: each for each in client.read_automations() if each.name.startswith("kliping")}
    assert len(made) == 4 and not any(each.enabled for each in made.values())
    alerts.register_alerts(client)
    assert len([each for each in client.read_automations() if each.name.startswith("kliping")]) == 4
