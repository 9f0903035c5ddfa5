"""Make a staged release the current one, and finish or put back what a dead publisher left.

Everything after the journal is written can be done again without harm, so recovery is the same steps once more.
`step` is called with a word after each of them: tests die there.
"""

import contextlib
import html
from collections.abc import Callable
from pathlib import Path

from flows.release.disk import json_bytes, read_json, remove_tree, seal, sha256, sync, sync_tree, write_atomic
from flows.release.errors import ReleaseError
from flows.release.layout import Dataset, Entry
from flows.release.manifest import Manifest, entry, read_manifest
from flows.release.stage import SUMS
from flows.release.verify import verify

Step = Callable[[str], None]


def _quiet(_word: str) -> None:
    pass


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _paragraph(each: Entry) -> str:
    counts = each.counts
    why = " ".join(html.escape(" ".join(sentence.split()), quote=False) for sentence in each.why)
    day = each.started_at[:10]
    left_out = (
        f"{_plural(counts.get('rejected', 0), 'document')} rejected, "
        f"{_plural(counts.get('dropped', 0), 'duplicate')} dropped"
    )
    if each.status == "refused":
        return (
            f"## Refused on {day} (run {each.run_id})\n\nNothing was published. {why} {left_out}; see `{each.path}/`.\n"
        )
    since = f" since {each.parent}" if each.parent else "; the first release"
    carried = f" {_plural(counts['carried_over'], 'article')} carried over." if counts.get("carried_over") else ""
    withdrawn = f"**Withdrawn.** {why} " if each.status == "withdrawn" else ""
    return (
        f"## {each.version} ({day})\n\n{withdrawn}{_plural(counts.get('published', 0), 'article')}: "
        f"{counts.get('added', 0):,} added, {counts.get('changed', 0):,} changed, "
        f"{counts.get('removed', 0):,} removed{since}. {left_out}.{carried}\n"
    )


def write_versions(dataset: Dataset, entries: list[Entry], step: Step = _quiet) -> None:
    """Replace versions.json, and CHANGELOG.md, which says the same in words."""
    write_atomic(dataset.versions_json, json_bytes([each.as_json() for each in entries]))
    step("listed")
    paragraphs = [f"# Releases of {dataset.name}\n", *(_paragraph(each) for each in entries)]
    write_atomic(dataset.root / "CHANGELOG.md", "\n".join(paragraphs).encode("utf-8", "backslashreplace"))
    step("logged")


def _point(dataset: Dataset, version: str, digest: str, step: Step) -> None:
    pointer = {"dataset": dataset.name, "version": version, "path": f"releases/{version}", "digest": digest}
    write_atomic(dataset.latest_json, json_bytes(pointer))
    step("pointed")
    aside = dataset.root / ".latest.new"
    with contextlib.suppress(OSError):  # the link is a convenience; some disks have none
        aside.unlink(missing_ok=True)
        aside.symlink_to(f"releases/{version}", target_is_directory=True)
        aside.replace(dataset.root / "latest")
    step("linked")


def _finish(dataset: Dataset, version: str, digest: str, step: Step) -> Path:
    """From the rename to the end; may be repeated."""
    release = dataset.release_path(version)
    seal(release)
    sync_tree(release)
    step("sealed")
    new = entry(read_manifest(release), f"releases/{version}", digest)
    write_versions(dataset, [new, *(each for each in dataset.versions() if each.version != version)], step)
    _point(dataset, version, digest, step)
    _close(dataset)
    step("done")
    return release


def _close(dataset: Dataset) -> None:
    dataset.journal.unlink(missing_ok=True)
    sync(dataset.state)


def commit(dataset: Dataset, folder: Path, manifest: Manifest, *, step: Step = _quiet) -> Path:
    """Publish a staged and audited release; returns its folder in releases/. Call it while holding the lock.

    The replacement of latest.json is the commit: before it nothing has happened for a reader, after it all has.
    Raises ReleaseError where the version's name is taken or a dead publisher's journal was not recovered.
    """
    version, digest = manifest["version"], sha256(folder / SUMS)
    release = dataset.release_path(version)
    if dataset.journal.exists():
        raise ReleaseError(f"{dataset.journal} is there: publish only while holding the lock, which clears it.")
    if release.exists() or any(each.version == version for each in dataset.versions()):
        raise ReleaseError(f"The version {version} is taken: ask for the next one and stage again.")
    dataset.releases.mkdir(exist_ok=True)
    sync_tree(folder)
    sync(dataset.staging)
    sync(dataset.root)
    step("synced")
    write_atomic(dataset.journal, json_bytes({"run": manifest["run"]["id"], "version": version, "digest": digest}))
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
        release.chmod(0o755)  # a folder that may not be written cannot change its parent
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


def recover(dataset: Dataset, *, step: Step = _quiet) -> list[str]:
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
            _point(dataset, version, digest, step)
            _close(dataset)
            notes.append(f"Publishing {version} was finished but for a link, which run {run} had no time to make.")
        elif release.is_dir() and not verify(release, digest):
            _finish(dataset, version, digest, step)
            notes.append(f"Finished publishing {version}, which run {run} had begun when it died.")
        else:
            _put_back(dataset, version)
            notes.append(f"Put back {version}, which run {run} had not finished when it died.")
    if stale := sweep(dataset):
        notes.append(f"Removed {_plural(stale, 'unfinished folder')} of dead runs from .staging.")
    _adopt_refused(dataset)
    return notes
