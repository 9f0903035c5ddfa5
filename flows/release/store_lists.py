"""Lists of an object store: latest.json with the entries of its commit, versions.json, takedowns, names of objects."""

from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from flows.release.errors import ReleaseError
from flows.release.filesystem import encode_json
from flows.release.layout import VersionEntry
from flows.release.object_store import ObjectStore

LATEST: Final = "latest.json"
VERSIONS: Final = "versions.json"
WITHDRAWN: Final = "state/withdrawn.json"
MAX_TRIES: Final = 20  # of a conditional put, while other publishers replace the object
_POINTER_KEYS: Final = ("version", "path", "digest")


def parse_json(content: bytes, store: ObjectStore) -> Any:  # noqa: ANN401  as filesystem.read_json
    """Parse the JSON of an object. Raises ReleaseError where it is not JSON."""
    import json

    try:
        return json.loads(content)
    except ValueError as error:
        raise ReleaseError(f"An object of {store.url} is not the JSON that was written there ({error}).") from None


def locate_object(folder: Path, name: str) -> Path:
    """Return the file of an object below a folder. Raises ReleaseError for a name that leads out of it."""
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise ReleaseError(f"The store has an object named {name!r}, which no file can have: remove it there.")
    return folder / name


def parse_pointer(content: bytes, store: ObjectStore) -> dict[str, str]:
    """Parse latest.json. Raises ReleaseError where it does not name a release."""
    pointer = parse_json(content, store)
    if not isinstance(pointer, dict) or not all(isinstance(pointer.get(key), str) for key in _POINTER_KEYS):
        raise ReleaseError(f"{store.url}/{LATEST} names no release: put back a good copy.")
    return pointer


def parse_entries(content: bytes | None, store: ObjectStore) -> list[VersionEntry]:
    """Parse versions.json; no entries where there is none. Raises ReleaseError where it is not such a list."""
    try:
        return [VersionEntry.from_json(record) for record in parse_json(content, store)] if content else []
    except (TypeError, AttributeError):
        raise ReleaseError(f"{store.url}/{VERSIONS} is not a list of versions: put back a good copy.") from None


def encode_commit(pointer: bytes, changed: list[VersionEntry]) -> bytes:
    """Encode latest.json of a store: the local pointer, the entries that its commit changes, and a token.

    The token makes each commit's object unlike all earlier ones, so that a conditional put never takes one for another.
    """
    import json

    entries = [entry.to_json() for entry in changed if entry.version]
    return encode_json({**json.loads(pointer), "entries": entries, "commit": uuid4().hex})


def renew_commit(content: bytes, store: ObjectStore) -> bytes:
    """Encode latest.json again with another token: whoever began before then commits nothing."""
    return encode_json({**parse_json(content, store), "commit": uuid4().hex})


def parse_commit(pointer: dict[str, Any], store: ObjectStore) -> list[VersionEntry]:
    """Return the entries of the commit that made latest.json; none where an earlier version of Kliping made it."""
    try:
        return [VersionEntry.from_json(record) for record in pointer.get("entries", ())]
    except (TypeError, AttributeError):
        raise ReleaseError(f"{store.url}/{LATEST} is not what a commit wrote: put back a good copy.") from None


def merge_changed(entries: list[VersionEntry], changed: list[VersionEntry]) -> list[VersionEntry]:
    """Replace the entries that changed, and put new ones first; an entry whose files were removed stays so."""
    changed_by_run = {(entry.run_id, entry.path): entry for entry in changed}
    listed_runs = {(entry.run_id, entry.path) for entry in entries}
    new_entries = [entry for entry in changed if (entry.run_id, entry.path) not in listed_runs]
    return [
        *new_entries,
        *(
            entry if entry.status == "pruned" else changed_by_run.get((entry.run_id, entry.path), entry)
            for entry in entries
        ),
    ]


def merge_withdrawn(store: ObjectStore, withdrawals: list[dict[str, Any]]) -> None:
    """Merge new or changed takedowns into those of the store, which keep their order.

    Raises ReleaseError where others replace them all the time.
    """
    changed = {record["article_id"]: record for record in withdrawals}
    for _ in range(MAX_TRIES if changed else 0):
        content, tag = store.read_object(WITHDRAWN)
        merged = {record["article_id"]: record for record in parse_json(content, store)} if content else {}
        if store.replace_if_unchanged(WITHDRAWN, encode_json([*(merged | changed).values()]), tag):
            return
    if changed:
        raise ReleaseError(f"{store.url}/{WITHDRAWN} was replaced {MAX_TRIES} times meanwhile: run again.")
