"""Make a staged release the current one, and finish or put back what a dead publisher left.

Everything after the journal is written can be done again without harm, so recovery is the same steps once more.
`step` is called with a word after each of them: tests die there.
"""

from pathlib import Path

from flows.release.disk import json_bytes, read_json, remove_tree, seal, sha256, sync, sync_tree, write_atomic
from flows.release.errors import ReleaseError, writing
from flows.release.layout import Dataset
from flows.release.manifest import Manifest, entry, read_manifest
from flows.release.record import Step, plural, point, quiet, write_versions
from flows.release.stage import SUMS
from flows.release.verify import verify


def _finish(dataset: Dataset, version: str, digest: str, step: Step) -> Path:
    """From the rename to the end; may be repeated."""
    release = dataset.release_path(version)
    seal(release)
    sync_tree(release)
    step("sealed")
    new = entry(read_manifest(release), f"releases/{version}", digest)
    write_versions(dataset, [new, *(each for each in dataset.versions() if each.version != version)], step)
    point(dataset, version, digest, step)
    _close(dataset)
    step("done")
    return release


def _close(dataset: Dataset) -> None:
    dataset.journal.unlink(missing_ok=True)
    sync(dataset.state)


def commit(dataset: Dataset, folder: Path, manifest: Manifest, *, step: Step = quiet) -> Path:
    """Publish a staged and audited release; returns its folder in releases/. Call it while holding the lock.

    The replacement of latest.json is the commit: before it nothing has happened for a reader, after it all has.
    Raises ReleaseError where the version's name is taken, the parent is not the current release any more, or a dead
    publisher's journal was not recovered.
    """
    version, digest = manifest["version"], sha256(folder / SUMS)
    release = dataset.release_path(version)
    if dataset.journal.exists():
        raise ReleaseError(f"{dataset.journal} is there: publish only while holding the lock, which clears it.")
    if release.exists() or any(each.version == version for each in dataset.versions()):
        raise ReleaseError(f"The version {version} is taken: ask for the next one and stage again.")
    if manifest["parent"] != dataset.latest():
        raise ReleaseError(
            f"The release was compared with {manifest['parent'] or 'nothing'}, but the current one is "
            f"{dataset.latest() or 'none'}: run again."
        )
    with writing(dataset.root):
        dataset.releases.mkdir(exist_ok=True)
        sync_tree(folder)
        sync(dataset.staging)
        sync(dataset.root)
        step("synced")
        write_atomic(dataset.journal, json_bytes({"run": manifest["run_id"], "version": version, "digest": digest}))
        step("journalled")
        folder.rename(release)
        sync(dataset.releases)
        sync(dataset.staging)
        step("renamed")
        return _finish(dataset, version, digest, step)


def sweep(dataset: Dataset) -> int:
    """Empty .staging and the half-written packs of raw bytes; returns how many folders went."""
    stale = list(dataset.staging.iterdir()) if dataset.staging.is_dir() else []
    for path in [*stale, *dataset.raw.glob(".*.new")]:
        remove_tree(path)
    return len(stale)


def _put_back(dataset: Dataset, version: str) -> None:
    """Undo what comes before the commit; may be repeated."""
    entries = dataset.versions()
    if any(each.version == version for each in entries):
        write_versions(dataset, [each for each in entries if each.version != version])
    release = dataset.release_path(version)
    if release.is_dir():
        dataset.staging.mkdir(exist_ok=True)
        release.chmod(0o700)  # a folder that may not be written cannot change its parent
        aside = dataset.staging / f"put-back-{version}"
        remove_tree(aside)
        release.rename(aside)
        sync(dataset.releases)
    _close(dataset)


def _adopt_refused(dataset: Dataset) -> None:
    """List refused runs whose publisher died between keeping and listing them."""
    entries = dataset.versions()
    listed = {each.path for each in entries}
    kept = sorted(dataset.refused.iterdir()) if dataset.refused.is_dir() else []
    lost = [path for path in kept if f"refused/{path.name}" not in listed and (path / "manifest.json").is_file()]
    if lost:
        write_versions(dataset, [*(entry(read_manifest(p), f"refused/{p.name}", None) for p in lost), *entries])


def recover(dataset: Dataset, *, step: Step = quiet) -> list[str]:
    """Finish or put back what a dead publisher left; returns what was done, in sentences. publisher_lock calls it.

    A release that was renamed and verifies is finished; one that latest.json names was committed and stays,
    whatever has befallen it since. Anything else is put back.
    """
    notes = []
    journal = read_json(dataset.journal)
    if journal is not None:
        version, digest, run = journal["version"], journal["digest"], journal["run"]
        release = dataset.release_path(version)
        if dataset.latest() == version:
            point(dataset, version, digest, step)
            _close(dataset)
            notes.append(f"Publishing {version} was finished but for a link, which run {run} had no time to make.")
        elif release.is_dir() and not verify(release, digest):
            _finish(dataset, version, digest, step)
            notes.append(f"Finished publishing {version}, which run {run} had begun when it died.")
        else:
            _put_back(dataset, version)
            notes.append(f"Put back {version}, which run {run} had not finished when it died.")
    if stale := sweep(dataset):
        notes.append(f"Removed {plural(stale, 'unfinished folder')} of dead runs from .staging.")
    _adopt_refused(dataset)
    return notes
