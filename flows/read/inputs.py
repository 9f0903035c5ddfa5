"""What went into a run, as one digest: equal digests mean equal paths and equal bytes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flows.read import walk
from flows.read.files import digest


@dataclass(frozen=True, slots=True)
class Inputs:
    """A source as it was: `uri` as given, SHA-256 over its sorted paths and their digests, how many files and bytes."""

    uri: str
    digest: str
    files: int
    bytes: int


def fingerprint(source: str | Path) -> Inputs:
    """The digest of a source, by the same walk as `read`; each file is read once, a piece at a time.

    What cannot be read counts by its reason. Raises SourceError where the source is missing or holds no file.
    """
    whole = hashlib.sha256()
    count = size = 0
    for found in walk.find(source):
        state, length = _state(found)
        # A path may hold anything but a NUL.
        whole.update(f"{found.relative}\0{state}\n".encode())
        count += 1
        size += length
    return Inputs(walk.named(source), whole.hexdigest(), count, size)


def changed(before: Inputs, after: Inputs) -> Inputs:
    """What was read of a source that changed meanwhile: equal to no source as it stands."""
    both = hashlib.sha256(f"changed\0{before.digest}\0{after.digest}".encode()).hexdigest()
    return Inputs(after.uri, both, after.files, after.bytes)


def _state(found: walk.Found) -> tuple[str, int]:
    if found.problem is not None:
        return found.problem[0], 0
    try:
        with walk.open_found(found) as file:
            sha = digest(file)
            return (sha, file.tell()) if sha else ("unreadable", 0)
    except OSError:
        return "unreadable", 0
