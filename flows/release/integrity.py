"""Integrity check of a published release. It reads every file, changes nothing, and names each damaged file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from flows.release import parquet_tables
from flows.release.errors import ReleaseError
from flows.release.filesystem import hash_file, is_regular_file, walk_files
from flows.release.manifest import Manifest, read_manifest
from flows.release.segments import DROPPED, DROPPED_PATHS, SEGMENT_PATHS
from flows.release.stage import SUMS
from schemas import SCHEMA_VERSION

_SUM_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^\n]{1,4096})")


@dataclass(frozen=True)
class ReleaseDamage:
    """One damaged file of a release: its path relative to the release folder, and the problem."""

    file: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.problem}"


def _read_sums(release: Path) -> tuple[dict[str, str], list[ReleaseDamage]]:
    damages, sums = [], {}
    try:
        if not is_regular_file((release / SUMS).lstat()):  # reading a pipe would block forever
            raise OSError("it is no plain file")
        lines = (release / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return {}, [ReleaseDamage(SUMS, f"cannot be read ({error}), so nothing can be checked against it")]
    for number, line in enumerate(lines, 1):
        if match := _SUM_LINE.fullmatch(line):
            sums[match[2]] = match[1]
        else:
            damages.append(ReleaseDamage(SUMS, f"line {number} is not a digest and a path"))
    return sums, damages


def _check_files(
    release: Path, sums: dict[str, str], unread_paths: frozenset[str] = frozenset()
) -> Iterator[ReleaseDamage]:
    present_paths = set()
    for path, status in walk_files(release):
        present_paths.add(path)
        if not is_regular_file(status):
            yield ReleaseDamage(path, "is a link or a device, where a release holds plain files alone")
        elif path == SUMS:
            continue
        elif path not in sums:
            yield ReleaseDamage(path, "is not part of the release: SHA256SUMS does not list it")
        elif path not in unread_paths:
            try:
                changed = hash_file(release / path) != sums[path]
            except OSError as error:
                yield ReleaseDamage(path, f"cannot be read ({error})")
                continue
            if changed:
                yield ReleaseDamage(path, f"is not what was published: its {status.st_size} bytes have another SHA-256")
    for path in sorted(set(sums) - present_paths):
        yield ReleaseDamage(path, "is missing")


def _check_listed_files(
    manifest: Manifest, sums: dict[str, str], sound_sizes: dict[str, int]
) -> Iterator[ReleaseDamage]:
    """Compare the manifest with the files; `sound_sizes` gives the bytes of each file that matches SHA256SUMS."""
    for listed_file in manifest["files"]:
        path = listed_file["path"]
        if path not in sums:
            yield ReleaseDamage(path, f"is listed in manifest.json and not in {SUMS}")
        elif listed_file["sha256"] != sums[path]:
            yield ReleaseDamage(path, f"has one SHA-256 in manifest.json and another in {SUMS}")
        elif sound_sizes.get(path, listed_file["bytes"]) != listed_file["bytes"]:
            yield ReleaseDamage(
                "manifest.json", f"gives {path} {listed_file['bytes']} bytes, and it has {sound_sizes[path]}"
            )


def _find_schema_problem(name: str, schema: pa.Schema, version: str) -> str | None:
    """Return the problem of a file's schema, or None; an older minor version may lack columns."""
    expected = parquet_tables.SCHEMAS[name]
    if version == SCHEMA_VERSION:
        # The description of a column may change without a new schema version; nothing else may.
        is_same = schema.equals(expected) and schema.metadata == expected.metadata
        return None if is_same else f"has not schema {version} of {name}"
    if version.split(".")[0] == SCHEMA_VERSION.split(".")[0]:
        for field in schema:
            index = expected.get_field_index(field.name)
            if index >= 0 and expected.field(index).type != field.type:
                return f"column {field.name} is {field.type}, not the {expected.field(index).type} of its major version"
    return None


def _check_tables(
    release: Path, manifest: Manifest, sound_sizes: dict[str, int], unread_paths: frozenset[str] = frozenset()
) -> Iterator[ReleaseDamage]:
    """Check the schema and the number of rows of each Parquet file that matches SHA256SUMS."""
    for listed_file in manifest["files"]:
        name, path = str(listed_file.get("table", "")).removeprefix(DROPPED), listed_file["path"]
        if name not in parquet_tables.SCHEMAS or path not in sound_sizes or path in unread_paths:
            continue
        try:
            with pq.ParquetFile(release / path) as file:
                rows, schema = file.metadata.num_rows, file.schema_arrow
        except (pa.ArrowException, OSError) as error:
            yield ReleaseDamage(path, f"is no readable Parquet file ({error})")
            continue
        if rows != listed_file["rows"]:
            yield ReleaseDamage(path, f"should have {listed_file['rows']} rows, and has {rows}")
        if problem := _find_schema_problem(name, schema, manifest["schema_version"]):
            yield ReleaseDamage(path, problem)


