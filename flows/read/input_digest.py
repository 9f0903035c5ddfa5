"""Digest of a source: equal digests mean equal paths and equal bytes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from flows.read import source_walk
from flows.read.open_file import hash_file


@dataclass(frozen=True, slots=True)
class SourceDigest:
    """Digest and size of a source at one time.

    `uri` is the source as given, `digest` the SHA-256 over its sorted paths and their digests, `files` and `bytes` the
    totals.
    """

    uri: str
    digest: str
    files: int
    bytes: int


# One row for each file of a survey, in the order of the source; `sha256` is null where a file cannot be read.
SURVEYED_FILES: Final = pa.schema(
    [
        pa.field("path", pa.string(), False),  # relative to the source
        pa.field("size", pa.int64()),
        pa.field("mtime_ns", pa.int64()),
        pa.field("sha256", pa.string()),
    ]
)
_BATCH_ROWS: Final = 8192
_SHA256_DIGITS: Final = 64  # hex digits; a shorter string is the reject reason of an unreadable file
# (path, (size, mtime in nanoseconds)) -> the SHA-256 computed for that file earlier, or None.
DigestLookup = Callable[[str, tuple[int, int]], str | None]


@dataclass(frozen=True)
class SourceSurvey:
    """Survey of a source: totals, and one row for each file (SURVEYED_FILES)."""

    inputs: SourceDigest
    files: pa.Table


def survey_source(source: str | Path, lookup_digest: DigestLookup | None = None) -> SourceSurvey:
    """Survey a source, by the same walk as `read_batches`; each file is hashed once, chunk by chunk.

    A file whose digest `lookup_digest` returns, by path, size and mtime, is not read. An unreadable file contributes
    its reject reason. Raises SourceError where the source is missing or has no file.
    """
    hasher = hashlib.sha256()
    tables: list[pa.Table] = []
    rows: list[tuple[str, int | None, int | None, str | None]] = []
    total_size = 0
    for source_file in source_walk.find_files(source):
        known_digest = (
            lookup_digest(source_file.relative, source_file.stamp) if lookup_digest and source_file.stamp else None
        )
        if known_digest is not None and source_file.stamp is not None:
            digest_or_reason, file_size = known_digest, source_file.stamp[0]
        else:
            digest_or_reason, file_size = _hash_or_reason(source_file)
        # NUL is the one separator that cannot occur in a path.
        hasher.update(f"{source_file.relative}\0{digest_or_reason}\n".encode())
        total_size += file_size
        stamp = source_file.stamp or (None, None)
        rows.append(
            (source_file.relative, *stamp, digest_or_reason if len(digest_or_reason) == _SHA256_DIGITS else None)
        )
        if len(rows) == _BATCH_ROWS:
            tables.append(_build_files_table(rows))
            rows = []
    files = pa.concat_tables([*tables, _build_files_table(rows)])
    return SourceSurvey(
        SourceDigest(source_walk.format_source(source), hasher.hexdigest(), files.num_rows, total_size), files
    )


def _build_files_table(rows: list[tuple[str, int | None, int | None, str | None]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(SURVEYED_FILES)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, SURVEYED_FILES, strict=True)],
        schema=SURVEYED_FILES,
    )


def combine_digests(before: SourceDigest, after: SourceDigest) -> SourceDigest:
    """Combine the digests of a source that changed during the run; the digest equals that of no source."""
    digest = hashlib.sha256(f"changed\0{before.digest}\0{after.digest}".encode()).hexdigest()
    return SourceDigest(after.uri, digest, after.files, after.bytes)


def _hash_or_reason(source_file: source_walk.SourceFile) -> tuple[str, int]:
    """Return (SHA-256, size) of a file, or (reject reason, 0) where it cannot be read."""
    if source_file.problem is not None:
        return source_file.problem[0], 0
    try:
        with source_walk.open_source_file(source_file) as file:
            digest = hash_file(file)
            return (digest, file.tell()) if digest else ("unreadable", 0)
    except OSError:
        return "unreadable", 0
