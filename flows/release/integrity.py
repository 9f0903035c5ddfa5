"""Whether a release is still what was published. Reads everything, changes nothing, names the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from flows.release import parquet_tables
from flows.release.errors import ReleaseError
from flows.release.filesystem import files_in, is_regular, sha256
from flows.release.manifest import Manifest, read_manifest
from flows.release.stage import SUMS
from schemas import SCHEMA_VERSION

_LINE: Final = re.compile(r"([0-9a-f]{64})  ([^\n]{1,4096})")


@dataclass(frozen=True)
class Damage:
    """One thing that is wrong with a release: the file, relative to its folder, and what is wrong with it."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def _sums(release: Path) -> tuple[dict[str, str], list[Damage]]:
    damages, sums = [], {}
    try:
        if not is_regular((release / SUMS).lstat()):  # a pipe would be waited on for ever
            raise OSError("it is no plain file")
        lines = (release / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return {}, [Damage(SUMS, f"cannot be read ({error}), so nothing can be checked against it")]
    for number, line in enumerate(lines, 1):
        if found := _LINE.fullmatch(line):
            sums[found[2]] = found[1]
        else:
            damages.append(Damage(SUMS, f"line {number} is not a digest and a path"))
    return sums, damages


def _files(release: Path, sums: dict[str, str]) -> Iterator[Damage]:
    there = set()
    for path, status in files_in(release):
        there.add(path)
        if not is_regular(status):
            yield Damage(path, "is a link or a device, where a release holds plain files alone")
        elif path == SUMS:
            continue
        elif path not in sums:
            yield Damage(path, "is not part of the release: SHA256SUMS does not list it")
        else:
            try:
                changed = sha256(release / path) != sums[path]
            except OSError as error:
                yield Damage(path, f"cannot be read ({error})")
                continue
            if changed:
                yield Damage(path, f"is not what was published: its {status.st_size} bytes have another SHA-256")
    for path in sorted(set(sums) - there):
        yield Damage(path, "is missing")


def _listed(manifest: Manifest, sums: dict[str, str], sound: dict[str, int]) -> Iterator[Damage]:
    """The manifest against the files; `sound` are the files that are what SHA256SUMS says, with their bytes."""
    for each in manifest["files"]:
        path = each["path"]
        if path not in sums:
            yield Damage(path, f"is listed in manifest.json and not in {SUMS}")
        elif each["sha256"] != sums[path]:
            yield Damage(path, f"has one SHA-256 in manifest.json and another in {SUMS}")
        elif sound.get(path, each["bytes"]) != each["bytes"]:
            yield Damage("manifest.json", f"gives {path} {each['bytes']} bytes, and it has {sound[path]}")


def _schema(name: str, schema: pa.Schema, version: str) -> str | None:
    """What is wrong with a file's schema; an older minor version may lack columns, another major one differs."""
    expected = parquet_tables.SCHEMAS[name]
    if version == SCHEMA_VERSION:
        # The words that explain a column may be mended without a new version; all else of the schema may not.
        same = schema.equals(expected) and schema.metadata == expected.metadata
        return None if same else f"has not schema {version} of {name}"
    if version.split(".")[0] == SCHEMA_VERSION.split(".")[0]:
        for field in schema:
            known = expected.get_field_index(field.name)
            if known >= 0 and expected.field(known).type != field.type:
                return f"column {field.name} is {field.type}, not the {expected.field(known).type} of its major version"
    return None


def _tables(release: Path, manifest: Manifest, sound: dict[str, int]) -> Iterator[Damage]:
    """Every table whose files are sound opened: its schema and its rows."""
    for each in manifest["files"]:
        name, path = each.get("table"), each["path"]
        if name not in parquet_tables.SCHEMAS or path not in sound:
            continue
        try:
            with pq.ParquetFile(release / path) as file:
                rows, schema = file.metadata.num_rows, file.schema_arrow
        except (pa.ArrowException, OSError) as error:
            yield Damage(path, f"is no readable Parquet file ({error})")
            continue
        if rows != each["rows"]:
            yield Damage(path, f"should have {each['rows']} rows, and has {rows}")
        if wrong := _schema(name, schema, manifest["schema_version"]):
            yield Damage(path, wrong)


def _accounts(manifest: Manifest) -> Iterator[Damage]:
    """Every document accounted for, and the counts against the tables' rows."""
    counts, changes = manifest["counts"], manifest["changes"]
    rows: dict[str, int] = {}
    for each in manifest["files"]:
        if "table" in each:
            rows[each["table"]] = rows.get(each["table"], 0) + each["rows"]
    for name in sorted(parquet_tables.SCHEMAS.keys() - rows.keys()):
        yield Damage("manifest.json", f"lists no file of the table {name}")
    dropped, rejected = sum(counts["dropped"].values()), sum(counts["rejected"].values())
    came = counts["documents_in"] + counts["carried_over"]
    went = counts["published"] + dropped + rejected
    if came != went:
        yield Damage(
            "manifest.json",
            f"{counts['documents_in']} documents in and {counts['carried_over']} carried over are {came}, but "
            f"{counts['published']} published, {dropped} dropped and {rejected} rejected are {went}",
        )
    facts = (
        ("articles", counts["published"], "published"),
        ("rejects", dropped + rejected, "dropped and rejected"),
        ("changes", changes["added"] + changes["changed"] + changes["removed"], "added, changed and removed"),
    )
    for name, count, word in facts:
        if rows.get(name, count) != count:
            yield Damage("manifest.json", f"counts {count} {word}, but the table {name} has {rows[name]} rows")


def verify(release: Path, digest: str | None = None) -> list[Damage]:
    """Everything that is wrong with a release folder, on its own; empty where nothing is.

    Checks SHA256SUMS against the files both ways, the manifest against the files, each table's schema and rows, and
    the accounting. `digest`, where given, is that of the release in versions.json or latest.json. Raises
    ReleaseError only where there is no such folder.
    """
    if not release.is_dir():
        raise ReleaseError(f"{release} is not a folder: name a release, as releases/2026.11.22.1.")
    sums, damages = _sums(release)
    if not sums:
        return damages or [Damage(SUMS, "is empty, so nothing can be checked against it")]
    if digest is not None and sha256(release / SUMS) != digest:
        damages.append(Damage(SUMS, "is not that of the release which was published under this version"))
    damages += _files(release, sums)
    wrong = {each.file for each in damages}
    if "manifest.json" in wrong:
        return damages
    sound = {path: status.st_size for path, status in files_in(release) if path not in wrong}
    try:
        manifest = read_manifest(release)
        damages += [*_listed(manifest, sums, sound), *_tables(release, manifest, sound), *_accounts(manifest)]
    except (ReleaseError, KeyError, TypeError, AttributeError) as error:
        damages.append(Damage("manifest.json", f"does not have the shape of a manifest ({error!r})"))
    return damages
