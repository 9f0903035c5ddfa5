"""Drift: a release that differs too much from its parent is refused with outlet and figure; the last one stays."""

import json
from dataclasses import replace

import pyarrow as pa
import pytest

from flows import release, run
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from flows.run.steps import PLAIN_STEPS
from tests.makers import story


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(32):
        (folder / f"{number:02d}.txt").write_text(story(number), encoding="utf-8")
    return folder


@pytest.fixture
def job(source, tmp_path):
    publish_job = Publish(source=str(source), output=str(tmp_path / "output"))
    assert run_publish(publish_job).status == "published"
    return publish_job


def remove_dates(source):
    for path in source.iterdir():
        path.write_text(path.read_text().replace(", Selasa (12/3/2024)", ""), encoding="utf-8")


def test_a_source_without_dates_is_refused_and_the_last_release_stays(job, source, tmp_path):
    dataset = release.Dataset(tmp_path / "output" / "news")
    before = dataset.latest_json.read_bytes()
    remove_dates(source)
    outcome = run_publish(job)
    assert outcome.status == "refused" and outcome.exit_code == 1
    (why,) = outcome.why
    assert why.startswith("drift.date:") and "Republika: 0% with date, where the parent had 100%" in why
    assert dataset.latest_json.read_bytes() == before
    refused = dataset.root / dataset.read_versions()[0].path
    assert {path.name for path in (refused / "validation").iterdir()} == {"articles.json", "drift.json", "release.json"}

    accepted = run_publish(job.model_copy(update={"accept_drift": "the outlet prints no days any more"}))
    assert accepted.status == "published"
    manifest = release.read_manifest(accepted.release)
    assert manifest["accepted_drift"] == "the outlet prints no days any more"
    assert dataset.read_versions()[0].accepted_drift == "the outlet prints no days any more"
    assert "in spite of drift: the outlet prints no days" in (dataset.root / "CHANGELOG.md").read_text()
    document = json.loads((accepted.release / "validation" / "drift.json").read_text())
    assert "Accepted as drift" in str(document)


def test_a_reason_without_drift_is_not_recorded(job, source, tmp_path):
    (source / "new.txt").write_text(story(40), encoding="utf-8")
    outcome = run_publish(job.model_copy(update={"accept_drift": "just in case"}))
    assert release.read_manifest(outcome.release)["accepted_drift"] == ""


def test_a_broken_daily_drop_is_not_hidden_by_what_is_carried_over(job, source):
    for number in range(40, 72):
        (source / f"{number}.txt").write_text(story(number), encoding="utf-8")
        (source / f"{number - 40:02d}.txt").unlink()
    remove_dates(source)
    outcome = run_publish(job.model_copy(update={"append": True}))
    assert outcome.status == "refused" and "0% with date" in outcome.why[0]


def test_a_small_delivery_is_no_loss_and_is_compared_with_itself_after_a_change_of_code(tmp_path, monkeypatch):
    for night, numbers in enumerate((range(130), range(200, 232))):
        folder = tmp_path / f"night{night}"
        folder.mkdir()
        for number in numbers:
            (folder / f"{number}.txt").write_text(story(number), encoding="utf-8")
        job = Publish(source=str(folder), output=str(tmp_path / "output"), append=True)
        outcome = run_publish(job)
        assert outcome.status == "published", outcome.why
        document = json.loads((outcome.release / "validation" / "drift.json").read_text()) if night else {}
        assert not [result for result in document.get("results", ()) if not result["passed"]]
    monkeypatch.setattr(run.release, "compute_code_digest", lambda _root: "f" * 64)
    outcome = run_publish(job)
    assert outcome.status == "published", outcome.why


def test_where_only_the_code_changed_the_same_documents_are_compared(job, source, monkeypatch):

    def clean_without_some_dates(*arguments):
        state = run.clean_documents(*arguments)
        articles = state.articles
        for name in ("date", "date_basis"):
            at = articles.schema.get_field_index(name)
            values = [None if n % 8 == 0 else value for n, value in enumerate(articles[name].to_pylist())]
            articles = articles.set_column(
                at, articles.schema.field(at), pa.array(values, articles.schema.field(at).type)
            )
        return replace(state, articles=articles)

    steps = replace(PLAIN_STEPS, clean_and_describe=clean_without_some_dates)
    monkeypatch.setattr(run.release, "compute_code_digest", lambda _root: "f" * 64)
    refused = run_publish(job, steps)
    assert refused.status == "refused" and "drift.date" in refused.why[0] and "88% with date" in refused.why[0]
    (source / "new.txt").write_text(story(40), encoding="utf-8")  # other documents: the wider bounds
    assert run_publish(job, steps).status == "published"


def test_an_empty_first_release_is_refused(tmp_path):
    (tmp_path / "menu.txt").write_text("Login\nDaftar\n")
    outcome = run_publish(Publish(source=str(tmp_path / "menu.txt"), output=str(tmp_path / "output")))
    assert outcome.status == "refused" and "rows.not-empty" in outcome.why[0]
