"""A takedown that waits: the publisher at work commits nothing, and the takedown comes next."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
import release_drafts as drafts

from flows import release
from flows.parameters import Publish
from flows.release.remote_dataset import open_store
from flows.run.publish_run import run_publish
from tests.makers import story

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_committed_while_a_takedown_waits(dataset):
    with release.publisher_lock(dataset, 0, run_id="run-1"):
        with release.announce_takedown(dataset), pytest.raises(release.TakedownWaitsError, match="being taken down"):
            drafts.publish(dataset, drafts.draft(run_id="run-1"))
        assert dataset.read_latest_version() is None and not dataset.journal.exists()
    with release.publisher_lock(dataset, 0, run_id="run-2"):
        drafts.publish(dataset, drafts.draft(run_id="run-2"))
    assert [entry.run_id for entry in dataset.read_versions()] == ["run-2"]


def test_a_takedown_given_while_a_run_is_at_work_comes_first(tmp_path):
    source, output = tmp_path / "source", tmp_path / "output"
    source.mkdir()
    for number in range(8):
        (source / f"{number}.txt").write_text(story(number), encoding="utf-8")
    job = Publish(source=str(source), output=str(output))
    first = run_publish(job)
    article = release.load_table(first.release, "articles")["article_id"][0].as_py()
    (source / "8.txt").write_text(story(8), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "flows.cli",
        "takedown",
        article,
        "--reason",
        "on request",
        "--output",
        str(output),
    ]
    dataset = release.open_dataset(str(output), "news")
    with release.publisher_lock(dataset, 0, run_id="at-work"):
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert refused.returncode == 1 and "--wait SECONDS" in refused.stderr
        waiting = subprocess.Popen([*command, "--wait", "120"], cwd=ROOT, stdout=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                release.waiting_takedowns.check_no_takedown_waits(dataset)
                time.sleep(0.1)
            except release.TakedownWaitsError:
                break
        else:
            pytest.fail("the takedown was not announced")
    assert b"is taken down" in waiting.communicate(timeout=120)[0] and waiting.returncode == 0
    outcome = run_publish(job)
    assert outcome.status == "published" and outcome.rejected == {"withdrawn": 1}


@pytest.mark.parametrize("url", ["memory"], indirect=True)
def test_a_takedown_on_another_machine_stops_the_publisher_at_work(url, tmp_path, monkeypatch):
    def open_mirror(name):
        monkeypatch.setenv("KLIPING_STORES", str(tmp_path / name))
        return release.open_dataset(url, "news")

    dataset = open_mirror("a")
    with release.publisher_lock(dataset, 0, run_id="run-1"):
        drafts.publish(dataset, drafts.draft(run_id="run-1"))
    dataset, version = open_mirror("a"), dataset.read_latest_version()
    with (
        pytest.raises(release.ConcurrentCommitError, match="was taken down"),
        release.publisher_lock(dataset, 0, run_id="run-2"),
    ):
        parent = dataset.read_latest_version()
        drafts.publish(dataset, drafts.draft(drafts.ARTICLES[:2], run_id="run-2", parent=parent))
        other = open_mirror("b")
        with release.publisher_lock(other, 0, run_id="takedown"):
            withdrawal = release.Withdrawal("0" * 32, "on request", "2026-11-30T00:00:00Z", (), ())
            release.record_withdrawal(other, withdrawal)
    reader = release.open_dataset(url, "news", reading=True)
    assert reader.read_latest_version() == version
    assert [entry.run_id for entry in reader.read_versions()] == ["run-1"]
    assert {name.split("/")[1] for name in open_store(f"{url}/news").list_names("releases/")} == {version}
    dataset = open_mirror("a")
    with release.publisher_lock(dataset, 0, run_id="run-3"):
        assert [entry.article_id for entry in release.read_withdrawals(dataset)] == ["0" * 32]
        draft = drafts.draft(drafts.ARTICLES[:2], run_id="run-3", parent=dataset.read_latest_version())
        drafts.publish(dataset, draft)
    assert release.open_dataset(url, "news", reading=True).read_latest_version() != version
