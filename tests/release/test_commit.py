"""A release appears whole or not at all, wherever its publisher dies."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import release_drafts as drafts

from flows.release import (
    Dataset,
    ReleaseError,
    allocate_version,
    commit_release,
    find_equal_release,
    load_table,
    publisher_lock,
    read_manifest,
    recover_dataset,
    stage_release,
    verify_release,
)
from flows.release.filesystem import remove_tree

ROOT = Path(__file__).parents[2]
# In the order of their coming; from "renamed" on, the dead publisher's release is finished by the next.
STEPS = ("staging", "synced", "journalled", "renamed", "sealed", "listed", "logged", "pointed", "linked", "done")


def start(dataset: Dataset, run: str, last: str) -> subprocess.Popen[bytes]:
    """A publisher in its own process that dies after the step `last`."""
    command = [
        sys.executable,
        str(ROOT / "tests/release/release_drafts.py"),
        str(dataset.root),
        run,
        "2026-11-22",
        last,
    ]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})


def publisher(dataset: Dataset, run: str, last: str) -> int:
    return start(dataset, run, last).wait()


def what_a_reader_sees(dataset):
    """The version that latest.json names, after checking that it is whole."""
    pointer = json.loads(dataset.latest_json.read_text())
    assert verify_release(dataset.root / pointer["path"], pointer["digest"]) == []
    return pointer["version"]


def test_a_release_and_its_papers(released):
    release = released.release_path("2026.11.22.1")
    assert what_a_reader_sees(released) == "2026.11.22.1"
    assert (released.root / "latest").readlink() == Path("releases/2026.11.22.1")
    assert load_table(released.root / "latest", "articles").num_rows == 4
    (entry,) = released.read_versions()
    assert (entry.version, entry.status, entry.parent) == ("2026.11.22.1", "published", None)
    assert entry.counts == {"documents_in": 5, "carried_over": 0, "published": 4, "dropped": 0, "rejected": 1,
                            "not_read": 0, "added": 4, "changed": 0, "removed": 0}  # fmt: skip
    changelog = (released.root / "CHANGELOG.md").read_text()
    assert (
        "4 articles: 4 added, 0 changed, 0 removed; the first release. 1 document rejected, 0 duplicates" in changelog
    )
    assert not released.journal.exists() and not list(released.staging.iterdir())
    assert find_equal_release(released, read_manifest(release)["fingerprint"]) == entry


def test_it_is_read_only(released):
    release = released.release_path("2026.11.22.1")
    for path in [release, *release.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o555 if path.is_dir() else 0o444), path


def test_the_second_release_names_its_parent_and_comes_first(released):
    rows = [*drafts.ARTICLES[1:3], drafts.article("baru"), drafts.article("banjir", place="Solo")]
    with publisher_lock(released, 0):
        release = drafts.publish(released, drafts.draft(rows, run_id="run-2", parent="2026.11.22.1"))
    assert release.name == "2026.11.22.2" == what_a_reader_sees(released)
    assert [entry.version for entry in released.read_versions()] == ["2026.11.22.2", "2026.11.22.1"]
    text = (released.root / "CHANGELOG.md").read_text()
    assert "1 added, 1 changed, 1 removed since 2026.11.22.1" in text
    assert text.index("## 2026.11.22.2") < text.index("## 2026.11.22.1")
    ops = {row["op"]: (row["article_id"], row["fields"]) for row in load_table(release, "changes").to_pylist()}
    assert ops == {
        "added": (drafts.key("baru"), []),
        "removed": (drafts.key("salinan"), []),
        "changed": (drafts.key("banjir"), ["title", "date", "place"]),
    }


def test_a_taken_name_is_refused_and_nothing_is_touched(released):
    before = released.versions_json.read_bytes()
    with publisher_lock(released, 0):
        folder = stage_release(released, drafts.draft(run_id="run-2"), "2026.11.22.1")
        with pytest.raises(ReleaseError, match="is taken"):
            commit_release(released, folder, read_manifest(folder))
    assert released.versions_json.read_bytes() == before and what_a_reader_sees(released) == "2026.11.22.1"


def test_a_parent_that_is_not_the_current_release_is_refused(released):
    with publisher_lock(released, 0), pytest.raises(ReleaseError, match=r"compared with nothing, .* 2026\.11\.22\.1"):
        drafts.publish(released, drafts.draft(run_id="run-2", parent=None))
    assert what_a_reader_sees(released) == "2026.11.22.1"


@pytest.mark.parametrize("last", STEPS)
def test_killed_after_any_step_the_reader_and_the_next_run_are_well(released, last):
    assert publisher(released, "run-mati", last) == 9
    seen = what_a_reader_sees(released)
    assert seen == ("2026.11.22.2" if last in ("pointed", "linked", "done") else "2026.11.22.1")
    with publisher_lock(released, 0, run_id="run-3") as notes:
        finished = STEPS.index(last) >= STEPS.index("renamed")
        assert released.read_latest_version() == ("2026.11.22.2" if finished else "2026.11.22.1")
        assert bool(notes) == (last != "done")
        assert (released.root / "latest").readlink().name == released.read_latest_version()
        assert [e.version for e in released.read_versions()] == (["2026.11.22.2"] if finished else []) + [
            "2026.11.22.1"
        ]
        assert not list(released.staging.iterdir()) and not released.journal.exists()
        release = drafts.publish(released, drafts.draft(run_id="run-3", parent=released.read_latest_version()))
    assert what_a_reader_sees(released) == release.name == ("2026.11.22.3" if finished else "2026.11.22.2")
    assert sorted(p.name for p in released.releases.iterdir()) == sorted(e.version for e in released.read_versions())
    assert (released.root / "latest").readlink().name == release.name
    for version in released.releases.iterdir():
        assert verify_release(version) == []
        assert version.stat().st_mode & 0o777 == 0o555


def test_two_publishers_at_once_publish_one_after_the_other(released):
    assert [process.wait() for process in [start(released, "run-a", "-"), start(released, "run-b", "-")]] == [0, 0]
    assert [(e.version, e.parent) for e in released.read_versions()] == [
        ("2026.11.22.3", "2026.11.22.2"), ("2026.11.22.2", "2026.11.22.1"), ("2026.11.22.1", None),
    ]  # fmt: skip
    assert what_a_reader_sees(released) == "2026.11.22.3"


@pytest.mark.parametrize("last", ["sealed", "listed", "logged", "pointed", "linked"])
def test_recovery_may_die_too(released, last):
    with pytest.raises(drafts.Died), publisher_lock(released, 0):
        drafts.publish(released, drafts.draft(run_id="run-2", parent="2026.11.22.1"), step=drafts.dying("renamed"))
    with pytest.raises(drafts.Died):
        recover_dataset(released, step=drafts.dying(last))
    what_a_reader_sees(released)
    recover_dataset(released)
    assert what_a_reader_sees(released) == "2026.11.22.2" and recover_dataset(released) == []
    assert [entry.version for entry in released.read_versions()] == ["2026.11.22.2", "2026.11.22.1"]


@pytest.mark.parametrize("last", ["renamed", "sealed", "listed", "logged"])
def test_a_release_that_a_power_cut_damaged_is_put_back(released, last):
    with pytest.raises(drafts.Died), publisher_lock(released, 0):
        drafts.publish(released, drafts.draft(run_id="run-2", parent="2026.11.22.1"), step=drafts.dying(last))
    path = drafts.find_file(released.release_path("2026.11.22.2"), "lineage/spans.parquet")
    path.chmod(0o644)
    path.write_bytes(b"")
    with publisher_lock(released, 0) as notes:
        assert notes[0].startswith("Rolled back 2026.11.22.2, which run run-2")
        assert [entry.version for entry in released.read_versions()] == ["2026.11.22.1"]
        assert "2026.11.22.2" not in (released.root / "CHANGELOG.md").read_text()
        assert allocate_version(released, drafts.TODAY) == "2026.11.22.2"
        drafts.publish(released, drafts.draft(run_id="run-3", parent="2026.11.22.1"))
    assert what_a_reader_sees(released) == "2026.11.22.2"


def test_a_first_run_killed_leaves_no_pointer(dataset):
    assert publisher(dataset, "run-mati", "journalled") == 9
    assert dataset.read_latest_version() is None
    with publisher_lock(dataset, 0):
        drafts.publish(dataset, drafts.draft())
    assert what_a_reader_sees(dataset) == "2026.11.22.1"


def test_a_committed_release_stays_whatever_befalls_it(released):
    with pytest.raises(drafts.Died), publisher_lock(released, 0):
        drafts.publish(released, drafts.draft(run_id="run-2", parent="2026.11.22.1"), step=drafts.dying("pointed"))
    path = drafts.find_file(released.release_path("2026.11.22.2"), "lineage/spans.parquet")
    path.chmod(0o644)
    path.write_bytes(b"")
    with publisher_lock(released, 0) as notes:
        assert "before it made the link" in notes[0]
    assert released.read_latest_version() == "2026.11.22.2" and not released.journal.exists()
    damages = verify_release(released.release_path("2026.11.22.2"))
    assert [drafts.unname(damage.file) for damage in damages] == ["lineage/spans.parquet"]


def test_a_parent_that_is_gone_is_said(released):
    remove_tree(released.release_path("2026.11.22.1"))
    with publisher_lock(released, 0), pytest.raises(ReleaseError, match=r"2026\.11\.22\.1, which latest\.json names"):
        drafts.publish(released, drafts.draft(run_id="run-2", parent="2026.11.22.1"))


def test_what_the_disk_refuses_is_said(tmp_path):
    (tmp_path / "berkas").write_text("bukan folder")
    dataset = Dataset(tmp_path / "berkas" / "news")
    with pytest.raises(ReleaseError, match=r"could not be written \(Not a directory\)"), publisher_lock(dataset, 0):
        pass
    with pytest.raises(ReleaseError, match="could not be written"):
        stage_release(dataset, drafts.draft(), "2026.11.22.1")


def test_a_release_that_only_its_owner_may_read_stays_so(dataset):
    before = os.umask(0o077)
    try:
        with publisher_lock(dataset, 0):
            release = drafts.publish(dataset, drafts.draft())
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in [release, *release.rglob("*")]} == {0o500, 0o400}


def test_what_a_dead_run_left_half_written_is_removed(released):
    leftovers = [
        released.state / ".withdrawn.json.new", released.state / "index" / ".000001-x.bands.arrow.new",
        released.raw / ".0001.new", released.staging / "run" / "data",
        released.root / ".index.html.new",
        released.state / "totals" / ".2026.11.22.1.json.new", released.state / "totals" / "files" / ".6768.json.new",
    ]  # fmt: skip
    for path in leftovers:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"PAR1")
    with publisher_lock(released):
        assert [path for path in leftovers if path.exists()] == []
