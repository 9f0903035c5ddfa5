"""manifest.json, the record of a release. The package's docstring describes its keys."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from flows.release import parquet_tables
from flows.release.draft import RunFacts
from flows.release.errors import ReleaseError
from flows.release.filesystem import hash_file, read_json
from flows.release.layout import VersionEntry
from flows.release.segments import LAYOUT, Segment
from schemas import IDENTITY_RULE, SCHEMA_VERSION

# The parsed JSON of manifest.json.
Manifest: TypeAlias = dict[str, Any]


def describe_file(folder: Path, path: str) -> tuple[int, str]:
    """Return bytes and SHA-256 of a file."""
    return (folder / path).stat().st_size, hash_file(folder / path)


def build_manifest(
    folder: Path,
    facts: RunFacts,
    version: str | None,
    table_files: Iterable[parquet_tables.WrittenFile],
    other_paths: Iterable[str],
    changes: Mapping[str, int],
    refusal_reasons: Iterable[str] = (),
    segments: Sequence[Segment] = (),
    shared_files: Sequence[Mapping[str, Any]] = (),
    digests: Mapping[str, tuple[int, str]] = MappingProxyType({}),
) -> Manifest:
    """Build the manifest of the files in `folder`: the Parquet files `table_files` and all `other_paths`.

    `changes` counts the rows of the changes table by op. `shared_files` are the entries, from other manifests, of the
    files of kept segments; these files are not read, nor are those whose bytes and SHA-256 `digests` gives by path.
    """

    def describe(path: str, **extra: str | int) -> dict[str, Any]:
        size, digest = digests[path] if path in digests else describe_file(folder, path)
        return {"path": path, "bytes": size, "sha256": digest, **extra}

    tables = [describe(file.path, table=file.table, rows=file.rows) for file in table_files]
    tables += [dict(file) for file in shared_files]
    return {
        "layout": LAYOUT,
        "segments": _describe_segments(segment for segment in segments if not segment.is_dropped),
        "dropped_segments": _describe_segments(segment for segment in segments if segment.is_dropped),
        "dataset": facts.dataset,
        "version": version,
        "schema_version": SCHEMA_VERSION,
        "identity_rule": IDENTITY_RULE,
        "parent": facts.parent,
        "fingerprint": facts.compute_fingerprint(),
        "created_at": facts.format_started_at(),
        "run_id": facts.run_id,
        "host": facts.host,
        "inputs": {
            "uri": facts.inputs.uri,
            "digest": facts.inputs.digest,
            "files": facts.inputs.files,
            "bytes": facts.inputs.bytes,
        },
        "parameters": dict(facts.parameters),
        "digests": {"code": facts.code_digest, "lock": facts.lock_digest, "withdrawn": facts.withdrawn_digest},
        "libraries": dict(facts.libraries),
        "counts": {
            "documents_in": facts.documents_in,
            "carried_over": facts.carried_over,
            "published": sum(file["rows"] for file in tables if file.get("table") == "articles"),
            "dropped": dict(facts.dropped),
            **({"dropped_before": facts.dropped_before} if facts.dropped_before else {}),
            "rejected": dict(facts.rejected),
            "not_read": dict(facts.not_read),
        },
        "records": dict(facts.key_usage),
        "changes": dict(changes),
        "files": sorted([*tables, *map(describe, other_paths)], key=lambda file: str(file["path"])),
        "checks": [dict(check) for check in facts.checks],
        "refused": list(refusal_reasons),
        "accepted_drift": facts.accepted_drift,
        "remakes": facts.remakes,
    }


def _describe_segments(segments: Iterable[Segment]) -> list[dict[str, Any]]:
    """Describe segments in the order of their names."""
    return [
        {
            "name": segment.name,
            "rows": segment.rows,
            "code": list(segment.code),
            "settings": list(segment.settings),
        }
        for segment in sorted(segments, key=lambda segment: segment.name)
    ]


def list_shared_files(segments: Iterable[Segment]) -> list[dict[str, Any]]:
    """List the manifest entries of all files of these segments, from the manifests of their releases."""
    entries = []
    by_release: dict[Path, list[Segment]] = {}
    for segment in segments:
        by_release.setdefault(segment.release, []).append(segment)
    for release, release_segments in by_release.items():
        entry_by_path = {file["path"]: file for file in read_manifest(release)["files"]}
        entries += [entry_by_path[path] for segment in release_segments for path in segment.list_paths()]
    return entries


def read_manifest(release: Path) -> Manifest:
    """Read the manifest of a release or of a refused run. Raises ReleaseError where there is none."""
    manifest = read_json(release / "manifest.json")
    if not isinstance(manifest, dict):
        raise ReleaseError(f"{release} holds no manifest.json: it is not a release.")
    return manifest


def build_entry(manifest: Manifest, path: str, digest: str | None) -> VersionEntry:
    """Build the entry of a release or refused run for versions.json."""
    counts = {**manifest["counts"], **manifest["changes"]}
    totals = {name: sum(count.values()) if isinstance(count, dict) else count for name, count in counts.items()}
    return VersionEntry(
        version=manifest["version"],
        status="published" if manifest["version"] else "refused",
        run_id=manifest["run_id"],
        started_at=manifest["created_at"],
        path=path,
        digest=digest,
        fingerprint=manifest["fingerprint"],
        schema_version=manifest["schema_version"],
        parent=manifest["parent"],
        counts=totals,
        why=tuple(manifest["refused"]),
        accepted_drift=manifest.get("accepted_drift", ""),
    )
