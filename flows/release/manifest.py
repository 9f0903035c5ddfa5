"""manifest.json: the record of a release. Its shape stands in the package's docstring."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from flows.release import parquet_tables
from flows.release.draft import Facts
from flows.release.errors import ReleaseError
from flows.release.filesystem import read_json, sha256
from flows.release.layout import Entry
from schemas import SCHEMA_VERSION

# JSON as a reader of the file gets it.
Manifest: TypeAlias = dict[str, Any]


def _file(folder: Path, path: str, **more: str | int) -> dict[str, Any]:
    return {"path": path, "bytes": (folder / path).stat().st_size, "sha256": sha256(folder / path), **more}


def build(
    folder: Path,
    facts: Facts,
    version: str | None,
    written: Iterable[parquet_tables.Written],
    others: Iterable[str],
    changes: Mapping[str, int],
    refused: Iterable[str] = (),
) -> Manifest:
    """The manifest of the files that lie in `folder`: the tables `written` and `others`.

    `changes` counts the ops of the changes table.
    """
    parts = [_file(folder, each.path, table=each.table, rows=each.rows) for each in written]
    return {
        "dataset": facts.dataset,
        "version": version,
        "schema_version": SCHEMA_VERSION,
        "parent": facts.parent,
        "fingerprint": facts.fingerprint(),
        "created_at": facts.started(),
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
            "published": sum(each["rows"] for each in parts if each["table"] == "articles"),
            "dropped": dict(facts.dropped),
            "rejected": dict(facts.rejected),
        },
        "changes": dict(changes),
        "files": sorted([*parts, *(_file(folder, path) for path in others)], key=lambda each: str(each["path"])),
        "checks": [dict(check) for check in facts.checks],
        "refused": list(refused),
        "accepted_drift": facts.accepted_drift,
        "remakes": facts.remakes,
    }


def read_manifest(release: Path) -> Manifest:
    """The manifest of a release or of a refused run. Raises ReleaseError where there is none."""
    manifest = read_json(release / "manifest.json")
    if not isinstance(manifest, dict):
        raise ReleaseError(f"{release} holds no manifest.json: it is not a release.")
    return manifest


def entry(manifest: Manifest, path: str, digest: str | None) -> Entry:
    """The entry of versions.json for a release or refused run."""
    counts = {**manifest["counts"], **manifest["changes"]}
    flat = {name: sum(n.values()) if isinstance(n, dict) else n for name, n in counts.items()}
    return Entry(
        version=manifest["version"],
        status="published" if manifest["version"] else "refused",
        run_id=manifest["run_id"],
        started_at=manifest["created_at"],
        path=path,
        digest=digest,
        fingerprint=manifest["fingerprint"],
        schema_version=manifest["schema_version"],
        parent=manifest["parent"],
        counts=flat,
        why=tuple(manifest["refused"]),
        accepted_drift=manifest.get("accepted_drift", ""),
    )
