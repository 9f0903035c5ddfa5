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
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, dedupe, release, report, run, validate
from flows.release.filesystem import remove_tree
from flows.settings import ROOT
from schemas.vocabulary import DROPPED

_COPY_COLUMNS: Final = ["article_id", "source_id", "raw_sha256", "text"]


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
    for match_texts in (False, True):  # first the texts of the article itself, then other articles with one of them
        for entry in entries:
            for batch in release.read_batches(dataset.locate_folder(entry), "articles", _COPY_COLUMNS):
                if not match_texts:
                    batch = batch.filter(pc.equal(batch.column("article_id"), article_id))
                for row in batch.to_pylist():
                    digest = dedupe.digest_text(row["text"])
                    if row["article_id"] == article_id or digest in text_digests:
                        source_ids.add(row["source_id"])
                        raw_digests.add(row["raw_sha256"])
                        text_digests |= {digest} - {""}
    for entry in entries:
        for row in release.load_table(dataset.locate_folder(entry), "rejects").to_pylist():
            if row["reason"] in DROPPED and row["raw_sha256"] and article_id in row["detail"]:
                source_ids.add(row["source_id"])
                raw_digests.add(row["raw_sha256"])
    return source_ids, raw_digests, text_digests


def _purge_releases(
    dataset: release.Dataset, entries: list[release.VersionEntry], takedown: TakedownReport, now: datetime, run_id: str
) -> TakedownReport:
    """Remake the releases that hold the article, remove refused runs with words of it, delete its raw bytes."""
    raw_digests = set(takedown.entry.raw_sha256)
    replaced_versions: dict[str, str] = {}
    for number, entry in enumerate(reversed(entries)):
        path = dataset.locate_folder(entry)
        if _holds_withdrawn(path, takedown.entry):
            assert entry.version
            replaced_versions[entry.version] = _remake_release(
                dataset, path, replaced_versions, now, f"{run_id}-{number}"
            )
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


def _holds_withdrawn(path: Path, entry: release.Withdrawal) -> bool:
    """Return whether a release holds the withdrawn article or words of it."""
    return bool(run.find_withdrawn_ids(path, [entry])) or _has_words(release.load_table(path, "rejects"), entry)


def _has_words(rejects: pa.Table, entry: release.Withdrawal) -> bool:
    """Return whether rejects hold words of the withdrawn article."""
    is_copy = pc.is_in(rejects["raw_sha256"], value_set=pa.array(entry.raw_sha256, pa.string()))
    return bool(pc.any(pc.and_(is_copy, pc.not_equal(rejects["reason"], "withdrawn"))).as_py())


def _remake_release(
    dataset: release.Dataset, path: Path, replaced_versions: dict[str, str], now: datetime, run_id: str
) -> str:
    """Publish a release again without withdrawn articles, in place of the old one; return the new version."""
    manifest = release.read_manifest(path)
    withdrawals = release.read_withdrawals(dataset)
    counts = manifest["counts"]
    shards = tuple(cache.OutcomeStore(dataset.state / "outcomes", cache.compute_code_version(ROOT)).shards)
    state = run.load_release_state(path, counts["documents_in"], counts["carried_over"], shards)
    withdrawn_ids = run.find_withdrawn_ids(path, withdrawals)
    state = run.reject_withdrawn(state, withdrawals)
    links = state.articles["duplicate_of"]
    if pc.any(pc.is_in(links, value_set=pa.array(sorted(withdrawn_ids), pa.string()))).as_py():
        state = run.mark_duplicates(state, "mark", dataset)
    work = dataset.staging_path(f"{run_id}.work")
    work.mkdir(parents=True)
    verdicts = _validate_remake(state, now, work)
    parent = manifest["parent"]
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
        parent=replaced_versions.get(parent, parent),
        libraries=manifest["libraries"],
        accepted_drift=manifest.get("accepted_drift", ""),
        remakes=path.name,
    )
    changes = release.load_table(path, "changes")
    changes = changes.filter(
        pc.invert(pc.is_in(changes["article_id"], value_set=pa.array(sorted(withdrawn_ids), pa.string())))
    )
    version = release.allocate_version(dataset, now.date())
    draft = run.build_draft(facts, state, verdicts, work)
    draft = replace(draft, facts=replace(draft.facts, accepted_drift=facts.accepted_drift))
    folder = release.stage_release(dataset, draft, version, report.write_pages, changes)
    release.audit_release(folder)
    release.commit_release(dataset, folder, release.read_manifest(folder), replaces=path.name)
    return version


def _validate_remake(state: run.RunState, now: datetime, work: Path) -> dict[str, validate.Verdict]:
    """Run the suites again, so that no validation result shows removed values; rejects nothing."""
    row_verdict = run.revalidate_rows(state, now.date(), work)
    release_verdict = run.validate_release(state, None, accept_drift="a takedown")
    return {"articles": row_verdict, "release": release_verdict}
