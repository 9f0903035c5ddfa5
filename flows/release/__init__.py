"""Publication of releases: draft -> staged -> audited -> committed, safe against a kill at any instant.

    output/<dataset>/
      latest.json        {dataset, version, path, digest}: the current release. Its replacement is the commit.
      latest             a relative link to the same folder, for people; this package does not read it
      versions.json      a list of entries, newest first: every run that published, was refused or was withdrawn
      CHANGELOG.md       the same for people, generated from versions.json
      releases/<version>/  the published releases: files 0444, folders 0555
      refused/<run>/     manifest, rejects and validation of a run that was not published
      .staging/<run>/    a staged release; anything here while nobody holds the lock is stale
      state/             publisher.lock, journal.json, withdrawn.json, raw/ (packs of raw bytes)

How one run uses it (all of it inside the lock):

    with publisher_lock(dataset, wait_seconds, run_id=run) as notes:      # notes: what recovery did, in sentences
        if (entry := find_equal_release(dataset, facts.compute_fingerprint())): ...    # nothing new
        folder = stage_release(dataset, draft, allocate_version(dataset, today), write_pages)
        audit_release(folder)                                             # AuditError names file and problem
        commit_release(dataset, folder, read_manifest(folder))            # or refuse_run(dataset, draft, why)

A release. Tables are Parquet: schema and metadata of schemas.arrow, zstd, no pandas metadata, sorted; row groups
are cut by row number, so the bytes depend on the rows alone. The CSVs are made from the same rows. `manifest.json`
records the whole run, and it alone holds the clock, the version, the run's id and the host:

    {dataset, version, schema_version, parent, fingerprint,
     created_at, run_id, host,                  (created_at: when the run started, ISO 8601, UTC)
     inputs: {uri, digest, files, bytes}, parameters: {...},
     digests: {code, lock, withdrawn}, libraries: {name: version},
     counts: {documents_in, carried_over, published, dropped: {reason: n}, dropped_before, rejected: {reason: n}},
     changes: {added, changed, removed},        (empty where refused)
     files: [{path, bytes, sha256, table?, rows?}],  (all but the pages; table and rows for Parquet)
     checks: [...], refused: [sentence],        (refused is empty unless the run was)
     accepted_drift: reason, remakes: version}  (usually empty and null)

`SHA256SUMS` is written last and covers every file but itself. A release's digest, in latest.json and versions.json,
is the SHA-256 of SHA256SUMS, and so covers every byte of the release.

Commit. The version is checked to be unused, files and folders are fsynced, and state/journal.json records the planned
operation. Then the folder is renamed into releases/ and made read-only, and versions.json, CHANGELOG.md and, last,
latest.json are replaced. The next owner of the lock reads the journal: a renamed release that verifies is finished, any
other is rolled back. A reader who follows latest.json never sees an incomplete release, and a publisher killed at any
instant leaves nothing that the next run cannot recover by itself.

On an object store (`open_dataset` with a URL of fsspec) the same happens in a local mirror, and the changes are sent
before the lock is released: see flows/release/remote_dataset.py.

Maintenance. set_latest, pin_release and prune_releases change which releases are available and which one is current. A
takedown is listed in state/withdrawn.json, and a purge publishes the releases that hold the article again under new
versions (`commit_release` with `replaces`): the one exception to immutability. Each operation writes the journal first,
so that the next owner of the lock finishes it after a crash; versions.json records each.

Accounting. documents_in + carried_over = published + dropped + rejected; carried over are articles and dropped
duplicates. The rejects table holds one row for each document rejected, or dropped by this release; `dropped_before`
counts duplicates that an earlier release dropped. All dropped duplicates lie whole in rejects/dropped-*.parquet, in
segments of their own. A release where this does not hold is not published.

Every failure is a ReleaseError with one sentence. Its subclasses are DatasetBusyError, AuditError,
InvalidRequestError, RequestDeclinedError, ConcurrentCommitError and TakedownWaitsError.
"""

