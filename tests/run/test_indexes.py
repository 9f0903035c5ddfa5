"""Indexes after the commit: every verb, only new files counted, a catalog for programs."""

import json
import time
from dataclasses import replace

import pytest

from flows import release, report
from flows.release.dataset_index import write_versions
from flows.release.filesystem import encode_json, hash_file
from flows.run import indexes
from flows.run.publish_run import run_publish
from tests.makers import story


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(story(number), encoding="utf-8")
    return folder


def test_the_catalog_describes_each_dataset_and_its_files(job, dataset, source, tmp_path):
    other = job.model_copy(update={"dataset": "other"})
    assert run_publish(other).status == "published"
    catalog = json.loads((tmp_path / "output" / "index.json").read_text())
    assert [each["name"] for each in catalog["datasets"]] == ["news", "other"]
    news = catalog["datasets"][0]
    version = dataset.read_latest_version()
    assert news["latest"] == version and [each["version"] for each in news["versions"]] == [version]
    assert news["counts"]["published"] == 3 and {"name": "text", "type": "string", "nullable": False} in news["schema"]
    for resource in news["resources"]:
        path = tmp_path / "output" / resource["url"]
        assert path.stat().st_size == resource["bytes"]
        assert hash_file(path) == resource["sha256"]
    (tmp_path / "output" / "other").rename(tmp_path / "gone")
    assert indexes.update_indexes(dataset) == ""
    catalog = json.loads((tmp_path / "output" / "index.json").read_text())
    assert [each["name"] for each in catalog["datasets"]] == ["news"]


def test_the_page_shows_all_runs_and_the_files_of_old_releases_are_not_read_again(job, dataset, source, monkeypatch):
    (source / "9.txt").write_text(story(9), encoding="utf-8")
    second = run_publish(job)
    counted = []
    monkeypatch.setattr(indexes.report, "count_articles_file", lambda path: counted.append(path))
    for path in (source / "0.txt", source / "1.txt", source / "2.txt"):
        path.unlink()
    refused = run_publish(job)
    assert refused.status == "refused" and counted == []
    page = (dataset.root / "index.html").read_text(encoding="utf-8")
    assert f"releases/{second.version}/report.html" in page and f"refused/{refused.refused.name}/report.html" in page
    assert "drift.rows-kept" in page and "kliping explain" in page
    totals = json.loads((dataset.state / "totals" / f"{second.version}.json").read_text())
    assert totals["articles"] == 4 and totals["seconds"] > 0
    facts = [json.loads(path.read_text()) for path in (dataset.state / "totals" / "files").glob("*.json")]
    assert sum(count for each in facts for counts in each["days"].values() for count in counts.values()) == 4


def test_totals_stay_when_files_are_pruned(job, dataset, source):
    first = dataset.read_latest_version()
    (source / "9.txt").write_text(story(9), encoding="utf-8")
    assert run_publish(job).status == "published"
    with release.publisher_lock(dataset, 0, run_id="prune"):
        assert release.prune_releases(dataset, 1, "old") == [first]
        assert indexes.update_indexes(dataset) == ""
    page = (dataset.root / "index.html").read_text(encoding="utf-8")
    assert "2 releases" in page and f"releases/{first}/report.html" not in page and first in page


def test_a_thousand_releases_and_two_hundred_outlets_are_built_within_two_seconds(dataset):
    (latest,) = dataset.read_versions()
    entries = [replace(latest, version=f"2020.01.01.{n}", path=f"releases/2020.01.01.{n}") for n in range(1, 1000)]
    for number, entry in enumerate(entries):
        totals = report.ReleaseTotals(
            version=entry.version, created_at=entry.started_at, articles=9000 + number, titled=8000, authored=500,
            dated=8900, cut=0.31, rejected={"no_article": number % 7, "empty": 2}, changes={"added": 20, "removed": 1},
            seconds=60.0 + number % 30, outlets={f"Kabar {n}": [number % 50 + n, 4, 3, 5] for n in range(200)},
        )  # fmt: skip
        (dataset.state / "totals" / f"{entry.version}.json").write_bytes(encode_json(totals.to_json()))
    write_versions(dataset, [latest, *reversed(entries)])
    started = time.process_time()
    assert indexes.update_indexes(dataset) == ""
    assert time.process_time() - started < 2
    page = (dataset.root / "index.html").read_bytes()
    assert len(page) <= 2_000_000 and b"1,000 releases" in page and b"2020.01.01.999" in page


def test_an_index_that_cannot_be_written_is_a_note_of_a_published_run(job, dataset, source):
    (dataset.root / "index.html").unlink()
    (dataset.root / "index.html").mkdir()
    (source / "9.txt").write_text(story(9), encoding="utf-8")
    outcome = run_publish(job)
    assert outcome.status == "published" and any("index.html" in note for note in outcome.notes)


def test_after_a_release_was_withdrawn_the_page_counts_up_to_the_latest_one(job, dataset, source):
    first = dataset.read_latest_version()
    (source / "9.txt").write_text(story(9), encoding="utf-8")
    second = run_publish(job)
    page = (dataset.root / "index.html").read_text(encoding="utf-8")
    assert f"2 releases; the latest is {second.version} with 4 articles" in page
    with release.publisher_lock(dataset, 0):
        release.set_latest(dataset, first, "A bad crawl.")
        assert indexes.update_indexes(dataset) == ""
    page = (dataset.root / "index.html").read_text(encoding="utf-8")
    assert f"1 release; the latest is {first} with 3 articles" in page and "3 of 3 articles" in page
    assert f"releases/{second.version}/report.html" in page  # listed as withdrawn
