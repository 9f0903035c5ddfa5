"""Setting latest back, pins and pruning; each finished by the next owner of the lock wherever its owner dies."""

import pytest
import release_drafts as drafts

from flows.release import (
    InvalidRequestError,
    RequestDeclinedError,
    commit_release,
    find_equal_release,
    pin_release,
    prune_releases,
    publisher_lock,
    read_manifest,
    recover_dataset,
    refuse_run,
    set_latest,
    stage_release,
    verify_release,
)
from flows.release.version_history import clear_journal

FIRST, SECOND, THIRD = (f"2026.11.22.{n}" for n in (1, 2, 3))


@pytest.fixture
def three(released):
    for number, parent in ((2, FIRST), (3, SECOND)):
        rows = [*drafts.ARTICLES, *(drafts.article(f"baru{n}") for n in range(number))]
        with publisher_lock(released, 0):
            drafts.publish(released, drafts.draft(rows, run_id=f"run-{number}", parent=parent))
    return released


def statuses(dataset):
    return [(entry.version, entry.status) for entry in dataset.read_versions()]


def test_what_is_left_behind_is_withdrawn_and_the_way_back_is_open(three):
    assert set_latest(three, FIRST, "A bad crawl.") == [THIRD, SECOND]
    assert three.read_latest_version() == FIRST and (three.root / "latest").readlink().name == FIRST
    assert statuses(three) == [(THIRD, "withdrawn"), (SECOND, "withdrawn"), (FIRST, "published")]
    assert "**Withdrawn.** A bad crawl." in (three.root / "CHANGELOG.md").read_text()
    assert find_equal_release(three, read_manifest(three.release_path(THIRD))["fingerprint"]).version == FIRST
    assert set_latest(three, SECOND, "That was wrong.") == []
    assert statuses(three) == [(THIRD, "withdrawn"), (SECOND, "published"), (FIRST, "published")]
    assert three.read_versions()[1].why == ()
    assert set_latest(three, SECOND, "Again.") == []
    assert three.read_versions()[0].why == ("A bad crawl.",)


def test_a_damaged_or_unknown_release_cannot_become_the_current_one(three):
    damaged = drafts.find_file(three.release_path(FIRST), "csv/articles.csv.gz")
    damaged.chmod(0o644)
    damaged.write_text("x")
    before = three.versions_json.read_bytes(), three.latest_json.read_bytes()
    with pytest.raises(RequestDeclinedError, match=r"csv/articles-.*\.csv\.gz"):
        set_latest(three, FIRST, "")
    with pytest.raises(InvalidRequestError, match="no release"):
        set_latest(three, "2020.01.01.1", "")
    with pytest.raises(InvalidRequestError, match="no version"):
        set_latest(three, "../..", "")
    assert (three.versions_json.read_bytes(), three.latest_json.read_bytes()) == before


@pytest.mark.parametrize("last", ["journalled", "listed", "logged", "pointed", "linked"])
def test_setting_back_is_finished_by_the_next_owner(three, last):
    with pytest.raises(drafts.Died):
        set_latest(three, FIRST, "A bad crawl.", step=drafts.dying(last))
    assert verify_release(three.release_path(three.read_latest_version())) == []
    assert any("Finished setting latest" in note for note in recover_dataset(three))
    assert three.read_latest_version() == FIRST and not three.journal.exists()
    assert statuses(three)[0] == (THIRD, "withdrawn") and three.read_versions()[0].why == ("A bad crawl.",)


def test_pruning_keeps_the_newest_the_latest_and_the_pinned(three):
    pin_release(three, FIRST, "cited in a paper")
    assert three.read_versions()[-1].pinned == "cited in a paper"
    assert "Pinned: cited in a paper." in (three.root / "CHANGELOG.md").read_text()
    assert prune_releases(three, 1, "Old.") == [SECOND]
    assert sorted(path.name for path in three.releases.iterdir()) == [FIRST, THIRD]
    assert statuses(three)[1] == (SECOND, "pruned") and three.read_versions()[1].why == ("Old.",)
    assert prune_releases(three, 1, "Old.") == []
    with pytest.raises(InvalidRequestError, match="files are gone"):
        set_latest(three, SECOND, "")
    pin_release(three, FIRST, "")
    assert prune_releases(three, 1, "Old.") == [FIRST]
    with pytest.raises(InvalidRequestError, match="keep"):
        prune_releases(three, 0, "All.")


