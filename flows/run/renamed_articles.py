"""Articles of a parent whose article_ids follow an older identity rule.

Their documents are recognised by their bytes, else by their place, so that a new rule shows in the changes as `changed`
(field `article_id`) and not as articles removed and added.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from flows.run.run_state import RunState
from schemas import IDENTITY_RULE

_FIRST_RULE: Final = 1  # of manifests that do not name it
_MATCHED_BY: Final = (("raw_sha256", "source_uri"), ("raw_sha256",), ("source_uri",))


def match_renamed_articles(state: RunState, parent: Path | None) -> RunState:
    """Return a state whose `renamed_ids` map the parent's ids to those of this run's same documents.

    Nothing is mapped where the parent follows the same identity rule. An article that keeps its id is not matched, and
    each document is matched once.
    """
    if parent is None or release.read_manifest(parent).get("identity_rule", _FIRST_RULE) >= IDENTITY_RULE:
        return state
    columns = ["article_id", "raw_sha256", "source_uri"]
    current_ids = state.articles["article_id"].combine_chunks()
    parent_rows: list[dict[str, str]] = []
    parent_ids: list[pa.Array] = []
    dropped_segments = release.list_dropped_segments(parent, release.read_manifest(parent))
    dropped_files = [file for segment in dropped_segments for file in segment.list_files("articles")]
    files = [*release.list_table_files(parent, "articles"), *dropped_files]
    for batch in release.read_file_batches(files, "articles", columns):
        parent_ids.append(batch.column("article_id"))
        is_gone = pc.invert(pc.is_in(batch.column("article_id"), value_set=current_ids))
        parent_rows += batch.filter(is_gone).to_pylist()
    is_new = pc.invert(pc.is_in(state.articles["article_id"], value_set=pa.concat_arrays(parent_ids)))
    documents = state.articles.select(columns).filter(is_new).to_pylist()
    return replace(state, renamed_ids=dict(_pair_documents(parent_rows, documents)))


def _pair_documents(parent_rows: list[dict[str, str]], documents: list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield (old id, new id) of documents with the same bytes and place, then the same bytes, then the same place."""
    for names in _MATCHED_BY:
        documents_by_key: dict[tuple[str, ...], list[dict[str, str]]] = {}
        for document in documents:
            documents_by_key.setdefault(tuple(document[name] for name in names), []).append(document)
        unmatched_rows = []
        paired_ids: set[str] = set()
        for row in parent_rows:
            matches = documents_by_key.get(tuple(row[name] for name in names))
            if matches:
                document = matches.pop(0)
                paired_ids.add(document["article_id"])
                yield row["article_id"], document["article_id"]
            else:
                unmatched_rows.append(row)
        parent_rows = unmatched_rows
        documents = [document for document in documents if document["article_id"] not in paired_ids]
