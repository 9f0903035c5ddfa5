"""The Prefect flow `publish-dataset`: its tasks, one for each step of a publish, and its states.

The order of the steps stands in flows/run/publish_run.py. Prefect schedules, shows and retries runs; the manifest of
the release is the record of what was published. Tasks pass tables by reference in one process: results are not stored.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from prefect import Task, flow, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Failed
from pydantic import ValidationError

from flows import artifacts, cache, flow_states, parameters, read, release, run, validate
from flows.parameters import Publish
from flows.run.publish_run import EXPECTED_ERRORS, notice_callback, progress_callback, run_publish
from flows.run.run_outcome import RunOutcome
from flows.run.steps import PLAIN_STEPS, Steps

Arguments = ParamSpec("Arguments")
Returned = TypeVar("Returned")

# Receives the outcome of the flow run in this process, or what broke it: a state holds no more than a sentence.
outcome_callback: ContextVar[Callable[[RunOutcome | Exception], None] | None] = ContextVar(
    "outcome_callback", default=None
)


def step_task(name: str) -> Callable[[Callable[Arguments, Returned]], Task[Arguments, Returned]]:
    """Declare a step as a task of this name. An error fails it with a sentence, without a traceback."""

    def declare(function: Callable[Arguments, Returned]) -> Task[Arguments, Returned]:
        @wraps(function)
        def run_step(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Returned | State[Any]:
            try:
                output = function(*args, **kwargs)
            except EXPECTED_ERRORS as error:
                return Failed(message=str(error), data=error)
            except Exception as error:
                return Failed(message=flow_states.explain_defect(error), data=error)
            artifacts.log_step(name, output)
            return output

        declared = task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)(run_step)
        return cast("Task[Arguments, Returned]", declared)

    return declare


@step_task("survey source")
def survey_source(source: str, index: read.DigestLookup) -> read.SourceSurvey:
    """List the files of the source and digest those that are new or changed since the last run."""
    return PLAIN_STEPS.survey_source(source, index)


@step_task("look up cached results")
def look_up_cached_results(
    job: Publish,
    survey: read.SourceSurvey,
    index: cache.SourceIndex,
    state: Path,
    started_ns: int,
    dry_folder: Path | None,
) -> run.CachedResults:
    """Find which files need not be read again, because the cache holds the results of all their documents."""
    return PLAIN_STEPS.look_up_cached_results(job, survey, index, state, started_ns, dry_folder)


@step_task("clean and describe")
def clean_and_describe(
    job: Publish, cached: run.CachedResults, work: Path, dataset: release.Dataset | None, progress: run.ProgressCallback
) -> run.RunState:
    """Read the other documents; clean them and attribute outlet, author and date, in worker processes."""
    return PLAIN_STEPS.clean_and_describe(job, cached, work, dataset, progress)


@step_task("remake carried")
def remake_carried(
    job: Publish,
    state: run.RunState,
    parent: run.ParentRows,
    cached: run.CachedResults,
    work: Path,
    dataset: release.Dataset,
    withdrawn: list[tuple[int, run.Positions]],
    settings: str,
) -> tuple[run.RunState, list[tuple[int, run.Positions]]]:
    """Clean the documents of carried articles that other code made, from their stored bytes (remake)."""
    return PLAIN_STEPS.remake_carried(job, state, parent, cached, work, dataset, withdrawn, settings)


@step_task("validate articles")
def validate_articles(
    state: run.RunState, run_day: date, work: Path, job: Publish
) -> tuple[run.RunState, validate.Verdict]:
    """Run the suite for articles over every new row; rows that fail a critical expectation become rejects."""
    return PLAIN_STEPS.validate_articles(state, run_day, work, job)


@step_task("find duplicates")
def find_duplicates(state: run.RunState, handling: str) -> run.RunState:
    """Link each article to the one that it repeats, or drop it."""
    return PLAIN_STEPS.find_duplicates(state, handling)


@step_task("validate release")
def validate_release(state: run.RunState, accept_drift: str, withdrawn_count: int) -> validate.Verdict:
    """Run the suite for the whole release: every document is accounted for, keys are unique, links resolve."""
    return PLAIN_STEPS.validate_release(state, accept_drift, withdrawn_count)


@step_task("compare with parent")
def compare_with_parent(
    job: Publish,
    facts: release.RunFacts,
    state: run.RunState,
    withdrawn: list[tuple[int, run.Positions]],
) -> validate.Verdict:
    """Compare counts, lengths and shares of filled columns with the parent release, in total and by outlet."""
    return PLAIN_STEPS.compare_with_parent(job, facts, state, withdrawn)


@step_task("write release")
def write_release(
    job: Publish,
    dataset: release.Dataset,
    facts: release.RunFacts,
    state: run.RunState,
    verdicts: dict[str, validate.Verdict],
    work: Path,
) -> RunOutcome:
    """Stage, audit and commit the release, or keep the evidence of a refused one."""
    return PLAIN_STEPS.write_release(job, dataset, facts, state, verdicts, work)


def call_task(step: Task[Arguments, Returned]) -> Callable[Arguments, Returned]:
    """Wrap a task as a function that returns its output, or raises the error that it ended with."""

    def call(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Returned:
        run_step: Callable[..., State[Any]] = step
        output = run_step(*args, **kwargs, return_state=True).result(raise_on_failure=False)
        if isinstance(output, Exception):
            raise output
        return cast(Returned, output)

    return call


TASK_STEPS = Steps(
    survey_source=call_task(survey_source),
    look_up_cached_results=call_task(look_up_cached_results),
    clean_and_describe=call_task(clean_and_describe),
    remake_carried=call_task(remake_carried),
    validate_articles=call_task(validate_articles),
    find_duplicates=call_task(find_duplicates),
    validate_release=call_task(validate_release),
    compare_with_parent=call_task(compare_with_parent),
    write_release=call_task(write_release),
)


def name_run() -> str:
    """Return the name of this flow run: the dataset and its source."""
    fields = runtime.flow_run.parameters
    return f"{fields['dataset']} from {shorten_source(str(fields['source']))}"


def shorten_source(source: str) -> str:
    """Return the last 80 characters of a source; of a URL neither user nor query, which may be secrets."""
    if "://" in source:
        source = re.sub(r"//[^/]*@", "//", source.partition("?")[0])
    return source[-80:]


@flow(
    name="publish-dataset",
    flow_run_name=name_run,
    description="Clean a source of raw scraped news and publish it as a release. See docs/how-to/operate.md.",
)
@parameters.add_form_help
def publish_dataset(
    source: parameters.Source,
    dataset: parameters.DatasetName = "news",
    append: parameters.Append = False,
    html: parameters.Html = "quality",
    duplicates: parameters.Duplicates = "mark",
    dry_run: parameters.DryRun = False,
    map: parameters.FieldMapping = [],  # noqa: B006 (never changed)
    split: parameters.Split = "",
    table: parameters.TableName = "",
    more: parameters.MoreOptions = parameters.MoreOptions(),  # noqa: B008 (frozen)
) -> State[Any]:
    """Publish one source as a new release of one dataset; nothing is published where nothing is new."""
    flow_states.hide_returned_states()
    fields = {
        "source": source, "dataset": dataset, "append": append, "html": html, "duplicates": duplicates,
        "dry_run": dry_run, "map": map, "split": split, "table": table,
    }  # fmt: skip
    try:
        outcome = publish_fields({**fields, **more.model_dump()})
    except Exception as error:
        if (callback := outcome_callback.get()) is not None:
            callback(error)
        return flow_states.end_run("broken", explain_failure(error))
    artifacts.create_outcome_artifacts(outcome)
    if (callback := outcome_callback.get()) is not None:
        callback(outcome)
    name = f"{dataset} {outcome.version} from {shorten_source(source)}" if outcome.status == "published" else ""
    return flow_states.end_run(outcome.status, outcome.format_sentence(), dataset=dataset, name=name)


def explain_failure(error: Exception) -> str:
    """Return the sentence on a run that was broken off: the error's own where it is one for users, else its place."""
    if isinstance(error, EXPECTED_ERRORS):
        return f"broken: {error}"
    return flow_states.explain_defect(error)


