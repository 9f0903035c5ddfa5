"""The Prefect flow that publishes a dataset: each step of the story (flows/run/publish_run.py) is a task of it.

Prefect schedules, shows and repeats runs; what was published is recorded by the release's manifest, never by Prefect.
"""

import re
from collections.abc import Callable
from typing import Any, cast

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from pydantic import ValidationError

from flows import artifacts, parameters, read, release
from flows.parameters import Publish
from flows.run.publish_run import Result, listener, tell
from flows.run.run_result import Outcome
from flows.workers import dask_cluster

# Errors that are sentences for the operator.
SAID = (read.SourceError, release.ReleaseError, dask_cluster.ClusterError)


def as_task(name: str, step: Callable[[], Result]) -> Result:
    """A step as a Prefect task. Its result stays in memory: tables are passed by reference, never stored.

    What a user can mend fails the task with its sentence, not with a traceback.
    """
    said: list[Exception] = []

    def guarded() -> Result | State[Any]:
        try:
            result = step()
        except SAID as error:
            said.append(error)
            return Failed(message=str(error))
        artifacts.tell(name, result)
        return result

    state = task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)(guarded)(return_state=True)
    if said:
        raise said[0]
    return cast(Result, state.result())


def outcome_of(state: State[Any]) -> Outcome:
    """The outcome that a run of the flow in this process ended with; raises what broke it."""
    result = state.result(raise_on_failure=False)
    if isinstance(result, Outcome):
        return result
    raise result if isinstance(result, Exception) else RuntimeError(f"the run ended as {state.name}: {state.message}")


def _run_name() -> str:
    asked = runtime.flow_run.parameters
    return f"{asked['dataset']} from {_shown(str(asked['source']))}"


def _shown(source: str) -> str:
    """A source as a run's name holds it: short, and of a URL neither user nor query, which may be secrets."""
    if "://" in source:
        source = re.sub(r"//[^/]*@", "//", source.partition("?")[0])
    return source[-80:]


@flow(
    name="publish-dataset",
    flow_run_name=_run_name,
    description="Clean a source of raw scraped news and publish it as a release. See docs/operating.md.",
)
@parameters.explained
def publish_dataset(
    source: parameters.Source = "seeds",
    dataset: parameters.DatasetName = "news",
    append: parameters.Append = False,
    html: parameters.Html = "quality",
    duplicates: parameters.Duplicates = "mark",
    dry_run: parameters.DryRun = False,
    more: parameters.Rare = parameters.Rare(),  # noqa: B008 (frozen)
) -> State[Any]:
    """Publish one source as a new release of one dataset; nothing is published where nothing is new."""
    outcome = _asked(
        {
            "source": source, "dataset": dataset, "append": append, "html": html, "duplicates": duplicates,
            "dry_run": dry_run,
        }
        | more.model_dump()
    )  # fmt: skip
    artifacts.show(outcome)
    if outcome.version and outcome.status == "published":
        _rename(f"{dataset} {outcome.version} from {_shown(source)}")
    if outcome.exit_code:
        return Failed(name=_NAMES[outcome.status], message=outcome.sentence(), data=outcome)
    return Completed(name=_NAMES[outcome.status], message=outcome.sentence(), data=outcome)


def _asked(fields: dict[str, Any]) -> Outcome:
    """Tell the story of what a form or a command asked for. A form may name only what lies under the roots."""
    try:
        job = Publish.model_validate(fields)
    except ValidationError as error:
        why = tuple(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        return Outcome("wrong_use", str(fields["dataset"]), why=why)
    if runtime.deployment.id and (why_not := job.outside_roots()):
        return Outcome("wrong_use", job.dataset, why=(why_not,))
    token = listener.set(artifacts.Bar(listener.get()))
    try:
        return tell(job, as_task)
    finally:
        listener.reset(token)


def _rename(name: str) -> None:
    with get_client(sync_client=True) as client:
        client.update_flow_run(runtime.flow_run.id, name=name)


_NAMES = {
    "published": "Published",
    "nothing_new": "NothingNew",
    "dry_run": "DryRun",
    "refused": "Refused",
    "busy": "Busy",
    "wrong_use": "WrongUse",
}
