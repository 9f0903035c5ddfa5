"""The release room: draft -> staged -> audited -> committed, on a local disk, safe at every instant.

    output/<dataset>/
      latest.json        {dataset, version, path, digest}: the current release. Its replacement is the commit.
      latest             a relative link to the same folder, for people; nothing here reads it
      versions.json      a list of entries, newest first: every run that published, was refused or was withdrawn
      CHANGELOG.md       the same in plain words: a function of versions.json
      releases/<version>/  what readers read: files 0444, folders 0555
      refused/<run>/     manifest, rejects and validation of a run that was not published
      .staging/<run>/    a release in the making; whatever lies here while nobody holds the lock is dead
      state/             publisher.lock, journal.json, withdrawn.json, raw/ (packs of raw bytes)

How one run uses it (all of it inside the lock):

    with publisher_lock(dataset, wait_seconds, run_id=run) as notes:      # notes: what recovery did, in sentences
        if (entry := find_equal(dataset, facts.fingerprint())): ...       # nothing new
        folder = stage(dataset, draft, next_version(dataset, today), pages)
        audit(folder)                                                     # AuditError names file and fact
        commit(dataset, folder, read_manifest(folder))                    # or refuse(dataset, draft, why)

A release. Tables are Parquet: schema and metadata of schemas.arrow, zstd, no pandas metadata, sorted; row groups
are cut by row number, so the bytes depend on the rows alone. The CSVs are made from the Parquet. `manifest.json`
holds everything that is known of the run, and it alone holds the clock, the version, the run's id and the host:

    {dataset, version, schema_version, parent, fingerprint,
     created_at, run_id, host,                  (created_at: when the run started, ISO 8601, UTC)
     inputs: {uri, digest, files, bytes}, parameters: {...},
     digests: {code, lock, withdrawn}, libraries: {name: version},
     counts: {documents_in, carried_over, published, dropped: {reason: n}, rejected: {reason: n}},
     changes: {added, changed, removed},        (empty where refused)
     files: [{path, bytes, sha256, table?, rows?}],  (all but the pages; table and rows for Parquet)
     checks: [...], refused: [sentence],        (refused is empty unless the run was)
     accepted_drift: reason, remakes: version}  (empty, null: as nearly always)

`SHA256SUMS` is written last and covers every file but itself. A release's digest, in latest.json and versions.json,
is the SHA-256 of SHA256SUMS: it stands for every byte of the release.

Commit. Files and folders are fsynced, the name is checked to be free, state/journal.json says what is about to
happen, the folder is renamed into releases/ and made read-only, then versions.json, CHANGELOG.md, and last
latest.json. Whoever takes the lock next reads the journal: a renamed release that verifies is finished, any other is
put back. A reader who follows latest.json never sees a half release; one killed at any instant leaves nothing that
the next run must be told about.

On an object store (`at` with a URL of fsspec) the same happens in a mirror of it on this machine, and what changed is
sent when the lock is let go of: see flows/release/remote_dataset.py.

Mending. set_latest, pin and prune change what stands and what is current; a takedown is listed in
state/withdrawn.json, and purging makes the releases that hold the article again under new versions (`commit` with
`replaces`): the one exception to immutability. Each verb writes the journal first, so the next owner of the lock
finishes what a dead one began; versions.json records each.

Accounting. documents_in + carried_over = published + dropped + rejected, and the rejects table holds one row for
each document dropped or rejected. A release where this does not hold is not published.

Every failure is a ReleaseError with one sentence; Busy, AuditError, Mistaken (asked for what is not there) and
Declined (it would do harm) are kinds of it.
"""

from flows.release.audit import audit, read_back
from flows.release.carried_rows import Carried, carry_over, complete
from flows.release.changes_table import VALUES, diff
from flows.release.checkout_digests import code_digest, lock_digest
from flows.release.commit import commit, recover
from flows.release.draft import Draft, Facts, Inputs
from flows.release.errors import AuditError, Busy, Declined, Mistaken, Outrun, ReleaseError
from flows.release.fingerprint_store import keep_prints, kept_prints, mapped_prints
from flows.release.integrity import Damage, verify
from flows.release.layout import Dataset, Entry, find_equal, listed, next_version
from flows.release.lock_file import publisher_lock
from flows.release.manifest import read_manifest
from flows.release.memory_maps import Mapped, mapped, rest
from flows.release.parquet_tables import ORDER, SCHEMAS, Sorted, batches, load
from flows.release.raw_store import Keeper, fetch, fetch_all, forget, keep
from flows.release.refusal import refuse
from flows.release.remote_dataset import Mirror, at
from flows.release.stage import stage
from flows.release.version_history import pin, prune, set_latest
from flows.release.withdrawals import Withdrawal, withdraw, withdrawals, withdrawn_digest

__all__ = [
    "ORDER",
    "SCHEMAS",
    "VALUES",
    "AuditError",
    "Busy",
    "Carried",
    "Damage",
    "Dataset",
    "Declined",
    "Draft",
    "Entry",
    "Facts",
    "Inputs",
    "Keeper",
    "Mapped",
    "Mirror",
    "Mistaken",
    "Outrun",
    "ReleaseError",
    "Sorted",
    "Withdrawal",
    "at",
    "audit",
    "batches",
    "carry_over",
    "code_digest",
    "commit",
    "complete",
    "diff",
    "fetch",
    "fetch_all",
    "find_equal",
    "forget",
    "keep",
    "keep_prints",
    "kept_prints",
    "listed",
    "load",
    "lock_digest",
    "mapped",
    "mapped_prints",
    "next_version",
    "pin",
    "prune",
    "publisher_lock",
    "read_back",
    "read_manifest",
    "recover",
    "refuse",
    "rest",
    "set_latest",
    "stage",
    "verify",
    "withdraw",
    "withdrawals",
    "withdrawn_digest",
]
