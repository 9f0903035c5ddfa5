"""Dataset in an object store: releases are staged and audited in a local mirror, and the store is authoritative.

    <url>/<dataset>/
      releases/<version>/...   objects; manifest.json comes last
      latest.json              replaced by a conditional put: **that is the commit**
      versions.json  CHANGELOG.md  refused/<run>/...
      index.html  state/totals/<version>.json        conveniences, like <url>/index.json: sent last
      state/withdrawn.json     the takedowns, which apply to every publisher
      claims/<version>.json    the claim of a publisher, from the choice of a version until versions.json lists it

The local folder (KLIPING_STORES, by default .stores/ in the checkout) is a mirror by digest. It also holds the
publisher's own files: lock, journal, raw bytes; another machine creates its own. Acquiring the lock updates the mirror
from the store, and removes local releases that the store does not list (of a run that died before its commit).
Releasing the lock sends the changes: objects, manifest.json, latest.json, then the lists.

Two publishers never write the same object: a version is claimed by a conditional put, and a version that is already
claimed is skipped. Whatever adds a release replaces latest.json: a purge of older releases too, though it names the
same release as before, and a takedown, so that nobody who does not know of it commits. If two publishers began with
the same latest.json, the second one's is refused (ConcurrentCommitError). A publisher that dies before the commit has
changed nothing that a reader follows; the next commit removes its objects, because every claim older than that commit
has lost. latest.json also holds the entries of its commit: if a publisher dies, or is slow, between the commit and the
lists, the next publisher lists them.

Readers of one machine share a mirror: see mirror_locks.
"""

import contextlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

from flows.release.cloud_store import CloudStore, is_cloud_url
from flows.release.dataset_index import update_latest, write_versions
from flows.release.errors import ConcurrentCommitError, ReleaseError, explain_write_errors
from flows.release.filesystem import (
    digest_json,
    encode_json,
    read_json,
    remove_tree,
    write_atomic,
)
from flows.release.fsspec_store import FsspecStore
from flows.release.layout import Dataset, VersionEntry, parse_version
from flows.release.manifest import build_entry
from flows.release.mirror_locks import hold_mirror_lock, register_reader
from flows.release.object_store import ObjectStore, ObjectTag
from flows.release.store_downloads import download_release, fetch_refused_runs, read_release_digest
from flows.release.store_lists import (
    LATEST,
    MAX_TRIES,
    VERSIONS,
    WITHDRAWN,
    encode_commit,
    locate_object,
    merge_changed,
    merge_withdrawn,
    parse_commit,
    parse_entries,
    parse_json,
    parse_pointer,
    renew_commit,
)
from flows.release.store_objects import name_claim, push_indexes, remove_objects, remove_stale_objects, upload_folder

_CHECKOUT: Final = Path(__file__).resolve().parents[2]


def open_dataset(output: str | Path, name: str, *, reading: bool = False) -> Dataset:
    """Return the dataset of this name under a folder, or under a URL of fsspec.

    Neither is accessed, except that `reading` a URL updates a separate mirror, in which no publisher of this machine
    works.
    """
    url = re.fullmatch(r"([a-z][a-z0-9+.-]+)://(.*)", str(output))
    if not url:
        return Dataset(Path(output) / name)
    base = Path(os.environ.get("KLIPING_STORES") or _CHECKOUT / ".stores")
    folder_name = f"{url[1]}-{digest_json(str(output).rstrip('/'))[:16]}"
    store = open_store(f"{str(output).rstrip('/')}/{name}")
    mirror = MirroredDataset(base / (f"{folder_name}-read" if reading else folder_name) / name, store, reading)
    if reading:
        mirror.pull_changes()
    return mirror


def open_store(url: str) -> ObjectStore:
    """Return the store at a URL; nothing is accessed yet."""
    return CloudStore(url) if is_cloud_url(url) else FsspecStore(url)


