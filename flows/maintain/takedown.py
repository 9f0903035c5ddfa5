"""Takedown of an article from all later releases and, with `purge`, from stored bytes and published releases.

Purging is the one exception to immutability. Each release that holds the article, an exact duplicate of it, or words of
it in its rejects is remade without them as a new version that replaces it. Then the raw bytes are deleted. After a kill
at any instant, finished steps stand, the withdrawal is still `asked` in state/withdrawn.json, and the same command
finishes the rest.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, release, report, run
from flows.release.filesystem import remove_tree
from schemas.vocabulary import DROPPED


@dataclass(frozen=True)
class TakedownReport:
    """Result of a takedown: its entry, the documents that it keeps out, and what a purge removed."""

    entry: release.Withdrawal
    source_ids: tuple[str, ...]
    replaced_versions: tuple[tuple[str, str], ...] = ()  # (old version, new version)
    removed_refusals: tuple[str, ...] = ()  # refused runs that held words of the article
    forgotten_count: int = 0  # documents whose raw bytes were removed

    def format_lines(self) -> Iterator[str]:
        """Yield lines for a terminal."""
        yield f"{self.entry.article_id} is taken down: no later release will hold it or an exact duplicate of it."
        yield from (f"    kept out: {name}" for name in self.source_ids)
        if not self.entry.purge:
            yield "Earlier releases still hold it, and so does state/raw; --purge removes it there too."
            return
        yield from (
            f"    {old} was made again as {new}, and its files were removed" for old, new in self.replaced_versions
        )
        yield from (f"    the record of the refused run {run_id} was removed" for run_id in self.removed_refusals)
        yield f"Raw bytes removed: {self.forgotten_count:,} documents. Remove the source's own copy by hand."


@dataclass(frozen=True)
class _RecordedInputs:
    """Inputs of a release as its manifest records them."""

    uri: str
    digest: str
    files: int
    bytes: int


def take_down_article(
    dataset: release.Dataset, article_id: str, reason: str, *, purge: bool, now: datetime, run_id: str
) -> TakedownReport:
    """Withdraw an article, and purge it if asked. Call it while holding the publisher's lock.

    Raises InvalidRequestError where no release holds the article, or without a reason.
    """
    withdrawals = {withdrawal.article_id: withdrawal for withdrawal in release.read_withdrawals(dataset)}
    previous = withdrawals.get(article_id)
    entries = [entry for entry in dataset.read_versions() if entry.version and dataset.has_files(entry)]
    source_ids, raw_digests, text_digests = _find_copies(dataset, entries, article_id)
    if not source_ids and previous is None:
        raise release.InvalidRequestError(
            f"No release of {dataset.name} holds the article {article_id}: `kliping diff` and data/ name the ids."
        )
    if not reason and previous is None:
        raise release.InvalidRequestError("Give a --reason: it is published with the reject.")
    withdrawal = release.Withdrawal(
        article_id,
        reason or (previous.reason if previous else ""),
        previous.at if previous else now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        tuple(sorted({*raw_digests, *(previous.raw_sha256 if previous else ())})),
        tuple(sorted({*text_digests, *(previous.text_digests if previous else ())})),
        "asked" if purge else previous.purge if previous else "",
    )
    release.record_withdrawal(dataset, withdrawal)
    takedown = TakedownReport(withdrawal, tuple(sorted(source_ids)))
    return _purge_releases(dataset, entries, takedown, now, run_id) if purge else takedown


def _find_copies(
    dataset: release.Dataset, entries: list[release.VersionEntry], article_id: str
) -> tuple[set[str], set[str], set[str]]:
    """Return the source_ids, raw digests and text digests of the article and its exact duplicates in all releases."""
    source_ids: set[str] = set()
    raw_digests: set[str] = set()
    text_digests: set[str] = set()
    opened: dict[str, run.SegmentIndex] = {}
    parents = [_open_release(dataset, entry, opened) for entry in entries]
    for parent in parents:  # first the texts of the article itself, then other articles with one of them
        for number, rows in run.find_rows_by_ids(parent, {article_id}):
            digests = parent.indexes[number].read_column("text_digest").take(pa.array(rows)).drop_null()
            text_digests |= {digest.hex() for digest in digests.to_pylist()}
    probe = release.Withdrawal(article_id, "", "", (), tuple(sorted(text_digests)))
    for parent in parents:
        for number, rows in run.find_withdrawn_rows(parent, [probe]):
            keys = parent.load_keys(number, rows)
            source_ids |= set(keys["source_id"].to_pylist())
            raw_digests |= set(keys["raw_sha256"].to_pylist())
    for entry in entries:
        folder = dataset.locate_folder(entry)
        # Older releases did not keep dropped duplicates: whether one is an exact copy is not known there.
        keeps_dropped = "dropped_segments" in release.read_manifest(folder)
        reasons = DROPPED - {"duplicate"} if keeps_dropped else DROPPED
        for row in release.load_table(folder, "rejects").to_pylist():
            if row["reason"] in reasons and row["raw_sha256"] and article_id in row["detail"]:
                source_ids.add(row["source_id"])
                raw_digests.add(row["raw_sha256"])
    return source_ids, raw_digests, text_digests


def _open_release(
    dataset: release.Dataset, entry: release.VersionEntry, opened: dict[str, run.SegmentIndex]
) -> run.ParentRows:
    """Open a release by way of its indexes; segments that releases share are opened once."""
    return run.open_parent(dataset.locate_folder(entry), run.IndexFolder(dataset.state / "index", opened))


def _purge_releases(
    dataset: release.Dataset, entries: list[release.VersionEntry], takedown: TakedownReport, now: datetime, run_id: str
) -> TakedownReport:
    """Remake the releases that hold the article, remove refused runs with words of it, delete its raw bytes."""
    raw_digests = set(takedown.entry.raw_sha256)
    replaced_versions: dict[str, str] = {}
    opened: dict[str, run.SegmentIndex] = {}
    rewritten: dict[str, Path] = {}
    for number, entry in enumerate(reversed(entries)):
        parent = _open_release(dataset, entry, opened)
        if _holds_withdrawn(parent, takedown.entry):
            assert entry.version
            replaced_versions[entry.version] = _remake_release(
                dataset, parent, replaced_versions, rewritten, now, f"{run_id}-{number}"
            )
    # Nothing of the article stays in an index: those of all segments are built again by the next run.
    remove_tree(dataset.state / "index")
    removed_refusals = []
    for path in sorted(dataset.refused.iterdir()) if dataset.refused.is_dir() else []:
        if _has_words(release.load_table(path, "rejects"), takedown.entry):
            # Its entry in versions.json stays, with counts and reasons.
            path.rename(dataset.staging / f"purged-{path.name}") if dataset.staging.is_dir() else remove_tree(path)
            removed_refusals.append(path.name)
    forgotten_count = release.delete_raw_bytes(dataset, raw_digests)
    cache.purge_documents(dataset.state, raw_digests, set(takedown.entry.text_digests))
    purged_entry = replace(takedown.entry, purge="done")
    release.record_withdrawal(dataset, purged_entry)
    return replace(
        takedown,
        entry=purged_entry,
        replaced_versions=tuple(replaced_versions.items()),
        removed_refusals=tuple(removed_refusals),
        forgotten_count=forgotten_count,
    )


def _holds_withdrawn(parent: run.ParentRows, entry: release.Withdrawal) -> bool:
    """Return whether a release holds the withdrawn article or words of it."""
    return bool(run.find_withdrawn_rows(parent, [entry])) or _has_words(
        release.load_table(parent.path, "rejects"), entry
    )


def _has_words(rejects: pa.Table, entry: release.Withdrawal) -> bool:
    """Return whether rejects hold words of the withdrawn article."""
    is_copy = pc.is_in(rejects["raw_sha256"], value_set=pa.array(entry.raw_sha256, pa.string()))
    return bool(pc.any(pc.and_(is_copy, pc.not_equal(rejects["reason"], "withdrawn"))).as_py())


def _remake_release(
    dataset: release.Dataset,
    parent: run.ParentRows,
    replaced_versions: dict[str, str],
    rewritten: dict[str, Path],
    now: datetime,
    run_id: str,
) -> str:
    """Publish a release again without withdrawn articles, in place of the old one; return the new version.

    `rewritten` maps the paths of segment files that an earlier release was given in this purge to that file: a release
    that needs the same file links it.
    """
    path, manifest = parent.path, release.read_manifest(parent.path)
    withdrawals = release.read_withdrawals(dataset)
    counts = manifest["counts"]
    withdrawn = run.find_withdrawn_rows(parent, withdrawals)
    withdrawn_ids = run.list_ids(parent, withdrawn)
    state = run.load_release_state(parent, withdrawn, withdrawals, counts["documents_in"], counts["carried_over"])
    state = run.remove_returned_rejects(run.mark_duplicates(state, manifest["parameters"].get("duplicates", "mark")))
    has_returned = state.articles.num_rows > 0
    work = dataset.staging_path(f"{run_id}.work")
    work.mkdir(parents=True)
    release_verdict = run.validate_release(state, accept_drift="a takedown", has_parent=False)
    state = run.plan_segments(state, merge=False)
    row_verdict = run.revalidate_rows(run.load_all_keys(state), now.date(), work)
    verdicts = {"articles": row_verdict, "release": release_verdict}
    parent_version = manifest["parent"]
    facts = release.RunFacts(
        dataset=dataset.name,
        run_id=run_id,
        started_at=now,
        inputs=_RecordedInputs(**manifest["inputs"]),
        documents_in=0,
        carried_over=0,
        parameters=manifest["parameters"],
        code_digest=manifest["digests"]["code"],
        lock_digest=manifest["digests"]["lock"],
        withdrawn_digest=release.compute_withdrawn_digest(withdrawals),
        host=socket.gethostname(),
        parent=replaced_versions.get(parent_version, parent_version),
        libraries=manifest["libraries"],
        accepted_drift=manifest.get("accepted_drift", ""),
        remakes=path.name,
    )
    changes = release.load_table(path, "changes")
    changes = changes.filter(
        pc.invert(pc.is_in(changes["article_id"], value_set=pa.array(sorted(withdrawn_ids), pa.string())))
    )
    # Where dropped duplicates return, the whole release is compared with its parent, if that is still there.
    has_parent = facts.parent is not None and (dataset.release_path(facts.parent) / "manifest.json").is_file()
    is_compared = has_returned and (has_parent or facts.parent is None)
    version = release.allocate_version(dataset, now.date())
    draft = run.build_draft(facts, state, verdicts, work)
    draft = replace(
        draft,
        facts=replace(draft.facts, accepted_drift=facts.accepted_drift),
        compute_changes=None if is_compared else lambda _paths: changes,
    )
    folder = release.stage_release(dataset, draft, version, report.write_pages)
    release.audit_release(folder)
    staged = release.read_manifest(folder)
    release.share_equal_files(folder, staged, rewritten)
    release_path = release.commit_release(dataset, folder, staged, replaces=path.name)
    rewritten |= {file["path"]: release_path / file["path"] for file in staged["files"]}
    return version