def test_the_latest_stays_though_newer_releases_were_withdrawn(three):
    set_latest(three, FIRST, "A bad crawl.")
    assert prune_releases(three, 1, "Old.") == [THIRD, SECOND]
    assert verify_release(three.release_path(three.read_latest_version())) == []


@pytest.mark.parametrize("last", ["journalled", "listed", "logged", "retired"])
def test_pruning_is_finished_by_the_next_owner(three, last):
    with pytest.raises(drafts.Died):
        prune_releases(three, 1, "Old.", step=drafts.dying(last))
    assert any("Finished removing" in note for note in recover_dataset(three))
    assert [path.name for path in three.releases.iterdir()] == [THIRD]
    assert [status for _, status in statuses(three)] == ["published", "pruned", "pruned"]
    assert three.read_versions()[1].why == ("Old.",) and not three.journal.exists()


@pytest.fixture
def refused(released):
    """A release, and three refused runs."""
    with publisher_lock(released, 0):
        for number in (2, 3, 4):
            refuse_run(released, drafts.draft(run_id=f"run-{number}", parent=FIRST), [f"Too few {number}."])
    return released


@pytest.mark.parametrize("last", ["journalled", "listed", "logged", "removed", None])
def test_pruning_keeps_the_newest_refused_runs_and_all_their_entries(refused, last):
    if last is None:
        assert prune_releases(refused, 1, "Old.") == ["refused/run-3", "refused/run-2"]
    else:
        with pytest.raises(drafts.Died):
            prune_releases(refused, 1, "Old.", step=drafts.dying(last))
        assert "Finished removing the files of refused/run-3, refused/run-2." in recover_dataset(refused)
    assert [path.name for path in refused.refused.iterdir()] == ["run-4"] and not refused.journal.exists()
    assert [(entry.status, entry.why) for entry in refused.read_versions()] == [
        ("refused", ("Too few 4.",)), ("refused", ("Too few 3.", "Old.")), ("refused", ("Too few 2.", "Old.")),
        ("published", ()),
    ]  # fmt: skip
    assert (
        prune_releases(refused, 1, "Old.") == []
        and verify_release(refused.release_path(refused.read_latest_version())) == []
    )


def test_a_version_whose_files_are_gone_is_never_used_again(three):
    from flows.release import allocate_version

    prune_releases(three, 1, "Old.")
    assert allocate_version(three, drafts.TODAY) == "2026.11.22.4"


def remake(dataset, old, version, step):
    """Make a release again without its last article, in its place, as purging does."""
    draft = drafts.draft(drafts.ARTICLES[:3], run_id="mend", parent=read_manifest(dataset.release_path(old))["parent"])
    folder = stage_release(dataset, draft, version)
    commit_release(dataset, folder, read_manifest(folder), replaces=old, step=step)


@pytest.mark.parametrize("old", [FIRST, THIRD])
@pytest.mark.parametrize("last", ["synced", "journalled", "renamed", "sealed", "listed", "logged", "retired", "done"])
def test_a_release_made_again_takes_the_place_of_the_old_one_whole_or_not_at_all(three, old, last):
    pin_release(three, old, "cited")
    with pytest.raises(drafts.Died):
        remake(three, old, "2026.11.22.4", drafts.dying(last))
    assert verify_release(three.release_path(three.read_latest_version())) == []
    recover_dataset(three)
    release_names = {path.name for path in three.releases.iterdir()}
    by_version = {entry.version: entry for entry in three.read_versions()}
    assert not three.journal.exists() and verify_release(three.release_path(three.read_latest_version())) == []
    if last in ("synced", "journalled"):
        assert release_names == {FIRST, SECOND, THIRD} == set(by_version) and three.read_latest_version() == THIRD
        return
    assert release_names == {FIRST, SECOND, THIRD, "2026.11.22.4"} - {old}
    assert three.read_latest_version() == ("2026.11.22.4" if old == THIRD else THIRD)
    assert (three.root / "latest").readlink().name == three.read_latest_version()
    assert by_version[old].status == "pruned" and "2026.11.22.4" in by_version[old].why[0]
    new = by_version["2026.11.22.4"]
    assert (new.status, new.pinned) == ("published", "cited")
    order = [entry.version for entry in three.read_versions()]
    assert order.index("2026.11.22.4") + 1 == order.index(old)


def test_a_journal_that_is_not_there_is_no_operation(released):
    clear_journal(released)
    clear_journal(released)
    assert not released.journal.exists() and recover_dataset(released) == []
