"""State of a published release that is made again without some of its articles."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from flows.run.keys_table import append_keys
from flows.run.parent_rows import ParentRows, Positions
from flows.run.run_state import RejectionsByRow, RunState
from flows.run.withdrawn_articles import describe_takedown, redact_rejects
from schemas import arrow, stage_tables


def load_release_state(
    parent: ParentRows,
    withdrawn: Sequence[tuple[int, Positions]],
    withdrawals: Sequence[release.Withdrawal],
    documents_in: int,
    carried_count: int,
) -> RunState:
    """Load a release as the state of a run whose rows all stay, but for the withdrawn ones: these become rejects.

    Rejects of withdrawn documents lose their previews. A dropped duplicate that has a reject has no second one.
    """
    stays = tuple(np.ones(len(mask), bool) for mask in parent.stays)
    parent = replace(parent, stays=stays).without_rows(withdrawn)
    rejects = release.load_table(parent.path, "rejects").cast(arrow.REJECTS)
    state = RunState(
        arrow.make_empty_table(stage_tables.KEYS),
        redact_rejects(rejects, withdrawals),
        documents_in,
        carried_count=carried_count,
        parent=parent,
    )
    rejections: RejectionsByRow = {}
    rejected = set(_list_origins(rejects))
    for number, rows in withdrawn:
        if parent.segments[number].is_dropped:
            origins = _list_origins(parent.load_keys(number, rows))
            rows = rows[[origin not in rejected for origin in origins]]
        first_row = state.articles.num_rows
        state = replace(state, articles=append_keys(state.articles, parent.load_keys(number, rows)))
        digests = parent.indexes[number].read_column("text_digest").take(pa.array(rows)).to_pylist()
        columns = (state.articles[name].to_pylist()[first_row:] for name in ("row", "article_id", "raw_sha256"))
        for row, key, raw_sha256, digest in zip(*columns, digests, strict=True):
            text_digest = digest.hex() if digest else ""
            cause = next(one for one in withdrawals if one.matches_document(key, raw_sha256, text_digest))
            rejections[row] = ("withdrawn", describe_takedown(cause))
    return state.reject_rows(rejections, "release")


def remove_returned_rejects(state: RunState) -> RunState:
    """Remove the rejects of duplicates that are published again."""
    origins = state.articles.select(["source_id", "raw_sha256"])
    is_duplicate = pc.equal(state.rejects["reason"], "duplicate")
    dropped_sources = state.rejects["source_id"].filter(is_duplicate).combine_chunks()
    published = set(_list_origins(origins.filter(pc.is_in(origins["source_id"], value_set=dropped_sources))))
    is_returned = [
        duplicate and origin in published
        for duplicate, origin in zip(is_duplicate.to_pylist(), _list_origins(state.rejects), strict=True)
    ]
    return replace(state, rejects=state.rejects.filter(pc.invert(pa.array(is_returned, pa.bool_()))))


def _list_origins(table: pa.Table) -> list[tuple[str, str | None]]:
    """List source_id and raw_sha256 of each row."""
    return list(zip(table["source_id"].to_pylist(), table["raw_sha256"].to_pylist(), strict=True))


def load_all_keys(state: RunState) -> RunState:
    """Return a planned state whose articles are all rows of the release, to be read: kept segments included."""
    assert state.parent is not None
    articles = state.articles
    kept_names = {segment.name for segment in state.kept_segments}
    for number in state.parent.list_numbers(is_dropped=False):
        segment = state.parent.segments[number]
        if segment.name in kept_names:
            rows = np.arange(len(state.parent.stays[number]))
            articles = append_keys(articles, state.parent.load_keys(number, rows))
    return replace(state, articles=articles, kept_segments=())
