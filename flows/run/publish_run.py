"""One publish from the source to the release, told as steps. Nothing here knows of Prefect.

A step is a plain call here, for the command's `--direct`, and a Prefect task in flows/publish.py. What was published is
recorded by the release's manifest alone.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from flows import cache, read, release, report, run, validate
from flows.parameters import Publish
from flows.run.run_result import Outcome
from flows.workers import dask_cluster, supervisor

Result = TypeVar("Result")


class Step(Protocol):
    """How a step is run: its name for people, and the call."""

    def __call__(self, name: str, step: Callable[[], Result], /) -> Result: ...  # noqa: D102


# Who listens to the progress of the run in this process; the command draws a bar.
listener: ContextVar[run.Progress | None] = ContextVar("listener", default=None)
# Who is told, before the work begins, what must be done again; the command prints it.
teller: ContextVar[Callable[[str], None] | None] = ContextVar("teller", default=None)


def plainly(name: str, step: Callable[[], Result]) -> Result:
    """A step without Prefect."""
    return step()


def tell(job: Publish, step: Step = plainly) -> Outcome:
    """Run one publish from source to release. What a user can get wrong comes back as an Outcome."""
    started = datetime.now(UTC)
    try:
        dataset = release.at(job.output, job.dataset, reading=job.dry_run)
        began = time.time_ns()
        ledger = cache.NOTHING if job.rehash else cache.recall(dataset.state / "sources")
        survey = step("look at the source", lambda: read.survey(job.source, ledger.known()))
        with _place(job, dataset) as (run_id, work), ThreadPoolExecutor(1) as aside:
            facts = run.facts_of(job, run_id, started, survey.inputs, dataset.latest())
            if equal := release.find_equal(dataset, facts.fingerprint()):
                latest = dataset.latest()
                other = f"latest.json names {latest}; this one becomes it by: kliping latest-set {equal.version}"
                notes = () if latest in (None, equal.version) else (other,)
                return Outcome("nothing_new", job.dataset, equal.version, dataset.root / equal.path, notes=notes)
            if isinstance(job.workers, int):
                supervisor.prepare(job.max_seconds)
            state = dataset.state if dataset.state.is_dir() else work
            have = step("see what is known", lambda: run.known(job, survey, ledger, state, began))
            withdrawn = release.withdrawals(dataset)
            if have.redone and (say := teller.get()) is not None:
                say(have.redone)
            working, verdicts = make(job, facts, dataset, withdrawn, have, work, step, aside)
            seen = cache.at_rest(survey.files, began)
            again = step("look at the source again", lambda: read.survey(job.source, seen).inputs)
            changed = again.digest != survey.inputs.digest
            # What was read is then neither the one nor the other, so no later source may count as equal to it.
            facts = replace(facts, inputs=read.changed(survey.inputs, again)) if changed else facts
            if not changed:
                cache.remember(dataset.state / "sources", work)
            try:
                ended = step("release", lambda: _end(job, dataset, facts, working, verdicts, work))
                return replace(ended, redone=have.redone, notes=(*ended.notes, *([_CHANGED] if changed else [])))
            finally:
                if not job.dry_run:
                    run.tidy(dataset, have.store, working, withdrawn)
    except (read.SourceError, dask_cluster.ClusterError) as error:
        return Outcome("wrong_use", job.dataset, why=(str(error),))
    except release.Busy as error:
        return Outcome("busy", job.dataset, why=(str(error),))


def make(
    job: Publish,
    facts: release.Facts,
    dataset: release.Dataset,
    withdrawn: list[release.Withdrawal],
    have: run.Known,
    work: Path,
    step: Step = plainly,
    aside: Executor | None = None,
) -> tuple[run.Working, dict[str, validate.Verdict]]:
    """The tables of a release and what the suites say of them: all between the source and the release.

    With `aside`, what can be done meanwhile for the writing of the release is done there.
    """
    parent = dataset.release_path(facts.parent) if facts.parent else None
    gone = run.withdrawn_ids(parent, withdrawn) if parent else set()
    keep, day = None if job.dry_run else dataset, facts.started_at.date()
    validate.prepare()  # while workers clean
    working = step("clean and describe", lambda: run.clean_all(job, have, work, keep, _progress))
    working = run.withhold(working, withdrawn)
    working = run.one_row_each(working)
    held = run.article_ids(working)
    if aside is not None and not job.dry_run:
        working = run.deal_ahead(working, work, aside)
    working, rows = step("validate articles", lambda: run.judge_rows(working, day, work))
    if job.append and parent:
        working = run.carry_over(working, parent, held, gone)
    working = step("find duplicates", lambda: run.mark_duplicates(working, job.duplicates, keep))
    whole = step("validate release", lambda: run.judge_release(working, parent, job.accept_drift, gone))
    verdicts = {"articles": rows, "release": whole}
    if parent:
        drift = step("compare with parent", lambda: run.judge_drift(job, facts, working, parent, held, gone))
        verdicts["drift"] = drift
    return working, verdicts


@contextmanager
def _place(job: Publish, dataset: release.Dataset) -> Iterator[tuple[str, Path]]:
    """A run's id and working folder. A real run holds the publisher's lock; a dry run works in a temporary folder."""
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
    if job.dry_run:
        with tempfile.TemporaryDirectory(prefix="kliping-") as passing:
            yield run_id, Path(passing)
        return
    with release.publisher_lock(dataset, job.wait, run_id=run_id):
        folder = dataset.staging / f"{run_id}.work"
        folder.mkdir(parents=True)
        yield run_id, folder


def _end(
    job: Publish,
    dataset: release.Dataset,
    facts: release.Facts,
    working: run.Working,
    verdicts: dict[str, validate.Verdict],
    work: Path,
) -> Outcome:
    """Refuse, or stage, audit and commit."""
    draft = run.draft_of(facts, working, verdicts, work)
    why = tuple(f"{check.name}: {check.sentence}" for verdict in verdicts.values() for check in verdict.refused)
    told = run.outcome_of(job, working, verdicts)
    if why:
        if not job.dry_run:
            release.refuse(dataset, draft, list(why))
        return replace(told, status="refused", why=why)
    if job.dry_run:
        return told
    version = release.next_version(dataset, facts.started_at.date())
    with ThreadPoolExecutor(1) as aside:
        read: dict[str, Callable[[], Any]] = {}

        def written(folder: Path, table: str) -> None:
            read[table] = aside.submit(release.read_back, folder, table).result

        folder = release.stage(dataset, draft, version, report.write_pages, written=written)
        release.audit(folder, read)
    manifest = release.read_manifest(folder)
    path = release.commit(dataset, folder, manifest)
    run.keep_prints(working, dataset)
    if isinstance(dataset, release.Mirror):
        told = replace(told, notes=(*told.notes, f"the release goes to {dataset.store.url}; below is a copy of it"))
    return replace(told, status="published", version=version, release=path, changes=manifest["changes"])


def _progress(documents: int, seen: int, total: int) -> None:
    if (heard := listener.get()) is not None:
        heard(documents, seen, total)


_CHANGED = "the source changed while it was read; the next run reads all of it again"
