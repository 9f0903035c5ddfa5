"""What went into a run, as one digest: equal digests mean equal paths and equal bytes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from flows.read import source_walk
from flows.read.file_reader import digest


@dataclass(frozen=True, slots=True)
class Inputs:
    """A source as it was: `uri` as given, SHA-256 over its sorted paths and their digests, how many files and bytes."""

    uri: str
    digest: str
    files: int
    bytes: int


# The files of a source as they were found, in its order; `sha256` is null for what cannot be read.
FILES: Final = pa.schema(
    [
        pa.field("path", pa.string(), False),  # relative to the source
        pa.field("size", pa.int64()),
        pa.field("mtime_ns", pa.int64()),
        pa.field("sha256", pa.string()),
    ]
)
_ROWS: Final = 8192
_SHA256: Final = 64  # digits; a state of fewer is the reason why there is none
# (path, size, mtime in nanoseconds) -> the SHA-256 that the file was known to have, or None.
Known = Callable[[str, tuple[int, int]], str | None]


@dataclass(frozen=True)
class Survey:
    """A source as it was found: in total, and file by file (FILES)."""

    inputs: Inputs
    files: pa.Table


def fingerprint(source: str | Path) -> Inputs:
    """The digest of a source, by the same walk as `read`; each file is read once, a piece at a time.

    What cannot be read counts by its reason. Raises SourceError where the source is missing or holds no file.
    """
    return survey(source).inputs


def survey(source: str | Path, known: Known | None = None) -> Survey:
    """The same, file by file. A file that is `known` by its path, size and mtime is not read."""
    whole = hashlib.sha256()
    tables: list[pa.Table] = []
    rows: list[tuple[str, int | None, int | None, str | None]] = []
    size = 0
    for found in source_walk.find(source):
        remembered = known(found.relative, found.stamp) if known and found.stamp else None
        if remembered is not None and found.stamp is not None:
            state, length = remembered, found.stamp[0]
        else:
            state, length = _state(found)
        # A path may hold anything but a NUL.
        whole.update(f"{found.relative}\0{state}\n".encode())
        size += length
        stamp = found.stamp or (None, None)
        rows.append((found.relative, *stamp, state if len(state) == _SHA256 else None))
        if len(rows) == _ROWS:
            tables.append(_files(rows))
            rows = []
    files = pa.concat_tables([*tables, _files(rows)])
    return Survey(Inputs(source_walk.named(source), whole.hexdigest(), files.num_rows, size), files)


def _files(rows: list[tuple[str, int | None, int | None, str | None]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(FILES)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, FILES, strict=True)], schema=FILES)


def changed(before: Inputs, after: Inputs) -> Inputs:
    """What was read of a source that changed meanwhile: equal to no source as it stands."""
    both = hashlib.sha256(f"changed\0{before.digest}\0{after.digest}".encode()).hexdigest()
    return Inputs(after.uri, both, after.files, after.bytes)


def _state(found: source_walk.Found) -> tuple[str, int]:
    if found.problem is not None:
        return found.problem[0], 0
    try:
        with source_walk.open_found(found) as file:
            sha = digest(file)
            return (sha, file.tell()) if sha else ("unreadable", 0)
    except OSError:
        return "unreadable", 0
