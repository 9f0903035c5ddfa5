"""Commands that read releases: list versions, verify, explain an article, open the report."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.releases import describe_interrupted_purges, report_rebuild
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


def register_commands(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for name, command, summary in (
        ("versions", list_versions, "List the runs of a dataset, newest first."),
        ("explain", explain_article, "Show why an article is as it is, or is missing."),
        ("open", open_report, "Open the report of a release in the browser."),
        ("export", export_articles, "Write a release as one CSV file."),
        ("verify", verify_release, "Check that a release is complete and unchanged."),
    ):
        app.command(name, short_help=summary)(command)


def list_versions(dataset: DatasetOption = "news", output: OutputOption = "output") -> None:
    """List the runs that published, were refused or were withdrawn, newest first."""
    home = open_dataset_or_exit(output, dataset)
    latest = run_or_exit(home.read_latest_version)
    entries = run_or_exit(home.read_versions)
    if not entries:
        print_line(f"{home.root} has no release yet; `kliping publish SOURCE` makes one.")
    for entry in entries:
        name = entry.version or f"run {entry.run_id}"
        status = "latest" if entry.version and entry.version == latest else entry.status
        counts = f"{entry.counts.get('published', 0):,} articles, {entry.counts.get('rejected', 0):,} rejected"
        print_line(f"{name:<28} {status:<10} {entry.started_at}  {' '.join(entry.why) or counts}")
    for sentence in describe_interrupted_purges(home):
        print_line(sentence, error=True)


def explain_article(
    article: Annotated[
        str, typer.Argument(help="An article_id (6 digits are enough), a source_id, a URL, or a place: FILE#L3.")
    ],
    version: Annotated[str, typer.Option(help="A version; the latest if not given.")] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
) -> None:
    """Show one article: its values, the evidence for them, and what was cut by which rule.

    Of a document that was rejected, dropped or taken down, say why.
    """
    from flows import report
    from flows.commands.article_text import format_article
    from flows.maintain.absence import explain_absence, explain_takedown

    path = find_release_folder(version, dataset, output)
    matches = run_or_exit(lambda: report.find_articles(path, article))
    if not matches and (sentences := run_or_exit(lambda: explain_absence(path, article))):
        for sentence in sentences:
            print_line(sentence)
        raise typer.Exit
    if not matches:
        exit_with(2, f"{path} holds no article {article!r}: give an article_id, a source_id, a URL, or FILE#L3.")
    if len(matches) > 1:
        ids = (f"    {match.row['article_id']}" for match in matches[:20])
        exit_with(2, f"{article!r} names {len(matches)} articles:", *ids)
    for line in format_article(matches[0]):
        print_line(line)
    for sentence in run_or_exit(lambda: explain_takedown(path, matches[0].row["article_id"])):
        print_line(f"{sentence}. This release still holds it; no later one will.")


def open_report(
    version: Annotated[str, typer.Argument(help="A version; the latest if not given.")] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
) -> None:
    """Open the report of a release in the browser, and print its path."""
    import webbrowser

    page = find_release_folder(version, dataset, output) / "report.html"
    if not page.is_file():
        exit_with(2, f"There is no report at {page}: restore the release from a copy, or publish again.")
    print_line(str(page))
    if not webbrowser.open(page.resolve().as_uri()):
        print_line("No browser could be started: open the file yourself.", error=True)


def verify_release(
    version: Annotated[
        str, typer.Argument(help="A version or the path of a release folder; the latest if not given.")
    ] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Build it again from its source and parameters, and compare the bytes.")
    ] = False,
    restore: Annotated[
        Path | None,
        typer.Option(metavar="FROM", help="Put good copies of damaged files back, from any folder below FROM."),
    ] = None,
    wait: WaitOption = 0,
) -> None:
    """Check that a release is complete and unchanged: every file, digest, count and key.

    With --rebuild, also build it again from its recorded inputs and compare the bytes.
    """
    from flows import release

    path = find_release_folder(version, dataset, output)
    damages = run_or_exit(lambda: release.verify_release(path, _find_published_digest(path)))
    home = release.Dataset(path.resolve().parent.parent)
    is_listed = _find_published_digest(path) is not None
    for damage in damages:
        sharing = _list_sharing(home, path.resolve().name, damage.file) if is_listed else []
        print_line(f"{damage.file}: {damage.problem}" + _describe_sharing(sharing), error=True)
    if damages and restore is not None and is_listed:

        def put_back() -> release.RestoredFiles:
            with release.publisher_lock(home, wait):
                return release.restore_files(home, path.resolve().name, damages, restore)

        outcome = run_or_exit(put_back)
        for name in outcome.restored:
            print_line(f"{name}: a good copy was put back")
        damages = list(outcome.remaining)
    if damages:
        action = "nothing more could be put back" if restore is not None and is_listed else "nothing was changed"
        exit_with(1, f"{path}: damaged in {len(damages)} places; {action}. Restore it from a copy.")
    print_line(f"{path}: complete and unchanged")
    if rebuild:
        report_rebuild(release.Dataset(path.resolve().parent.parent), path.resolve().name)


def export_articles(
    csv: Annotated[Path, typer.Option(metavar="FILE", help="The CSV file to write; - writes to the standard output.")],
    version: Annotated[str, typer.Argument(help="A version; the latest if not given.")] = "",
    dataset: DatasetOption = "news",
    output: OutputOption = "output",
) -> None:
    """Write all articles of a release as one CSV file.

    Example: kliping export --csv articles.csv
    """
    from flows import release

    path = find_release_folder(version, dataset, output)
    if str(csv) == "-":
        run_or_exit(lambda: release.export_csv(path, sys.stdout.buffer))
        return

    def write_file() -> int:
        try:
            with csv.open("wb") as file:
                return release.export_csv(path, file)
        except OSError as error:
            raise release.InvalidRequestError(
                f"{csv} could not be written ({error.strerror or error}): name a file in a folder that exists and may "
                "be written."
            ) from None

    print_line(f"{csv}: {run_or_exit(write_file):,} articles of {path.name}")


def _list_sharing(home: "release.Dataset", version: str, file: str) -> list[str]:
    """List the other releases that share a file; none where a manifest cannot be read."""
    from flows import release

    try:
        return release.find_sharing_releases(home, version, file)
    except release.ReleaseError:
        return []


def _describe_sharing(versions: list[str]) -> str:
    """Return the end of a sentence on a damaged file: which other releases share it."""
    return f"; shared with {', '.join(versions)}" if versions else ""


def _find_published_digest(path: Path) -> str | None:
    """Return the digest under which versions.json lists a release of its dataset; None for a copy elsewhere."""
    from flows import release

    folder = path.resolve()
    home = release.Dataset(folder.parent.parent)
    if home.releases != folder.parent:
        return None
    return next((entry.digest for entry in home.read_versions() if entry.version == folder.name), None)
