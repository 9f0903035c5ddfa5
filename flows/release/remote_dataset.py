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
same release as before. If two publishers began with the same latest.json, the second one's is refused
(ConcurrentCommitError). A publisher that dies before the commit has changed nothing that a reader follows; the next
commit removes its objects, because every claim older than that commit has lost. latest.json also holds the entries of
its commit: if a publisher dies, or is slow, between the commit and the lists, the next publisher lists them.

Readers of one machine share a mirror: see mirror_locks.
"""

import contextlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from flows.release.cloud_store import CloudStore, is_cloud_url
from flows.release.dataset_index import update_latest, write_versions
from flows.release.errors import ConcurrentCommitError, ReleaseError, explain_write_errors
from flows.release.filesystem import (
    digest_json,
    encode_json,
    hash_file,
    make_read_only,
    read_json,
    remove_tree,
    write_atomic,
)
from flows.release.fsspec_store import FsspecStore
from flows.release.layout import Dataset, VersionEntry, parse_version, validate_run_id
from flows.release.manifest import build_entry, read_manifest
from flows.release.mirror_locks import hold_mirror_lock, register_reader
from flows.release.object_store import ObjectStore, ObjectTag
from flows.release.stage import SUMS
from flows.release.store_lists import (
    LATEST,
    VERSIONS,
    encode_commit,
    locate_object,
    merge_changed,
    parse_commit,
    parse_entries,
    parse_json,
    parse_pointer,
)

_WITHDRAWN: Final = "state/withdrawn.json"
_CATALOG: Final = "index.json"
_TOTALS: Final = "totals"
_MAX_TRIES: Final = 20


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
        withdrawn, _ = self.store.read_object(_WITHDRAWN)
        digests = {entry.version: entry.digest for entry in entries if entry.version and entry.status != "pruned"}
        with explain_write_errors(self.root):
            for folder in sorted(self.releases.iterdir()) if removes_stale and self.releases.is_dir() else ():
                if digests.get(folder.name) != _read_release_digest(folder):
                    remove_tree(folder)
            write_versions(self, entries)
            if pointer is None:
                self.latest_json.unlink(missing_ok=True)
                (self.root / "latest").unlink(missing_ok=True)
            else:
                latest = parse_pointer(pointer, self.store)
                update_latest(self, latest["version"], latest["digest"])
            if withdrawn is None:
                (self.root / _WITHDRAWN).unlink(missing_ok=True)
            else:
                write_atomic(self.root / _WITHDRAWN, withdrawn)
        refused = () if self.reading else tuple(self._fetch_refused_runs())
        self._snapshots[:] = [_StoreSnapshot(tag, self._read_pointer(), tuple(entries), withdrawn, refused)]

    def release_path(self, version: str) -> Path:
        """Return the folder of a version, downloaded first where only the store has it."""
        path = super().release_path(version)
        if not path.is_dir():
            for entry in self._snapshots[0].entries if self._snapshots else ():
                if entry.version == version and entry.status != "pruned" and entry.digest:
                    with hold_mirror_lock(self.state, f"fetch-{version}"):
                        if not path.is_dir():  # another reader may have downloaded it meanwhile
                            self._download_release(entry, path)
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
        if not self.store.replace_if_unchanged(_claim_name(version), claim, None):
            return False
        if self.store.read_object(LATEST)[1] != self._snapshots[0].latest:
            self.store.remove_object(_claim_name(version))
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
        withdrawals = [record for record in read_json(self.root / _WITHDRAWN) or [] if record not in past_withdrawals]
        purged = [record for record in withdrawals if record["purge"] == "done"]
        # A takedown holds from now on, whoever commits first; a purge is done once the releases were replaced.
        self._merge_withdrawn([record | {"purge": "asked"} if record in purged else record for record in withdrawals])
        if not changed and not is_new_latest and all((self.refused / run_id).is_dir() for run_id in snapshot.refused):
            self._merge_withdrawn(purged)
            return
        claims = self.store.list_names("claims/")
        new_entries = [
            entry for entry in changed if entry.status != "pruned" and (entry.run_id, entry.path) not in old_entries
        ]
        is_commit = is_new_latest or any(entry.version for entry in new_entries)
        is_unchanged = not is_commit or self.store.read_object(LATEST)[1] == snapshot.latest
        if is_unchanged:
            for entry in new_entries:
                self._upload_folder(entry.path)
        if (
            is_commit
            and pointer is not None
            and not (
                is_unchanged
                and self.store.replace_if_unchanged(LATEST, encode_commit(pointer, changed), snapshot.latest)
            )
        ):
            for entry in new_entries:
                self._remove_objects(f"{entry.path}/")
                self.store.remove_object(_claim_name(entry.version))
            raise self._describe_conflict()
        self._merge_entries(changed)
        for run_id in snapshot.refused:  # a purge removed the run
            if not (self.refused / run_id).is_dir():
                self._remove_objects(f"refused/{run_id}/")
        for entry in changed:
            if entry.status == "pruned":
                self._remove_objects(f"{entry.path}/")
        self._merge_withdrawn(purged)
        if is_commit:
            self._remove_stale_objects(claims)
        with contextlib.suppress(ReleaseError):  # the release is published; the next run sends them again
            self._push_indexes(new_entries)

    def _describe_conflict(self) -> ConcurrentCommitError:
        return ConcurrentCommitError(
            f"Another run committed a release of {self.name} in {self.store.url} while this one was at work: "
            "nothing of this run was published. Run it again; it is then compared with that release."
        )

    def fetch_totals(self) -> None:
        """Download the totals of releases that other machines published."""
        for name in self.store.list_names(f"state/{_TOTALS}/"):
            path = locate_object(self.root, name)
            if not path.exists():
                content, _ = self.store.read_object(name)
                if content is not None:
                    write_atomic(path, content)

    def _push_indexes(self, new_entries: list[VersionEntry]) -> None:
        """Send index.html and the totals of new releases, and merge this dataset into index.json of the output."""
        page = self.root / "index.html"
        if page.is_file():
            self.store.upload_file(page.name, page)
        for entry in new_entries:
            totals = self.state / _TOTALS / f"{entry.version}.json"
            if totals.is_file():
                self.store.upload_file(totals.relative_to(self.root).as_posix(), totals)
        local_catalog = read_json(self.root.parent / _CATALOG) or {}
        described = [entry for entry in local_catalog.get("datasets", []) if entry["name"] == self.name]
        output = open_store(self.store.url.rpartition("/")[0])
        for _ in range(_MAX_TRIES if described else 0):
            content, tag = output.read_object(_CATALOG)
            catalog = parse_json(content, output) if content else {}
            others = [entry for entry in catalog.get("datasets", []) if entry["name"] != self.name]
            datasets = sorted([*others, *described], key=lambda entry: str(entry["name"]))
            if output.replace_if_unchanged(_CATALOG, encode_json({**local_catalog, "datasets": datasets}), tag):
                return

    @property
    def _download_folder(self) -> Path:
        """Return the folder of incomplete downloads: for readers not .staging, which each publisher's lock empties."""
        return self.root / ".downloads" if self.reading else self.staging

    def _read_pointer(self) -> bytes | None:
        return self.latest_json.read_bytes() if self.latest_json.exists() else None

    def _fetch_refused_runs(self) -> list[str]:
        """List the refused runs of the store, and download missing ones, because a purge must read them."""
        runs: dict[str, list[str]] = {}
        for name in self.store.list_names("refused/"):
            runs.setdefault(name.split("/")[1], []).append(name)
        with explain_write_errors(self.root):
            for run_id, names in runs.items():
                if not (self.refused / validate_run_id(run_id)).is_dir():
                    temporary = self.staging / f"fetch-{uuid4().hex[:12]}"
                    for name in names:
                        file = locate_object(temporary, name.removeprefix(f"refused/{run_id}/"))
                        file.parent.mkdir(parents=True, exist_ok=True)
                        self.store.download_file(name, file)
                    self.refused.mkdir(exist_ok=True)
                    temporary.rename(self.refused / run_id)
        return sorted(runs)

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
        for _ in range(_MAX_TRIES):
            content, tag = self.store.read_object(VERSIONS)
            merged = merge_changed(parse_entries(content, self.store), changed)
            write_versions(self, merged)
            if self.store.replace_if_unchanged(VERSIONS, self.versions_json.read_bytes(), tag):
                self.store.write_object("CHANGELOG.md", (self.root / "CHANGELOG.md").read_bytes())
                return merged
        raise ReleaseError(f"{self.store.url}/{VERSIONS} was replaced {_MAX_TRIES} times meanwhile: run again.")

    def _merge_withdrawn(self, withdrawals: list[dict[str, Any]]) -> None:
        """Merge new or changed takedowns into those of the store, which keep their order."""
        changed = {record["article_id"]: record for record in withdrawals}
        for _ in range(_MAX_TRIES if changed else 0):
            content, tag = self.store.read_object(_WITHDRAWN)
            merged = {record["article_id"]: record for record in parse_json(content, self.store)} if content else {}
            if self.store.replace_if_unchanged(_WITHDRAWN, encode_json([*(merged | changed).values()]), tag):
                return
        if changed:
            raise ReleaseError(f"{self.store.url}/{_WITHDRAWN} was replaced {_MAX_TRIES} times meanwhile: run again.")

    def _upload_folder(self, path: str) -> None:
        """Upload the files of a folder, manifest.json last; what the store has of another release is copied there."""
        folder = self.root / path
        stored = self._list_stored_files()
        digests = {file["path"]: file["sha256"] for file in read_manifest(folder)["files"]}
        files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
        for name in sorted(files, key=lambda name: name == "manifest.json"):
            other = stored.get((name, digests.get(name, "")))
            if other is not None:
                with contextlib.suppress(ReleaseError):  # another machine may have pruned that release meanwhile
                    self.store.copy_object(f"{other}/{name}", f"{path}/{name}")
                    continue
            self.store.upload_file(f"{path}/{name}", folder / name)

    def _list_stored_files(self) -> dict[tuple[str, str], str]:
        """Map (path in a release, SHA-256) of the files that the store had when it was pulled to their release."""
        stored: dict[tuple[str, str], str] = {}
        for entry in reversed(self._snapshots[0].entries):
            if entry.version and entry.status != "pruned" and (self.root / entry.path / "manifest.json").is_file():
                files = read_manifest(self.root / entry.path)["files"]
                stored |= {(file["path"], file["sha256"]): entry.path for file in files}
        return stored

    def _download_release(self, entry: VersionEntry, path: Path) -> None:
        """Download a release, verify every digest, and rename it into releases/."""
        temporary = self._download_folder / f"fetch-{uuid4().hex[:12]}"
        prefix = f"{entry.path}/"
        with explain_write_errors(self.root):
            for name in self.store.list_names(prefix):
                file = locate_object(temporary, name.removeprefix(prefix))
                file.parent.mkdir(parents=True, exist_ok=True)
                self.store.download_file(name, file)
            if _read_release_digest(temporary) != entry.digest or not _is_complete(temporary):
                remove_tree(temporary)
                raise ReleaseError(
                    f"{self.store.url}/{entry.path} is not what was published there: see `kliping verify`."
                )
            make_read_only(temporary)
            temporary.chmod(0o700)
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.rename(path)
            path.chmod(0o500)

    def _remove_objects(self, prefix: str) -> None:
        for name in self.store.list_names(prefix):
            self.store.remove_object(name)

    def _remove_stale_objects(self, old_claims: list[str]) -> None:
        """Remove the claims made before this commit, and objects of versions that are neither listed nor claimed.

        A claim above all listed versions stays: its publisher has lost, but may still write objects, and the next
        publisher must not be given that version. The commit after next removes it.
        """
        newest = max((parse_version(entry.version) for entry in self.read_versions() if entry.version), default=())
        for claim in old_claims:
            if parse_version(_claimed_version(claim)) <= newest:
                self.store.remove_object(claim)
        # The order matters: a publisher claims before it uploads, and keeps its claim until the release is listed.
        # So objects are listed first, then claims, then entries.
        names = self.store.list_names("releases/")
        claimed_versions = {_claimed_version(claim) for claim in self.store.list_names("claims/")}
        content, _ = self.store.read_object(VERSIONS)
        listed_versions = {entry.version for entry in parse_entries(content, self.store) if entry.status != "pruned"}
        for name in names:
            if name.split("/")[1] not in listed_versions | claimed_versions:
                self.store.remove_object(name)


_CHECKOUT: Final = Path(__file__).resolve().parents[2]


def _claim_name(version: str | None) -> str:
    return f"claims/{version}.json"


def _claimed_version(claim: str) -> str:
    return Path(claim).name.removesuffix(".json")


def _read_release_digest(folder: Path) -> str | None:
    return hash_file(folder / SUMS) if (folder / SUMS).is_file() else None


def _is_complete(folder: Path) -> bool:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return all((folder / line[66:]).is_file() and hash_file(folder / line[66:]) == line[:64] for line in lines)
