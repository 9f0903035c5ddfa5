"""Names of versions, and what versions.json and latest.json may hold."""

import json
from datetime import date

import pytest
import release_drafts as drafts

from flows.release import (
    Dataset,
    InvalidRequestError,
    ReleaseError,
    allocate_version,
    find_equal_release,
    find_release,
)
from flows.release.dataset_index import write_versions
from flows.release.layout import VersionEntry, parse_version


def entry(version, **values):
    defaults = {"status": "published", "run_id": "r", "started_at": "2026-11-22T00:00:00Z", "path": "x", "digest": "d",
             "fingerprint": "f", "schema_version": "1.0.0"}  # fmt: skip
    return VersionEntry(version, **(defaults | values))


def test_the_first_name(dataset):
    assert allocate_version(dataset, date(2026, 11, 22)) == "2026.11.22.1"
    assert dataset.read_latest_version() is None and dataset.read_versions() == []


def test_a_counter_is_never_used_again(dataset):
    for n in (9, 10):
        (dataset.releases / f"2026.11.22.{n}").mkdir(parents=True)
    (dataset.releases / "catatan").mkdir()
    assert allocate_version(dataset, date(2026, 11, 22)) == "2026.11.22.11"
    write_versions(dataset, [entry("2026.11.22.30", status="withdrawn"), entry(None, status="refused")])
    assert allocate_version(dataset, date(2026, 11, 22)) == "2026.11.22.31"
    assert allocate_version(dataset, date(2026, 11, 23)) == "2026.11.23.1"


def test_a_clock_that_jumped_back_still_gives_the_last_name(dataset):
    write_versions(dataset, [entry("2026.11.22.3")])
    assert allocate_version(dataset, date(2025, 1, 1)) == "2026.11.22.4"


def test_only_a_published_release_is_equal(dataset):
    write_versions(
        dataset,
        [entry(None, status="refused"), entry("2026.11.22.3", status="withdrawn"), entry("2026.11.22.2", path="hilang"),
         entry("2026.11.22.1")],
    )  # fmt: skip
    (dataset.root / "x").mkdir()
    assert find_equal_release(dataset, "f").version == "2026.11.22.1"
    assert find_equal_release(dataset, "lain") is None


def test_a_later_kliping_may_add_keys(dataset):
    write_versions(dataset, [entry("2026.11.22.1", why=("a",), counts={"added": 1})])
    text = dataset.versions_json.read_text()
    dataset.versions_json.write_text(text.replace('"why"', '"kelak": 1, "why"'))
    (got,) = dataset.read_versions()
    assert got == entry("2026.11.22.1", why=("a",), counts={"added": 1})


@pytest.mark.parametrize("content", ["{", "3", '[{"version": "x"}]', '["x"]'])
def test_a_broken_list_is_said_in_a_sentence(dataset, content):
    dataset.root.mkdir(parents=True)
    dataset.versions_json.write_text(content)
    with pytest.raises(ReleaseError, match=r"versions\.json"):
        dataset.read_versions()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 3}'])
def test_a_broken_pointer_is_said_in_a_sentence(dataset, content):
    dataset.root.mkdir(parents=True)
    dataset.latest_json.write_text(content)
    with pytest.raises(ReleaseError, match=r"latest\.json"):
        dataset.read_latest_version()


@pytest.mark.parametrize("name", ["../x", "2026.11.22", "latest", "2026.11.22.1/.."])
def test_a_path_is_not_made_of_anything_else(tmp_path, name):
    with pytest.raises(ReleaseError, match="is no version"):
        Dataset(tmp_path).release_path(name)


def test_the_fingerprint_is_of_what_makes_runs_equal():
    base = drafts.facts()
    same = drafts.facts(
        run_id="x", host="y", parent="2026.11.22.1", checks=(), started_at=drafts.STARTED.replace(year=2030)
    )
    assert base.compute_fingerprint() == same.compute_fingerprint()
    other_facts = [
        drafts.facts(inputs=drafts.Read(digest="b" * 64)), drafts.facts(parameters={"html": "fast", "append": False}),
        drafts.facts(withdrawn_digest="0" * 64), drafts.facts(code_digest="0" * 64),
    ]  # fmt: skip
    assert len({base.compute_fingerprint(), *(other.compute_fingerprint() for other in other_facts)}) == 5
    assert drafts.facts(inputs=drafts.Read(uri="file:///lain")).compute_fingerprint() == base.compute_fingerprint()
    turned = drafts.facts(parameters={"append": False, "html": "quality"})
    assert turned.compute_fingerprint() == base.compute_fingerprint()


def test_a_time_without_a_zone_is_a_mistake():
    with pytest.raises(ValueError, match="time zone"):
        drafts.facts(started_at=drafts.STARTED.replace(tzinfo=None))


def test_a_release_is_found_by_its_version_or_as_the_latest(dataset):
    with pytest.raises(InvalidRequestError, match="no release yet"):
        find_release(dataset)
    names = ("2026.11.22.1", "2026.11.23.1")
    write_versions(dataset, [entry(name, path=f"releases/{name}") for name in names])
    (dataset.releases / names[0]).mkdir(parents=True)
    dataset.latest_json.write_text(json.dumps({"version": names[0]}))
    assert {find_release(dataset, name).version for name in ("", "latest", names[0])} == {names[0]}
    for version, sentence in ((names[1], "its files are gone"), ("2026.1.1.9", "no version"), ("2026.01.01.9", "list")):
        with pytest.raises(InvalidRequestError, match=sentence):
            find_release(dataset, version)


@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("2026.11.22.1", (2026, 11, 22, 1)), ("2026.11.22.10", (2026, 11, 22, 10)), ("2026.11.22", ()), ("catatan", ()),
        ("2026.11.22.1x", ()), ("x2026.11.22.1", ()), ("", ()),
    ],
)  # fmt: skip
def test_a_version_sorts_by_its_numbers(version, key):
    assert parse_version(version) == key


def test_a_name_that_another_publisher_took_meanwhile_is_passed_over(dataset, monkeypatch):
    taken = ["2026.11.22.1", "2026.11.22.2"]
    monkeypatch.setattr(Dataset, "claim_version", lambda self, name: name not in taken)
    assert allocate_version(dataset, date(2026, 11, 22)) == "2026.11.22.3"


def test_the_newest_of_equal_releases_counts(dataset):
    write_versions(dataset, [entry("2026.11.22.2", path="y"), entry("2026.11.22.1")])
    for name in ("x", "y"):
        (dataset.root / name).mkdir()
    assert find_equal_release(dataset, "f").version == "2026.11.22.2"
