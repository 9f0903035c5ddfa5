"""One publish from the source to the release: the order of its steps. Nothing here knows of Prefect.

The steps come as a `Steps` object: plain functions for `--direct` and rebuilds, Prefect tasks for the flow. The
manifest of the release is the record of what was published.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from flows import cache, read, release, run, validate
from flows.outlets import OutletError
from flows.parameters import Publish
from flows.run.queueing import lock_dataset
from flows.run.run_outcome import RunOutcome
from flows.run.steps import PLAIN_STEPS, Steps
from flows.run.table_files import release_freed_memory
from flows.workers import dask_cluster, supervisor

# Errors that a user can fix; the message is the sentence for the user.
EXPECTED_ERRORS = (read.SourceError, release.ReleaseError, dask_cluster.ClusterError, OutletError)

# Receives the progress of the run in this process: documents read, bytes read, bytes in all.
progress_callback: ContextVar[run.ProgressCallback | None] = ContextVar("progress_callback", default=None)
# Receives sentences before the work begins: which documents must be cleaned again, and why.
notice_callback: ContextVar[Callable[[str], None] | None] = ContextVar("notice_callback", default=None)

_MANY_DOCUMENTS: Final = 1_000  # after so many the start of another worker hardly counts
_SOURCE_CHANGED = "the source changed while it was read; the next run reads all of it again"


def run_publish(job: Publish, steps: Steps = PLAIN_STEPS) -> RunOutcome:
    """Run one publish from its source to its release. Errors that a user can fix come back as an outcome."""
    started_at, started_ns = datetime.now(UTC), time.time_ns()
    try:
        dataset = release.open_dataset(job.output, job.dataset, reading=job.dry_run)
        index = cache.EMPTY_INDEX if job.rehash else cache.load_source_index(dataset.state / "sources")
        survey = steps.survey_source(job.source, index.build_digest_lookup())
        with open_workspace(job, dataset) as (run_id, work):
            withdrawals = release.read_withdrawals(dataset)
            parent = dataset.read_latest_version()
            facts = run.build_facts(job, run_id, started_at, survey.inputs, parent, withdrawals)
            if equal := release.find_equal_release(dataset, facts.compute_fingerprint()):
                return _describe_nothing_new(job, dataset, equal)
            if isinstance(job.workers, int):
                supervisor.start_idle_child(job.max_seconds)
            state_folder = dataset.state if dataset.state.is_dir() else work
            dry_folder = work if job.dry_run else None
            cached = steps.look_up_cached_results(job, survey, index, state_folder, started_ns, dry_folder)
            _send_notice(cached.recleaning_notice)
            state, verdicts = build_tables(job, facts, dataset, withdrawals, cached, work, steps)
            unchanged = cache.build_settled_lookup(survey.files, started_ns)
            inputs_now = steps.survey_source(job.source, unchanged).inputs
            changed = inputs_now.digest != survey.inputs.digest
            if changed:
                # The rows belong to neither state of the source: no later source may count as equal to this one.
                facts = replace(facts, inputs=read.combine_digests(survey.inputs, inputs_now))
            else:
                cache.commit_source_index(dataset.state / "sources", work)
            try:
                outcome = steps.write_release(job, dataset, facts, state, verdicts, work)
            finally:
                if not job.dry_run:
                    run.clean_up_state(dataset, cached.store, state, withdrawals)
            notes = (
                *outcome.notes,
                *([_SOURCE_CHANGED] if changed else []),
                *_update_indexes(job, dataset, started_ns),
            )
            return replace(outcome, redone=cached.recleaning_notice, notes=notes)
    except (read.SourceError, dask_cluster.ClusterError, OutletError) as error:
        return RunOutcome("wrong_use", job.dataset, why=(str(error),))
    except release.DatasetBusyError as error:
        return RunOutcome("busy", job.dataset, why=(str(error),))


def build_tables(
    job: Publish,
    facts: release.RunFacts,
    dataset: release.Dataset,
    withdrawals: list[release.Withdrawal],
    cached: run.CachedResults,
    work: Path,
    steps: Steps = PLAIN_STEPS,
) -> tuple[run.RunState, dict[str, validate.Verdict]]:
    """Build the tables of a release and the verdicts on them: every step between the source and the release.

    `work` is an empty folder for rows that do not fit into memory.
    """
    target = None if job.dry_run else dataset
    validate.start_gx_import()  # Great Expectations is imported while workers clean
    state = steps.clean_and_describe(job, cached, work, target, report_progress)
    if state.cleaned_count >= _MANY_DOCUMENTS:
        supervisor.kill_idle_children()  # a worker holds some 230 MB, which the release needs more
        release_freed_memory()
    parent = _open_parent(dataset, facts, work if job.dry_run else None)
    parent_path = parent.path if parent else None
    withdrawn = _find_withdrawn_rows(parent, facts, withdrawals) if parent else []
    left = withdrawn
    if parent and job.append and job.remake:
        settings = facts.compute_settings_digest()
        state, remade = steps.remake_carried(job, state, parent, cached, work, dataset, withdrawn, settings)
        left = [*withdrawn, *remade]
    state = run.reject_withdrawn(state, withdrawals)
    state = run.resolve_id_conflicts(state, parent_path, append=job.append, parent_index=parent)
    state = run.match_renamed_articles(state, parent_path)
    state = run.clear_future_dates(state, facts.started_at.date())
    if parent:
        state = run.match_parent(state, parent, left, facts.compute_settings_digest(), append=job.append)
    # Validation runs before deduplication, so that no dropped copy refers to a rejected row.
    state, row_verdict = steps.validate_articles(state, facts.started_at.date(), work, job)
    release_freed_memory()
    state = steps.find_duplicates(state, job.duplicates)
    release_freed_memory()
    release_verdict = steps.validate_release(state, job.accept_drift, _count_published(parent, withdrawn))
    state = run.plan_segments(state)
    verdicts = {"articles": row_verdict, "release": release_verdict}
    if parent:
        verdicts["drift"] = steps.compare_with_parent(job, facts, state, withdrawn)
    return state, verdicts


def _count_published(parent: run.ParentRows | None, positions: list[tuple[int, run.Positions]]) -> int:
    """Count the rows of the parent that are published articles."""
    return sum(len(rows) for number, rows in positions if parent and not parent.segments[number].is_dropped)


def _open_parent(dataset: release.Dataset, facts: release.RunFacts, build_folder: Path | None) -> run.ParentRows | None:
    """Open the parent release with its indexes; a dry run builds missing ones in a folder of its own."""
    if facts.parent is None:
        return None
    path = dataset.release_path(facts.parent)
    if not (path / "manifest.json").is_file():
        raise release.ReleaseError(
            f"The parent release {facts.parent}, which latest.json names, is not at {path}: put it back, or remove "
            "latest.json to start a new series."
        )
    return run.open_parent(path, run.IndexFolder(dataset.state / "index", build_folder=build_folder))


def _find_withdrawn_rows(
    parent: run.ParentRows, facts: release.RunFacts, withdrawals: list[release.Withdrawal]
) -> list[tuple[int, run.Positions]]:
    """Find the withdrawn rows of the parent; one that was published under the same list of withdrawals has none."""
    if release.read_manifest(parent.path)["digests"]["withdrawn"] == facts.withdrawn_digest:
        return []
    return run.find_withdrawn_rows(parent, withdrawals)


@contextmanager
def open_workspace(job: Publish, dataset: release.Dataset) -> Iterator[tuple[str, Path]]:
    """Yield the run's id and its working folder, under the publisher's lock; a dry run takes a temporary folder."""
    run_id = release.make_run_id(datetime.now(UTC))
    if job.dry_run:
        with tempfile.TemporaryDirectory(prefix="kliping-") as folder:
            yield run_id, Path(folder)
        return
    with lock_dataset(dataset, job.wait, run_id, _send_notice):
        work = dataset.staging / f"{run_id}.work"
        work.mkdir(parents=True)
        yield run_id, work


def report_progress(documents: int, bytes_read: int, bytes_total: int) -> None:
    """Pass the progress on to the callback of this context, if there is one."""
    if (callback := progress_callback.get()) is not None:
        callback(documents, bytes_read, bytes_total)


def _update_indexes(job: Publish, dataset: release.Dataset, started_ns: int) -> list[str]:
    """Update the indexes after a release or a refusal; return a note where they could not be written."""
    if job.dry_run:
        return []
    sentence = run.update_indexes(dataset, round((time.time_ns() - started_ns) / 1e9, 1))
    return [sentence] if sentence else []


def _send_notice(sentence: str) -> None:
    if sentence and (callback := notice_callback.get()) is not None:
        callback(sentence)


def _describe_nothing_new(job: Publish, dataset: release.Dataset, equal: release.VersionEntry) -> RunOutcome:
    latest = dataset.read_latest_version()
    notes = []
    if latest not in (None, equal.version):
        notes.append(f"latest.json names {latest}; to make this one current: kliping latest-set {equal.version}")
    return RunOutcome("nothing_new", job.dataset, equal.version, dataset.root / equal.path, notes=tuple(notes))
