"""Commands for releases that stand: compare them, set latest back, pin, prune, take an article down."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from flows.commands.terminal import DatasetOption, OutputOption, WaitOption, guarded, home, say, stop

if TYPE_CHECKING:
    from flows import release
    from flows.maintain.rebuild import Rebuilt

LimitOption = Annotated[int, typer.Option(help="How many articles of each kind to show.", min=0)]
JsonOption = Annotated[bool, typer.Option("--json", help="Everything, as JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command in (
        ("diff", diff),
        ("latest-set", latest_set),
        ("pin", pin),
        ("prune", prune),
        ("replay", replay),
        ("takedown", takedown),
    ):
        app.command(name)(command)


def folder_of(named: str, dataset: str, output: str) -> Path:
    """The folder of a release: a version, `latest` (or nothing), or a path. Wrong use where there is none."""
    if named and (os.sep in named or Path(named, "manifest.json").is_file()):
        path = Path(named)
    else:
        from flows import release

        place = home(output, dataset)
        current = place.latest()
        version = current if named in ("", "latest") else named
        if version is None:
            stop(2, f"{place.root} has no release yet; `kliping publish SOURCE` makes one.")
        try:
            path = place.release_path(version)
        except release.Mistaken as error:
            stop(2, str(error))
    if not (path / "manifest.json").is_file():
        stop(2, f"There is no release at {path}; `kliping versions` lists what there is.")
    return path


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A version, or the path of a release folder.")],
    after: Annotated[str, typer.Argument(metavar="B", help="Another one; the latest unless given.")] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Show what differs between two releases: articles added, changed (in which columns, and how), removed.

    Example: kliping diff 2026.11.21.1 2026.11.22.1
    """
    from flows import release
    from flows.maintain.comparison import compare

    old, new = folder_of(before, dataset, output), folder_of(after, dataset, output)
    found = guarded(lambda: compare(old.name, release.load(old, "articles"), new.name, release.load(new, "articles")))
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=True, indent=2))
        return
    for line in found.lines(limit):
        say(line)


def rebuilt(dataset: "release.Dataset", version: str) -> None:
    """The rest of `verify --rebuild`: exit code 1 where the bytes differ or it cannot be made again."""

    def done() -> "Rebuilt":
        from flows.maintain.rebuild import rebuild

        return rebuild(dataset, version)

    found = guarded(done)
    for line in found.lines():
        say(line, error=not found.same)
    raise typer.Exit(0 if found.same else 1)


def unfinished(dataset: "release.Dataset") -> list[str]:
    """A sentence for each purge that was interrupted."""
    from flows import release

    return [
        f"The purge of {one.article_id} was interrupted: give `kliping takedown {one.article_id} --purge` again."
        for one in guarded(lambda: release.withdrawals(dataset))
        if one.purge == "asked"
    ]


def latest_set(
    version: Annotated[str, typer.Argument(help="The release that is to be the current one.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded beside each release left behind.")] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    wait: WaitOption = 0,
) -> None:
    """Go back to an earlier release: latest names it again, and the newer ones are marked as withdrawn."""

    def done() -> list[str]:
        from flows import release

        place = home(output, dataset, reading=False)
        why = f"Withdrawn on {_today()}, when latest was set back to {version}. {reason}".strip()
        with release.publisher_lock(place, wait, run_id=_run()) as notes:
            _tell(notes)
            return release.set_latest(place, version, why)

    left = guarded(done)
    say(f"{dataset}: latest is {version}" + (f"; withdrawn: {', '.join(left)}" if left else ""))


def pin(
    version: Annotated[str, typer.Argument(help="The release to keep.")],
    reason: Annotated[str, typer.Option(help="Why it must stay, for example the paper that cites it.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Let go of it again.")] = False,
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    wait: WaitOption = 0,
) -> None:
    """Keep a release from ever being pruned."""

    def done() -> None:
        from flows import release

        place = home(output, dataset, reading=False)
        with release.publisher_lock(place, wait, run_id=_run()) as notes:
            _tell(notes)
            release.pin(place, version, "" if off else reason or f"pinned on {_today()}")

    guarded(done)
    say(f"{dataset}: {version} is {'no longer pinned' if off else 'pinned'}")


def prune(
    keep: Annotated[
        int | None,
        typer.Option(help="How many of the newest published releases and refused runs stay; without it, all."),
    ] = None,
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    wait: WaitOption = 0,
) -> None:
    """Remove the files of old releases and refused runs, and what was kept of documents that no release needs.

    The latest release and pinned ones always stay; versions.json keeps the record.
    """

    def done() -> tuple[list[str], int]:
        from flows import release, run

        place = home(output, dataset, reading=False)
        with release.publisher_lock(place, wait, run_id=_run()) as notes:
            _tell(notes)
            why = f"Pruned on {_today()}, when the newest {keep} were kept."
            gone = [] if keep is None else release.prune(place, keep, why)
            return gone, run.prune_outcomes(place)

    gone, outcomes = guarded(done)
    told = [f"removed the files of {', '.join(gone)}"] if gone else []
    told += [f"removed what {outcomes:,} documents became, which no release needs"] if outcomes else []
    say(f"{dataset}: " + ("; ".join(told) or "nothing to remove"))


def replay(
    version: Annotated[str, typer.Argument(help="A version; the latest unless given.")] = "",
    reason: Annotated[list[str] | None, typer.Option(help="Rejects of this reason; may be given again.")] = None,
    article: Annotated[list[str] | None, typer.Option(metavar="ID", help="This article; may be given again.")] = None,
    outlet: Annotated[
        list[str] | None, typer.Option(help="Articles of this outlet (name or domain); may be given again.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All rejects and all articles.")] = False,
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Run the rejects of a release, or articles you choose, again with today's rules, and show what would change.

    Nothing is published. Example: kliping replay --outlet Republika
    """
    from flows.maintain.rerun import Chosen, replay

    path = folder_of(version, dataset, output)
    chosen = Chosen(tuple(reason or ()), tuple(article or ()), tuple(outlet or ()), everything)
    found = guarded(lambda: replay(home(output, dataset, reading=False), path, chosen, datetime.now(UTC).date()))
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=True, indent=2))
    else:
        for line in found.lines(limit):
            say(line)
    raise typer.Exit(1 if found.missing else 0)


def takedown(
    article: Annotated[str, typer.Argument(metavar="ID", help="The article_id, 32 hex digits.")],
    reason: Annotated[str, typer.Option(help="Why; it is published with the reject, so name no person.")] = "",
    purge: Annotated[
        bool, typer.Option("--purge", help="Also remove its raw bytes, and make the releases that hold it again.")
    ] = False,
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    wait: WaitOption = 0,
) -> None:
    """Keep an article and its exact duplicates out of every later release.

    Example: kliping takedown 0d1dde6faab2a25a0d1dde6faab2a25a --reason "request of the publisher"
    """

    def done() -> list[str]:
        from flows import release
        from flows.maintain.takedown import takedown as take_down

        place = home(output, dataset, reading=False)
        now, run = datetime.now(UTC), _run()
        with release.publisher_lock(place, wait, run_id=run) as notes:
            _tell(notes)
            return list(take_down(place, article, reason, purge=purge, now=now, run_id=run).lines())

    for line in guarded(done):
        say(line)


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _run() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"


def _tell(notes: list[str]) -> None:
    for note in notes:
        say(note, error=True)
