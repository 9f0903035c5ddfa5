"""Layout of the folder output/<dataset>/, and entries of versions.json."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from flows.release.errors import InvalidRequestError, ReleaseError
from flows.release.filesystem import read_json

_VERSION: Final = re.compile(r"(\d{4})\.(\d{2})\.(\d{2})\.(\d{1,9})")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


@dataclass(frozen=True)
class VersionEntry:
    """Entry of one run in versions.json.

    `status` is published, refused, withdrawn, or pruned (its folder was removed). `version` and `digest` are None for a
    refused run. `why` gives the reasons, as sentences, why it is not published. `pinned` is the reason why a release is
    never pruned, `accepted_drift` the reason why it was published despite drift; both are empty where there is none.
    `path` is relative to the dataset's folder.
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

    def to_json(self) -> dict[str, object]:
        """Convert the entry to the JSON of versions.json."""
        return {**asdict(self), "counts": dict(self.counts), "why": list(self.why)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "VersionEntry":
        """Create an entry from the JSON of versions.json; keys that a later Kliping may add are ignored."""
        known_fields = {name: value[name] for name in cls.__dataclass_fields__ if name in value}
        return cls(**{**known_fields, "why": tuple(value.get("why", ()))})


@dataclass(frozen=True)
class Dataset:
    """A dataset's folder, output/<dataset>. Creating the object does not touch the disk."""

    root: Path

    @property
    def name(self) -> str:
        """Return the dataset's name, which is the folder's."""
        return self.root.name

    @property
    def latest_json(self) -> Path:
        """Return the path of the pointer to the current release; replacing it is the commit."""
        return self.root / "latest.json"

    @property
    def versions_json(self) -> Path:
        """Return the path of the list of runs."""
        return self.root / "versions.json"

    @property
    def releases(self) -> Path:
        """Return the folder of releases."""
        return self.root / "releases"

    @property
    def refused(self) -> Path:
        """Return the folder of refused runs."""
        return self.root / "refused"

    @property
    def staging(self) -> Path:
        """Return the folder of staged releases; it is on the disk of releases/, so that a rename publishes one."""
        return self.root / ".staging"

    @property
    def state(self) -> Path:
        """Return the folder of the publishers' own files: lock, journal, raw bytes."""
        return self.root / "state"

    @property
    def journal(self) -> Path:
        """Return the path of the journal: the operation in progress; it exists only during the operation."""
        return self.state / "journal.json"

    @property
    def raw(self) -> Path:
        """Return the folder of packs of raw bytes."""
        return self.state / "raw"

    def read_latest_version(self) -> str | None:
        """Read the version that latest.json names; None before the first release."""
        pointer = read_json(self.latest_json)
        if pointer is None:
            return None
        if not isinstance(pointer, dict) or not isinstance(pointer.get("version"), str):
            raise ReleaseError(f"{self.latest_json} names no version: put back a good copy.")
        return str(pointer["version"])

    def release_path(self, version: str) -> Path:
        """Return the folder of a version, which need not exist. Raises InvalidRequestError for an invalid version."""
        if not _VERSION.fullmatch(version):
            raise InvalidRequestError(
                f"{version!r} is no version: a version is a UTC day and a counter, as 2026.11.22.1."
            )
        return self.releases / version

    def pull_changes(self) -> None:
        """Update a mirror of an object store after the lock is acquired; a local folder needs nothing."""

    def push_changes(self) -> None:
        """Send the changes of a mirror to its store before the lock is released; a local folder needs nothing."""

    def fetch_totals(self) -> None:
        """Download the totals of releases that a mirror of a store lacks; a local folder needs nothing."""

    def claim_version(self, version: str) -> bool:
        """Claim the name of a new version; return False where it is taken. The lock of a local folder is enough."""
        return True

    def has_files(self, entry: "VersionEntry") -> bool:
        """Return True if the files of an entry are available."""
        return (self.root / entry.path).is_dir()

    def locate_folder(self, entry: "VersionEntry") -> Path:
        """Return the folder of an entry, which need not exist."""
        return self.root / entry.path

    def staging_path(self, run_id: str) -> Path:
        """Return the folder in which a run stages its release."""
        return self.staging / validate_run_id(run_id)

    def read_versions(self) -> list[VersionEntry]:
        """Read the entries of all runs that were published, refused, withdrawn or pruned, newest first."""
        entries = read_json(self.versions_json)
        if entries is None:
            return []
        try:
            return [VersionEntry.from_json(value) for value in entries]
        except (TypeError, AttributeError):
            raise ReleaseError(f"{self.versions_json} is not a list of versions: put back a good copy.") from None


def make_run_id(now: datetime) -> str:
    """Make the id of a run that starts `now` (UTC): it sorts by time and is unique."""
    return f"{now:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"


def validate_run_id(name: str) -> str:
    """Return a run's id if it can name a folder. Raises ReleaseError otherwise."""
    if not _NAME.fullmatch(name):
        raise ReleaseError(f"{name!r} cannot name a folder: a run's id is up to 120 letters, digits, dots and dashes.")
    return name


def find_release(dataset: Dataset, version: str = "") -> VersionEntry:
    """Find the entry of a version whose files are available; "" or "latest" names the latest release.

    Raises InvalidRequestError where there is none.
    """
    latest = dataset.read_latest_version() if version in ("", "latest") else version
    if latest is None:
        raise InvalidRequestError(f"{dataset.root} has no release yet; `kliping publish SOURCE` makes one.")
    version = latest
    dataset.release_path(version)
    entry = next((candidate for candidate in dataset.read_versions() if candidate.version == version), None)
    if entry is None:
        raise InvalidRequestError(f"{dataset.name} has no release {version}: `kliping versions` lists what there is.")
    if not dataset.has_files(entry):
        reason = " ".join(entry.why) or "Its folder was removed by hand."
        raise InvalidRequestError(f"The release {version} is listed and its files are gone. {reason}")
    return entry


def find_equal_release(dataset: Dataset, fingerprint: str) -> VersionEntry | None:
    """Find the newest published release with the same RunFacts.compute_fingerprint(); None where there is none.

    Withdrawn releases, and listed releases whose files are gone, do not count.
    """
    equal_entries = (
        entry for entry in dataset.read_versions() if entry.status == "published" and entry.fingerprint == fingerprint
    )
    return next((entry for entry in equal_entries if dataset.has_files(entry)), None)


def parse_version(version: str) -> tuple[int, ...]:
    """Parse a version into its sort key (year, month, day, counter); an empty key where it is no version."""
    match = _VERSION.fullmatch(version)
    return tuple(int(group) for group in match.groups()) if match else ()


def allocate_version(dataset: Dataset, today: date) -> str:
    """Return an unused version that sorts after all existing ones: the UTC day and a counter.

    A version that versions.json lists is never used again, even if its folder is gone. If the clock is behind the day
    of the newest version, that day is used with the next counter, so that versions sort in the order of publishing; the
    true time is in the manifest.
    """
    names = [entry.version for entry in dataset.read_versions() if entry.version]
    if dataset.releases.is_dir():
        names += [path.name for path in dataset.releases.iterdir()]
    used_versions = [parsed for name in names if (parsed := parse_version(name))]
    newest = max(used_versions, default=(0, 0, 0, 0))
    today_parts = (today.year, today.month, today.day)
    year, month, day, counter = (*today_parts, 1) if today_parts > newest[:3] else (*newest[:3], newest[3] + 1)
    while not dataset.claim_version(name := f"{year:04d}.{month:02d}.{day:02d}.{counter}"):
        counter += 1
    return name
