"""Validation of the rows, of the release, and of its drift from the parent, by the Great Expectations suites."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
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
from flows.run.external_sort import partition_rows
from flows.run.run_state import RunState
from flows.workers import batch_processing
from schemas import SCHEMA_VERSION, arrow, stage_tables
from schemas.vocabulary import DROPPED

_PART_CHARS: Final = 1 << 28  # of 4 bytes each below the 2^31 bytes of one Arrow array
_PART_ROWS: Final = 50_000  # rows validated at a time: each call of Great Expectations costs 0.3 s, however few rows
_VALIDATED_COLUMNS: Final = [
    *(name for name in stage_tables.VIEW.names if name in arrow.ARTICLES.names),
    "authors",
    "editors",
    *stage_tables.MEASURES.names,
]


def validate_rows(state: RunState, run_day: date, folder: Path) -> tuple[RunState, validate.Verdict]:
    """Validate the articles of this run; a row that fails a critical expectation becomes a reject."""
    verdict = validate.check_article_batches(_iterate_views(state, run_day, folder))
    rejections = {key: ("expectation_failed", f"{name}: {detail}") for key, (name, detail) in verdict.failing.items()}
    return state.reject_rows(state.map_ids_to_rows(rejections), "validate"), verdict


def _iterate_views(state: RunState, run_day: date, folder: Path) -> Iterator[pa.Table]:
    """Yield VIEW in parts, ranges of article_id in order; at least one part."""
    part_of_row, part_count = _assign_parts(state)

    def iterate_chunks() -> Iterator[tuple[pa.Table, npt.NDArray[np.int64]]]:
        for table in state.stream_articles(_VALIDATED_COLUMNS):
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
    state: RunState, parent: Path | None, accept_drift: str, withdrawn_ids: AbstractSet[str] = frozenset()
) -> validate.Verdict:
    """Validate the whole release: accounting, links, row count against the parent.

    `withdrawn_ids` are articles of the parent taken down since: they do not count as lost.
    """
    parent_count = None
    if parent is not None:
        parent_count = release.read_manifest(parent)["counts"]["published"] - len(withdrawn_ids)
    return validate.check_release(
        validate.ReleaseFacts.from_keys(
            state.articles.select(["article_id", "source_id", "duplicate_of"]),
            documents_in=state.documents_in,
            carried_over=state.carried_count,
            dropped=sum(state.count_dropped().values()),
            rejected=sum(state.count_rejected().values()),
            parent_articles=parent_count,
            schema_version=SCHEMA_VERSION,
            drift_accepted=bool(accept_drift),
        )
    )


def validate_drift(
    job: Publish,
    facts: release.RunFacts,
    state: RunState,
    parent: Path,
    current_ids: pa.ChunkedArray,
    withdrawn_ids: AbstractSet[str] = frozenset(),
) -> validate.Verdict:
    """Validate the drift of a release from its parent; `current_ids` are the articles that this source holds.

    Withdrawn articles are left out on both sides. With `append`, only articles of this source are compared, since
    carried ones say nothing of this run. If inputs and parameters equal the parent's, only documents that both hold
    are compared.
    """
    manifest = release.read_manifest(parent)
    has_same_inputs = manifest["inputs"]["digest"] == facts.inputs.digest and manifest["parameters"] == dict(
        facts.parameters
    )
    articles = state.articles
    if job.append:
        articles = articles.filter(pc.is_in(articles["article_id"], value_set=current_ids))
    digests = [articles["raw_sha256"], state.rejects["raw_sha256"]]
    read_digests = (
        pa.chunked_array([c for column in digests for c in column.chunks], pa.string()) if has_same_inputs else None
    )
    parent_articles = pa.concat_tables(
        [validate.DRIFT_SCHEMA.empty_table(), *_read_parent_rows(parent, withdrawn_ids, read_digests)]
    )
    return validate.check_drift(
        _build_drift_side(parent_articles, release.load_table(parent, "rejects"), manifest["counts"]["documents_in"]),
        _build_drift_side(_select_drift_columns(articles), state.rejects, state.documents_in),
        same_documents=has_same_inputs,
        accepted=bool(job.accept_drift),
    )


def _read_parent_rows(
    parent: Path, withdrawn_ids: AbstractSet[str], read_digests: pa.ChunkedArray | None
) -> Iterator[pa.Table]:
    """Yield the drift columns of the parent's articles that are not withdrawn; of `read_digests` where given."""
    withdrawn = pa.array(sorted(withdrawn_ids), pa.string())
    compared_digests = pa.chunked_array([pc.unique(read_digests)]) if read_digests is not None else None
    for batch in release.read_batches(parent, "articles", ["article_id", "raw_sha256", *validate.DRIFT_INPUT_COLUMNS]):
        is_compared = pc.invert(pc.is_in(batch.column("article_id"), value_set=withdrawn))
        if compared_digests is not None:
            is_compared = pc.and_(is_compared, pc.is_in(batch.column("raw_sha256"), value_set=compared_digests))
        yield validate.select_drift_columns(pa.Table.from_batches([batch.filter(is_compared)]))


def _select_drift_columns(keys: pa.Table) -> pa.Table:
    """Select the columns of KEYS that the drift guard compares."""
    derived = {"outlet": pc.cast(keys["outlet"], pa.string()), "has_date": pc.is_valid(keys["date"])}
    return pa.table(
        [derived.get(name, keys[name] if name not in derived else None) for name in validate.DRIFT_SCHEMA.names],
        schema=validate.DRIFT_SCHEMA,
    )


def _build_drift_side(articles: pa.Table, rejects: pa.Table, document_count: int) -> validate.ComparedRelease:
    """Build one side of the drift comparison; withdrawn documents are not counted."""
    counts = batch_processing.count_reasons(rejects)
    withdrawn = counts.pop("withdrawn", 0)
    rejected = sum(n for reason, n in counts.items() if reason not in DROPPED)
    return validate.ComparedRelease(articles, max(document_count - withdrawn, 0), rejected)
