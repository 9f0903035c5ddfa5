"""Indexes made after the commit: index.html of a dataset, and index.json of all datasets under an output.

Both are conveniences: a release is published whether or not they can be written. Totals of each release are kept in
state/totals/, and facts of each file of the latest one in state/totals/files/ by its digest, so that the page of a
thousand releases reads only the files that are new.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from flows import release, report
from flows.release.filesystem import encode_json, read_json, write_atomic
from schemas import SCHEMA_VERSION

# Versions that index.json lists of a dataset; its versions.json has all.
MAX_VERSIONS: Final = 100
_STATUS_LATEST: Final = "latest"


def update_indexes(dataset: release.Dataset, seconds: float | None = None) -> str:
    """Write index.html and this dataset's entry of index.json; return a sentence where they could not be written.

    `seconds` is how long the run of the newest release took, where the caller knows it.
    """
    try:
        entries = dataset.read_versions()
        latest = dataset.read_latest_version()
        page = _render_page(dataset, entries, latest, seconds)
        write_atomic(dataset.root / "index.html", page.encode())
        with _lock_output(dataset.root.parent):
            _write_catalog(dataset, entries, latest)
    except (OSError, ValueError, KeyError, pa.ArrowException, release.ReleaseError) as error:
        return f"index.html and index.json are not up to date: {type(error).__name__}. The next run writes them again."
    return ""


def _render_page(
    dataset: release.Dataset, entries: list[release.VersionEntry], latest: str | None, seconds: float | None
) -> str:
    dataset.fetch_totals()
    series = _list_series(entries, latest)
    totals = [loaded for entry in series if (loaded := _load_totals(dataset, entry, seconds))]
    folder = dataset.release_path(latest) if latest else None
    sample = report.IndexSample([], [])
    if folder and folder.is_dir():
        manifest = release.read_manifest(folder)
        articles, rejects = (_load_facts(dataset, folder, manifest, table) for table in ("articles", "rejects"))
        sample = report.merge_samples(articles, rejects)
        _remove_old_facts(dataset, manifest)
    runs = [
        report.IndexedRun(
            name=entry.version or f"run {entry.run_id}",
            status=_STATUS_LATEST if entry.version and entry.version == latest else entry.status,
            started_at=entry.started_at,
            href=f"{entry.path}/report.html" if (dataset.root / entry.path / "report.html").is_file() else None,
            why=" ".join(entry.why),
            counts=dict(entry.counts),
        )
        for entry in entries
    ]
    return report.render_index(dataset.name, runs, totals, sample)


def _list_series(entries: list[release.VersionEntry], latest: str | None) -> list[release.VersionEntry]:
    """List the releases up to the latest one, oldest first, without those that were withdrawn."""
    newest = next((at for at, entry in enumerate(entries) if entry.version and entry.version == latest), 0)
    return [entry for entry in reversed(entries[newest:]) if entry.version and entry.status != "withdrawn"]


def _load_totals(
    dataset: release.Dataset, entry: release.VersionEntry, seconds: float | None
) -> report.ReleaseTotals | None:
    """Load the totals of a release, or count them once; None where neither they nor its files are there.

    Of a store the totals are fetched, but no release is downloaded for them.
    """
    path = dataset.state / "totals" / f"{entry.version}.json"
    content = read_json(path)
    if content is not None:
        return report.ReleaseTotals.from_json(content)
    folder = dataset.root / entry.path
    if not folder.is_dir():
        return None
    is_newest = entry.version == dataset.read_latest_version()
    manifest = release.read_manifest(folder)
    facts = _load_facts(dataset, folder, manifest, "articles")
    totals = report.add_totals(manifest, facts, seconds if is_newest else None)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, encode_json(totals.to_json()))
    return totals


def _load_facts(dataset: release.Dataset, folder: Path, manifest: dict[str, Any], table: str) -> list[report.FileFacts]:
    """Load the facts of each file of a table, and count those that are new."""
    facts = []
    count = {"articles": report.count_articles_file, "rejects": report.sample_rejects_file}[table]
    for file in manifest["files"]:
        if file.get("table") != table:
            continue
        path = dataset.state / "totals" / "files" / f"{file['sha256']}.json"
        content = read_json(path)
        if content is not None:
            facts.append(report.FileFacts.from_json(content))
            continue
        facts.append(count(folder / file["path"]))
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(path, encode_json(facts[-1].to_json()))
    return facts


def _remove_old_facts(dataset: release.Dataset, manifest: dict[str, Any]) -> None:
    """Remove the facts of files that the latest release does not hold."""
    digests = {file["sha256"] for file in manifest["files"]}
    for path in (dataset.state / "totals" / "files").glob("*.json"):
        if path.stem not in digests:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _lock_output(output: Path) -> Iterator[None]:
    """Hold the lock of an output, under which index.json is read and replaced."""
    with (output / ".index.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_catalog(dataset: release.Dataset, entries: list[release.VersionEntry], latest: str | None) -> None:
    path = dataset.root.parent / "index.json"
    catalog = read_json(path) or {}
    described = {
        entry["name"]: entry for entry in catalog.get("datasets", []) if (path.parent / entry["name"]).is_dir()
    }
    described[dataset.name] = _describe_dataset(dataset, entries, latest)
    datasets = [described[name] for name in sorted(described)]
    write_atomic(path, encode_json({"schema_version": SCHEMA_VERSION, "datasets": datasets}))


def _describe_dataset(
    dataset: release.Dataset, entries: list[release.VersionEntry], latest: str | None
) -> dict[str, Any]:
    """Describe a dataset for programs: its latest release with files and schema, and its versions, newest first."""
    current = next((entry for entry in entries if entry.version == latest), None)
    folder = dataset.release_path(latest) if latest else None
    manifest = release.read_manifest(folder) if folder and folder.is_dir() else None
    return {
        "name": dataset.name,
        "title": f"{dataset.name} {latest}" if latest else dataset.name,
        "latest": latest,
        "updated_at": current.started_at if current else None,
        "schema_version": current.schema_version if current else None,
        "counts": dict(current.counts) if current else {},
        "schema": _describe_schema(folder) if folder else [],
        "resources": [
            {
                "name": file["path"],
                "url": f"{dataset.name}/releases/{latest}/{file['path']}",
                "sha256": file["sha256"],
                "bytes": file["bytes"],
                **({"rows": file["rows"]} if "rows" in file else {}),
            }
            for file in (manifest["files"] if manifest else [])
        ],
        "pages": {"index": f"{dataset.name}/index.html", "versions": f"{dataset.name}/versions.json"},
        "versions": [
            {
                "version": entry.version,
                "status": entry.status,
                "created_at": entry.started_at,
                "path": f"{dataset.name}/{entry.path}",
                "digest": entry.digest,
                "parent": entry.parent,
                "counts": dict(entry.counts),
            }
            for entry in entries
            if entry.version
        ][:MAX_VERSIONS],
    }


def _describe_schema(folder: Path) -> list[dict[str, Any]]:
    """Describe the columns of articles by name, Arrow type and whether they may be null."""
    first = next(iter(sorted((folder / "data").glob("*.parquet"))), None)
    if first is None:
        return []
    return [
        {"name": column.name, "type": str(column.type), "nullable": column.nullable} for column in pq.read_schema(first)
    ]