def publish_fields(fields: dict[str, Any]) -> RunOutcome:
    """Validate the fields of a form and run the publish. A deployment may name only what lies under the roots."""
    try:
        job = Publish.model_validate(fields)
    except ValidationError as error:
        reasons = tuple(f"{name}: {reason}" for name, reason, _ in parameters.list_invalid_fields(error))
        return RunOutcome("wrong_use", str(fields["dataset"]), why=reasons)
    if runtime.deployment.id and (reason := job.explain_outside_roots()):
        return RunOutcome("wrong_use", job.dataset, why=(reason,))
    with show_progress():
        return run_publish(job, TASK_STEPS)


@contextmanager
def show_progress() -> Iterator[None]:
    """Show progress as an artifact and notices in the log, and pass both on to whoever received them before."""
    next_notice_callback = notice_callback.get()
    logger = get_run_logger()

    def log_notice(sentence: str) -> None:
        logger.info("%s", sentence)
        if next_notice_callback is not None:
            next_notice_callback(sentence)

    progress_token = progress_callback.set(artifacts.ProgressArtifact(progress_callback.get()))
    notice_token = notice_callback.set(log_notice)
    try:
        yield
    finally:
        progress_callback.reset(progress_token)
        notice_callback.reset(notice_token)


def run_flow(fields: dict[str, Any]) -> RunOutcome:
    """Run the flow in this process and return its outcome; raise what broke it."""
    outcomes: list[RunOutcome | Exception] = []
    token = outcome_callback.set(outcomes.append)
    try:
        state = publish_dataset(**fields, return_state=True)
    finally:
        outcome_callback.reset(token)
    outcome = outcomes[0] if outcomes else state.result(raise_on_failure=False)
    if isinstance(outcome, RunOutcome):
        return outcome
    raise outcome if isinstance(outcome, Exception) else RuntimeError(f"the run ended as {state.name}: {state.message}")
