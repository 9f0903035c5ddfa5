"""Resolution of ids that several documents claim."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from flows.run.claimed_ids import separate_unlike_documents
from flows.run.parent_rows import ParentRows
from flows.run.run_state import RejectionsByRow, RunState
from flows.run.segment_index import compute_source_hashes
from schemas import arrow

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
    files, parent_rows = _match_parent_rows(parent, parent_index, state, append=append)
    state = separate_unlike_documents(state, files, parent_rows)
    state = _drop_older_documents(state, parent_rows if append else parent_rows.slice(0, 0))
    return _make_source_ids_unique(state, parent_rows if append else parent_rows.slice(0, 0))


def _match_parent_rows(
    parent: Path | None, parent_index: ParentRows | None, state: RunState, *, append: bool
) -> tuple[list[Path], pa.Table]:
    """Return the parent's rows, without texts, whose id or source_id this run claims, and the files that hold them.

    Without `append` only the claims of declared canonicals matter.
    """
    keys = state.articles
    declared = keys if append else keys.filter(pc.is_valid(keys["fallback_id"]))
    if parent is None or not declared.num_rows:
        return [], _PARENT_ROWS.empty_table()
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
    return files, pa.concat_tables(tables)


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
