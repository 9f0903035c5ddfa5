"""Facts of a run: its identity before it starts, the draft of its release, and its summary for people."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import read, release, validate
from flows.parameters import Publish
from flows.run.parent_rows import list_ids
from flows.run.run_outcome import RunOutcome
from flows.run.run_state import RunState
from flows.run.segment_writing import build_segment_tables, list_origins
from flows.settings import ROOT
from flows.workers import batch_processing
from schemas import stage_tables

_RECORDED_LIBRARIES: Final = (
    "prefect",
    "pandas",
    "pyarrow",
    "numpy",
    "great-expectations",
    "trafilatura",
    "lxml",
    "py3langid",
    "babel",
)
_KEYS_SHOWN: Final = 12
_EXAMPLES_PER_REASON: Final = 3  # enough to recognise a pattern on a screen


def build_facts(
    job: Publish,
    run_id: str,
    started: datetime,
    inputs: read.SourceDigest,
    parent: str | None,
    withdrawals: Sequence[release.Withdrawal],
) -> release.RunFacts:
    """Build the facts that are known before a document is read.

    Their fingerprint tells whether an equal release exists.
    """
    return release.RunFacts(
        dataset=job.dataset,
        run_id=run_id,
        started_at=started,
        inputs=inputs,
        documents_in=0,
        carried_over=0,
        parameters=job.list_result_parameters(),
        code_digest=release.compute_code_digest(ROOT),
        lock_digest=release.compute_lock_digest(ROOT),
        withdrawn_digest=release.compute_withdrawn_digest(withdrawals),
        host=socket.gethostname(),
        parent=parent,
        libraries={name: metadata.version(name) for name in _RECORDED_LIBRARIES},
        accepted_drift=job.accept_drift,  # build_draft clears it where no drift was accepted
    )


def build_draft(
    facts: release.RunFacts, state: RunState, verdicts: dict[str, validate.Verdict], folder: Path
) -> release.Draft:
    """Build the draft of a release; its rows are read when it is written, by way of partitions in `folder`.

    The segments of `state` must be planned.
    """
    expectations = (expectation for verdict in verdicts.values() for expectation in verdict.document["results"])
    has_drift = any(
        expectation["scope"] == "drift" and expectation["severity"] == "critical" and not expectation["passed"]
        for expectation in expectations
    )
    return release.Draft(
        segments=_iterate_segments(state, facts, folder),
        rejects=state.rejects,
        kept_segments=state.kept_segments,
        compute_changes=partial(compute_changes, state, facts),
        facts=replace(
            facts,
            documents_in=state.documents_in,
            carried_over=state.carried_count,
            not_read=state.key_usage.get("not_read", {}),
            key_usage={name: state.key_usage[name] for name in ("records", "keys") if name in state.key_usage},
            dropped_before=state.count_dropped_before(),
            dropped=state.count_dropped(),
            rejected=state.count_rejected(),
            accepted_drift=facts.accepted_drift if has_drift else "",
            checks=tuple(asdict(check) for verdict in verdicts.values() for check in verdict.checks),
        ),
        validation={name: verdict.document for name, verdict in verdicts.items()},
        renamed_ids=state.renamed_ids,
    )


def _iterate_segments(state: RunState, facts: release.RunFacts, folder: Path) -> Iterator[release.SegmentTables]:
    """Yield the tables of each segment that is to be written; they are read when they are iterated."""
    assert state.pieces is not None
    for piece in state.pieces:
        whole = replace(state, articles=state.dropped) if piece.is_dropped else state
        origins = list_origins(whole, piece.places, facts)
        piece_state = replace(whole, articles=whole.articles.take(pa.array(piece.places)))
        yield build_segment_tables(piece_state, piece.number, origins, folder, is_dropped=piece.is_dropped)


def compute_changes(state: RunState, facts: release.RunFacts, written_paths: list[Path]) -> pa.Table:
    """Compute the CHANGES from the parent; only rows that do not stay as they are can have changed."""
    parent, ids = state.parent, state.articles["article_id"]
    if parent is None:
        return release.build_changes(ids.combine_chunks().cast(pa.string()), pa.array([], pa.string()))
    assert state.pieces is not None
    # Rows of this run, and dropped duplicates of the parent that return.
    shards = state.articles["shard"].to_numpy()
    returned = np.append(parent.is_dropped, False)[np.maximum(stage_tables.PARENT - shards, -1)]
    own_ids = ids.filter(pa.array((shards > stage_tables.PARENT) | returned)).combine_chunks().cast(pa.string())
    exists = pa.array(parent.find_published_ids(own_ids))
    replaced_ids = own_ids.filter(exists)
    old_ids, new_ids = (pa.array(list(ids), pa.string()) for ids in (state.renamed_ids, state.renamed_ids.values()))
    published_numbers = parent.list_numbers(is_dropped=False)
    left = [(number, np.flatnonzero(~parent.stays[number])) for number in published_numbers]
    left_ids = pa.array(sorted(list_ids(parent, left)), pa.string())
    relinked = [
        (number, np.array([row], np.int64))
        for number, row in parent.links
        if parent.stays[number][row] and not parent.segments[number].is_dropped
    ]
    compared_ids = pa.chunked_array([replaced_ids, pa.array(sorted(list_ids(parent, relinked)), pa.string())])
    changed = []
    has_same_code = all(segment.code == (facts.code_digest,) for segment in parent.segments)
    pieces = [piece for piece in state.pieces if not piece.is_dropped]
    columns = release.DIGEST_COLUMNS if has_same_code else release.VALUE_COLUMNS
    for group in sorted({piece.parent_segments for piece in pieces if piece.parent_segments}):
        group_ids = pa.chunked_array(
            [
                state.articles["article_id"].take(pa.array(piece.places)).combine_chunks().cast(pa.string())
                for piece in pieces
                if piece.parent_segments == group
            ]
        )
        group_ids = group_ids.filter(pc.is_in(group_ids, value_set=compared_ids)).combine_chunks()
        group_ids = group_ids.filter(pa.array(parent.find_published_ids(group_ids)))
        if len(group_ids):
            old_paths = [path for number in group for path in parent.segments[number].list_files("articles")]
            new_paths = [
                path for piece, path in zip(pieces, written_paths, strict=True) if piece.parent_segments == group
            ]
            changed.append(release.diff_files(old_paths, new_paths, group_ids, columns))
    if state.renamed_ids:
        is_pair = pc.and_(pc.is_in(old_ids, value_set=left_ids), pc.is_in(new_ids, value_set=own_ids))
        old_ids, new_ids = old_ids.filter(is_pair), new_ids.filter(is_pair)
        old_paths = [path for number in published_numbers for path in parent.segments[number].list_files("articles")]
        both = pa.concat_arrays([old_ids, new_ids])
        changed.append(release.diff_files(old_paths, written_paths, both, columns, state.renamed_ids))
    removed_ids = left_ids.filter(pc.invert(pc.is_in(left_ids, value_set=pa.concat_arrays([replaced_ids, old_ids]))))
    added_ids = own_ids.filter(pc.and_(pc.invert(exists), pc.invert(pc.is_in(own_ids, value_set=new_ids))))
    return release.build_changes(added_ids, removed_ids, changed)


def list_key_notes(key_usage: Mapping[str, Any]) -> tuple[str, ...]:
    """List notes for people: keys of records that state nothing, and files that are no documents."""
    keys = key_usage.get("keys", {})
    unused = [key for key, usage in keys.items() if usage["filled"] and not usage["states"]]
    notes: list[str] = []
    if unused:
        listed = ", ".join(format_key(key) for key in unused[:_KEYS_SHOWN])
        more = f" and {len(unused) - _KEYS_SHOWN} more" if len(unused) > _KEYS_SHOWN else ""
        notes.append(f"unused keys of records: {listed}{more}; use one with --map FIELD=KEY")
    for kind, count in key_usage.get("not_read", {}).items():
        notes.append(f"not read, because they are no documents: {count:,} {kind}")
    return tuple(notes)


def format_key(key: str) -> str:
    """Render a key for a note."""
    return "".join(c if c.isprintable() else " " for c in key)[:60]


def summarize_run(job: Publish, state: RunState, verdicts: dict[str, validate.Verdict]) -> RunOutcome:
    """Summarize a run in counts and sentences, with status `dry_run`: the caller sets how it ended."""
    counts = batch_processing.count_reasons(state.rejects)
    examples: dict[str, list[tuple[str, str, str]]] = {reason: [] for reason in counts}
    for row in state.rejects.select(["reason", "source_id", "detail"]).sort_by("source_id").to_pylist():
        if len(examples[row["reason"]]) < _EXAMPLES_PER_REASON:
            examples[row["reason"]].append((row["source_id"], row["reason"], row["detail"]))
    checks = [check for verdict in verdicts.values() for check in verdict.checks]
    return RunOutcome(
        "dry_run",
        job.dataset,
        articles=state.count_published(),
        carried=state.carried_count,
        documents=state.documents_in,
        rejected=state.count_rejected(),
        dropped=state.count_dropped(),
        marked=_count_duplicates(state),
        examples=tuple(example for reason_examples in examples.values() for example in reason_examples),
        notes=(
            *list_key_notes(state.key_usage),
            *(f"{c.name}: {c.summary}" for c in checks if not c.passed and c.severity == "warning"),
        ),
        checks=tuple(checks),
        cleaned=state.cleaned_count,
        kept=state.cached_count,
    )


def _count_duplicates(state: RunState) -> int:
    """Count the articles of the release that repeat another one."""
    count = state.articles.num_rows - state.articles["duplicate_of"].null_count
    kept_names = {segment.name for segment in state.kept_segments}
    for index in state.parent.indexes if state.parent else ():
        if index.segment.name in kept_names and not index.segment.is_dropped:
            links = index.read_column("duplicate_of")
            count += len(links) - links.null_count
    return int(count)
