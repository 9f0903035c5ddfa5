"""Commit of a staged release, and recovery after a publisher that died.

Every step after the journal is written is idempotent, so recovery repeats the same steps. `step` is called with a word
after each step: tests simulate a crash there.
"""

from dataclasses import replace
from pathlib import Path

from flows.release.dataset_index import StepCallback, format_count, ignore_step, update_latest, write_versions
from flows.release.errors import ReleaseError, explain_write_errors
from flows.release.filesystem import hash_file, make_read_only, read_json, remove_tree, sync_path, sync_tree
from flows.release.integrity import verify_release
from flows.release.layout import Dataset, VersionEntry
from flows.release.manifest import Manifest, build_entry, read_manifest
from flows.release.stage import SUMS
from flows.release.version_history import clear_journal, finish_prune, finish_set_latest, remove_release, write_journal
from flows.release.waiting_takedowns import check_no_takedown_waits


def _finish_commit(
    dataset: Dataset, version: str, digest: str, step: StepCallback, replaces: str | None = None
) -> Path:
    """Finish a commit after its rename; idempotent. `replaces` is the release that this one takes the place of."""
    release = dataset.release_path(version)
    make_read_only(release)
    sync_tree(release)
    step("sealed")
    new_entry = build_entry(read_manifest(release), f"releases/{version}", digest)
    entries = dataset.read_versions()
    if replaces is None:
        entries = [new_entry, *(entry for entry in entries if entry.version != version)]
    elif all(entry.version != version for entry in entries):
        entries = _replace_entry(entries, new_entry, replaces)
    write_versions(dataset, entries, step)
    if replaces is None or dataset.read_latest_version() in (replaces, version):
        update_latest(dataset, version, digest, step)
    if replaces is not None:
        remove_release(dataset, replaces)
        step("retired")
    clear_journal(dataset)
    step("done")
    return release


def _replace_entry(entries: list[VersionEntry], new_entry: VersionEntry, replaces: str) -> list[VersionEntry]:
    """Insert an entry before the one it replaces, with that one's status, reasons and pin; mark the old one pruned."""
    reason = f"Made again as {new_entry.version} without an article that was taken down; these files were removed."
    updated = []
    for entry in entries:
        if entry.version == replaces:
            updated.append(replace(new_entry, status=entry.status, why=entry.why, pinned=entry.pinned))
            updated.append(replace(entry, status="pruned", why=(reason,), pinned=""))
        else:
            updated.append(entry)
    return updated


def commit_release(
    dataset: Dataset, folder: Path, manifest: Manifest, *, replaces: str | None = None, step: StepCallback = ignore_step
) -> Path:
    """Publish a staged and audited release and return its folder in releases/. The caller must hold the lock.

    The replacement of latest.json is the commit: readers see the old release before it and the new one after it. With
    `replaces`, the release takes the place of another one, whose files are removed; it becomes the current release
    only if the other one was. Raises ReleaseError where the version is taken, where the parent is no longer the
    current release, or where a dead publisher's journal was not recovered; TakedownWaitsError while a takedown waits.
    """
    version, digest = manifest["version"], hash_file(folder / SUMS)
    release = dataset.release_path(version)
    if dataset.journal.exists():
        raise ReleaseError(f"{dataset.journal} is there: publish only while holding the lock, which clears it.")
    if release.exists() or any(entry.version == version for entry in dataset.read_versions()):
        raise ReleaseError(f"The version {version} is taken: ask for the next one and stage again.")
    if replaces is None and manifest["parent"] != dataset.read_latest_version():
        raise ReleaseError(
            f"The release was compared with {manifest['parent'] or 'nothing'}, but the current one is "
            f"{dataset.read_latest_version() or 'none'}: run again."
        )
    if replaces is None:  # with it, the takedown is this very process
        check_no_takedown_waits(dataset)
    with explain_write_errors(dataset.root):
        dataset.releases.mkdir(exist_ok=True)
        sync_tree(folder)
        sync_path(dataset.staging)
        sync_path(dataset.root)
        step("synced")
        journal = {"verb": "publish", "run": manifest["run_id"], "version": version, "digest": digest}
        write_journal(dataset, journal | {"replaces": replaces}, step)
        folder.rename(release)
        sync_path(dataset.releases)
        sync_path(dataset.staging)
        step("renamed")
        return _finish_commit(dataset, version, digest, step, replaces)


