"""Take an article down: out of every later release, and with `purge` out of what was kept and published before.

Purging is the one exception to immutability. Each release that holds the article, an exact duplicate of it or words of
it in its rejects is made again without them under a new version, which takes the old one's place; then its raw bytes
go. Killed at any instant, what was done stands, the rest is still `asked` in state/withdrawn.json, and the same command
finishes it.
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

_COLUMNS: Final = ["article_id", "source_id", "raw_sha256", "text"]


@dataclass(frozen=True)
class Taken:
    """What a takedown did: the entry, the documents it keeps out as far as they are known, what purging remade."""

    entry: release.Withdrawal
    source_ids: tuple[str, ...]
    remade: tuple[tuple[str, str], ...] = ()  # (old version, new version)
    refused: tuple[str, ...] = ()  # refused runs whose record held words of it
    forgotten: int = 0  # documents whose raw bytes were removed

    def lines(self) -> Iterator[str]:
        """For a terminal."""
        yield f"{self.entry.article_id} is taken down: no later release will hold it or an exact duplicate of it."
        yield from (f"    kept out: {name}" for name in self.source_ids)
        if not self.entry.purge:
            yield "Earlier releases still hold it, and so does state/raw; --purge removes it there too."
            return
        yield from (f"    {old} was made again as {new}, and its files were removed" for old, new in self.remade)
        yield from (f"    the record of the refused run {run} was removed" for run in self.refused)
        yield f"Raw bytes removed: {self.forgotten:,} documents. Remove the source's own copy by hand."


@dataclass(frozen=True)
class _Inputs:
    uri: str
    digest: str
    files: int
    bytes: int


def takedown(
    dataset: release.Dataset, article_id: str, reason: str, *, purge: bool, now: datetime, run_id: str
) -> Taken:
    """Take an article down. Call it while holding the lock. Raises Mistaken where no release holds it."""
    known = {one.article_id: one for one in release.withdrawals(dataset)}
    before = known.get(article_id)
    there = [each for each in dataset.versions() if each.version and dataset.there(each)]
    names, raws, texts = _group(dataset, there, article_id)
    if not names and before is None:
        raise release.Mistaken(
            f"No release of {dataset.name} holds the article {article_id}: `kliping diff` and data/ name the ids."
        )
    if not reason and before is None:
        raise release.Mistaken("Give a --reason: it is published with the reject.")
    entry = release.Withdrawal(
        article_id,
        reason or (before.reason if before else ""),
        before.at if before else now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        tuple(sorted({*raws, *(before.raw_sha256 if before else ())})),
        tuple(sorted({*texts, *(before.text_digests if before else ())})),
        "asked" if purge else before.purge if before else "",
    )
    release.withdraw(dataset, entry)
    taken = Taken(entry, tuple(sorted(names)))
    return _purged(dataset, there, taken, now, run_id) if purge else taken


def _group(
    dataset: release.Dataset, there: list[release.Entry], article_id: str
) -> tuple[set[str], set[str], set[str]]:
    """The article and its exact duplicates in all releases: their source_ids, digests of bytes, digests of texts."""
    names: set[str] = set()
    raws: set[str] = set()
    texts: set[str] = set()
    for wanted in (False, True):  # first the article's own texts, then whoever has one of them
        for each in there:
            for batch in release.batches(dataset.folder(each), "articles", _COLUMNS):
                if not wanted:
                    batch = batch.filter(pc.equal(batch.column("article_id"), article_id))
                for row in batch.to_pylist():
                    text = dedupe.text_digest(row["text"])
                    if row["article_id"] == article_id or text in texts:
                        names.add(row["source_id"])
                        raws.add(row["raw_sha256"])
                        texts |= {text} - {""}
    for each in there:
        for row in release.load(dataset.folder(each), "rejects").to_pylist():
            if row["reason"] in DROPPED and row["raw_sha256"] and article_id in row["detail"]:
                names.add(row["source_id"])
                raws.add(row["raw_sha256"])
    return names, raws, texts


def _purged(dataset: release.Dataset, there: list[release.Entry], taken: Taken, now: datetime, run_id: str) -> Taken:
    raws = set(taken.entry.raw_sha256)
    remade: dict[str, str] = {}
    for number, each in enumerate(reversed(there)):
        path = dataset.folder(each)
        if _holds(path, taken.entry):
            assert each.version
            remade[each.version] = _remake(dataset, path, remade, now, f"{run_id}-{number}")
    refused = []
    for path in sorted(dataset.refused.iterdir()) if dataset.refused.is_dir() else []:
        if _has_words(release.load(path, "rejects"), taken.entry):
            # Its entry in versions.json keeps the counts and the reasons.
            path.rename(dataset.staging / f"purged-{path.name}") if dataset.staging.is_dir() else remove_tree(path)
            refused.append(path.name)
    gone = release.forget(dataset, raws)
    cache.forget(dataset.state, raws, set(taken.entry.text_digests))
    done = replace(taken.entry, purge="done")
    release.withdraw(dataset, done)
    return replace(taken, entry=done, remade=tuple(remade.items()), refused=tuple(refused), forgotten=gone)


def _holds(path: Path, entry: release.Withdrawal) -> bool:
    return bool(run.withdrawn_ids(path, [entry])) or _has_words(release.load(path, "rejects"), entry)


def _has_words(rejects: pa.Table, entry: release.Withdrawal) -> bool:
    mine = pc.is_in(rejects["raw_sha256"], value_set=pa.array(entry.raw_sha256, pa.string()))
    return bool(pc.any(pc.and_(mine, pc.not_equal(rejects["reason"], "withdrawn"))).as_py())


def _remake(dataset: release.Dataset, path: Path, remade: dict[str, str], now: datetime, run_id: str) -> str:
    """Make a release again without what is withdrawn, in the old one's place; returns the new version."""
    manifest = release.read_manifest(path)
    withdrawn = release.withdrawals(dataset)
    counts = manifest["counts"]
    shards = tuple(cache.Store(dataset.state / "outcomes", cache.version(ROOT)).shards)
    working = run.release_as_run(path, counts["documents_in"], counts["carried_over"], shards)
    lost = run.withdrawn_ids(path, withdrawn)
    working = run.withhold(working, withdrawn)
    links = working.articles["duplicate_of"]
    if pc.any(pc.is_in(links, value_set=pa.array(sorted(lost), pa.string()))).as_py():
        working = run.mark_duplicates(working, "mark", dataset)
    work = dataset.staged_path(f"{run_id}.work")
    work.mkdir(parents=True)
    verdicts = _judged(working, now, work)
    parent = manifest["parent"]
    facts = release.Facts(
        dataset=dataset.name,
        run_id=run_id,
        started_at=now,
        inputs=_Inputs(**manifest["inputs"]),
        documents_in=0,
        carried_over=0,
        parameters=manifest["parameters"],
        code_digest=manifest["digests"]["code"],
        lock_digest=manifest["digests"]["lock"],
        withdrawn_digest=release.withdrawn_digest(withdrawn),
        host=socket.gethostname(),
        parent=remade.get(parent, parent),
        libraries=manifest["libraries"],
        accepted_drift=manifest.get("accepted_drift", ""),
        remakes=path.name,
    )
    changes = release.load(path, "changes")
    changes = changes.filter(pc.invert(pc.is_in(changes["article_id"], value_set=pa.array(sorted(lost), pa.string()))))
    version = release.next_version(dataset, now.date())
    draft = run.draft_of(facts, working, verdicts, work)
    draft = replace(draft, facts=replace(draft.facts, accepted_drift=facts.accepted_drift))
    folder = release.stage(dataset, draft, version, report.write_pages, changes)
    release.audit(folder)
    release.commit(dataset, folder, release.read_manifest(folder), replaces=path.name)
    return version


def _judged(working: run.Working, now: datetime, work: Path) -> dict[str, validate.Verdict]:
    """The suites once more, so that no result shows a value of what was removed; nothing is rejected by them."""
    rows = run.judge_rows_again(working, now.date(), work)
    whole = run.judge_release(working, None, accept_drift="a takedown")
    return {"articles": rows, "release": whole}
