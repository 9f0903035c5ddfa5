"""Resolution of ids that several documents claim, and rejection of articles that were taken down."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, dedupe, release
from flows.run.run_state import RejectionsByRow, RunState
from schemas import arrow, stage_tables


def resolve_id_conflicts(state: RunState) -> RunState:
    """Keep one row for each article_id and each source_id, and reject the others.

    The later fetched_at wins, then the greater raw_sha256.
    """
    contested_rows = np.union1d(
        _find_repeated(state.articles["article_id"]), _find_repeated(state.articles["source_id"])
    )
    if not len(contested_rows):
        return state
    columns = ["row", "article_id", "source_id", "source_uri", "raw_sha256", "fetched_at"]
    keys = state.articles.select(columns).take(pa.array(contested_rows)).to_pandas()
    keys = keys.sort_values(["fetched_at", "raw_sha256", "source_uri"], na_position="first", kind="stable").iloc[::-1]
    is_loser = keys.duplicated("article_id")
    winner_uris = keys[~is_loser].set_index("article_id")["source_uri"]
    rejections: RejectionsByRow = {}
    for row in keys[is_loser].itertuples():
        detail = (
            f"The same article stands at {winner_uris[row.article_id]}, fetched later or else with the greater digest."
        )
        rejections[int(row.row)] = ("same_article", detail)
    remaining = keys[~is_loser]
    for row in remaining[remaining.duplicated("source_id")].itertuples():
        detail = f'Another record of this source has the id "{row.source_id}" too; give each record an id of its own.'
        rejections[int(row.row)] = ("source_id_taken", detail)
    return state.reject_rows(rejections, "dedupe")


def _find_repeated(values: pa.ChunkedArray) -> np.ndarray:
    """Return the places of the values that occur more than once."""
    value_counts = pc.value_counts(values)
    repeated = value_counts.filter(pc.greater(value_counts.field("counts"), 1)).field("values")
    return np.asarray(pc.indices_nonzero(pc.is_in(values, value_set=repeated)), np.int64)


def select_article_ids(state: RunState) -> pa.ChunkedArray:
    """Return the article_ids that this run's source holds, before validation rejects any."""
    return state.articles["article_id"]


def reject_withdrawn(state: RunState, withdrawals: list[release.Withdrawal]) -> RunState:
    """Move withdrawn articles and exact duplicates of them to rejects.

    A reject of the same bytes becomes `withdrawn` too and loses its preview.
    """
    if not withdrawals:
        return state
    keys = state.articles.select(["row", "article_id", "raw_sha256"])
    keys = keys.append_column("text", pa.array(compute_text_digests(state), pa.string()))
    rejections: RejectionsByRow = {}
    for withdrawal in withdrawals:
        matches = keys.filter(_match_withdrawal(keys, withdrawal))
        for row in matches["row"].to_pylist():
            rejections.setdefault(row, ("withdrawn", _describe_takedown(withdrawal)))
    detail_by_digest = {
        digest: _describe_takedown(withdrawal)
        for withdrawal in reversed(withdrawals)
        for digest in withdrawal.raw_sha256
    }
    is_withdrawn = pc.is_in(state.rejects["raw_sha256"], value_set=pa.array(list(detail_by_digest), pa.string()))
    redacted_rejects = [
        {
            **row,
            "stage": "release",
            "reason": "withdrawn",
            "detail": detail_by_digest[row["raw_sha256"]],
            "preview": None,
        }
        for row in state.rejects.filter(is_withdrawn).to_pylist()
    ]
    other_rejects = state.rejects.filter(pc.invert(is_withdrawn))
    redacted_state = replace(
        state, rejects=pa.concat_tables([other_rejects, arrow.build_table(arrow.REJECTS, redacted_rejects)])
    )
    return redacted_state.reject_rows(rejections, "release")


def _match_withdrawal(keys: pa.Table, withdrawal: release.Withdrawal) -> pa.ChunkedArray:
    """Return a mask of the rows that the withdrawal matches, as `Withdrawal.matches_document` does for one."""
    is_match = pc.equal(keys["article_id"], withdrawal.article_id)
    for name, digests in (("raw_sha256", withdrawal.raw_sha256), ("text", withdrawal.text_digests)):
        is_match = pc.or_(is_match, pc.is_in(keys[name], value_set=pa.array(digests, pa.string())))
    return is_match


def compute_text_digests(state: RunState) -> list[str]:
    """Return `dedupe.digest_text` of each article, in the order of the table."""
    digests = np.empty(state.articles.num_rows, object)
    shard_numbers, positions = state.articles["shard"].to_numpy(), state.articles["at"].to_numpy()
    for number in np.unique(shard_numbers).tolist():
        places = np.flatnonzero(shard_numbers == number)
        if number != stage_tables.PARENT:
            digests[places] = (
                state.shards[number]
                .read_table("prints", ["text_digest"])["text_digest"]
                .take(pa.array(positions[places]))
                .to_pylist()
            )
            continue
        place_by_row = dict(zip(state.articles["row"].take(pa.array(places)).to_pylist(), places.tolist(), strict=True))
        carried_state = replace(state, articles=state.articles.take(pa.array(places)))
        for table in carried_state.stream_articles(["text"]):
            for row, text in zip(table["row"].to_pylist(), table["text"].to_pylist(), strict=True):
                digests[place_by_row[row]] = dedupe.digest_text(text)
    return list(digests)


def forget_purged(dataset: release.Dataset, state: RunState, withdrawals: Sequence[release.Withdrawal]) -> None:
    """Delete the raw bytes and cached outcomes of purged articles that this run read.

    Call it last: no row of `state` can be read afterwards.
    """
    if any(withdrawal.purge for withdrawal in withdrawals):
        withdrawn_rejects = state.rejects.filter(pc.equal(state.rejects["reason"], "withdrawn"))
        purge_details = {_describe_takedown(withdrawal) for withdrawal in withdrawals if withdrawal.purge}
        rows = withdrawn_rejects.select(["raw_sha256", "detail"]).to_pylist()
        digests = {row["raw_sha256"] for row in rows if row["detail"] in purge_details}
        release.delete_raw_bytes(dataset, digests)
        cache.purge_documents(
            dataset.state,
            digests,
            {text for withdrawal in withdrawals if withdrawal.purge for text in withdrawal.text_digests},
        )


def find_withdrawn_ids(path: Path, withdrawals: list[release.Withdrawal]) -> set[str]:
    """Return the article_ids of a release that withdrawals match: the articles and their exact duplicates."""
    return {
        row["article_id"]
        for batch in (
            release.read_batches(path, "articles", ["article_id", "raw_sha256", "text"]) if withdrawals else ()
        )
        for row in batch.to_pylist()
        if any(
            withdrawal.matches_document(row["article_id"], row["raw_sha256"], dedupe.digest_text(row["text"]))
            for withdrawal in withdrawals
        )
    }


def _describe_takedown(withdrawal: release.Withdrawal) -> str:
    """Return the detail of a reject that a withdrawal caused."""
    return f"Taken down on request: {withdrawal.reason}"
