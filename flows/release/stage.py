"""Staging: a release is written into .staging/<run>/, where no reader looks."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.release import csv_tables, parquet_tables
from flows.release.changes_table import diff_releases
from flows.release.draft import Draft
from flows.release.errors import ReleaseError, explain_write_errors
from flows.release.filesystem import encode_json, hash_file, is_regular_file, remove_tree, walk_files
from flows.release.layout import Dataset
from flows.release.manifest import Manifest, build_manifest, read_manifest
from schemas import vocabulary

SUMS: Final = "SHA256SUMS"
_SUITE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")


def make_empty_folder(folder: Path) -> Path:
    """Create an empty folder, in place of the one that a run of the same id may have left."""
    remove_tree(folder)
    folder.mkdir(parents=True)
    return folder


def write_validation(folder: Path, validation: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Write validation/<suite>.json for each suite; return their paths. Raises ReleaseError for an invalid name."""
    paths = []
    for suite, output in sorted(validation.items()):
        if not _SUITE_NAME.fullmatch(suite):
            raise ReleaseError(f"{suite!r} cannot name a validation result: use small letters, digits, underscores.")
        path = folder / "validation" / f"{suite}.json"
        path.parent.mkdir(exist_ok=True)
        try:
            path.write_bytes(encode_json(output))
        except (TypeError, ValueError) as error:
            raise ReleaseError(f"The validation result {suite} is not JSON: {error}.") from None
        paths.append(path.relative_to(folder).as_posix())
    return paths


def _find_parent(dataset: Dataset, version: str | None) -> Path | None:
    if version is None:
        return None
    release = dataset.release_path(version)
    if not parquet_tables.list_table_files(release, "articles"):
        raise ReleaseError(
            f"The parent release {version}, which latest.json names, is not at {release}: put it back, or remove "
            "latest.json to start a new series."
        )
    return release


def _read_code_digest(release: Path | None) -> str | None:
    """Read the digest of the code that made a release."""
    if release is None:
        return None
    code: str | None = read_manifest(release).get("digests", {}).get("code")
    return code


def _write_sums(folder: Path, manifest: Manifest) -> None:
    known_digests = {file["path"]: file["sha256"] for file in manifest["files"]}
    lines = []
    for path, status in walk_files(folder):
        if not is_regular_file(status):
            raise ReleaseError(f"{folder / path} is a link or a device: a release holds plain files alone.")
        if path != SUMS:
            lines.append(f"{known_digests.get(path) or hash_file(folder / path)}  {path}\n")
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def stage_release(
    dataset: Dataset,
    draft: Draft,
    version: str,
    write_pages: Callable[[Path, Manifest], None] | None = None,
    changes: pa.Table | None = None,
    on_table_written: Callable[[Path, str], object] = lambda _folder, _table: None,
) -> Path:
    """Write the whole release of a draft into .staging/<run>/ and return that folder.

    `changes` is the CHANGES table, computed against `draft.facts.parent` where it is None. `write_pages` is called with
    the folder and the manifest once both are complete; it may add files, and must not change existing ones.
    `on_table_written` is called with the folder and the name of each table once it is complete. SHA256SUMS is written
    last. The caller must hold the lock, because the next owner of the lock empties .staging.

    Raises ReleaseError where a table does not fit its schema or the parent release is missing.
    """
    dataset.release_path(version)
    with explain_write_errors(dataset.root):
        folder = make_empty_folder(dataset.staging_path(draft.facts.run_id))
        parent = _find_parent(dataset, draft.facts.parent) if changes is None else None

        def write_one_table(
            name: str, rows: pa.Table | parquet_tables.SortedRows, *on_group: Callable[[pa.Table], None]
        ) -> list[parquet_tables.WrittenFile]:
            written_files = parquet_tables.write_table(folder, name, rows, *on_group)
            on_table_written(folder, name)
            return written_files

        # Arrow releases the interpreter lock, so the lineage tables are written in parallel to the articles.
        with ThreadPoolExecutor(1) as executor:
            lineage_tables = {"rejects": draft.rejects, "spans": draft.spans, "evidence": draft.evidence}
            lineage_files = executor.submit(
                lambda: [write_one_table(name, table) for name, table in lineage_tables.items()]
            )
            with csv_tables.CsvWriter(folder) as csv_writer:
                files = write_one_table("articles", draft.articles, csv_writer.write_rows)
            if changes is None:
                changes = diff_releases(
                    parent,
                    folder,
                    same_code=_read_code_digest(parent) == draft.facts.code_digest,
                    renamed_ids=draft.renamed_ids,
                )
            files += [file for written in lineage_files.result() for file in written]
        files += write_one_table("changes", changes)
        other_paths = [*csv_writer.paths, *write_validation(folder, draft.validation)]
        ops = {op: pc.sum(pc.equal(changes.column("op"), op)).as_py() or 0 for op in vocabulary.OPS}
        manifest = build_manifest(folder, draft.facts, version, files, other_paths, ops)
        (folder / "manifest.json").write_bytes(encode_json(manifest))
        if write_pages:
            write_pages(folder, manifest)
        _write_sums(folder, manifest)
        return folder
