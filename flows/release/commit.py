"""Make a staged release the current one, and finish or put back what a dead publisher left.

Everything after the journal is written can be done again without harm, so recovery is the same steps once more.
`step` is called with a word after each of them: tests die there.
"""

from dataclasses import replace
from pathlib import Path

from flows.release.dataset_index import Step, plural, point, quiet, write_versions
from flows.release.errors import ReleaseError, writing
from flows.release.filesystem import read_json, remove_tree, seal, sha256, sync, sync_tree
from flows.release.integrity import verify
from flows.release.layout import Dataset, Entry
from flows.release.manifest import Manifest, entry, read_manifest
from flows.release.stage import SUMS
from flows.release.version_history import close_journal, finish_prune, finish_set, open_journal, retire


def _finish(dataset: Dataset, version: str, digest: str, step: Step, replaces: str | None = None) -> Path:
    """From the rename to the end; may be repeated. `replaces` is the release that this one was made again from."""
    release = dataset.release_path(version)
    seal(release)
    sync_tree(release)
    step("sealed")
    new = entry(read_manifest(release), f"releases/{version}", digest)
    entries = dataset.versions()
    if replaces is None:
        entries = [new, *(each for each in entries if each.version != version)]
    elif all(each.version != version for each in entries):
        entries = _in_place(entries, new, replaces)
    write_versions(dataset, entries, step)
    if replaces is None or dataset.latest() in (replaces, version):
        point(dataset, version, digest, step)
    if replaces is not None:
        retire(dataset, replaces)
        step("retired")
    close_journal(dataset)
    step("done")
    return release


def _in_place(entries: list[Entry], new: Entry, replaces: str) -> list[Entry]:
    """The entries with a new one where the one it replaces stood, as current and as pinned as that one was."""
    said = f"Made again as {new.version} without an article that was taken down; these files were removed."
    made = []
    for each in entries:
        if each.version == replaces:
            made.append(replace(new, status=each.status, why=each.why, pinned=each.pinned))
            made.append(replace(each, status="pruned", why=(said,), pinned=""))
        else:
            made.append(each)
    return made


def commit(
    dataset: Dataset, folder: Path, manifest: Manifest, *, replaces: str | None = None, step: Step = quiet
) -> Path:
    """Publish a staged and audited release; returns its folder in releases/. Call it while holding the lock.

    The replacement of latest.json is the commit: before it nothing has happened for a reader, after it all has.
    With `replaces`, the release takes the place of another one, whose files go; it is the current one only if that was.
    Raises ReleaseError where the version's name is taken, the parent is not the current release any more, or a dead
    publisher's journal was not recovered.
    """
    version, digest = manifest["version"], sha256(folder / SUMS)
    release = dataset.release_path(version)
    if dataset.journal.exists():
        raise ReleaseError(f"{dataset.journal} is there: publish only while holding the lock, which clears it.")
    if release.exists() or any(each.version == version for each in dataset.versions()):
        raise ReleaseError(f"The version {version} is taken: ask for the next one and stage again.")
    if replaces is None and manifest["parent"] != dataset.latest():
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
        journal = {"verb": "publish", "run": manifest["run_id"], "version": version, "digest": digest}
        open_journal(dataset, journal | {"replaces": replaces}, step)
        folder.rename(release)
        sync(dataset.releases)
        sync(dataset.staging)
        step("renamed")
        return _finish(dataset, version, digest, step, replaces)


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
    close_journal(dataset)


def _adopt_refused(dataset: Dataset) -> None:
    """List refused runs whose publisher died between keeping and listing them."""
    entries = dataset.versions()
    listed = {each.path for each in entries}
    kept = sorted(dataset.refused.iterdir()) if dataset.refused.is_dir() else []
    lost = [path for path in kept if f"refused/{path.name}" not in listed and (path / "manifest.json").is_file()]
    if lost:
        write_versions(dataset, [*(entry(read_manifest(p), f"refused/{p.name}", None) for p in lost), *entries])


def _recover_release(dataset: Dataset, journal: Manifest, step: Step) -> str:
    version, digest, run = journal["version"], journal["digest"], journal["run"]
    replaces, release = journal.get("replaces"), dataset.release_path(journal["version"])
    if dataset.latest() == version:
        point(dataset, version, digest, step)
        if replaces:
            retire(dataset, replaces)
        close_journal(dataset)
        return f"Publishing {version} was finished but for a link, which run {run} had no time to make."
    if release.is_dir() and not verify(release, digest):
        _finish(dataset, version, digest, step, replaces)
        return f"Finished publishing {version}, which run {run} had begun when it died."
    _put_back(dataset, version)
    return f"Put back {version}, which run {run} had not finished when it died."


def recover(dataset: Dataset, *, step: Step = quiet) -> list[str]:
    """Finish or put back what a dead publisher left; returns what was done, in sentences. publisher_lock calls it.

    A release that was renamed and verifies is finished; one that latest.json names was committed and stays,
    whatever has befallen it since. Anything else is put back.
    """
    notes = []
    journal = read_json(dataset.journal)
    if journal is not None:
        match journal.get("verb", "publish"):
            case "set":
                notes.append(finish_set(dataset, journal, step))
            case "prune":
                notes.append(finish_prune(dataset, journal, step))
            case _:
                notes.append(_recover_release(dataset, journal, step))
    if stale := sweep(dataset):
        notes.append(f"Removed {plural(stale, 'unfinished folder')} of dead runs from .staging.")
    _adopt_refused(dataset)
    return notes
