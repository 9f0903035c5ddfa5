"""The steps of one publish, each a function that the run calls by name.

`PLAIN_STEPS` holds the functions themselves: `kliping publish --direct` and rebuilds call them. flows/publish.py fills
`Steps` with Prefect tasks of the same functions. The order of the steps stands in flows/run/publish_run.py alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from flows import read, release, report, run, validate
from flows.parameters import Publish
from flows.run.run_outcome import RunOutcome


@dataclass(frozen=True)
class Steps:
    """The steps of one publish in their order; `PLAIN_STEPS` says what each takes and returns."""

    survey_source: Callable[..., read.SourceSurvey]
    look_up_cached_results: Callable[..., run.CachedResults]
    clean_and_describe: Callable[..., run.RunState]
    remake_carried: Callable[..., tuple[run.RunState, list[tuple[int, run.Positions]]]]
    validate_articles: Callable[..., tuple[run.RunState, validate.Verdict]]
    find_duplicates: Callable[..., run.RunState]
    validate_release: Callable[..., validate.Verdict]
    compare_with_parent: Callable[..., validate.Verdict]
    write_release: Callable[..., RunOutcome]


def write_release(
    job: Publish,
    dataset: release.Dataset,
    facts: release.RunFacts,
    state: run.RunState,
    verdicts: dict[str, validate.Verdict],
    work: Path,
) -> RunOutcome:
    """Stage, audit and commit the release, or keep the evidence in refused/ where a verdict refuses it.

    A dry run writes nothing. Raises ReleaseError where the disk or another publisher stands in the way.
    """
    draft = run.build_draft(facts, state, verdicts, work)
    outcome = run.summarize_run(job, state, verdicts)
    if job.remake and job.append:
        remake_notes = run.list_remake_notes(state, facts.compute_settings_digest())
        outcome = replace(outcome, notes=(*outcome.notes, *remake_notes))
    if any(verdict.refused for verdict in verdicts.values()):
        return _refuse_release(job, dataset, draft, verdicts, outcome)
    if job.dry_run:
        return outcome
    version = release.allocate_version(dataset, facts.started_at.date())
    index_folder = run.IndexFolder(dataset.state / "index")
    folder, notes = run.stage_segments(job, dataset, draft, state, version, index_folder, work)
    manifest = release.read_manifest(folder)
    path = release.commit_release(dataset, folder, manifest)
    run.finish_indexes(path, manifest, state, index_folder)
    if isinstance(dataset, release.MirroredDataset):
        place = f"the release goes to {dataset.store.url}; below is a copy of it"
        notes = (*notes, place)
    return replace(
        outcome,
        status="published",
        version=version,
        release=path,
        changes=manifest["changes"],
        notes=(*outcome.notes, *notes),
    )


def _refuse_release(
    job: Publish,
    dataset: release.Dataset,
    draft: release.Draft,
    verdicts: dict[str, validate.Verdict],
    outcome: RunOutcome,
) -> RunOutcome:
    """Keep the evidence in refused/, with a report, and return the outcome. A dry run writes nothing."""
    checks = [check for verdict in verdicts.values() for check in verdict.refused]
    drift_names = {
        expectation["name"]
        for verdict in verdicts.values()
        for expectation in verdict.document["results"]
        if expectation["scope"] == "drift"
    }
    outcome = replace(
        outcome,
        status="refused",
        why=tuple(f"{check.name}: {check.summary}" for check in checks),
        drift_alone=all(check.name in drift_names and not check.crashed for check in checks),
    )
    if job.dry_run:
        return outcome
    folder = release.refuse_run(dataset, draft, [f"{check.name}: {check.sentence}" for check in checks])
    outcome = replace(outcome, refused=folder)
    report.write_refused_page(folder, release.read_manifest(folder), outcome.list_next_steps("page"))
    return outcome


PLAIN_STEPS = Steps(
    survey_source=read.survey_source,
    look_up_cached_results=run.look_up_cached_results,
    clean_and_describe=run.clean_documents,
    remake_carried=run.remake_carried,
    validate_articles=run.validate_rows,
    find_duplicates=run.mark_duplicates,
    validate_release=run.validate_release,
    compare_with_parent=run.validate_drift,
    write_release=write_release,
)
