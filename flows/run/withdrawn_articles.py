"""Articles that were taken down: their rows become rejects, and what state/ holds of purged ones is deleted."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, release
from flows.run.run_state import RejectionsByRow, RunState
from schemas import arrow


def reject_withdrawn(state: RunState, withdrawals: list[release.Withdrawal]) -> RunState:
    """Move withdrawn articles of this run, and exact duplicates of them, to rejects.

    A reject of the same bytes becomes `withdrawn` too and loses its preview.
    """
    if not withdrawals:
        return state
    keys = state.articles.select(["row", "article_id", "raw_sha256"])
    keys = keys.append_column("text", pa.array(_read_text_digests(state), pa.string()))
    rejections: RejectionsByRow = {}
    purged_digests = set(state.rejects["raw_sha256"].to_pylist())
    purged_digests &= {digest for withdrawal in withdrawals if withdrawal.purge for digest in withdrawal.raw_sha256}
    for withdrawal in withdrawals:
        matches = keys.filter(_match_withdrawal(keys, withdrawal))
        purged_digests |= set(matches["raw_sha256"].to_pylist()) if withdrawal.purge else set()
        for row in matches["row"].to_pylist():
            rejections.setdefault(row, ("withdrawn", describe_takedown(withdrawal)))
    rejects = redact_rejects(state.rejects, withdrawals)
    redacted_state = replace(state, rejects=rejects, purged_digests=frozenset(purged_digests))
    return redacted_state.reject_rows(rejections, "release")


def redact_rejects(rejects: pa.Table, withdrawals: Sequence[release.Withdrawal]) -> pa.Table:
    """Return rejects in which those of withdrawn documents are `withdrawn` and without preview."""
    details = {digest: describe_takedown(one) for one in reversed(withdrawals) for digest in one.raw_sha256}
    is_withdrawn = pc.is_in(rejects["raw_sha256"], value_set=pa.array(list(details), pa.string()))
    redacted = [
        {**row, "stage": "release", "reason": "withdrawn", "detail": details[row["raw_sha256"]], "preview": None}
        for row in rejects.filter(is_withdrawn).to_pylist()
    ]
    others = rejects.filter(pc.invert(is_withdrawn))
    return pa.concat_tables([others, arrow.build_table(arrow.REJECTS, redacted)])


def _match_withdrawal(keys: pa.Table, withdrawal: release.Withdrawal) -> pa.ChunkedArray:
    """Return a mask of the rows that the withdrawal matches, as `Withdrawal.matches_document` does for one."""
    is_match = pc.equal(keys["article_id"], withdrawal.article_id)
    for name, digests in (("raw_sha256", withdrawal.raw_sha256), ("text", withdrawal.text_digests)):
        is_match = pc.or_(is_match, pc.is_in(keys[name], value_set=pa.array(digests, pa.string())))
    return is_match


def _read_text_digests(state: RunState) -> list[str]:
    """Read `dedupe.digest_text` of each article of this run from the prints, in the order of the table."""
    digests = np.empty(state.articles.num_rows, object)
    shard_numbers, positions = state.articles["shard"].to_numpy(), state.articles["at"].to_numpy()
    for number in np.unique(shard_numbers).tolist():
        places = np.flatnonzero(shard_numbers == number)
        shard_digests = state.shards[number].read_table("prints", ["text_digest"])["text_digest"]
        digests[places] = shard_digests.take(pa.array(positions[places])).to_pylist()
    return list(digests)


def forget_purged(dataset: release.Dataset, state: RunState, withdrawals: Sequence[release.Withdrawal]) -> None:
    """Delete the raw bytes and cached outcomes of purged articles that this run read.

    Call it last: no row of `state` can be read afterwards.
    """
    if any(withdrawal.purge for withdrawal in withdrawals):
        text_digests = {text for withdrawal in withdrawals if withdrawal.purge for text in withdrawal.text_digests}
        release.delete_raw_bytes(dataset, state.purged_digests)
        cache.purge_documents(dataset.state, state.purged_digests, text_digests)


def describe_takedown(withdrawal: release.Withdrawal) -> str:
    """Return the detail of a reject that a withdrawal caused."""
    return f"Taken down on request: {withdrawal.reason}"