@dataclass(frozen=True)
class _StoreSnapshot:
    """State of the store when the mirror was last updated from it."""

    latest: ObjectTag = None
    pointer: bytes | None = None
    entries: tuple[VersionEntry, ...] = ()
    withdrawn: bytes | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class MirroredDataset(Dataset):
    """A dataset's local folder, and the object store that it mirrors."""

    store: ObjectStore
    reading: bool = False
    _snapshots: list[_StoreSnapshot] = field(default_factory=list, repr=False, compare=False)

    def pull_changes(self) -> None:
        """Update the mirror from the store and remove releases that the store does not list. Raises ReleaseError."""
        if not self.reading:
            self._update_mirror(removes_stale=True)
            return
        with (
            explain_write_errors(self.root),
            hold_mirror_lock(self.state, "mirror"),
            register_reader(self.state) as alone,
        ):
            if alone:
                remove_tree(self._download_folder)
            self._update_mirror(removes_stale=alone)

    def _update_mirror(self, *, removes_stale: bool) -> None:
        """Update the lists from the store; `removes_stale`: also remove releases that it does not list."""
        pointer, tag = self.store.read_object(LATEST)
        entries = self._read_store_entries(pointer)
        withdrawn, _ = self.store.read_object(WITHDRAWN)
        digests = {entry.version: entry.digest for entry in entries if entry.version and entry.status != "pruned"}
        with explain_write_errors(self.root):
            for folder in sorted(self.releases.iterdir()) if removes_stale and self.releases.is_dir() else ():
                if digests.get(folder.name) != read_release_digest(folder):
                    remove_tree(folder)
            write_versions(self, entries)
            if pointer is None:
                self.latest_json.unlink(missing_ok=True)
                (self.root / "latest").unlink(missing_ok=True)
            else:
                latest = parse_pointer(pointer, self.store)
                update_latest(self, latest["version"], latest["digest"])
            if withdrawn is None:
                (self.root / WITHDRAWN).unlink(missing_ok=True)
            else:
                write_atomic(self.root / WITHDRAWN, withdrawn)
        refused = () if self.reading else tuple(fetch_refused_runs(self.store, self))
        self._snapshots[:] = [_StoreSnapshot(tag, self._read_pointer(), tuple(entries), withdrawn, refused)]

    def release_path(self, version: str) -> Path:
        """Return the folder of a version, downloaded first where only the store has it."""
        path = super().release_path(version)
        if not path.is_dir():
            for entry in self._snapshots[0].entries if self._snapshots else ():
                if entry.version == version and entry.status != "pruned" and entry.digest:
                    with hold_mirror_lock(self.state, f"fetch-{version}"):
                        if not path.is_dir():  # another reader may have downloaded it meanwhile
                            download_release(
                                self.store, entry, path, self._download_folder / f"fetch-{uuid4().hex[:12]}"
                            )
        return path

    def has_files(self, entry: VersionEntry) -> bool:
        """Return True if the mirror or the store has the files of an entry."""
        store_entries = self._snapshots[0].entries if self._snapshots else ()
        return super().has_files(entry) or (
            entry.status != "pruned" and any(listed.path == entry.path for listed in store_entries)
        )

    def locate_folder(self, entry: VersionEntry) -> Path:
        """Return the folder of an entry; a release is downloaded first where only the store has it."""
        return self.release_path(entry.version) if entry.version else super().locate_folder(entry)

    def claim_version(self, version: str) -> bool:
        """Claim the name of a new version in the store; return False where another publisher has claimed it.

        Raises ConcurrentCommitError where another publisher has committed since `pull_changes`: its claim may have
        been removed already, so the name may be that of its release.
        """
        claim = encode_json({"version": version, "token": uuid4().hex})
        if not self.store.replace_if_unchanged(name_claim(version), claim, None):
            return False
        if self.store.read_object(LATEST)[1] != self._snapshots[0].latest:
            self.store.remove_object(name_claim(version))
            raise self._describe_conflict()
        return True

    def push_changes(self) -> None:
        """Send the changes since `pull_changes`. Raises ConcurrentCommitError where another publisher has committed."""
        snapshot = self._snapshots[0]
        old_entries = {(entry.run_id, entry.path): entry for entry in snapshot.entries}
        entries = self.read_versions()
        changed = [entry for entry in entries if old_entries.get((entry.run_id, entry.path)) != entry]
        pointer = self._read_pointer()
        is_new_latest = pointer is not None and pointer != snapshot.pointer
        past_withdrawals = parse_json(snapshot.withdrawn, self.store) if snapshot.withdrawn else []
        withdrawals = [record for record in read_json(self.root / WITHDRAWN) or [] if record not in past_withdrawals]
        purged = [record for record in withdrawals if record["purge"] == "done"]
        # A takedown holds from now on, whoever commits first; a purge is done once the releases were replaced.
        merge_withdrawn(
            self.store, [record | {"purge": "asked"} if record in purged else record for record in withdrawals]
        )
        if not changed and not is_new_latest and all((self.refused / run_id).is_dir() for run_id in snapshot.refused):
            merge_withdrawn(self.store, purged)
            if withdrawals:
                self._stop_other_publishers()
            return
        claims = self.store.list_names("claims/")
        new_entries = [
            entry for entry in changed if entry.status != "pruned" and (entry.run_id, entry.path) not in old_entries
        ]
        is_commit = is_new_latest or any(entry.version for entry in new_entries)
        is_unchanged = not is_commit or (
            self.store.read_object(LATEST)[1] == snapshot.latest
            and (bool(withdrawals) or self.store.read_object(WITHDRAWN)[0] == snapshot.withdrawn)
        )
        if is_unchanged:
            for entry in new_entries:
                upload_folder(self.store, self.root, entry.path, snapshot.entries)
        if (
            is_commit
            and pointer is not None
            and not (
                is_unchanged
                and self.store.replace_if_unchanged(LATEST, encode_commit(pointer, changed), snapshot.latest)
            )
        ):
            for entry in new_entries:
                remove_objects(self.store, f"{entry.path}/")
                self.store.remove_object(name_claim(entry.version))
            raise self._describe_conflict()
        self._merge_entries(changed)
        for run_id in snapshot.refused:  # a purge removed the run
            if not (self.refused / run_id).is_dir():
                remove_objects(self.store, f"refused/{run_id}/")
        for entry in changed:
            if entry.status == "pruned":
                remove_objects(self.store, f"{entry.path}/")
        merge_withdrawn(self.store, purged)
        if is_commit:
            listed = [parse_version(entry.version) for entry in self.read_versions() if entry.version]
            remove_stale_objects(self.store, claims, max(listed, default=()))
        with contextlib.suppress(ReleaseError):  # the release is published; the next run sends them again
            push_indexes(self.store, open_store(self.store.url.rpartition("/")[0]), self, new_entries)

    def _stop_other_publishers(self) -> None:
        """Replace latest.json by one that names the same release, so that others who are at work commit nothing.

        They do not know of the takedown that was recorded meanwhile.
        """
        for _ in range(MAX_TRIES):
            content, tag = self.store.read_object(LATEST)
            if content is None or self.store.replace_if_unchanged(LATEST, renew_commit(content, self.store), tag):
                return
        raise ReleaseError(f"{self.store.url}/{LATEST} was replaced {MAX_TRIES} times meanwhile: run again.")

    def _describe_conflict(self) -> ConcurrentCommitError:
        if self.store.read_object(WITHDRAWN)[0] != self._snapshots[0].withdrawn:
            return ConcurrentCommitError(
                f"An article of {self.name} was taken down in {self.store.url} while this run was at work, and the run "
                "may hold it: nothing of the run was published. Run it again."
            )
        return ConcurrentCommitError(
            f"Another run committed a release of {self.name} in {self.store.url} while this one was at work: "
            "nothing of this run was published. Run it again; it is then compared with that release."
        )

    def fetch_totals(self) -> None:
        """Download the totals of releases that other machines published."""
        for name in self.store.list_names("state/totals/"):
            path = locate_object(self.root, name)
            if not path.exists():
                content, _ = self.store.read_object(name)
                if content is not None:
                    write_atomic(path, content)

    @property
    def _download_folder(self) -> Path:
        """Return the folder of incomplete downloads: for readers not .staging, which each publisher's lock empties."""
        return self.root / ".downloads" if self.reading else self.staging

    def _read_pointer(self) -> bytes | None:
        return self.latest_json.read_bytes() if self.latest_json.exists() else None

    def _read_store_entries(self, pointer: bytes | None) -> list[VersionEntry]:
        """Read versions.json of the store, with the entries of the last commit where they are not listed yet."""
        content, _ = self.store.read_object(VERSIONS)
        entries = parse_entries(content, self.store)
        if pointer is None:
            return entries
        latest = parse_pointer(pointer, self.store)
        committed = parse_commit(latest, self.store)
        if not committed and all(entry.version != latest["version"] for entry in entries):
            # Earlier versions of Kliping wrote no entries to latest.json.
            manifest, _ = self.store.read_object(f"{latest['path']}/manifest.json")
            if manifest is None:
                raise ReleaseError(f"{self.store.url}/{LATEST} names {latest['version']}, which has no manifest.")
            committed = [build_entry(parse_json(manifest, self.store), latest["path"], latest["digest"])]
        listed_runs = {(entry.run_id, entry.path) for entry in entries}
        if all((entry.run_id, entry.path) in listed_runs for entry in committed):
            return entries
        if not self.reading:
            return self._merge_entries(committed)
        return merge_changed(entries, committed)

    def _merge_entries(self, changed: list[VersionEntry]) -> list[VersionEntry]:
        """Merge changed entries into versions.json of the store; retry while another publisher replaces it."""
        for _ in range(MAX_TRIES):
            content, tag = self.store.read_object(VERSIONS)
            merged = merge_changed(parse_entries(content, self.store), changed)
            write_versions(self, merged)
            if self.store.replace_if_unchanged(VERSIONS, self.versions_json.read_bytes(), tag):
                self.store.write_object("CHANGELOG.md", (self.root / "CHANGELOG.md").read_bytes())
                return merged
        raise ReleaseError(f"{self.store.url}/{VERSIONS} was replaced {MAX_TRIES} times meanwhile: run again.")
