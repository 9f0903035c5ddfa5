"""The `kliping` command. Heavy imports happen inside the commands, so that --help is quick.

Exit codes: 0 published or nothing new, 1 refused (or verify found damage), 2 wrong use, 3 something broke and nothing
was published.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands import releases
from flows.commands.outlet_profiles import outlet
from flows.commands.terminal import DatasetOption, OutputOption
from flows.commands.terminal import guarded as _guarded
from flows.commands.terminal import home as _dataset
from flows.commands.terminal import say as _say
from flows.commands.terminal import stop as _stop

if TYPE_CHECKING:
    from flows.parameters import Publish
    from flows.run.run_result import Outcome

app = typer.Typer(
    name="kliping",
    help="Raw scraped news in, versioned datasets out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(outlet)
# Long enough that a person wonders whether anything happens.
BAR_FROM_BYTES = 2_000_000


@app.command()
def publish(
    source: Annotated[str, typer.Argument(help="A folder (read recursively), a file, a quoted glob, or such a URL.")],
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    append: Annotated[
        bool, typer.Option("--append", help="Keep the latest release's articles that this source does not hold.")
    ] = False,
    workers: Annotated[
        str,
        typer.Option(help="Processes that clean and describe at the same time; or a Dask cluster: tcp://host:port."),
    ] = "1",
    html: Annotated[
        str, typer.Option(help="quality: votes where the model is unsure; fast: the model alone.")
    ] = "quality",
    duplicates: Annotated[
        str, typer.Option(help="mark: repeats stay and name what they repeat; drop: to rejects.")
    ] = "mark",
    limit: Annotated[int, typer.Option(help="Read only this many documents, for a trial; 0 reads all.")] = 0,
    max_mb: Annotated[int, typer.Option(help="The most megabytes one document may have.")] = 10,
    max_seconds: Annotated[int, typer.Option(help="The most seconds one document may take.")] = 60,
    accept_drift: Annotated[
        str, typer.Option(metavar="REASON", help="Publish although the dataset shrank sharply; the reason is recorded.")
    ] = "",
    wait: Annotated[int, typer.Option(help="Seconds to wait while another run publishes this dataset.")] = 0,
    rehash: Annotated[
        bool, typer.Option("--rehash", help="Read every file again, also those with the size and mtime they had.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Do everything but publish; the output stays as it is.")
    ] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Run without Prefect, for scripts.")] = False,
) -> None:
    """Clean SOURCE and publish it as a new release.

    Example: kliping publish seeds --dataset news
    """
    from pydantic import ValidationError

    from flows.parameters import Publish

    try:
        job = Publish.model_validate(
            {
                "source": source, "dataset": dataset, "output": str(output), "append": append, "workers": workers,
                "html": html, "duplicates": duplicates, "limit": limit, "max_mb": max_mb,
                "max_seconds": max_seconds, "wait": wait, "dry_run": dry_run,
                "accept_drift": accept_drift, "rehash": rehash,
            }
        )  # fmt: skip
    except ValidationError as error:
        _stop(2, *(f"--{'.'.join(map(str, e['loc']))}: {e['msg']}, got {e['input']!r}" for e in error.errors()))
    outcome = _guarded(lambda: _run(job, direct))
    for line in outcome.lines():
        _say(line, error=outcome.exit_code != 0)
    raise typer.Exit(outcome.exit_code)


@app.command()
def versions(dataset: DatasetOption = "news", output: OutputOption = "output") -> None:
    """List the runs that published, were refused or were withdrawn, newest first."""
    home = _dataset(output, dataset)
    latest = home.latest()
    for entry in _guarded(home.versions):
        name = entry.version or f"run {entry.run_id}"
        status = "latest" if entry.version and entry.version == latest else entry.status
        said = " ".join(entry.why) or f"{entry.counts['published']:,} articles, {entry.counts['rejected']:,} rejected"
        _say(f"{name:<28} {status:<10} {entry.started_at}  {said}")
    for purge in releases.unfinished(home):
        _say(purge, error=True)


@app.command()
def explain(
    article: Annotated[str, typer.Argument(help="An article_id (6 digits are enough), a source_id, or a URL.")],
    version: Annotated[str, typer.Option(help="A version; without it the latest.")] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
) -> None:
    """Show one article: what is claimed of it, the words that say so, and what was cut by which rule."""
    from flows import report
    from flows.commands import article_text as story

    path = _release(output, dataset, version)
    found = _guarded(lambda: report.find(path, article))
    if not found:
        _stop(2, f"No article of {path} is {article!r}: give an article_id, a source_id or a URL of its data.")
    if len(found) > 1:
        _stop(2, f"{article!r} names {len(found)} articles:", *(f"    {each.row['article_id']}" for each in found[:20]))
    for line in story.lines(found[0]):
        _say(line)


@app.command("open")
def open_report(
    version: Annotated[str, typer.Argument(help="A version; without it the latest.")] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
) -> None:
    """Open the report of a release in the browser, and say where it lies."""
    import webbrowser

    page = _release(output, dataset, version) / "report.html"
    if not page.is_file():
        _stop(2, f"There is no report at {page}.")
    _say(str(page))
    if not webbrowser.open(page.resolve().as_uri()):
        _say("No browser answered: open that file by hand.", error=True)


@app.command()
def verify(
    version: Annotated[
        str, typer.Argument(help="A version, the path of a release folder, or nothing for the latest.")
    ] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make it again from its source and parameters, and compare bytes.")
    ] = False,
) -> None:
    """Check that a release is whole and unchanged: every file, digest, count and key.

    With --rebuild, also make it again from its recorded inputs and compare the bytes.
    """
    from flows import release

    if version and (os.sep in version or Path(version, "manifest.json").is_file()):
        path = Path(version)
    else:
        home = _dataset(output, dataset)
        path = _guarded(lambda: home.release_path(version or home.latest() or ""))
    if not path.is_dir() or path.name == "releases":
        _stop(2, f"There is no release at {path}; `kliping versions` lists what there is.")
    damages = _guarded(lambda: release.verify(path, _published_digest(path)))
    for damage in damages:
        _say(f"{damage.file}: {damage.what}", error=True)
    if damages:
        _stop(1, f"{path}: damaged in {len(damages)} places; nothing was changed. Restore it from a copy.")
    _say(f"{path}: whole and unchanged")
    if rebuild:
        releases.rebuilt(release.Dataset(path.resolve().parent.parent), path.resolve().name)


releases.register(app)


def main() -> None:
    """Entry point."""
    from flows.settings import settle_environment

    settle_environment()
    app()


def _run(job: "Publish", direct: bool) -> "Outcome":
    from flows.run import publish_run

    with _bar(job) as listener:
        token = publish_run.listener.set(listener)
        telling = publish_run.teller.set(lambda said: _say(said, error=True))
        try:
            return publish_run.tell(job) if direct else _flow(job)
        finally:
            publish_run.listener.reset(token)
            publish_run.teller.reset(telling)


def _flow(job: "Publish") -> "Outcome":
    from flows import publish  # Prefect is slow to load, and --direct does without it

    try:
        state = publish.publish_dataset(**job.form(), return_state=True)
    except RuntimeError as error:
        if "reach API" not in str(error):
            raise
        server = os.environ.get("PREFECT_API_URL", "the embedded API")
        _stop(3, f"No Prefect server answers at {server}: start it, unset PREFECT_API_URL, or give --direct.")
    return publish.outcome_of(state)


@contextmanager
def _bar(job: "Publish") -> Iterator[Callable[[int, int, int], None] | None]:
    """A progress bar on a terminal, for input that is long enough to need one."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    from flows.progress import Pace

    columns, pace = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}")), Pace()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("reading", total=None, visible=False)

        def hear(documents: int, seen: int, total: int) -> None:
            said = pace.hear(documents, seen, total)
            progress.update(bar, completed=seen, total=total, description=said, visible=total >= BAR_FROM_BYTES)

        yield hear


def _published_digest(path: Path) -> str | None:
    """The digest under which versions.json lists a release that lies in its dataset; None for a copy elsewhere."""
    from flows import release

    real = path.resolve()
    home = release.Dataset(real.parent.parent)
    if home.releases != real.parent:
        return None
    return next((entry.digest for entry in home.versions() if entry.version == real.name), None)


def _release(output: str, dataset: str, version: str) -> Path:
    home = _dataset(output, dataset)
    path = _guarded(lambda: home.release_path(version or home.latest() or ""))
    if not path.is_dir() or path.name == "releases":
        _stop(2, f"There is no release {version or 'yet'} in {home.root}; `kliping versions` lists what there is.")
    return path


if __name__ == "__main__":
    main()