def _check_segments(manifest: Manifest, rows: dict[str, int]) -> Iterator[ReleaseDamage]:
    """Check that the segments have the files and rows that the manifest lists; layout 1 has no segments."""
    if "segments" not in manifest:
        return
    listed_paths = {file["path"] for file in manifest["files"]}
    for key, table, paths in (
        ("segments", "articles", SEGMENT_PATHS),
        ("dropped_segments", f"{DROPPED}articles", DROPPED_PATHS),
    ):
        segments = manifest.get(key, ())
        for segment in segments:
            for path in (pattern.format(segment["name"]) for pattern in paths.values()):
                if path not in listed_paths:
                    yield ReleaseDamage("manifest.json", f"names the segment {segment['name']} and not its file {path}")
        segment_rows = sum(segment["rows"] for segment in segments)
        if segment_rows != rows.get(table, 0):
            yield ReleaseDamage(
                "manifest.json", f"counts {segment_rows} rows in {key}, and {rows.get(table, 0)} in {table}"
            )


def _check_accounting(manifest: Manifest) -> Iterator[ReleaseDamage]:
    """Check that all documents are accounted for and that the counts equal the rows of the tables."""
    counts, changes = manifest["counts"], manifest["changes"]
    rows: dict[str, int] = {}
    for listed_file in manifest["files"]:
        if "table" in listed_file:
            rows[listed_file["table"]] = rows.get(listed_file["table"], 0) + listed_file["rows"]
    yield from _check_segments(manifest, rows)
    for name in sorted(parquet_tables.SCHEMAS.keys() - rows.keys()):
        yield ReleaseDamage("manifest.json", f"lists no file of the table {name}")
    dropped, rejected = sum(counts["dropped"].values()), sum(counts["rejected"].values())
    total_in = counts["documents_in"] + counts["carried_over"]
    total_out = counts["published"] + dropped + rejected
    if total_in != total_out:
        yield ReleaseDamage(
            "manifest.json",
            f"{counts['documents_in']} documents in and {counts['carried_over']} carried over are {total_in}, but "
            f"{counts['published']} published, {dropped} dropped and {rejected} rejected are {total_out}",
        )
    if "dropped_segments" in manifest:  # older releases have no table of dropped duplicates
        rows.setdefault(f"{DROPPED}articles", 0)
    expected_counts = (
        ("articles", counts["published"], "published"),
        ("rejects", dropped + rejected - counts.get("dropped_before", 0), "newly dropped and rejected"),
        (f"{DROPPED}articles", counts["dropped"].get("duplicate", 0), "dropped duplicates"),
        ("changes", changes["added"] + changes["changed"] + changes["removed"], "added, changed and removed"),
    )
    for name, count, word in expected_counts:
        if rows.get(name, count) != count:
            yield ReleaseDamage("manifest.json", f"counts {count} {word}, but the table {name} has {rows[name]} rows")


def verify_release(
    release: Path, digest: str | None = None, unread_paths: frozenset[str] = frozenset()
) -> list[ReleaseDamage]:
    """Verify a release folder and return its damages; empty where there are none.

    Checks SHA256SUMS against the files in both directions, the manifest against the files, the schema and rows of each
    table, and the accounting. `digest`, if given, is the digest of the release in versions.json or latest.json. Of
    `unread_paths` only presence and size are checked. Raises ReleaseError only where the folder does not exist.
    """
    if not release.is_dir():
        raise ReleaseError(f"{release} is not a folder: name a release, as releases/2026.11.22.1.")
    sums, damages = _read_sums(release)
    if not sums:
        return damages or [ReleaseDamage(SUMS, "is empty, so nothing can be checked against it")]
    if digest is not None and hash_file(release / SUMS) != digest:
        damages.append(ReleaseDamage(SUMS, "is not that of the release which was published under this version"))
    damages += _check_files(release, sums, unread_paths)
    damaged_paths = {damage.file for damage in damages}
    if "manifest.json" in damaged_paths:
        return damages
    sound_sizes = {path: status.st_size for path, status in walk_files(release) if path not in damaged_paths}
    try:
        manifest = read_manifest(release)
        damages += [
            *_check_listed_files(manifest, sums, sound_sizes),
            *_check_tables(release, manifest, sound_sizes, unread_paths),
            *_check_accounting(manifest),
        ]
    except (ReleaseError, KeyError, TypeError, AttributeError) as error:
        damages.append(ReleaseDamage("manifest.json", f"does not have the shape of a manifest ({error!r})"))
    return damages
