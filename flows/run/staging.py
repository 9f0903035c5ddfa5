"""Staging of a planned release: its segments, pages and indexes are written, and what is new is read back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from flows import release, report
from flows.parameters import Publish
from flows.run.index_writing import load_statistics, record_stamps
from flows.run.run_state import RunState
from flows.run.segment_index import LEGACY_NAME, IndexFolder
from flows.run.segment_writing import SegmentFolders, write_pieces


def stage_segments(
    job: Publish,
    dataset: release.Dataset,
    draft: release.Draft,
    state: RunState,
    version: str,
    index_folder: IndexFolder,
    work: Path,
) -> tuple[Path, tuple[str, ...]]:
    """Stage and audit a release, and write the indexes of its new segments; return its folder and notes for people."""
    findings: dict[str, Callable[[], Any]] = {}
    copied: list[Path] = []
    checked_paths: list[str] = []
    statistics = load_statistics(state.parent) if state.parent else {}
    with ThreadPoolExecutor(1) as executor:  # what is complete is read back while the next file is written

        def read_back_file(folder: Path, file: release.WrittenFile) -> None:
            findings[file.path] = executor.submit(release.inspect_table, folder, file.table, file.path).result

        def write_segments(folder: Path) -> list[release.WrittenSegment]:
            folders = SegmentFolders(folder, index_folder.folder, work)
            segments, segment_findings, segment_statistics = write_pieces(job, state, draft.facts, folders)
            findings.update((path, partial(_return_value, value)) for path, value in segment_findings.items())
            statistics.update(segment_statistics)
            checked_paths.extend(path for one in segments for path in one.digests)
            return segments

        folder = release.stage_release(
            dataset,
            draft,
            version,
            partial(report.write_pages, stored=statistics),
            on_file_written=read_back_file,
            on_file_copied=copied.append,
            write_segments=write_segments,
        )
        kept_paths = [path for segment in draft.kept_segments for path in segment.list_paths()]
        release.audit_release(folder, findings, kept_paths, checked_paths)
    kept_names = {segment.name for segment in draft.kept_segments}
    for name in kept_names & statistics.keys():
        index_folder.update_record(name, statistics=statistics[name])
    notes = []
    if copied:
        notes.append(
            f"{len(copied):,} files could not be linked to those of the parent release, so they were copied: another "
            "disk or owner, or a file system without links"
        )
    rebuilt_names = state.parent.index_folder.rebuilt_names if state.parent else []
    if rebuilt_names == [LEGACY_NAME]:
        notes.append("the parent release has an older layout; its articles were written again, as segments")
    elif rebuilt_names:
        notes.append(
            f"the index of {len(rebuilt_names):,} segments was missing or damaged, and was built again from their texts"
        )
    return folder, tuple(notes)


def _return_value(value: release.TableFindings) -> release.TableFindings:
    return value


def finish_indexes(path: Path, manifest: dict[str, Any], state: RunState, index_folder: IndexFolder) -> None:
    """Record the published files of a release in its indexes, and remove indexes that neither it nor its parent has.

    The release is published already: errors of the disk are ignored, since an index can be built again.
    """
    try:
        segments = [*release.list_segments(path, manifest), *release.list_dropped_segments(path, manifest)]
        record_stamps(index_folder, segments)
        names = [segment.name for segment in segments]
        if state.parent:
            names += [segment.name for segment in state.parent.segments if segment.name]
        index_folder.remove_unused(names)
    except OSError:
        return
