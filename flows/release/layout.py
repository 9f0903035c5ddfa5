"""Where things lie in output/<dataset>/, and what versions.json says."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from flows.release.errors import Mistaken, ReleaseError
from flows.release.filesystem import read_json

_VERSION: Final = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})\.(\d{1,9})")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


@dataclass(frozen=True)
class Entry:
    """One run in versions.json.

    `status` is published, refused, withdrawn, or pruned (its folder was removed); `version` and `digest` are None for
    a refused run. `why` says in sentences why it is not published. `pinned` is the reason for which a release is never
    pruned, `accepted_drift` that for which it was published in spite of drift; empty where there is none. `path` is
    relative to the dataset's folder.
    """

    version: str | None
    status: str
    run_id: str
    started_at: str
    path: str
    digest: str | None
    fingerprint: str
    schema_version: str
    parent: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    why: tuple[str, ...] = ()
    pinned: str = ""
    accepted_drift: str = ""

    def as_json(self) -> dict[str, object]:
        """The entry as versions.json holds it."""
        return {**asdict(self), "counts": dict(self.counts), "why": list(self.why)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Entry":
        """An entry as versions.json holds it; keys that a later Kliping may add are left out."""
        known = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        return cls(**{**known, "why": tuple(value.get("why", ()))})


@dataclass(frozen=True)
class Dataset:
    """A dataset's folder: output/<dataset>. Making one touches no disk."""

    root: Path

    @property
    def name(self) -> str:
        """The dataset's name: the folder's."""
        return self.root.name

    @property
    def latest_json(self) -> Path:
        """The pointer; its replacement is the commit."""
        return self.root / "latest.json"

    @property
    def versions_json(self) -> Path:
        """The list of runs."""
        return self.root / "versions.json"

    @property
    def releases(self) -> Path:
        """The folder of releases."""
        return self.root / "releases"

    @property
    def refused(self) -> Path:
        """The folder of refused runs."""
        return self.root / "refused"

    @property
    def staging(self) -> Path:
        """Releases in the making; on the same disk as releases/, so that a rename is enough."""
        return self.root / ".staging"

    @property
    def state(self) -> Path:
        """What publishers keep for themselves: lock, journal, raw bytes."""
        return self.root / "state"

    @property
    def journal(self) -> Path:
        """What a publisher is about to do; there only while it does it."""
        return self.state / "journal.json"

    @property
    def raw(self) -> Path:
        """The packs of raw bytes."""
        return self.state / "raw"

    def latest(self) -> str | None:
        """The version that latest.json names; None before the first release."""
        pointer = read_json(self.latest_json)
        if pointer is None:
            return None
        if not isinstance(pointer, dict) or not isinstance(pointer.get("version"), str):
            raise ReleaseError(f"{self.latest_json} names no version: put back a good copy.")
        return str(pointer["version"])

    def release_path(self, version: str) -> Path:
        """The folder of a version, there or not. Raises ReleaseError where the name is none of a version."""
        if not _VERSION.fullmatch(version):
            raise Mistaken(f"{version!r} is no version: a version is a UTC day and a counter, as 2026.11.22.1.")
        return self.releases / version

    def refresh(self) -> None:
        """What a mirror of a store does on taking the lock; a folder is what it is."""

    def send(self) -> None:
        """What a mirror of a store does before it lets go of the lock."""

    def claim(self, version: str) -> bool:
        """Whether a new version's name may be used: under the lock of a folder always."""
        return True

    def there(self, each: "Entry") -> bool:
        """Whether an entry's files can be had."""
        return (self.root / each.path).is_dir()

    def folder(self, each: "Entry") -> Path:
        """The folder of an entry, there or not."""
        return self.root / each.path

    def staged_path(self, run_id: str) -> Path:
        """The folder in which a run makes its release."""
        return self.staging / checked_name(run_id)

    def versions(self) -> list[Entry]:
        """Every run that published, was refused or was withdrawn, newest first."""
        listed = read_json(self.versions_json)
        if listed is None:
            return []
        try:
            return [Entry.from_json(value) for value in listed]
        except (TypeError, AttributeError):
            raise ReleaseError(f"{self.versions_json} is not a list of versions: put back a good copy.") from None


def checked_name(name: str) -> str:
    """A run's id, fit to name a folder. Raises ReleaseError where it is not."""
    if not _NAME.fullmatch(name):
        raise ReleaseError(f"{name!r} cannot name a folder: a run's id is up to 120 letters, digits, dots and dashes.")
    return name


def listed(dataset: Dataset, version: str) -> Entry:
    """The entry of a version whose folder is there. Raises Mistaken where there is none."""
    dataset.release_path(version)
    found = next((each for each in dataset.versions() if each.version == version), None)
    if found is None:
        raise Mistaken(f"{dataset.name} has no release {version}: `kliping versions` lists what there is.")
    if not dataset.there(found):
        why = " ".join(found.why) or "Its folder was removed by hand."
        raise Mistaken(f"The release {version} is listed and its files are gone. {why}")
    return found


def find_equal(dataset: Dataset, fingerprint: str) -> Entry | None:
    """The newest published release, not withdrawn, of the same Facts.fingerprint(); None where there is none.

    A release that is listed and whose folder is gone is equal to nothing: there is nothing to read.
    """
    equal = (each for each in dataset.versions() if each.status == "published" and each.fingerprint == fingerprint)
    return next((each for each in equal if dataset.there(each)), None)


def _order(version: str) -> tuple[int, int, int, int] | None:
    found = _VERSION.fullmatch(version)
    if not found:
        return None
    year, month, day, counter = (int(group) for group in found.groups())
    return year, month, day, counter


def next_version(dataset: Dataset, today: date) -> str:
    """A free name that sorts after every name there is: the UTC day and a counter.

    A name that versions.json lists is never used again, though its folder may be gone. Where the clock stands
    behind the newest name, that name's day is used with its next counter: the order of names is the order of
    publishing; the true time stands in the manifest.
    """
    names = [entry.version for entry in dataset.versions() if entry.version]
    if dataset.releases.is_dir():
        names += [path.name for path in dataset.releases.iterdir()]
    taken = [order for name in names if (order := _order(name))]
    newest = max(taken, default=(0, 0, 0, 0))
    day = (today.year, today.month, today.day)
    year, month, of_month, counter = (*day, 1) if day > newest[:3] else (*newest[:3], newest[3] + 1)
    while not dataset.claim(name := f"{year:04d}.{month:02d}.{of_month:02d}.{counter}"):
        counter += 1
    return name
