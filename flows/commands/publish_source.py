"""`kliping publish`: its options come from flows/parameters.py, where each has its type, default and help."""

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from typer.models import ArgumentInfo, OptionInfo

from flows.commands.terminal import exit_with, print_line, run_or_exit
from flows.parameters import MoreOptions, Publish, list_invalid_fields, name_parameter

if TYPE_CHECKING:
    from flows.run.run_outcome import RunOutcome

# A progress bar is shown from this size of the source on: smaller ones end before a person wonders.
BAR_FROM_BYTES = 2_000_000
_METAVARS = {"accept_drift": "REASON", "map": "FIELD=KEY", "split": "lines|blank|REGEX", "table": "NAME"}


def build_publish_command() -> Callable[..., None]:
    """Build the command from the fields of `Publish`: the source as argument, every other field as an option."""
    names = sorted(Publish.model_fields, key=lambda name: name in MoreOptions.model_fields)
    parameters = [_build_parameter(name) for name in names]
    direct = typer.Option("--direct", help="Run without Prefect, for scripts.")
    parameters.append(_make_parameter("direct", bool, direct, default=False))

    def publish(*, direct: bool, **fields: object) -> None:
        """Clean SOURCE and publish it as a new release.

        Example: kliping publish seeds --dataset seeds
        """
        publish_source(fields, direct=direct)

    setattr(publish, "__signature__", inspect.Signature(parameters))  # noqa: B010 (mypy knows no such attribute)
    publish.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return publish


def publish_source(fields: dict[str, object], *, direct: bool) -> None:
    """Validate the fields, run the publish, print its outcome and exit with its code."""
    try:
        job = Publish.model_validate(fields)
    except ValidationError as error:
        exit_with(
            2,
            *(
                f"{name_parameter(name, 'terminal')}: {reason}; read {value!r}"
                for name, reason, value in list_invalid_fields(error)
            ),
        )
    outcome = run_or_exit(lambda: _run(job, direct))
    for line in outcome.format_lines():
        print_line(line, error=outcome.exit_code != 0)
    raise typer.Exit(outcome.exit_code)


def _build_parameter(name: str) -> inspect.Parameter:
    field = Publish.model_fields[name]
    if name == "source":
        return _make_parameter(name, str, typer.Argument(metavar="SOURCE", help=field.description))
    flag = f"--{name.replace('_', '-')}"
    option = typer.Option(flag, help=field.description, metavar=_METAVARS.get(name))
    if field.annotation in (bool, int):
        return _make_parameter(name, field.annotation, option, default=field.default)
    if field.annotation == list[str]:
        return _make_parameter(name, list[str], option, default=[])
    return _make_parameter(name, str, option, default=str(field.default))


def _make_parameter(
    name: str,
    kind: object,
    declaration: OptionInfo | ArgumentInfo,
    default: object = inspect.Parameter.empty,
) -> inspect.Parameter:
    keyword = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, keyword, default=default, annotation=Annotated[kind, declaration])


def _run(job: Publish, direct: bool) -> "RunOutcome":
    from flows.run import publish_run

    with show_bar() as callback:
        progress_token = publish_run.progress_callback.set(callback)
        notice_token = publish_run.notice_callback.set(lambda sentence: print_line(sentence, error=True))
        try:
            return publish_run.run_publish(job) if direct else _run_flow(job)
        finally:
            publish_run.progress_callback.reset(progress_token)
            publish_run.notice_callback.reset(notice_token)


def _run_flow(job: Publish) -> "RunOutcome":
    from flows import publish  # Prefect is slow to load, and --direct does without it

    try:
        return publish.run_flow(job.to_form())
    except RuntimeError as error:
        if "reach API" not in str(error):
            raise
        server = os.environ.get("PREFECT_API_URL", "the embedded API")
        exit_with(3, f"No Prefect server answers at {server}: start it, unset PREFECT_API_URL, or use --direct.")


@contextmanager
def show_bar() -> Iterator[Callable[[int, int, int], None] | None]:
    """Draw a progress bar on a terminal; yield the callback that moves it, or None where no terminal is there."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    from flows.run.progress import RateEstimator

    columns, estimator = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}")), RateEstimator()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("reading", total=None, visible=False)

        def move_bar(documents: int, bytes_read: int, bytes_total: int) -> None:
            words = estimator.describe_progress(documents, bytes_read, bytes_total)
            visible = bytes_total >= BAR_FROM_BYTES
            progress.update(bar, completed=bytes_read, total=bytes_total, description=words, visible=visible)

        yield move_bar
