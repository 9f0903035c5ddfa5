"""Segments of a release, written, read back and indexed one by one: where a run is, or by calls in workers.

A segment follows from the KEYS of its rows, from shards of this run and from segments of the parent, all of them paths.
So segments are independent of each other, and are written by as many workers as there are. Files are written aside and
put in place by rename: a call may be run again after its worker died.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows import release, report
from flows.parameters import Publish
from flows.run import ordered_tables
from flows.run.calls import count_parts, run_calls
from flows.run.index_writing import write_segment_index
from flows.run.run_state import RunState
from flows.run.segment_index import IndexFolder
from flows.run.shard_requests import can_request, load_requested_state, write_state_request
from flows.workers.function_calls import write_call
from schemas import arrow_files, stage_tables

_UNKNOWN_SETTINGS = "layout-1"  # of rows of releases that did not record them


@dataclass(frozen=True)
class SegmentFolders:
    """Folders of a run that writes segments: the staged release, the indexes, and one for what is not finished."""

    staged: Path
    indexes: Path
    work: Path


def write_pieces(
    job: Publish, state: RunState, facts: release.RunFacts, folders: SegmentFolders
) -> tuple[list[release.WrittenSegment], dict[str, release.TableFindings], dict[str, Any]]:
    """Write the segments of all pieces; return them, the findings in their files, and statistics by segment."""
    assert state.pieces is not None
    whole_states = [replace(state, articles=state.dropped) if piece.is_dropped else state for piece in state.pieces]
    origins = [
        list_origins(whole, piece.places, facts) for whole, piece in zip(whole_states, state.pieces, strict=True)
    ]
    if _must_call(state):
        folder = folders.work / "segments"
        folder.mkdir(parents=True, exist_ok=True)
        calls = [
            write_call(
                folder,
                f"{piece.number:06d}",
                write_requested_segment,
                {
                    "request": write_state_request(whole, piece.places, folder, f"keys-{piece.number:06d}"),
                    "number": piece.number,
                    "is_dropped": piece.is_dropped,
                    "origins": origin,
                    "folders": {name: str(path.absolute()) for name, path in vars(folders).items()},
                },
            )
            for whole, piece, origin in zip(whole_states, state.pieces, origins, strict=True)
        ]
        answers = run_calls(job, calls)
    else:
        answers = [
            _write_segment(
                replace(whole, articles=whole.articles.take(pa.array(piece.places))),
                piece.number,
                origin,
                folders,
                is_dropped=piece.is_dropped,
            )
            for whole, piece, origin in zip(whole_states, state.pieces, origins, strict=True)
        ]
    written, findings, statistics = [], {}, {}
    for piece, answer, (code, settings) in zip(state.pieces, answers, origins, strict=True):
        segment = release.Segment(folders.staged, answer["name"], answer["rows"], code, settings, piece.is_dropped)
        files = [release.WrittenFile(*file) for file in answer["files"]]
        digests = {path: (size, digest) for path, size, digest in answer["digests"]}
        written.append(release.WrittenSegment(segment, files, digests))
        if answer["statistics"] is not None:
            statistics[segment.name] = answer["statistics"]
        for file in files:
            damages = [release.ReleaseDamage(*damage) for damage in answer["damages"][file.path]]
            keys = arrow_files.read_mapped_table(Path(answer["keys"][file.path]))
            key_columns = {name: keys[name].combine_chunks() for name in keys.column_names}
            findings[file.path] = release.TableFindings(damages, key_columns)
    return written, findings, statistics


def list_origins(
    state: RunState, places: npt.NDArray[np.int64], facts: release.RunFacts
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List the digests of the code that made the articles at these places, and those of code and parameters; sorted."""
    shards = state.articles["shard"].to_numpy()[places]
    code, settings = set(), set()
    if (shards > stage_tables.PARENT).any():
        code, settings = {facts.code_digest}, {facts.compute_settings_digest()}
    for number in np.unique(shards[shards <= stage_tables.PARENT]).tolist():
        assert state.parent is not None
        segment = state.parent.segments[stage_tables.PARENT - number]
        code, settings = code | set(segment.code), settings | set(segment.settings or (_UNKNOWN_SETTINGS,))
    return tuple(sorted(code)), tuple(sorted(settings))


