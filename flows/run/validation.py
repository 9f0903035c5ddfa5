"""Validation of the rows, of the release, and of its drift from the parent, by the Great Expectations suites."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import release, validate
from flows.clean import count_clutter_lines
from flows.parameters import Publish
from flows.run.calls import count_parts
from flows.run.external_sort import partition_rows
from flows.run.index_writing import load_drift
from flows.run.parent_rows import ParentRows, Positions
from flows.run.row_checks import VALIDATED_COLUMNS, check_parts
from flows.run.run_state import RunState
from flows.run.segment_index import compute_source_hashes, encode_ids
from flows.run.shard_requests import can_request
from flows.workers import batch_processing
from schemas import SCHEMA_VERSION, arrow, stage_tables
from schemas.vocabulary import DROPPED

_PART_CHARS: Final = 1 << 28  # of 4 bytes each below the 2^31 bytes of one Arrow array
_PART_ROWS: Final = 50_000  # rows validated at a time: each call of Great Expectations costs 0.3 s, however few rows


def validate_rows(
    state: RunState, run_day: date, folder: Path, job: Publish | None = None
) -> tuple[RunState, validate.Verdict]:
    """Validate the articles of this run; a row that fails a critical expectation becomes a reject.

    Many rows are validated by the workers of the job, if there is one.
    """
    part_count = count_parts(state.articles.num_rows)
    if job is not None and part_count > 1 and can_request(state):
        verdict = validate.judge_articles(check_parts(state, run_day, folder, job, part_count))
    else:
        verdict = validate.check_article_batches(_iterate_views(state, run_day, folder))
    rejections = {key: ("expectation_failed", f"{name}: {detail}") for key, (name, detail) in verdict.failing.items()}
    return state.reject_rows(state.map_ids_to_rows(rejections), "validate"), verdict


def _iterate_views(state: RunState, run_day: date, folder: Path) -> Iterator[pa.Table]:
    """Yield VIEW in parts, ranges of article_id in order; at least one part."""
    part_of_row, part_count = _assign_parts(state)

    def iterate_chunks() -> Iterator[tuple[pa.Table, npt.NDArray[np.int64]]]:
        for table in state.stream_articles(VALIDATED_COLUMNS):
            yield validate.assemble_row_view(table, run_day), part_of_row[table["row"].to_numpy()]

    if not state.articles.num_rows:
        yield arrow.make_empty_table(stage_tables.VIEW)
    for _, view in partition_rows(iterate_chunks(), part_count, folder, "view"):
        yield view


def revalidate_rows(state: RunState, run_day: date, folder: Path) -> validate.Verdict:
    """Validate all articles of a release, measuring their texts again; rejects nothing."""
    part_of_row, part_count = _assign_parts(state)
    schema = arrow.ARTICLES.remove_metadata()

    def iterate_views() -> Iterator[pa.Table]:
        ids, rows = state.articles["article_id"].combine_chunks(), state.articles["row"].to_numpy()
        evidence_chunks = (
            (table.append_column("article_id", ids.take(pa.array(places))), part_of_row[rows[places]])
            for places, table in state.stream_lineage("evidence")
        )
        evidence_parts = iter(partition_rows(evidence_chunks, part_count, folder, "evidence"))
        evidence_part, part_evidence = next(evidence_parts, (part_count, arrow.make_empty_table(arrow.EVIDENCE)))
        article_chunks = (
            (t.select(schema.names).cast(schema), part_of_row[t["row"].to_numpy()])
            for t in state.stream_articles(schema.names)
        )
        for part, articles in partition_rows(article_chunks, part_count, folder, "articles"):
            while evidence_part < part:
                evidence_part, part_evidence = next(evidence_parts, (part_count, part_evidence))
            hits = count_clutter_lines(articles["text"].to_pylist())
            evidence = part_evidence if evidence_part == part else part_evidence.slice(0, 0)
            yield validate.build_row_view(articles, evidence, hits, run_day)

    return validate.check_article_batches(
        iterate_views() if state.articles.num_rows else [arrow.make_empty_table(stage_tables.VIEW)]
    )


def _assign_parts(state: RunState) -> tuple[npt.NDArray[np.int64], int]:
    """Return the part (a range of article_id) of each row, and the number of parts.

    A part holds at most _PART_ROWS rows and, but for its last, _PART_CHARS characters of text.
    """
    order = pc.sort_indices(state.articles["article_id"].combine_chunks()).to_numpy()
    char_counts = state.articles["char_count"].to_numpy().astype(np.int64)
    by_rows, by_chars = np.arange(len(order)) // _PART_ROWS, np.cumsum(char_counts[order]) // _PART_CHARS
    is_start = np.append(False, (np.diff(by_rows) > 0) | (np.diff(by_chars) > 0))[: len(order)]
    rows = state.articles["row"].to_numpy()
    part_of_row = np.zeros(int(rows.max(initial=-1)) + 1, np.int64)
    part_of_row[rows[order]] = np.cumsum(is_start)
    return part_of_row, int(is_start.sum()) + 1


def validate_release(
    state: RunState, accept_drift: str, withdrawn_count: int = 0, *, has_parent: bool = True
) -> validate.Verdict:
    """Validate the whole release: accounting, keys, links, row count against the parent.

    Rows of the parent that stay were validated when they were published: new rows are compared with them by way of the
    index. `withdrawn_count` articles of the parent were taken down since: they do not count as lost. Without
    `has_parent` (a purge) the number of rows is not compared.
    """
    parent_count = None
    if state.parent is not None and has_parent:
        published_numbers = state.parent.list_numbers(is_dropped=False)
        parent_count = sum(len(state.parent.stays[number]) for number in published_numbers) - withdrawn_count
    names = ["article_id", "source_id", "duplicate_of"]
    keys = pa.concat_tables([state.articles.select(names), state.dropped.select(names)])
    facts = validate.ReleaseFacts.from_keys(
        keys,
        documents_in=state.documents_in,
        carried_over=state.carried_count,
        dropped=sum(state.count_dropped().values()),
        rejected=sum(state.count_rejected().values()),
        parent_articles=parent_count,
        schema_version=SCHEMA_VERSION,
        drift_accepted=bool(accept_drift),
        other_keys=_read_staying_keys(state, keys),
    )
    return validate.check_release(replace(facts, published=state.count_published()))


def _read_staying_keys(state: RunState, keys: pa.Table) -> validate.OtherKeys:
    """Return what keys of rows that stay have in common with these: repeated keys, and articles that links name."""
    parent = state.parent
    if parent is None:
        return validate.OtherKeys()
    places = parent.find_ids(keys["article_id"])
    links = keys["duplicate_of"].drop_null()
    link_places = parent.find_ids(links)
    hashes = compute_source_hashes(keys["source_id"]) if keys.num_rows else np.empty(0, np.uint64)
    repeated_sources = 0
    for index, stays in zip(parent.indexes, parent.stays, strict=True):
        repeated_sources += int(np.isin(index.read_column("source_hash").to_numpy()[stays], hashes).sum())
    resolved, linked = [], []
    for number, row, link in zip(link_places.segments, link_places.rows, links.to_pylist(), strict=True):
        if number >= 0 and parent.stays[number][row] and not parent.segments[number].is_dropped:
            resolved.append(link)
            value = parent.indexes[number].read_column("duplicate_of")[int(row)].as_py()
            if parent.links.get((int(number), int(row)), value) is not None:
                linked.append(link)
    repeated_ids = sum(
        bool(number >= 0 and parent.stays[number][row])
        for number, row in zip(places.segments, places.rows, strict=True)
    )
    return validate.OtherKeys(repeated_ids, repeated_sources, frozenset(resolved), frozenset(linked))


def validate_drift(
    job: Publish,
    facts: release.RunFacts,
    state: RunState,
    withdrawn: Sequence[tuple[int, Positions]] = (),
) -> validate.Verdict:
    """Validate the drift of a release from its parent.

    Withdrawn articles are left out on both sides. With `append`, only articles of this source are compared, since
    carried ones say nothing of this run. If inputs and parameters equal the parent's, only documents that both hold
    are compared.
    """
    parent = state.parent
    assert parent is not None
    manifest = release.read_manifest(parent.path)
    has_same_inputs = manifest["inputs"]["digest"] == facts.inputs.digest and manifest["parameters"] == dict(
        facts.parameters
    )
    own_articles = state.articles.filter(pc.greater(state.articles["shard"], stage_tables.PARENT))
    compared = own_articles if job.append else state.articles
    statistics = validate.collect_drift_statistics(_select_drift_columns(compared))
    if not job.append:
        kept_names = {segment.name for segment in state.kept_segments}
        kept = [n for n, segment in enumerate(parent.segments) if segment.name in kept_names]
        statistics = validate.add_statistics([statistics, *(load_drift(parent, number) for number in kept)])
    if has_same_inputs:
        digests = [own_articles["raw_sha256"], state.rejects["raw_sha256"]]
        read_digests = pa.chunked_array([c for column in digests for c in column.chunks], pa.string())
        old_statistics = _collect_compared(parent, withdrawn, read_digests, append=job.append)
    else:
        published_numbers = parent.list_numbers(is_dropped=False)
        old_statistics = validate.add_statistics(load_drift(parent, number) for number in published_numbers)
        left = [
            _select_drift_columns(parent.load_keys(number, rows))
            for number, rows in withdrawn
            if number in published_numbers
        ]
        for table in left:
            old_statistics = old_statistics.subtract(validate.collect_drift_statistics(table))
    parent_rejects = release.load_table(parent.path, "rejects")
    return validate.check_drift(
        _build_drift_side(old_statistics, parent_rejects, manifest["counts"]["documents_in"]),
        _build_drift_side(statistics, state.rejects, state.documents_in),
        same_documents=has_same_inputs,
        accepted=bool(job.accept_drift),
        appended=job.append,
    )


def _collect_compared(
    parent: ParentRows, withdrawn: Sequence[tuple[int, Positions]], read_digests: pa.ChunkedArray, *, append: bool
) -> validate.DriftStatistics:
    """Collect the statistics of the parent's articles that this run read again, but for withdrawn ones.

    Without `append`, rows that stay were read again too, and equal those of this run.
    """
    compared_digests = encode_ids(pc.unique(read_digests.drop_null())).cast(pa.binary(32))
    withdrawn_rows = dict(withdrawn)
    parts = []
    for number in parent.list_numbers(is_dropped=False):
        index = parent.indexes[number]
        is_read = np.asarray(pc.is_in(index.read_column("raw_sha256"), value_set=compared_digests), np.bool_)
        is_compared = is_read & ~parent.stays[number] if append else is_read | parent.stays[number]
        is_compared[withdrawn_rows.get(number, [])] = False
        if is_compared.all():
            parts.append(load_drift(parent, number))
        else:
            keys = parent.load_keys(number, np.flatnonzero(is_compared))
            parts.append(validate.collect_drift_statistics(_select_drift_columns(keys)))
    return validate.add_statistics(parts)


def _select_drift_columns(keys: pa.Table) -> pa.Table:
    """Select the columns of KEYS that the drift guard compares."""
    derived = {"outlet": pc.cast(keys["outlet"], pa.string()), "has_date": pc.is_valid(keys["date"])}
    return pa.table(
        [derived.get(name, keys[name] if name not in derived else None) for name in validate.DRIFT_SCHEMA.names],
        schema=validate.DRIFT_SCHEMA,
    )


def _build_drift_side(
    statistics: validate.DriftStatistics, rejects: pa.Table, document_count: int
) -> validate.ComparedRelease:
    """Build one side of the drift comparison; withdrawn documents are not counted."""
    counts = batch_processing.count_reasons(rejects)
    withdrawn = counts.pop("withdrawn", 0)
    rejected = sum(n for reason, n in counts.items() if reason not in DROPPED)
    return validate.ComparedRelease(statistics, max(document_count - withdrawn, 0), rejected)
