"""Staging: a release is written into .staging/<run>/, where no reader looks."""

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from flows.release import csv_tables, parquet_tables
from flows.release.changes_table import diff_releases
from flows.release.draft import Draft, SegmentTables
from flows.release.errors import ReleaseError, explain_write_errors
from flows.release.filesystem import encode_json, hash_file, is_regular_file, remove_tree, walk_files
from flows.release.layout import Dataset
from flows.release.manifest import Manifest, build_manifest, list_shared_files, read_manifest
from flows.release.parquet_tables import WrittenFile
from flows.release.segments import DROPPED, SEGMENT_PATHS, Segment, link_file, list_segment_paths, name_segment
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
    if not (release / "manifest.json").is_file():
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


@dataclass(frozen=True)
class WrittenSegment:
    """A segment that was written: its Parquet files, and bytes and SHA-256 of files by path, where these are known."""

    segment: Segment
    files: list[WrittenFile]
    digests: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def write_segment(folder: Path, segment: SegmentTables) -> WrittenSegment:
    """Write the files of a segment into a folder. Lineage is written beside the articles."""
    paths = list_segment_paths(is_dropped=segment.is_dropped)
    temporary = {table: path.format(f"{segment.number:06d}.new") for table, path in paths.items()}
    for path in temporary.values():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)

    def write_lineage() -> list[WrittenFile]:
        return [
            parquet_tables.write_table(folder, name, rows, temporary[name])
            for name, rows in (("spans", segment.spans), ("evidence", segment.evidence))
        ]

    # Arrow releases the interpreter lock, so the two run in parallel.
    with ThreadPoolExecutor(1) as executor:
        lineage = executor.submit(write_lineage)
        with ExitStack() as stack:
            write_csv_rows: Callable[[pa.Table], None] = lambda _group: None  # noqa: E731
            if not segment.is_dropped:
                writer = csv_tables.CsvWriter(folder / temporary["articles_csv"], folder / temporary["metadata_csv"])
                write_csv_rows = stack.enter_context(writer).write_rows
            articles = parquet_tables.write_table(
                folder, "articles", segment.articles, temporary["articles"], write_csv_rows
            )
        row_counts = {file.table: file.rows for file in (articles, *lineage.result())}
    name = name_segment(segment.number, folder / temporary["articles"])
    for table, path in temporary.items():
        (folder / path).rename(folder / paths[table].format(name))
    prefix = DROPPED if segment.is_dropped else ""
    files = [WrittenFile(f"{prefix}{table}", paths[table].format(name), rows) for table, rows in row_counts.items()]
    return WrittenSegment(
        Segment(folder, name, articles.rows, segment.code, segment.settings, segment.is_dropped), files
    )


def link_segments(
    folder: Path, segments: Sequence[Segment], on_copied: Callable[[Path], object] = lambda _path: None
) -> None:
    """Link the files of segments of other releases into `folder`; call `on_copied` where a file had to be copied."""
    for segment in segments:
        for path in segment.list_paths():
            if not link_file(segment.release / path, folder / path):
                on_copied(folder / path)


def stage_release(
    dataset: Dataset,
    draft: Draft,
    version: str,
    write_pages: Callable[[Path, Manifest], None] | None = None,
    on_file_written: Callable[[Path, WrittenFile], object] = lambda _folder, _file: None,
    on_file_copied: Callable[[Path], object] = lambda _path: None,
    write_segments: Callable[[Path], list[WrittenSegment]] | None = None,
) -> Path:
    """Write the whole release of a draft into .staging/<run>/ and return that folder.

    `write_pages` is called with the folder and the manifest once both are complete; it may add files, and must not
    change existing ones. `on_file_written` is called with the folder and each Parquet file once it is complete,
    `on_file_copied` with each file of a kept segment that could not be linked. With `write_segments`, that function
    writes the segments into the folder, and those of the draft are not read. SHA256SUMS is written last. The caller
    must hold the lock, because the next owner of the lock empties .staging.

    Raises ReleaseError where a table does not fit its schema or the parent release is missing.
    """
    dataset.release_path(version)
    with explain_write_errors(dataset.root):
        folder = make_empty_folder(dataset.staging_path(draft.facts.run_id))
        parent = _find_parent(dataset, draft.facts.parent) if draft.compute_changes is None else None

        def report_file(file: WrittenFile) -> None:
            on_file_written(folder, file)

        for path in SEGMENT_PATHS.values():  # a release without articles has these folders too
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
        link_segments(folder, draft.kept_segments, on_file_copied)
        written = write_segments(folder) if write_segments else []
        for tables in draft.segments if write_segments is None else ():
            written.append(write_segment(folder, tables))
            for file in written[-1].files:
                report_file(file)
        written_segments = [one.segment for one in written]
        files = [file for one in written for file in one.files]
        digests = {path: digest for one in written for path, digest in one.digests.items()}
        published_segments = [segment for segment in written_segments if not segment.is_dropped]
        segments = [*(replace(segment, release=folder) for segment in draft.kept_segments), *written_segments]
        if draft.compute_changes is not None:
            changes = draft.compute_changes([segment.list_files("articles")[0] for segment in published_segments])
        else:
            changes = diff_releases(
                parent,
                folder,
                same_code=_read_code_digest(parent) == draft.facts.code_digest,
                renamed_ids=draft.renamed_ids,
            )
        for name, rows in (("rejects", draft.rejects), ("changes", changes)):
            files.append(parquet_tables.write_table(folder, name, rows))
            report_file(files[-1])
        csv_paths = [
            SEGMENT_PATHS[table].format(segment.name)
            for segment in published_segments
            for table in ("articles_csv", "metadata_csv")
        ]
        other_paths = [*csv_paths, *write_validation(folder, draft.validation)]
        ops = {op: pc.sum(pc.equal(changes.column("op"), op)).as_py() or 0 for op in vocabulary.OPS}
        shared_files = list_shared_files(draft.kept_segments)
        manifest = build_manifest(
            folder,
            draft.facts,
            version,
            files,
            other_paths,
            ops,
            segments=segments,
            shared_files=shared_files,
            digests=digests,
        )
        (folder / "manifest.json").write_bytes(encode_json(manifest))
        if write_pages:
            write_pages(folder, manifest)
        _write_sums(folder, manifest)
        return folder
