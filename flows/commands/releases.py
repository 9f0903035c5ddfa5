"""Commands on published releases: compare, replay, set latest, pin, prune, take an article down."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.terminal import (
    DatasetOption,
    OutputOption,
    WaitOption,
    exit_with,
    find_release_folder,
    open_dataset_or_exit,
    print_line,
    run_or_exit,
)

if TYPE_CHECKING:
    from flows import release
    from flows.maintain.rebuild import RebuildReport

LimitOption = Annotated[int, typer.Option(help="How many articles of each kind to show.", min=0)]
JsonOption = Annotated[bool, typer.Option("--json", help="Everything, as JSON for programs.")]


def register_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command, summary in (
        ("diff", diff_releases, "Show what differs between two releases."),
        ("latest-set", set_latest_release, "Make an earlier release the current one again."),
        ("pin", pin_release, "Protect a release from prune."),
        ("prune", prune_releases, "Remove the files of old releases."),
        ("replay", replay_documents, "Try today's rules on published documents."),
        ("takedown", take_down_article, "Keep an article out of every later release."),
    ):
        app.command(name, short_help=summary)(command)


def diff_releases(
    before: Annotated[str, typer.Argument(metavar="A", help="A version, or the path of a release folder.")],
    after: Annotated[
        str, typer.Argument(metavar="B", help="Another version or path; the latest release if not given.")
    ] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    limit: LimitOption = 20,
    as_json: JsonOption = False,
    rows: Annotated[
        Path | None,
        typer.Option(help="Write the rows to this Parquet file, with a column op: added, changed or removed."),
    ] = None,
) -> None:
    """Show what differs between two releases: articles added, changed (in which columns, and how), removed.

    Example: kliping diff 2026.11.21.1 2026.11.22.1

    What is new since a version: kliping diff 2026.11.21.1 --rows new.parquet
    """
    if rows is not None:
        write_changed_rows(before, after, dataset, output, rows)
        return
    from flows import release
    from flows.maintain.comparison import compare_articles

    old, new = find_release_folder(before, dataset, output), find_release_folder(after, dataset, output)
    comparison = run_or_exit(
        lambda: compare_articles(
            old.name, release.load_table(old, "articles"), new.name, release.load_table(new, "articles")
        )
    )
    if as_json:
        typer.echo(json.dumps(comparison.as_json(), ensure_ascii=True, indent=2))
        return
    for line in comparison.format_lines(limit):
        print_line(line)


def write_changed_rows(before: str, after: str, dataset: str, output: str, target: Path) -> None:
    """Write the rows that differ between two releases to a new Parquet file, and print their counts."""
    from flows.maintain.changed_rows import write_changed_rows as write_rows

    if target.exists():
        exit_with(2, f"{target} exists already; nothing was written. Name another file, or move that one away.")
    old, new = find_release_folder(before, dataset, output), find_release_folder(after, dataset, output)
    try:
        counts = run_or_exit(lambda: write_rows(old, new, target))
    finally:
        target.with_name(f"{target.name}.new").unlink(missing_ok=True)
    words = ", ".join(f"{count:,} {op}" for op, count in counts.items())
    print_line(f"{old.name} -> {new.name}: {words}; rows in {target}")


def report_rebuild(dataset: "release.Dataset", version: str) -> None:
    """Rebuild a release and print the comparison; exit with 1 where the bytes differ or it cannot be built again."""

    def done() -> "RebuildReport":
        from flows.maintain.rebuild import rebuild_release

        return rebuild_release(dataset, version)

    rebuild_report = run_or_exit(done)
    for line in rebuild_report.format_lines():
        print_line(line, error=not rebuild_report.is_identical)
    raise typer.Exit(0 if rebuild_report.is_identical else 1)


def describe_interrupted_purges(dataset: "release.Dataset") -> list[str]:
    """Return a sentence for each purge that was interrupted."""
    from flows import release

    return [
        f"The purge of {withdrawal.article_id} was interrupted: "
        f"give `kliping takedown {withdrawal.article_id} --purge` again."
        for withdrawal in run_or_exit(lambda: release.read_withdrawals(dataset))
        if withdrawal.purge == "asked"
    ]


def set_latest_release(
    version: Annotated[str, typer.Argument(help="The release to make current.")],
    reason: Annotated[str, typer.Option(help="Why; it is recorded with each release that is withdrawn.")] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    wait: WaitOption = 0,
) -> None:
    """Make an earlier release the current one again; the newer ones are marked as withdrawn."""

    def done() -> list[str]:
        from flows import release

        place = open_dataset_or_exit(output, dataset, reading=False)
        cause = f": {reason.rstrip('. ')}" if reason else ""
        why = f"On {_format_today()} latest was set back to {version}{cause}."
        with release.publisher_lock(place, wait, run_id=release.make_run_id(datetime.now(UTC))) as notes:
            _print_notes(notes)
            withdrawn = release.set_latest(place, version, why)
            _update_indexes(place)
            return withdrawn

    withdrawn = run_or_exit(done)
    print_line(f"{dataset}: latest is {version}" + (f"; withdrawn: {', '.join(withdrawn)}" if withdrawn else ""))


def pin_release(
    version: Annotated[str, typer.Argument(help="The release to keep.")],
    reason: Annotated[str, typer.Option(help="Why it must stay, for example the paper that cites it.")] = "",
    off: Annotated[bool, typer.Option("--off", help="Remove the pin.")] = False,
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    wait: WaitOption = 0,
) -> None:
    """Protect a release from prune."""

    def done() -> None:
        from flows import release

        place = open_dataset_or_exit(output, dataset, reading=False)
        with release.publisher_lock(place, wait, run_id=release.make_run_id(datetime.now(UTC))) as notes:
            _print_notes(notes)
            release.pin_release(place, version, "" if off else reason or f"pinned on {_format_today()}")
            _update_indexes(place)

    run_or_exit(done)
    print_line(f"{dataset}: {version} is {'no longer pinned' if off else 'pinned'}")


def prune_releases(
    keep: Annotated[
        int | None,
        typer.Option(help="How many of the newest published releases and refused runs to keep; all if not given."),
    ] = None,
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    wait: WaitOption = 0,
) -> None:
    """Remove the files of old releases and refused runs, and cached results that no release needs.

    The latest release and pinned ones stay; versions.json keeps the record.
    """

    def done() -> tuple[list[str], int]:
        from flows import release, run

        place = open_dataset_or_exit(output, dataset, reading=False)
        with release.publisher_lock(place, wait, run_id=release.make_run_id(datetime.now(UTC))) as notes:
            _print_notes(notes)
            why = f"Pruned on {_format_today()}, when the newest {keep} were kept."
            pruned = [] if keep is None else release.prune_releases(place, keep, why)
            _update_indexes(place)
            return pruned, run.prune_unreferenced_outcomes(place)

    removed_versions, outcomes = run_or_exit(done)
    sentences = [f"removed the files of {', '.join(removed_versions)}"] if removed_versions else []
    sentences += [f"removed the cached results of {outcomes:,} documents that no release needs"] if outcomes else []
    print_line(f"{dataset}: " + ("; ".join(sentences) or "nothing to remove"))


def replay_documents(
    version: Annotated[str, typer.Argument(help="A version; the latest if not given.")] = "",
    reason: Annotated[list[str] | None, typer.Option(help="Rejects of this reason; may be repeated.")] = None,
    article: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="This article or reject: an id, a URL, or FILE#L3; may be repeated."),
    ] = None,
    outlet: Annotated[
        list[str] | None, typer.Option(help="Articles of this outlet (name or domain); may be repeated.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All rejects and all articles.")] = False,
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    """Process the rejects of a release, or chosen articles, with today's rules, and show what would change.

    Nothing is published. Example: kliping replay --outlet Republika
    """
    from flows.maintain.rerun import ReplaySelection, replay_documents

    path = find_release_folder(version, dataset, output)
    selection = ReplaySelection(tuple(reason or ()), tuple(article or ()), tuple(outlet or ()), everything)
    replayed = run_or_exit(
        lambda: replay_documents(
            open_dataset_or_exit(output, dataset, reading=False), path, selection, datetime.now(UTC).date()
        )
    )
    if as_json:
        typer.echo(json.dumps(replayed.as_json(), ensure_ascii=True, indent=2))
    else:
        for line in replayed.format_lines(limit):
            print_line(line)
    raise typer.Exit(1 if replayed.missing else 0)


def take_down_article(
    article: Annotated[str, typer.Argument(metavar="ID", help="The article_id, 32 hex digits.")],
    reason: Annotated[str, typer.Option(help="Why; it is published with the reject, so name no person.")] = "",
    purge: Annotated[
        bool, typer.Option("--purge", help="Also remove its raw bytes, and replace the releases that hold it.")
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
        from flows.maintain.takedown import take_down_article as take_down

        place = open_dataset_or_exit(output, dataset, reading=False)
        now = datetime.now(UTC)
        run_id = release.make_run_id(now)
        with release.announce_takedown(place), release.publisher_lock(place, wait, run_id=run_id) as notes:
            _print_notes(notes)
            lines = list(take_down(place, article, reason, purge=purge, now=now, run_id=run_id).format_lines())
            _update_indexes(place)
            return lines

    def explain_wait() -> list[str]:
        from flows.release import DatasetBusyError

        try:
            return done()
        except DatasetBusyError as error:
            raise DatasetBusyError(
                f"{error} With --wait SECONDS the takedown waits for it, and it then publishes nothing."
            ) from None

    for line in run_or_exit(explain_wait):
        print_line(line)


def _update_indexes(place: "release.Dataset") -> None:
    """Update index.html and index.json; print a sentence where they could not be written."""
    from flows import run

    if sentence := run.update_indexes(place):
        print_line(sentence, error=True)


def _format_today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"


def _print_notes(notes: list[str]) -> None:
    for note in notes:
        print_line(note, error=True)
