"""Objects of the releases in a store: folders and indexes are sent, claims named, and what no list names is removed."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from flows.release.errors import ReleaseError
from flows.release.filesystem import encode_json, read_json
from flows.release.layout import Dataset, VersionEntry, parse_version
from flows.release.manifest import read_manifest
from flows.release.object_store import ObjectStore
from flows.release.store_lists import MAX_TRIES, VERSIONS, parse_entries, parse_json

_CATALOG: Final = "index.json"


def name_claim(version: str | None) -> str:
    """Return the name of the object by which a publisher claims a version."""
    return f"claims/{version}.json"


def _read_claimed_version(claim: str) -> str:
    return Path(claim).name.removesuffix(".json")


def upload_folder(store: ObjectStore, root: Path, path: str, entries: Sequence[VersionEntry]) -> None:
    """Upload the files of a folder, manifest.json last; what the store has of another release is copied there.

    `root` is the mirror, `entries` are those that the store listed when the mirror was updated.
    """
    folder = root / path
    stored = _list_stored_files(root, entries)
    digests = {file["path"]: file["sha256"] for file in read_manifest(folder)["files"]}
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    for name in sorted(files, key=lambda name: name == "manifest.json"):
        other = stored.get((name, digests.get(name, "")))
        if other is not None:
            with contextlib.suppress(ReleaseError):  # another machine may have pruned that release meanwhile
                store.copy_object(f"{other}/{name}", f"{path}/{name}")
                continue
        store.upload_file(f"{path}/{name}", folder / name)


def _list_stored_files(root: Path, entries: Sequence[VersionEntry]) -> dict[tuple[str, str], str]:
    """Map (path in a release, SHA-256) of the files that the store had when it was pulled to their release."""
    stored: dict[tuple[str, str], str] = {}
    for entry in reversed(entries):
        if entry.version and entry.status != "pruned" and (root / entry.path / "manifest.json").is_file():
            files = read_manifest(root / entry.path)["files"]
            stored |= {(file["path"], file["sha256"]): entry.path for file in files}
    return stored


def push_indexes(
    store: ObjectStore, output: ObjectStore, dataset: Dataset, new_entries: Sequence[VersionEntry]
) -> None:
    """Send index.html and the totals of new releases, and merge this dataset into index.json of the `output`."""
    page = dataset.root / "index.html"
    if page.is_file():
        store.upload_file(page.name, page)
    for entry in new_entries:
        totals = dataset.state / "totals" / f"{entry.version}.json"
        if totals.is_file():
            store.upload_file(totals.relative_to(dataset.root).as_posix(), totals)
    local_catalog = read_json(dataset.root.parent / _CATALOG) or {}
    described = [entry for entry in local_catalog.get("datasets", []) if entry["name"] == dataset.name]
    for _ in range(MAX_TRIES if described else 0):
        content, tag = output.read_object(_CATALOG)
        catalog = parse_json(content, output) if content else {}
        others = [entry for entry in catalog.get("datasets", []) if entry["name"] != dataset.name]
        datasets = sorted([*others, *described], key=lambda entry: str(entry["name"]))
        if output.replace_if_unchanged(_CATALOG, encode_json({**local_catalog, "datasets": datasets}), tag):
            return


def remove_objects(store: ObjectStore, prefix: str) -> None:
    """Remove all objects whose name begins with a prefix."""
    for name in store.list_names(prefix):
        store.remove_object(name)


def remove_stale_objects(store: ObjectStore, old_claims: Sequence[str], newest: tuple[int, ...]) -> None:
    """Remove the claims made before this commit, and objects of versions that are neither listed nor claimed.

    A claim above all listed versions stays: its publisher has lost, but may still write objects, and the next
    publisher must not be given that version. The commit after next removes it. `newest` is the latest listed version.
    """
    for claim in old_claims:
        if parse_version(_read_claimed_version(claim)) <= newest:
            store.remove_object(claim)
    # The order matters: a publisher claims before it uploads, and keeps its claim until the release is listed.
    # So objects are listed first, then claims, then entries.
    names = store.list_names("releases/")
    claimed_versions = {_read_claimed_version(claim) for claim in store.list_names("claims/")}
    content, _ = store.read_object(VERSIONS)
    listed_versions = {entry.version for entry in parse_entries(content, store) if entry.status != "pruned"}
    for name in names:
        if name.split("/")[1] not in listed_versions | claimed_versions:
            store.remove_object(name)
