"""Resolution of ids that several documents claim, and rejection of articles that were taken down."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, dedupe, release
from flows.run.claimed_ids import separate_unlike_documents
from flows.run.parent_rows import ParentRows
from flows.run.run_state import RejectionsByRow, RunState
from flows.run.segment_index import compute_source_hashes
from schemas import arrow, stage_tables

_PARENT_ROWS: Final = pa.schema(
    [
        *(
            arrow.ARTICLES.field(name).remove_metadata()
            for name in ("article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "char_count")
        ),
        pa.field("revised_at", arrow.ARTICLES.field("published_at").type),
    ]
)


def resolve_id_conflicts(
    state: RunState, parent: Path | None = None, *, append: bool = False, parent_index: ParentRows | None = None
) -> RunState:
    """Keep one row for each article_id, and make each source_id unique; nothing else is rejected.

    Unlike documents that only claim the same id are separated first (flows/run/claimed_ids.py). Of the documents of one
    article the later fetched_at wins (none counts as earliest), then the later stated revision, then the longer text,
    then the greater raw_sha256. With `append` the parent's row of the article takes part: where it wins, this run's
    documents are dropped. With the parent's index only the segments that hold a claimed id are read.
    """
    parent_rows = _match_parent_rows(parent, parent_index, state, append=append)
    state = separate_unlike_documents(state, parent, parent_rows)
    state = _drop_older_documents(state, parent_rows if append else parent_rows.slice(0, 0))
    return _make_source_ids_unique(state, parent_rows if append else parent_rows.slice(0, 0))


def _match_parent_rows(
    parent: Path | None, parent_index: ParentRows | None, state: RunState, *, append: bool
) -> pa.Table:
    """Return the parent's rows, without texts, whose id or source_id this run claims.

    Without `append` only the claims of declared canonicals matter.
    """
    keys = state.articles
    declared = keys if append else keys.filter(pc.is_valid(keys["fallback_id"]))
    if parent is None or not declared.num_rows:
        return _PARENT_ROWS.empty_table()
    all_ids = pa.concat_arrays([*declared["article_id"].chunks, *declared["fallback_id"].drop_null().chunks])
    source_ids = keys["source_id"].combine_chunks() if append else pa.array([], pa.string())
    tables = [_PARENT_ROWS.empty_table()]
    files = release.list_table_files(parent, "articles")
    if parent_index is not None:
        files = _list_claimed_files(parent_index, all_ids, source_ids)
    # The parent does not say when it was modified: its stated publication stands for that.
    for batch in release.read_file_batches(files, "articles", [*_PARENT_ROWS.names[:-1], "published_at"]):
        is_claimed = pc.or_(
            pc.is_in(batch.column("article_id"), value_set=all_ids), pc.is_in(batch.column("source_id"), source_ids)
        )
        if is_claimed.true_count:
            claimed = pa.Table.from_batches([batch.filter(is_claimed)])
            tables.append(claimed.rename_columns(_PARENT_ROWS.names).cast(_PARENT_ROWS))
    return pa.concat_tables(tables)


def _list_claimed_files(parent_index: ParentRows, ids: pa.Array, source_ids: pa.Array) -> list[Path]:
    """List the articles files of the parent that hold one of these ids, or may hold one of these source_ids."""
    numbers = set(parent_index.find_ids(ids).segments.tolist())
    hashes = compute_source_hashes(source_ids)
    for number, index in enumerate(parent_index.indexes):
        if np.isin(index.read_column("source_hash").to_numpy(), hashes).any():
            numbers.add(number)
    return [file for number in sorted(numbers - {-1}) for file in parent_index.segments[number].list_files("articles")]


def _drop_older_documents(state: RunState, parent_rows: pa.Table) -> RunState:
    """Reject as `same_article` all documents of an article but the one that wins."""
    is_published = pc.is_in(state.articles["article_id"], value_set=parent_rows["article_id"].combine_chunks())
    contested_rows = np.union1d(_find_repeated(state.articles["article_id"]), np.flatnonzero(is_published))
    if not len(contested_rows):
        return state
    contested = replace(state, articles=state.articles.take(pa.array(contested_rows)))
    columns = ["article_id", "source_uri", "raw_sha256", "fetched_at", "char_count", "revised_at"]
    keys = pa.concat_tables([table.select([*columns, "row"]) for table in contested.stream_articles(columns)])
    published = parent_rows.filter(pc.is_in(parent_rows["article_id"], keys["article_id"].combine_chunks()))
    # A document that the parent read too is cleaned by today's code: the parent's row of it never wins.
    read_digests = pa.concat_arrays([*keys["raw_sha256"].chunks])
    published = published.filter(pc.invert(pc.is_in(published["raw_sha256"], read_digests)))
    candidates = pd.concat([keys.to_pandas(), published.select(columns).to_pandas().assign(row=-1)], ignore_index=True)
    precedence = ["fetched_at", "revised_at", "char_count", "raw_sha256", "source_uri"]
    candidates = candidates.sort_values(precedence, na_position="first", kind="stable").iloc[::-1]
    is_loser = candidates.duplicated("article_id")
    winners = candidates[~is_loser].set_index("article_id")
    rejections: RejectionsByRow = {}
    for loser in candidates[is_loser & (candidates["row"] >= 0)].itertuples():
        winner = winners.loc[loser.article_id]
        place = winner["source_uri"] if winner["row"] >= 0 else f"{winner['source_uri']}, published before"
        detail = f"The same article stands at {place}: {_explain_precedence(winner, loser)}."
        rejections[int(loser.row)] = ("same_article", detail)
    return state.reject_rows(rejections, "dedupe")


def _explain_precedence(winner: Any, loser: Any) -> str:  # noqa: ANN401  rows of pandas
    """Say why one document of an article wins over another."""
    reasons = {
        "fetched_at": "it was fetched later",
        "revised_at": "it says that it was published or changed later",
        "char_count": "its text is longer",
    }
    for name, reason in reasons.items():
        winning, losing = winner[name], getattr(loser, name)
        if pd.isna(winning) != pd.isna(losing) or (pd.notna(winning) and winning != losing):
            return reason
    return "its bytes are the same" if winner["raw_sha256"] == loser.raw_sha256 else "its digest is greater"


def _make_source_ids_unique(state: RunState, parent_rows: pa.Table) -> RunState:
    """Add `~article_id` to the source_id of each row but the first that has it, and where a carried row has it."""
    keys = state.articles
    carried = parent_rows.filter(
        pc.invert(pc.is_in(parent_rows["article_id"], value_set=keys["article_id"].combine_chunks()))
    )
    is_taken = np.asarray(pc.is_in(keys["source_id"], value_set=carried["source_id"].combine_chunks()))
    repeated_places = _find_repeated(keys["source_id"])
    repeated_ids = keys["source_id"].take(pa.array(repeated_places)).to_pandas()
    is_taken[repeated_places[repeated_ids.duplicated().to_numpy()]] = True
    if not is_taken.any():
        return state
    suffixed_ids = pc.binary_join_element_wise(keys["source_id"], keys["article_id"], "~")
    source_ids = pc.if_else(pa.array(is_taken), suffixed_ids, keys["source_id"])
    return replace(state, articles=arrow.replace_column(keys, "source_id", source_ids))


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
