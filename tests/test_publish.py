"""The flow: the same story under Prefect, once under its test harness."""

import pytest

from flows import release
from flows.parameters import Publish, Rare
from flows.publish import outcome_of, publish_dataset
from flows.run.publish_run import tell
from tests.makers import story


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(story(number), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def prefect_server():
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=90):
        yield


@pytest.mark.flow
def test_the_flow_publishes_then_finds_nothing_new_then_refuses(prefect_server, source, tmp_path):
    from prefect.client.orchestration import get_client

    asked = {"source": str(source), "more": Rare(output=str(tmp_path / "output"))}
    first = publish_dataset(**asked, return_state=True)
    assert first.name == "Published" and first.is_completed()
    outcome = outcome_of(first)
    assert release.verify(outcome.release) == []
    second = publish_dataset(**asked, return_state=True)
    assert second.name == "NothingNew" and outcome.version in second.message
    missing = publish_dataset(**{**asked, "source": str(tmp_path / "nowhere")}, return_state=True)
    assert missing.is_failed() and "nowhere" in missing.message
    assert outcome_of(missing).exit_code == 2
    with get_client(sync_client=True) as client:
        artifacts = client.read_artifacts()
    assert [a.key for a in artifacts].count("summary") == 3


@pytest.mark.flow
def test_the_flow_refuses_parameters_it_does_not_know(prefect_server):
    from prefect.exceptions import ParameterTypeError

    with pytest.raises(ParameterTypeError):
        publish_dataset(more={"workers": 0})


def test_nothing_new_publishes_nothing(source, tmp_path):
    job = Publish(source=str(source), output=str(tmp_path / "output"))
    first, second = tell(job), tell(job)
    assert (first.status, second.status) == ("published", "nothing_new")
    assert second.version == first.version
    assert len(release.Dataset(tmp_path / "output" / "news").versions()) == 1


def test_a_dry_run_writes_nothing(source, tmp_path):
    outcome = tell(Publish(source=str(source), output=str(tmp_path / "output"), dry_run=True))
    assert outcome.status == "dry_run" and outcome.articles == 3
    assert not (tmp_path / "output").exists()


def test_a_limit_reads_no_further(source, tmp_path):
    outcome = tell(Publish(source=str(source), output=str(tmp_path / "output"), limit=2))
    assert outcome.documents == 2 and outcome.articles == 2


def test_two_publishers_never_publish_at_once(source, tmp_path):
    job = Publish(source=str(source), output=str(tmp_path / "output"))
    with release.publisher_lock(release.Dataset(tmp_path / "output" / "news"), 0, run_id="other"):
        outcome = tell(job)
    assert outcome.status == "busy" and outcome.exit_code == 1 and "other" in outcome.why[0]
    assert tell(job).status == "published"


def test_two_runs_make_the_same_bytes(source, tmp_path):
    made = [tell(Publish(source=str(source), output=str(tmp_path / name))).release for name in ("one", "two")]
    files = [{p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()} for folder in made]
    assert files[0].keys() == files[1].keys()
    reproducible = ("data", "csv", "rejects", "lineage", "diff", "validation")
    for path, content in files[0].items():
        if path.parts[0] in reproducible:
            assert content == files[1][path], path
