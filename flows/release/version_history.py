"""Maintenance of the published releases: setting latest back, pins, and the removal of old files.

Each operation writes its plan to the journal and then runs idempotent steps, so that the next owner of the lock
finishes the work of one that died. The caller must hold the lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flows.release.dataset_index import StepCallback, ignore_step, update_latest, write_versions
from flows.release.errors import InvalidRequestError, RequestDeclinedError, explain_write_errors
from flows.release.filesystem import encode_json, remove_tree, sync_path, write_atomic
from flows.release.integrity import verify_release
from flows.release.layout import Dataset, VersionEntry, find_release

_WITHDRAWN: Final = "withdrawn"
_PUBLISHED: Final = "published"


def set_latest(dataset: Dataset, version: str, why: str, *, step: StepCallback = ignore_step) -> list[str]:
    """Make a listed release the current one; return the versions that this withdraws, newest first.

    Every newer published release becomes withdrawn, with the sentence `why`; the release itself becomes published again
    if it was withdrawn. Raises InvalidRequestError where it is missing, RequestDeclinedError where it is damaged.
    """
    entry = find_release(dataset, version)
    if damages := verify_release(dataset.locate_folder(entry), entry.digest):
        raise RequestDeclinedError(
            f"The release {version} is damaged ({damages[0]}): it cannot become the current one."
        )
    superseded = [
        newer.version
        for newer in _list_newer(dataset.read_versions(), version)
        if newer.status == _PUBLISHED and newer.version
    ]
    if dataset.read_latest_version() == version and not superseded:
        return []
    journal = {"verb": "set", "version": version, "digest": entry.digest, "why": why}
    with explain_write_errors(dataset.root):
        write_journal(dataset, journal, step)
        finish_set_latest(dataset, journal, step)
    return superseded


def finish_set_latest(dataset: Dataset, journal: Mapping[str, Any], step: StepCallback = ignore_step) -> str:
    """Finish setting latest from its journal; idempotent. Returns a sentence on what was done."""
    version, entries = journal["version"], dataset.read_versions()
    newer_versions = {entry.version for entry in _list_newer(entries, version) if entry.status == _PUBLISHED}
    updated = []
    for entry in entries:
        if entry.version == version:
            entry = replace(entry, status=_PUBLISHED, why=())
        elif entry.version in newer_versions:
            entry = replace(entry, status=_WITHDRAWN, why=(*entry.why, journal["why"]))
        updated.append(entry)
    write_versions(dataset, updated, step)
    update_latest(dataset, version, journal["digest"], step)
    clear_journal(dataset)
    return f"Finished setting latest to {version}."


def pin_release(dataset: Dataset, version: str, reason: str) -> None:
    """Pin a release so that it is never pruned; an empty reason unpins it. Raises the errors of `find_release`."""
    find_release(dataset, version)
    entries = [
        replace(entry, pinned=reason) if entry.version == version else entry for entry in dataset.read_versions()
    ]
    with explain_write_errors(dataset.root):
        write_versions(dataset, entries)


def prune_releases(dataset: Dataset, keep: int, why: str, *, step: StepCallback = ignore_step) -> list[str]:
    """Remove the files of all but the newest `keep` published releases and refused runs; return what was removed.

    Returned are versions, newest first, and then paths refused/<run>. The current release and pinned ones stay at any
    age; a withdrawn one is removed unless it is pinned. All stay listed in versions.json, a release as `pruned`, with
    the sentence `why`. Raises InvalidRequestError where `keep` is below 1.
    """
    if keep < 1:
        raise InvalidRequestError(f"--keep {keep} would keep nothing: give 1 or more.")
    available = [entry for entry in dataset.read_versions() if entry.version and dataset.has_files(entry)]
    kept_versions = {
        entry.version for entry in [published for published in available if published.status == _PUBLISHED][:keep]
    }
    kept_versions |= {dataset.read_latest_version(), *(entry.version for entry in available if entry.pinned)}
    pruned_versions = [entry.version for entry in available if entry.version and entry.version not in kept_versions]
    pruned_runs = [
        entry.path for entry in dataset.read_versions() if entry.status == "refused" and dataset.has_files(entry)
    ][keep:]
    if pruned_versions or pruned_runs:
        journal = {"verb": "prune", "versions": pruned_versions, "refused": pruned_runs, "why": why}
        with explain_write_errors(dataset.root):
            write_journal(dataset, journal, step)
            finish_prune(dataset, journal, step)
    return [*pruned_versions, *pruned_runs]


def finish_prune(dataset: Dataset, journal: Mapping[str, Any], step: StepCallback = ignore_step) -> str:
    """Finish pruning from its journal; idempotent. Returns a sentence on what was done."""
    pruned_versions: Sequence[str] = journal["versions"]
    pruned_runs: Sequence[str] = journal.get("refused", ())  # journals of older versions have no refused runs
    entries = []
    for entry in dataset.read_versions():
        if entry.version in pruned_versions and entry.status != "pruned":
            entry = replace(entry, status="pruned", why=(*entry.why, journal["why"]))
        elif entry.path in pruned_runs and journal["why"] not in entry.why:
            entry = replace(entry, why=(*entry.why, journal["why"]))
        entries.append(entry)
    write_versions(dataset, entries, step)
    for version in pruned_versions:
        remove_release(dataset, version)
        step("retired")
    for path in pruned_runs:
        remove_tree(dataset.root / path)
        step("removed")
    clear_journal(dataset)
    return f"Finished removing the files of {', '.join([*pruned_versions, *pruned_runs])}."


def remove_release(dataset: Dataset, version: str) -> None:
    """Remove a release's folder: rename it away at once, then delete its files. Idempotent."""
    release = dataset.release_path(version)
    retired = dataset.staging / f"retired-{version}"
    if release.is_dir():
        dataset.staging.mkdir(exist_ok=True)
        remove_tree(retired)
        release.chmod(0o700)  # a read-only folder cannot be moved to another parent
        release.rename(retired)
        sync_path(dataset.releases)
    remove_tree(retired)


def write_journal(dataset: Dataset, journal: Mapping[str, Any], step: StepCallback = ignore_step) -> None:
    """Write the operation that is about to start to the journal."""
    write_atomic(dataset.journal, encode_json(journal))
    step("journalled")


def clear_journal(dataset: Dataset) -> None:
    """Remove the journal: no operation is in progress."""
    dataset.journal.unlink(missing_ok=True)
    sync_path(dataset.state)


def _list_newer(entries: list[VersionEntry], version: str) -> list[VersionEntry]:
    versions = [entry.version for entry in entries]
    return entries[: versions.index(version)] if version in versions else []
