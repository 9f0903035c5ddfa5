"""Which releases stand, and which is the current one: setting latest back, pins, and the removal of old files.

Each verb says in the journal what it is about to do and then does it in steps that may be repeated, so whoever takes
the lock next finishes what a dead owner began. Call them while holding the lock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from flows.release.dataset_index import Step, point, quiet, write_versions
from flows.release.errors import Declined, Mistaken, writing
from flows.release.filesystem import json_bytes, remove_tree, sync, write_atomic
from flows.release.integrity import verify
from flows.release.layout import Dataset, Entry, listed

_WITHDRAWN: Final = "withdrawn"
_PUBLISHED: Final = "published"


def set_latest(dataset: Dataset, version: str, why: str, *, step: Step = quiet) -> list[str]:
    """Make a listed release the current one; returns the versions this leaves behind, newest first.

    Every published release that is newer becomes withdrawn, with the sentence `why`; the release itself is published
    again where it was withdrawn. Raises Mistaken where it is not there, Declined where it is damaged.
    """
    found = listed(dataset, version)
    if damages := verify(dataset.folder(found), found.digest):
        raise Declined(f"The release {version} is damaged ({damages[0]}): it cannot become the current one.")
    left = [each.version for each in _newer(dataset.versions(), version) if each.status == _PUBLISHED and each.version]
    if dataset.latest() == version and not left:
        return []
    journal = {"verb": "set", "version": version, "digest": found.digest, "why": why}
    with writing(dataset.root):
        open_journal(dataset, journal, step)
        finish_set(dataset, journal, step)
    return left


def finish_set(dataset: Dataset, journal: Mapping[str, Any], step: Step = quiet) -> str:
    """From the journal to the end; may be repeated. Returns what was done, in a sentence."""
    version, entries = journal["version"], dataset.versions()
    newer = {each.version for each in _newer(entries, version) if each.status == _PUBLISHED}
    made = []
    for each in entries:
        if each.version == version:
            each = replace(each, status=_PUBLISHED, why=())
        elif each.version in newer:
            each = replace(each, status=_WITHDRAWN, why=(*each.why, journal["why"]))
        made.append(each)
    write_versions(dataset, made, step)
    point(dataset, version, journal["digest"], step)
    close_journal(dataset)
    return f"Finished setting latest to {version}."


def pin(dataset: Dataset, version: str, reason: str) -> None:
    """Keep a release from being pruned, for a reason; an empty one lets go of it. Raises Mistaken as `listed` does."""
    listed(dataset, version)
    entries = [replace(each, pinned=reason) if each.version == version else each for each in dataset.versions()]
    with writing(dataset.root):
        write_versions(dataset, entries)


def prune(dataset: Dataset, keep: int, why: str, *, step: Step = quiet) -> list[str]:
    """Remove the files of all but the newest `keep` published releases and refused runs; returns what was removed.

    That is versions, newest first, and then refused/<run>. The current release and pinned ones always stay, whatever
    their age; a withdrawn one goes unless it is pinned. All stay in versions.json, a release as `pruned`, with the
    sentence `why`. Raises Mistaken where `keep` is below 1.
    """
    if keep < 1:
        raise Mistaken(f"--keep {keep} would keep nothing: give 1 or more.")
    there = [each for each in dataset.versions() if each.version and dataset.there(each)]
    kept = {each.version for each in [one for one in there if one.status == _PUBLISHED][:keep]}
    kept |= {dataset.latest(), *(each.version for each in there if each.pinned)}
    gone = [each.version for each in there if each.version and each.version not in kept]
    refused = [each.path for each in dataset.versions() if each.status == "refused" and dataset.there(each)][keep:]
    if gone or refused:
        journal = {"verb": "prune", "versions": gone, "refused": refused, "why": why}
        with writing(dataset.root):
            open_journal(dataset, journal, step)
            finish_prune(dataset, journal, step)
    return [*gone, *refused]


def finish_prune(dataset: Dataset, journal: Mapping[str, Any], step: Step = quiet) -> str:
    """From the journal to the end; may be repeated. Returns what was done, in a sentence."""
    gone: Sequence[str] = journal["versions"]
    refused: Sequence[str] = journal.get("refused", ())  # a journal of older code names none
    entries = []
    for each in dataset.versions():
        if each.version in gone and each.status != "pruned":
            each = replace(each, status="pruned", why=(*each.why, journal["why"]))
        elif each.path in refused and journal["why"] not in each.why:
            each = replace(each, why=(*each.why, journal["why"]))
        entries.append(each)
    write_versions(dataset, entries, step)
    for version in gone:
        retire(dataset, version)
        step("retired")
    for path in refused:
        remove_tree(dataset.root / path)
        step("removed")
    close_journal(dataset)
    return f"Finished removing the files of {', '.join([*gone, *refused])}."


def retire(dataset: Dataset, version: str) -> None:
    """Take a release's folder away: it vanishes whole, then its files go. May be repeated."""
    release = dataset.release_path(version)
    aside = dataset.staging / f"retired-{version}"
    if release.is_dir():
        dataset.staging.mkdir(exist_ok=True)
        remove_tree(aside)
        release.chmod(0o700)  # a folder that may not be written cannot change its parent
        release.rename(aside)
        sync(dataset.releases)
    remove_tree(aside)


def open_journal(dataset: Dataset, journal: Mapping[str, Any], step: Step = quiet) -> None:
    """Say what is about to happen."""
    write_atomic(dataset.journal, json_bytes(journal))
    step("journalled")


def close_journal(dataset: Dataset) -> None:
    """Nothing is about to happen any more."""
    dataset.journal.unlink(missing_ok=True)
    sync(dataset.state)


def _newer(entries: list[Entry], version: str) -> list[Entry]:
    names = [each.version for each in entries]
    return entries[: names.index(version)] if version in names else []
