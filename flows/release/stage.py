"""Write a release into .staging/<run>/, where no reader looks."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.release import csv_tables, parquet_tables
from flows.release.changes_table import changes
from flows.release.draft import Draft
from flows.release.errors import ReleaseError, writing
from flows.release.filesystem import files_in, is_regular, json_bytes, remove_tree, sha256
from flows.release.layout import Dataset
from flows.release.manifest import Manifest, build, read_manifest
from schemas import vocabulary

SUMS: Final = "SHA256SUMS"
_SUITE: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")


def fresh(folder: Path) -> Path:
    """An empty folder, in place of whatever a run of the same id left there."""
    remove_tree(folder)
    folder.mkdir(parents=True)
    return folder


def write_validation(folder: Path, validation: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Write validation/<suite>.json for each suite; returns their paths. Raises ReleaseError on an unfit name."""
    paths = []
    for suite, result in sorted(validation.items()):
        if not _SUITE.fullmatch(suite):
            raise ReleaseError(f"{suite!r} cannot name a validation result: use small letters, digits, underscores.")
        path = folder / "validation" / f"{suite}.json"
        path.parent.mkdir(exist_ok=True)
        try:
            path.write_bytes(json_bytes(result))
        except (TypeError, ValueError) as error:
            raise ReleaseError(f"The validation result {suite} is not JSON: {error}.") from None
        paths.append(path.relative_to(folder).as_posix())
    return paths


def _parent(dataset: Dataset, version: str | None) -> Path | None:
    if version is None:
        return None
    release = dataset.release_path(version)
    if not parquet_tables.parts(release, "articles"):
        raise ReleaseError(
            f"The parent release {version}, which latest.json names, is not at {release}: put it back, or remove "
            "latest.json to begin anew."
        )
    return release


def _made_by(release: Path | None) -> str | None:
    """The digest of the code that made a release."""
    if release is None:
        return None
    code: str | None = read_manifest(release).get("digests", {}).get("code")
    return code


def _write_sums(folder: Path, manifest: Manifest) -> None:
    known = {each["path"]: each["sha256"] for each in manifest["files"]}
    lines = []
    for path, status in files_in(folder):
        if not is_regular(status):
            raise ReleaseError(f"{folder / path} is a link or a device: a release holds plain files alone.")
        if path != SUMS:
            lines.append(f"{known.get(path) or sha256(folder / path)}  {path}\n")
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def stage(
    dataset: Dataset,
    draft: Draft,
    version: str,
    pages: Callable[[Path, Manifest], None] | None = None,
    changed: pa.Table | None = None,
    written: Callable[[Path, str], object] = lambda _folder, _table: None,
) -> Path:
    """Write the whole release of a draft into .staging/<run>/ and return that folder.

    The changes are those since `draft.facts.parent`, or `changed` where they are known. `pages` is called with the
    folder and the manifest once both are complete, and may add files; it must not touch those that are there. `written`
    is called with the folder and the name of each table that is complete.
    SHA256SUMS comes last.
    Call it while holding the lock: whoever takes the lock removes what lies in .staging.

    Raises ReleaseError where a table does not fit its schema or the parent is not there.
    """
    dataset.release_path(version)
    with writing(dataset.root):
        folder = fresh(dataset.staged_path(draft.facts.run_id))
        parent = _parent(dataset, draft.facts.parent) if changed is None else None

        def write(
            name: str, rows: pa.Table | parquet_tables.Sorted, *each: Callable[[pa.Table], None]
        ) -> list[parquet_tables.Written]:
            made = parquet_tables.write(folder, name, rows, *each)
            written(folder, name)
            return made

        # Arrow works without the interpreter's lock: the lineage is written while the articles are.
        with ThreadPoolExecutor(1) as aside:
            others = {"rejects": draft.rejects, "spans": draft.spans, "evidence": draft.evidence}
            beside = aside.submit(lambda: [write(name, table) for name, table in others.items()])
            with csv_tables.Csvs(folder) as copies:
                files = write("articles", draft.articles, copies.add)
            if changed is None:
                changed = changes(parent, folder, same_code=_made_by(parent) == draft.facts.code_digest)
            files += [each for parts in beside.result() for each in parts]
        files += write("changes", changed)
        others_written = [*copies.paths, *write_validation(folder, draft.validation)]
        ops = {op: pc.sum(pc.equal(changed.column("op"), op)).as_py() or 0 for op in vocabulary.OPS}
        manifest = build(folder, draft.facts, version, files, others_written, ops)
        (folder / "manifest.json").write_bytes(json_bytes(manifest))
        if pages:
            pages(folder, manifest)
        _write_sums(folder, manifest)
        return folder
