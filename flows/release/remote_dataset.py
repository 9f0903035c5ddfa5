"""A dataset whose home is an object store: a folder here is made and audited as ever, and the store holds what counts.

    <url>/<dataset>/
      releases/<version>/...   objects; manifest.json comes last
      latest.json              replaced by a conditional put: **that is the commit**
      versions.json  CHANGELOG.md  refused/<run>/...
      state/withdrawn.json     what was taken down holds for every publisher
      claims/<version>.json    who makes a version, from the choice of its name until versions.json lists it

The folder here (KLIPING_STORES, by default .stores/ in the checkout) is a mirror by digest, and keeps what a publisher
keeps for itself: lock, journal, raw bytes. On another machine these are made anew. Taking the lock brings the mirror
to what the store says; whatever it holds that the store does not list, a run that died before its commit, goes. Letting
go of it sends what has changed: objects, manifest.json, latest.json, then the lists.

Two publishers never write the same object: a version's name is claimed by a conditional put, and one claimed twice is
passed over. Of two that began with the same release, the second's latest.json is refused (Outrun). One that dies before
the commit has changed nothing that a reader follows; the next commit removes its objects, for whoever had claimed a
name before that commit has lost. One that dies after it leaves the lists behind: the next publisher lists the release.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from flows.release.dataset_index import point, write_versions
from flows.release.errors import Outrun, ReleaseError, writing
from flows.release.filesystem import canonical_digest, json_bytes, remove_tree, seal, sha256, write_atomic
from flows.release.layout import Dataset, Entry
from flows.release.manifest import entry
from flows.release.object_store import Store, Tag
from flows.release.stage import SUMS

_LATEST: Final = "latest.json"
_VERSIONS: Final = "versions.json"
_WITHDRAWN: Final = "state/withdrawn.json"
_TRIES: Final = 20


def at(output: str | Path, name: str, *, reading: bool = False) -> Dataset:
    """The dataset of this name under a folder, or under a URL of fsspec. Touches neither, but for `reading` a URL.

    `reading` gives a mirror of its own, brought up to date, which no publisher of this machine works in.
    """
    url = re.fullmatch(r"([a-z][a-z0-9+.-]+)://(.*)", str(output))
    if not url:
        return Dataset(Path(output) / name)
    base = Path(os.environ.get("KLIPING_STORES") or _CHECKOUT / ".stores")
    place = f"{url[1]}-{canonical_digest(str(output).rstrip('/'))[:16]}"
    store = Store(f"{str(output).rstrip('/')}/{name}")
    mirror = Mirror(base / (f"{place}-read" if reading else place) / name, store, reading)
    if reading:
        mirror.refresh()
    return mirror


@dataclass(frozen=True)
class _Seen:
    """What the store said when the mirror was brought up to date."""

    latest: Tag = None
    pointer: bytes | None = None
    entries: tuple[Entry, ...] = ()
    withdrawn: bytes | None = None
    refused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mirror(Dataset):
    """A dataset's folder on this machine, and the store that it is a mirror of."""

    store: Store
    reading: bool = False
    _seen: list[_Seen] = field(default_factory=list, repr=False, compare=False)

    def refresh(self) -> None:
        """Bring the mirror to what the store says. What the store does not list goes. Raises ReleaseError."""
        pointer, tag = self.store.read(_LATEST)
        entries = self._listed(pointer)
        withdrawn, _ = self.store.read(_WITHDRAWN)
        digests = {each.version: each.digest for each in entries if each.version and each.status != "pruned"}
        with writing(self.root):
            for folder in sorted(self.releases.iterdir()) if self.releases.is_dir() else ():
                if digests.get(folder.name) != _digest(folder):
                    remove_tree(folder)
            write_versions(self, entries)
            if pointer is None:
                self.latest_json.unlink(missing_ok=True)
                (self.root / "latest").unlink(missing_ok=True)
            else:
                said = read_json_bytes(pointer, self.store)
                point(self, said["version"], said["digest"])
            if withdrawn is None:
                (self.root / _WITHDRAWN).unlink(missing_ok=True)
            else:
                write_atomic(self.root / _WITHDRAWN, withdrawn)
        refused = () if self.reading else tuple(self._refused_runs())
        self._seen[:] = [_Seen(tag, self._pointer(), tuple(entries), withdrawn, refused)]

    def release_path(self, version: str) -> Path:
        """The folder of a version, fetched from the store where the store lists it."""
        path = super().release_path(version)
        if not path.is_dir():
            for each in self._seen[0].entries if self._seen else ():
                if each.version == version and each.status != "pruned" and each.digest:
                    self._fetch(each, path)
        return path

    def there(self, each: Entry) -> bool:
        """Whether the store has an entry's files."""
        known = self._seen[0].entries if self._seen else ()
        return super().there(each) or (each.status != "pruned" and any(one.path == each.path for one in known))

    def folder(self, each: Entry) -> Path:
        """The folder of an entry; a release is fetched from the store where it is not here yet."""
        return self.release_path(each.version) if each.version else super().folder(each)

    def claim(self, version: str) -> bool:
        """Whether the name is now this publisher's alone."""
        return self.store.swap(_claim(version), json_bytes({"version": version, "token": uuid4().hex}), None)

    def send(self) -> None:
        """Send what has changed since `refresh`. Raises Outrun where another publisher committed meanwhile."""
        seen = self._seen[0]
        before = {(each.run_id, each.path): each for each in seen.entries}
        here = self.versions()
        changed = [each for each in here if before.get((each.run_id, each.path)) != each]
        pointer = self._pointer()
        moved = pointer is not None and pointer != seen.pointer
        withdrawn = self.root / _WITHDRAWN
        now = withdrawn.read_bytes() if withdrawn.exists() else None
        if now is not None and now != seen.withdrawn:
            self._merge_withdrawn(now)
        if not changed and not moved and all((self.refused / run).is_dir() for run in seen.refused):
            return
        claims = self.store.names("claims/")
        new = [each for each in changed if each.status != "pruned" and (each.run_id, each.path) not in before]
        in_time = not moved or self.store.read(_LATEST)[1] == seen.latest
        if in_time:
            for each in new:
                self._upload(each.path)
        if moved and pointer is not None and not (in_time and self.store.swap(_LATEST, pointer, seen.latest)):
            for each in new:
                self._remove(f"{each.path}/")
                self.store.remove(_claim(each.version))
            raise Outrun(
                f"Another run committed a release of {self.name} in {self.store.url} while this one was at work: "
                "nothing of this run was published. Run it again; it is then compared with that release."
            )
        self._list(changed)
        for run in seen.refused:  # a purge took it away
            if not (self.refused / run).is_dir():
                self._remove(f"refused/{run}/")
        for each in changed:
            if each.status == "pruned":
                self._remove(f"{each.path}/")
        if moved:
            self._clear(claims)

    def _pointer(self) -> bytes | None:
        return self.latest_json.read_bytes() if self.latest_json.exists() else None

    def _refused_runs(self) -> list[str]:
        """The refused runs that the store keeps, fetched where they are not here: a purge must look into them."""
        runs: dict[str, list[str]] = {}
        for name in self.store.names("refused/"):
            runs.setdefault(name.split("/")[1], []).append(name)
        with writing(self.root):
            for run, names in runs.items():
                if not (self.refused / run).is_dir():
                    aside = self.staging / f"fetch-{uuid4().hex[:12]}"
                    for name in names:
                        file = aside / name.removeprefix(f"refused/{run}/")
                        file.parent.mkdir(parents=True, exist_ok=True)
                        self.store.download(name, file)
                    self.refused.mkdir(exist_ok=True)
                    aside.rename(self.refused / run)
        return sorted(runs)

    def _listed(self, pointer: bytes | None) -> list[Entry]:
        """versions.json of the store; a release that was committed and not listed is put on top."""
        content, _ = self.store.read(_VERSIONS)
        entries = _entries(content, self.store)
        if pointer is not None:
            said = read_json_bytes(pointer, self.store)
            if all(each.version != said["version"] for each in entries):
                manifest, _ = self.store.read(f"{said['path']}/manifest.json")
                if manifest is None:
                    raise ReleaseError(f"{self.store.url}/{_LATEST} names {said['version']}, which has no manifest.")
                found = entry(read_json_bytes(manifest, self.store), said["path"], said["digest"])
                if not self.reading:
                    self._list([found])
                return [found, *entries]
        return entries

    def _list(self, changed: list[Entry]) -> None:
        """Lay entries over versions.json of the store, whoever writes it at the same time."""
        for _ in range(_TRIES):
            content, tag = self.store.read(_VERSIONS)
            entries = _entries(content, self.store)
            ours = {(each.run_id, each.path): each for each in changed}
            known = {(each.run_id, each.path) for each in entries}
            new = [each for each in changed if (each.run_id, each.path) not in known]
            made = [*new, *(ours.get((each.run_id, each.path), each) for each in entries)]
            write_versions(self, made)
            if self.store.swap(_VERSIONS, self.versions_json.read_bytes(), tag):
                self.store.write("CHANGELOG.md", (self.root / "CHANGELOG.md").read_bytes())
                return
        raise ReleaseError(f"{self.store.url}/{_VERSIONS} was replaced {_TRIES} times meanwhile: run again.")

    def _merge_withdrawn(self, ours: bytes) -> None:
        for _ in range(_TRIES):
            content, tag = self.store.read(_WITHDRAWN)
            theirs = read_json_bytes(content, self.store) if content else []
            mine: list[dict[str, Any]] = read_json_bytes(ours, self.store)
            ids = {each["article_id"] for each in mine}
            made = [*(each for each in theirs if each["article_id"] not in ids), *mine]
            if self.store.swap(_WITHDRAWN, json_bytes(made), tag):
                return
        raise ReleaseError(f"{self.store.url}/{_WITHDRAWN} was replaced {_TRIES} times meanwhile: run again.")

    def _upload(self, path: str) -> None:
        """A folder's files, manifest.json last."""
        folder = self.root / path
        files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
        for name in sorted(files, key=lambda name: name == "manifest.json"):
            self.store.upload(f"{path}/{name}", folder / name)

    def _fetch(self, each: Entry, path: Path) -> None:
        """Get a release, check every byte, and put it in place by rename."""
        aside = self.staging / f"fetch-{uuid4().hex[:12]}"
        prefix = f"{each.path}/"
        with writing(self.root):
            for name in self.store.names(prefix):
                file = aside / name.removeprefix(prefix)
                file.parent.mkdir(parents=True, exist_ok=True)
                self.store.download(name, file)
            if _digest(aside) != each.digest or not _whole(aside):
                remove_tree(aside)
                raise ReleaseError(
                    f"{self.store.url}/{each.path} is not what was published there: see `kliping verify`."
                )
            seal(aside)
            aside.chmod(0o700)
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.rename(path)
            path.chmod(0o500)

    def _remove(self, prefix: str) -> None:
        for name in self.store.names(prefix):
            self.store.remove(name)

    def _clear(self, claims: list[str]) -> None:
        """Remove claims made before our commit, and the objects of whoever claims nothing any more: they have lost."""
        for claim in claims:
            self.store.remove(claim)
        # In this order: whoever has objects had a claim before them, and keeps it until the release is listed.
        names = self.store.names("releases/")
        alive = {Path(claim).name.removesuffix(".json") for claim in self.store.names("claims/")}
        content, _ = self.store.read(_VERSIONS)
        listed = {each.version for each in _entries(content, self.store) if each.status != "pruned"}
        for name in names:
            if name.split("/")[1] not in listed | alive:
                self.store.remove(name)


_CHECKOUT: Final = Path(__file__).resolve().parents[2]


def read_json_bytes(content: bytes, store: Store) -> Any:  # noqa: ANN401  as disk.read_json
    """JSON of an object of ours. Raises ReleaseError where it is none."""
    import json

    try:
        return json.loads(content)
    except ValueError as error:
        raise ReleaseError(f"An object of {store.url} is not the JSON that was written there ({error}).") from None


def _claim(version: str | None) -> str:
    return f"claims/{version}.json"


def _entries(content: bytes | None, store: Store) -> list[Entry]:
    return [Entry.from_json(each) for each in read_json_bytes(content, store)] if content else []


def _digest(folder: Path) -> str | None:
    return sha256(folder / SUMS) if (folder / SUMS).is_file() else None


def _whole(folder: Path) -> bool:
    lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    return all((folder / line[66:]).is_file() and sha256(folder / line[66:]) == line[:64] for line in lines)
