"""Content-addressed cache of processed documents, reused across runs.

    state/outcomes/<code>/<digest>/   a shard: the outcomes of some hundred documents, as Arrow files
        documents.arrow               their keys, and the table and row of each outcome
        articles.arrow rejects.arrow spans.arrow evidence.arrow prints.arrow    tables of flows.workers.batch_processing
    state/sources/<digest>/           index of the last source that was read: see `flows.cache.source_index`

A **key** is the digest of everything in a document that determines its outcome: its bytes, its kind, the URL, the time
and the statements that came with it, and for a page the effort asked for. The place of the document is not part of it:
a line that moved within its file, or a renamed file, is the same document. Names and, for a document without URL, its
article_id are taken from the current place and replace the cached ones.

`code` is the digest of the code that the worker imports, the outlet registry, the byline shapes and the libraries
(`compute_code_version`). The profile of an outlet, which only some documents consult, is recorded with each document
instead: a changed profile makes those documents stale and no others. Rejects that the machine may have caused
(too_slow, crashed) are not reused.

A folder is named after the digest of its files and put in place by rename. Opening the store hashes every file first:
a truncated or changed shard is removed, its documents are processed again, and none of it is published. After a kill
at any instant, the shards already in place are found by the next run.

The size is bounded, see `evict_unused_outcomes`; `prune_outcomes` (`kliping prune`) removes what no listed release
needs, and `purge_documents` what a takedown purges. The cache is disposable: a run without it does more work and
produces the same bytes.
"""

from flows.cache.cache_key import compute_document_key
from flows.cache.code_version import CodeVersion, compute_code_version
from flows.cache.outcome_store import OutcomeLocations, OutcomeStore
from flows.cache.retention import evict_unused_outcomes, prune_outcomes, purge_documents
from flows.cache.shard_files import InMemoryShard, Shard, StoredShard
from flows.cache.source_index import (
    EMPTY_INDEX,
    INDEXED_FILES,
    SourceIndex,
    build_settled_lookup,
    commit_source_index,
    compute_reader_digest,
    load_source_index,
    mask_settled_files,
    stage_source_index,
)

__all__ = [
    "EMPTY_INDEX",
    "INDEXED_FILES",
    "CodeVersion",
    "InMemoryShard",
    "OutcomeLocations",
    "OutcomeStore",
    "Shard",
    "SourceIndex",
    "StoredShard",
    "build_settled_lookup",
    "commit_source_index",
    "compute_code_version",
    "compute_document_key",
    "compute_reader_digest",
    "evict_unused_outcomes",
    "load_source_index",
    "mask_settled_files",
    "prune_outcomes",
    "purge_documents",
    "stage_source_index",
]
