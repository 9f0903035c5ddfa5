"""The flow under Prefect's test harness, and the same run without Prefect."""

from dataclasses import fields, replace

import pytest
from prefect import Task

from flows import publish, release
from flows.parameters import MoreOptions, Publish
from flows.publish import publish_dataset, run_flow
from flows.run.publish_run import run_publish
from flows.run.steps import Steps
from tests.makers import story


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(story(number), encoding="utf-8")
    return folder


@pytest.mark.flow
def test_the_flow_publishes_then_finds_nothing_new_then_refuses(prefect_server, source, tmp_path):
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, LogFilter

    with get_client(sync_client=True) as client:
        earlier_runs = {run.id for run in client.read_flow_runs()}
    asked = {"source": str(source), "more": MoreOptions(output=str(tmp_path / "output"))}
    first = publish_dataset(**asked, return_state=True)
    assert (first.name, first.message.split()[0]) == ("Completed", "published")
    (entry,) = release.Dataset(tmp_path / "output" / "news").read_versions()
    assert release.verify_release(tmp_path / "output" / "news" / entry.path) == []
    second = publish_dataset(**asked, return_state=True)
    assert second.name == "Completed" and second.message.startswith("nothing new") and entry.version in second.message
    missing = publish_dataset(**{**asked, "source": str(tmp_path / "nowhere")}, return_state=True)
    assert missing.name == "Failed" and missing.message.startswith("wrong use") and "nowhere" in missing.message
    assert missing.data is None or "nowhere" not in repr(missing.data)
    assert run_flow({**asked, "source": str(tmp_path / "nowhere")}).exit_code == 2
    for number in (1, 2):
        (source / f"{number}.txt").unlink()
    refused = publish_dataset(**asked, return_state=True)
    assert refused.name == "Failed" and refused.message.startswith("refused: drift.rows-kept")
    assert "more.accept_drift" in refused.message and "0.3333." in refused.message and "refused/" in refused.message
    (folder,) = (tmp_path / "output" / "news" / "refused").iterdir()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "drift.rows-kept" in page and "more.accept_drift" in page and f"stays {entry.version}" in page
    with release.publisher_lock(release.Dataset(tmp_path / "output" / "news"), 0, run_id="other"):
        busy = publish_dataset(**asked, return_state=True)
    assert (busy.type, busy.name) == ("CANCELLED", "Cancelled") and "other" in busy.message
    with get_client(sync_client=True) as client:
        runs = [run for run in client.read_flow_runs() if run.id not in earlier_runs]
        run_ids = [run.id for run in runs]
        artifacts = client.read_artifacts(flow_run_filter=FlowRunFilter(id={"any_": run_ids}))
        tags = [tag for run in runs for tag in run.tags]
        logs = [log.message for log in client.read_logs(LogFilter(flow_run_id={"any_": run_ids}))]
    assert [a.key for a in artifacts].count("summary") == 6
    assert sorted(tags) == [
        "outcome:busy", "outcome:nothing_new", "outcome:published", "outcome:refused", "outcome:wrong_use",
        "outcome:wrong_use",
    ]  # fmt: skip
    assert not [line for line in logs if "Traceback" in line or "object at" in line or "result=" in line]


@pytest.mark.flow
def test_a_defect_fails_the_run_with_its_place_and_without_its_words(prefect_server, source, tmp_path, monkeypatch):
    words = "Pemerintah kota memulai"

    def break_validation(*_: object) -> None:
        raise ValueError(words)

    monkeypatch.setattr("flows.publish.PLAIN_STEPS", replace(publish.PLAIN_STEPS, find_duplicates=break_validation))
    asked = {"source": str(source), "more": MoreOptions(output=str(tmp_path / "output"))}
    broken = publish_dataset(**asked, return_state=True)
    assert (broken.name, broken.message.split()[:2]) == ("Failed", ["broken:", "ValueError"])
    assert "flows/publish.py" in broken.message and words not in broken.message
    with pytest.raises(ValueError, match=words):  # the command shows its user what broke
        run_flow(asked)


@pytest.mark.flow
def test_a_failure_that_a_user_can_mend_is_told_in_its_own_sentence(prefect_server, source, tmp_path, monkeypatch):
    sentence = "/srv/full could not be written (No space left on device): free some space and run again."

    def fill_disk(*_: object, **__: object) -> None:
        raise release.ReleaseError(sentence)

    asked = {"source": str(source), "more": MoreOptions(output=str(tmp_path / "output"))}
    monkeypatch.setattr("flows.publish.PLAIN_STEPS", replace(publish.PLAIN_STEPS, write_release=fill_disk))
    within_a_step = publish_dataset(**asked, return_state=True)
    monkeypatch.setattr("flows.run.publish_run.release.open_dataset", fill_disk)
    before_the_steps = publish_dataset(**asked, return_state=True)
    for state in (within_a_step, before_the_steps):
        assert (state.name, state.message) == ("Failed", f"broken: {sentence}")


def test_the_flow_declares_a_task_for_each_step_in_their_order():
    names = [each.name for each in vars(publish).values() if isinstance(each, Task)]
    assert names == [field.name.replace("_", " ") for field in fields(Steps)]
    assert all(each.fn.__doc__ for each in vars(publish).values() if isinstance(each, Task))


@pytest.mark.flow
def test_the_flow_refuses_parameters_it_does_not_know(prefect_server):
    from prefect.exceptions import ParameterTypeError

    with pytest.raises(ParameterTypeError):
        publish_dataset(source="seeds", more={"workers": 0})


def test_nothing_new_publishes_nothing(source, tmp_path):
    job = Publish(source=str(source), output=str(tmp_path / "output"))
    first, second = run_publish(job), run_publish(job)
    assert (first.status, second.status) == ("published", "nothing_new")
    assert second.version == first.version
    assert len(release.Dataset(tmp_path / "output" / "news").read_versions()) == 1


def test_a_dry_run_writes_nothing(source, tmp_path):
    outcome = run_publish(Publish(source=str(source), output=str(tmp_path / "output"), dry_run=True))
    assert outcome.status == "dry_run" and outcome.articles == 3
    assert not (tmp_path / "output").exists()


def test_a_limit_reads_no_further(source, tmp_path):
    outcome = run_publish(Publish(source=str(source), output=str(tmp_path / "output"), limit=2))
    assert outcome.documents == 2 and outcome.articles == 2


def test_two_publishers_never_publish_at_once(source, tmp_path):
    job = Publish(source=str(source), output=str(tmp_path / "output"))
    with release.publisher_lock(release.Dataset(tmp_path / "output" / "news"), 0, run_id="other"):
        outcome = run_publish(job)
    assert outcome.status == "busy" and outcome.exit_code == 1 and "other" in outcome.why[0]
    assert run_publish(job).status == "published"


def test_two_runs_make_the_same_bytes(source, tmp_path):
    made = [run_publish(Publish(source=str(source), output=str(tmp_path / name))).release for name in ("one", "two")]
    files = [{p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()} for folder in made]
    assert files[0].keys() == files[1].keys()
    reproducible = ("data", "csv", "rejects", "lineage", "diff", "validation")
    for path, content in files[0].items():
        if path.parts[0] in reproducible:
            assert content == files[1][path], path