def remove_stale_folders(dataset: Dataset) -> int:
    """Remove everything in .staging and half-written files beside it and in state/; return how many folders it had."""
    stale_folders = list(dataset.staging.iterdir()) if dataset.staging.is_dir() else []
    patterns = (".*.new", "index/.*.new", "raw/.*.new", "totals/.*.new", "totals/files/.*.new")
    half_written = [path for pattern in patterns for path in dataset.state.glob(pattern)]
    half_written += dataset.root.glob(".*.new")
    for path in [*stale_folders, *half_written]:
        remove_tree(path)
    return len(stale_folders)


def _roll_back(dataset: Dataset, version: str) -> None:
    """Undo the steps before the commit; idempotent."""
    entries = dataset.read_versions()
    if any(entry.version == version for entry in entries):
        write_versions(dataset, [entry for entry in entries if entry.version != version])
    release = dataset.release_path(version)
    if release.is_dir():
        dataset.staging.mkdir(exist_ok=True)
        release.chmod(0o700)  # a read-only folder cannot be moved to another parent
        discarded = dataset.staging / f"put-back-{version}"
        remove_tree(discarded)
        release.rename(discarded)
        sync_path(dataset.releases)
    clear_journal(dataset)


def _list_orphaned_refusals(dataset: Dataset) -> None:
    """List in versions.json the refused runs whose publisher died after storing and before listing them."""
    entries = dataset.read_versions()
    listed_paths = {entry.path for entry in entries}
    folders = sorted(dataset.refused.iterdir()) if dataset.refused.is_dir() else []
    orphans = [
        path for path in folders if f"refused/{path.name}" not in listed_paths and (path / "manifest.json").is_file()
    ]
    if orphans:
        write_versions(
            dataset,
            [*(build_entry(read_manifest(folder), f"refused/{folder.name}", None) for folder in orphans), *entries],
        )


def _recover_release(dataset: Dataset, journal: Manifest, step: StepCallback) -> str:
    version, digest, run = journal["version"], journal["digest"], journal["run"]
    replaces, release = journal.get("replaces"), dataset.release_path(journal["version"])
    if dataset.read_latest_version() == version:
        update_latest(dataset, version, digest, step)
        if replaces:
            remove_release(dataset, replaces)
        clear_journal(dataset)
        return f"Finished publishing {version}: run {run} was killed before it made the link."
    if release.is_dir() and not verify_release(release, digest):
        _finish_commit(dataset, version, digest, step, replaces)
        return f"Finished publishing {version}, which run {run} began before it was killed."
    _roll_back(dataset, version)
    return f"Rolled back {version}, which run {run} had not finished when it was killed."


def recover_dataset(dataset: Dataset, *, step: StepCallback = ignore_step) -> list[str]:
    """Finish or undo the work of a dead publisher and return notes on what was done. publisher_lock calls it.

    A release that was renamed and verifies is finished. A release that latest.json names was committed and stays, even
    if it was damaged later. Anything else is rolled back.
    """
    notes = []
    journal = read_json(dataset.journal)
    if journal is not None:
        match journal.get("verb", "publish"):
            case "set":
                notes.append(finish_set_latest(dataset, journal, step))
            case "prune":
                notes.append(finish_prune(dataset, journal, step))
            case _:
                notes.append(_recover_release(dataset, journal, step))
    if removed_count := remove_stale_folders(dataset):
        notes.append(f"Removed {format_count(removed_count, 'unfinished folder')} of dead runs from .staging.")
    _list_orphaned_refusals(dataset)
    return notes
