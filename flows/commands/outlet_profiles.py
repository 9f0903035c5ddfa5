"""`kliping outlet`: draft, learn, check and list outlet profiles. Heavy imports happen inside the commands."""

from pathlib import Path
from typing import Annotated

import typer

from flows.curate.repeated_lines import learn_repeated_lines

outlet = typer.Typer(
    name="outlet", help="Draft, test and list outlet profiles.", no_args_is_help=True, rich_markup_mode=None
)
outlet.command("learn")(learn_repeated_lines)


def _print_text(line: str, *, error: bool = False) -> None:
    """Print text that may hold scraped words, with control characters replaced."""
    printable = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in line)
    typer.echo(printable, err=error)


def _write_text(text: str, target: Path | None) -> None:
    """Print a text, or write it to a file."""
    if target is None:
        _print_text(text)
        return
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        _print_text(
            f"Could not write {target}: {error.strerror}. Name a file in a folder that exists and may be written.",
            error=True,
        )
        raise typer.Exit(2) from error


@outlet.command("new")
def draft_new_profile(
    name: Annotated[str, typer.Argument(help="Name of the profile: small letters, digits, hyphens.")],
    source: Annotated[str, typer.Argument(help="Raw articles of this one outlet: a folder, a file or a quoted glob.")],
    limit: Annotated[int, typer.Option(help="Read at most this many articles.", min=1)] = 50,
    to: Annotated[Path | None, typer.Option(help="Write the draft to this file instead of printing it.")] = None,
) -> None:
    """Draft a profile from some raw articles, for a person to finish.

    Example: kliping outlet new kabarpagi scraped/kabarpagi --to flows/outlets/profiles/kabarpagi.toml
    """
    import re

    from flows.curate.profile_draft import observe_articles, render_draft
    from flows.outlets.profiles import parse_profile
    from flows.read import SourceError, read_batches

    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", name):
        _print_text(
            f"Read {name!r} as the name of a profile; expected small letters, digits and hyphens, as in `kabarpagi`.",
            error=True,
        )
        raise typer.Exit(2)
    if to is not None and to.exists():
        _print_text(f"{to} exists already; nothing was written. Name another file, or move that one away.", error=True)
        raise typer.Exit(2)
    try:
        observations = observe_articles(batch.documents for batch in read_batches(source, limit=limit))
    except SourceError as error:
        _print_text(str(error), error=True)
        raise typer.Exit(2) from error
    if not observations.articles:
        _print_text(f"Read {source} and found no article in it; expected raw articles of one outlet.", error=True)
        raise typer.Exit(2)
    text = render_draft(name, observations)
    parse_profile(name, text)  # a draft that does not load would be no start
    _write_text(text, to)
    if to is None:
        return
    _print_text(f"Drafted {to} from {observations.articles} articles.")
    _print_text("Finish it, add its row to flows/outlets/registry.csv and an invented story with its values as")
    _print_text(f"tests/golden/outlets/{name}.txt and .json, then: kliping outlet check {name}")


@outlet.command("check")
def check_profiles(
    name: Annotated[str | None, typer.Argument(help="One profile; all if not given.")] = None,
    golden: Annotated[Path, typer.Option(help="The folder of golden stories.")] = Path("tests/golden/outlets"),
) -> None:
    """Test the registry and the profiles against their golden stories. Exit code 1 if one fails.

    Example: kliping outlet check okezone
    """
    from flows.curate.profile_check import check_profile as complaints_of
    from flows.outlets import OutletError, load_registry
    from flows.outlets.profiles import load_profiles

    try:
        outlets = load_registry()
        profile_names = [name] if name else sorted(load_profiles())
        complaints_by_profile = {profile_name: complaints_of(profile_name, golden) for profile_name in profile_names}
    except OutletError as error:
        _print_text(str(error), error=True)
        raise typer.Exit(1) from error
    used_names = {outlet.profile.name for outlet in outlets.outlets if outlet.profile}
    for profile_name in profile_names:
        if profile_name in load_profiles() and profile_name not in used_names:
            complaints_by_profile[profile_name].append(
                f"no row of flows/outlets/registry.csv uses it: write {profile_name} in its column `profile`."
            )
        for complaint in complaints_by_profile[profile_name]:
            _print_text(f"{profile_name}: {complaint}", error=True)
    failed_count = sum(bool(complaints) for complaints in complaints_by_profile.values())
    passed = f"{len(profile_names) - failed_count} of {len(profile_names)} profiles as expected"
    _print_text(f"{len(outlets.outlets)} outlets in the registry; {passed}.")
    raise typer.Exit(1 if failed_count else 0)


@outlet.command(name="list")
def list_outlets(
    to: Annotated[Path | None, typer.Option(help="Write the page to this file instead of printing it.")] = None,
) -> None:
    """Print every outlet and profile as a page of Markdown.

    Example: kliping outlet list --to docs/reference/outlets.md
    """
    from flows.curate.outlet_docs import render_outlet_page

    _write_text(render_outlet_page(), to)
