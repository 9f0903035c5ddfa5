"""What documents became, kept from run to run, so that work that was done is not done again.

    state/outcomes/<code>/<digest>/   a shard: what became of some hundred documents, as Arrow files
        documents.arrow               their keys, and in which row of which table each ended
        articles.arrow rejects.arrow spans.arrow evidence.arrow prints.arrow    as flows.workers.batch_processing made them
    state/sources/<digest>/           what the last run found in its source: see `flows.cache.source_index`

A **key** is the digest of all of a document that decides what it becomes: its bytes, what kind they are, the URL, hour
and statements that came with them, and for a page the effort asked for. Where the document lay is not in it: a line
that moved within its file, or a file that got another name, is the same document. Its names and, where it has no URL,
its article_id are those of today's place, laid over what was kept.

`code` is the digest of the code, the outlets' registry, the byline shapes and the libraries that make an outcome
(`version`). What only some documents consult, the profile of their outlet, is recorded with each document instead: a
mended profile makes those stale and no others. Rejects that the machine may have caused (too_slow, crashed) are not
kept.

A folder is named after the digest of its files and put in place by rename. Whoever opens the store hashes every file
first: a shard that is cut off or changed is removed, and its documents are cleaned again; nothing of it is published.
Killed at any instant, what was put in place stays and is found by the next run.

How much is kept has a bound, see `upkeep`; `kliping prune` removes what no listed release needs. Whoever is purged
is purged here as well: `forget`. Everything here is a help and no record: without it a run does more work and makes the
same bytes.
"""

from flows.cache.cache_key import key_of
from flows.cache.code_version import Version, version
from flows.cache.outcome_store import Places, Store
from flows.cache.retention import bound, forget, prune
from flows.cache.shard_files import Held, Kept, Shard
from flows.cache.source_index import FILES, NOTHING, Ledger, at_rest, lay, reading, recall, remember, settled

__all__ = [
    "FILES",
    "NOTHING",
    "Held",
    "Kept",
    "Ledger",
    "Places",
    "Shard",
    "Store",
    "Version",
    "at_rest",
    "bound",
    "forget",
    "key_of",
    "lay",
    "prune",
    "reading",
    "recall",
    "remember",
    "settled",
    "version",
]