def build_segment_tables(
    state: RunState,
    number: int,
    origins: tuple[tuple[str, ...], tuple[str, ...]],
    folder: Path,
    *,
    is_dropped: bool = False,
) -> release.SegmentTables:
    """Build the tables of a segment of all articles of a state; they are read when they are iterated."""
    return release.SegmentTables(
        number,
        ordered_tables.sort_articles(state, folder),
        ordered_tables.sort_lineage(state, "spans", folder),
        ordered_tables.sort_lineage(state, "evidence", folder),
        *origins,
        is_dropped,
    )


def write_requested_segment(
    request: dict[str, Any],
    number: int,
    origins: Sequence[Sequence[str]],
    folders: Mapping[str, str],
    *,
    is_dropped: bool,
) -> dict[str, Any]:
    """Write a segment in a worker, from the paths of a request."""
    paths = SegmentFolders(**{name: Path(path) for name, path in folders.items()})
    code, settings = (tuple(digests) for digests in origins)
    return _write_segment(load_requested_state(request), number, (code, settings), paths, is_dropped=is_dropped)


def _must_call(state: RunState) -> bool:
    """Return whether segments are written by calls: several of them, with many new rows."""
    assert state.pieces is not None
    new_count = int(np.count_nonzero(state.articles["shard"].to_numpy() > stage_tables.PARENT))
    return len(state.pieces) > 1 and count_parts(new_count) > 0 and can_request(state)


def _write_segment(
    state: RunState,
    number: int,
    origins: tuple[tuple[str, ...], tuple[str, ...]],
    folders: SegmentFolders,
    *,
    is_dropped: bool,
) -> dict[str, Any]:
    """Write one segment of all articles of a state aside, read it back, put it in place, and write its index."""
    aside = folders.work / f"segment-{number:06d}-{uuid4().hex[:12]}"
    (aside / "partitions").mkdir(parents=True)
    tables = build_segment_tables(state, number, origins, aside / "partitions", is_dropped=is_dropped)
    written = release.write_segment(aside, tables)
    segment = written.segment
    digests = {path: release.describe_file(aside, path) for path in segment.list_paths()}
    damages: dict[str, list[tuple[str, str]]] = {}
    key_paths = {}
    for file in written.files:
        findings = release.inspect_table(aside, file.table, file.path)
        damages[file.path] = [(damage.file, damage.problem) for damage in findings.damages]
        key_paths[file.path] = folders.work / f"{Path(file.path).stem}.{uuid4().hex[:12]}.arrow"
        arrow_files.write_table(key_paths[file.path], pa.table(findings.key_columns), packed=False)
    statistics = None
    if not is_dropped:
        collected = report.collect_segment_statistics(segment.list_files("articles"), segment.list_files("spans"))
        statistics = collected.to_json()
    for path, digest in digests.items():
        if release.describe_file(aside, path) != digest:
            problem = "is not what was written: read twice, it has two SHA-256"
            raise release.AuditError(f"The release is not published: {release.ReleaseDamage(path, problem)}.")
    for path in segment.list_paths():
        (folders.staged / path).parent.mkdir(parents=True, exist_ok=True)
        (aside / path).replace(folders.staged / path)
    shutil.rmtree(aside)
    placed = replace(segment, release=folders.staged)
    write_segment_index(state, placed, IndexFolder(folders.indexes), statistics)
    return {
        "name": segment.name,
        "rows": segment.rows,
        "files": [(file.table, file.path, file.rows) for file in written.files],
        "digests": [(path, size, digest) for path, (size, digest) in digests.items()],
        "damages": damages,
        "keys": {path: str(key_path) for path, key_path in key_paths.items()},
        "statistics": statistics,
    }