from flows.release.audit import TableFindings, audit_release, inspect_table
from flows.release.carried_rows import upgrade_batch
from flows.release.changes_table import (
    DIGEST_COLUMNS,
    VALUE_COLUMNS,
    build_changes,
    diff_articles,
    diff_files,
    diff_releases,
)
from flows.release.checkout_digests import compute_code_digest, compute_lock_digest
from flows.release.commit import commit_release, recover_dataset
from flows.release.csv_tables import export_csv
from flows.release.draft import Draft, InputSummary, RunFacts, SegmentTables
from flows.release.errors import (
    AuditError,
    ConcurrentCommitError,
    DatasetBusyError,
    InvalidRequestError,
    ReleaseError,
    RequestDeclinedError,
    TakedownWaitsError,
)
from flows.release.integrity import ReleaseDamage, verify_release
from flows.release.layout import Dataset, VersionEntry, allocate_version, find_equal_release, find_release, make_run_id
from flows.release.lock_file import publisher_lock
from flows.release.manifest import describe_file, read_manifest
from flows.release.memory_maps import MappedTable, map_table, release_pages
from flows.release.parquet_tables import (
    SCHEMAS,
    SORT_KEYS,
    SortedRows,
    WrittenFile,
    list_table_files,
    load_table,
    read_batches,
    read_file_batches,
)
from flows.release.raw_store import RawStoreWriter, delete_raw_bytes, iterate_raw_bytes
from flows.release.refusal import refuse_run
from flows.release.remote_dataset import MirroredDataset, open_dataset
from flows.release.segments import (
    SEGMENT_ROWS,
    Segment,
    find_first_free_number,
    list_dropped_segments,
    list_segments,
    plan_merges,
    share_equal_files,
)
from flows.release.shared_files import RestoredFiles, find_sharing_releases, restore_files
from flows.release.sorted_keys import Keys, SortedKeys, split_keys
from flows.release.stage import WrittenSegment, stage_release, write_segment
from flows.release.version_history import pin_release, prune_releases, set_latest
from flows.release.waiting_takedowns import announce_takedown
from flows.release.withdrawals import Withdrawal, compute_withdrawn_digest, read_withdrawals, record_withdrawal

__all__ = [
    "DIGEST_COLUMNS",
    "SCHEMAS",
    "SEGMENT_ROWS",
    "SORT_KEYS",
    "VALUE_COLUMNS",
    "AuditError",
    "ConcurrentCommitError",
    "Dataset",
    "DatasetBusyError",
    "Draft",
    "InputSummary",
    "InvalidRequestError",
    "Keys",
    "MappedTable",
    "MirroredDataset",
    "RawStoreWriter",
    "ReleaseDamage",
    "ReleaseError",
    "RequestDeclinedError",
    "RestoredFiles",
    "RunFacts",
    "Segment",
    "SegmentTables",
    "SortedKeys",
    "SortedRows",
    "TableFindings",
    "TakedownWaitsError",
    "VersionEntry",
    "Withdrawal",
    "WrittenFile",
    "WrittenSegment",
    "allocate_version",
    "announce_takedown",
    "audit_release",
    "build_changes",
    "commit_release",
    "compute_code_digest",
    "compute_lock_digest",
    "compute_withdrawn_digest",
    "delete_raw_bytes",
    "describe_file",
    "diff_articles",
    "diff_files",
    "diff_releases",
    "export_csv",
    "find_equal_release",
    "find_first_free_number",
    "find_release",
    "find_sharing_releases",
    "inspect_table",
    "iterate_raw_bytes",
    "list_dropped_segments",
    "list_segments",
    "list_table_files",
    "load_table",
    "make_run_id",
    "map_table",
    "open_dataset",
    "pin_release",
    "plan_merges",
    "prune_releases",
    "publisher_lock",
    "read_batches",
    "read_file_batches",
    "read_manifest",
    "read_withdrawals",
    "record_withdrawal",
    "recover_dataset",
    "refuse_run",
    "release_pages",
    "restore_files",
    "set_latest",
    "share_equal_files",
    "split_keys",
    "stage_release",
    "upgrade_batch",
    "verify_release",
    "write_segment",
]
