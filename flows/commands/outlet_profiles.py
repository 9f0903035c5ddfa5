"""`kliping outlet`: what is known of an outlet, for curators. Heavy imports happen inside the commands."""

from pathlib import Path
from typing import Annotated

import typer

from flows.curate.repeated_lines import learn

outlet = typer.Typer(
    name="outlet", help="Draft and test what is known of an outlet.", no_args_is_help=True, rich_markup_mode=None
)
outlet.command()(learn)


def _say(line: str, *, error: bool = False) -> None:
    """Print lines whose words may be scraped: a terminal must not obey them."""
    shown = "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in line)
    typer.echo(shown, err=error)


def _give(text: str, to: Path | None) -> None:
    """Show a text, or write it to a file."""
    if to is None:
        _say(text)
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        _say(
            f"Could not write {to}: {error.strerror}. Name a file in a folder that exists and may be written.",
            error=True,
        )
        raise typer.Exit(2) from error


@outlet.command()
def new(
    name: Annotated[str, typer.Argument(help="What the profile is to be called: small letters, digits, hyphens.")],
    source: Annotated[str, typer.Argument(help="Raw articles of this one outlet: a folder, a file or a quoted glob.")],
    limit: Annotated[int, typer.Option(help="Read at most this many articles.", min=1)] = 50,
    to: Annotated[Path | None, typer.Option(help="Write the draft to this file instead of showing it.")] = None,
) -> None:
    """Draft a profile from a few raw articles, for a person to finish.

    Example: kliping outlet new kabarpagi scraped/kabarpagi --to flows/outlets/profiles/kabarpagi.toml
    """
    import re

    from flows.curate.profile_draft import draft, look
    from flows.outlets.profiles import parse
    from flows.read import SourceError, read

    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", name):
        _say(
            f"{name!r} is no name for a profile; expected small letters, digits and hyphens, as in `kabarpagi`.",
            error=True,
        )
        raise typer.Exit(2)
    if to is not None and to.exists():
        _say(f"{to} exists already; nothing was written. Name another file, or move that one away.", error=True)
        raise typer.Exit(2)
    try:
        seen = look(batch.documents for batch in read(source, limit=limit))
    except SourceError as error:
        _say(str(error), error=True)
        raise typer.Exit(2) from error
    if not seen.articles:
        _say(f"Read {source} and found no article in it; expected raw articles of one outlet.", error=True)
        raise typer.Exit(2)
    text = draft(name, seen)
    parse(name, text)  # a draft that does not load would be no start
    _give(text, to)
    if to is None:
        return
    _say(f"Drafted {to} from {seen.articles} articles. Finish it, add its row to flows/outlets/registry.csv and a")
    _say(f"golden story tests/golden/outlets/{name}.txt and .json, then: kliping outlet check {name}")


@outlet.command()
def check(
    name: Annotated[str | None, typer.Argument(help="One profile; all of them where none is named.")] = None,
    golden: Annotated[Path, typer.Option(help="The folder of golden stories.")] = Path("tests/golden/outlets"),
) -> None:
    """Test the registry and the profiles against their golden stories. Exit code 1 where something is wrong.

    Example: kliping outlet check okezone
    """
    from flows.curate.profile_check import check as complaints_of
    from flows.outlets import OutletError, registry
    from flows.outlets.profiles import load

    try:
        known = registry()
        names = [name] if name else sorted(load())
        found = {one: complaints_of(one, golden) for one in names}
    except OutletError as error:
        _say(str(error), error=True)
        raise typer.Exit(1) from error
    used = {outlet.profile.name for outlet in known.outlets if outlet.profile}
    for one in names:
        if one in load() and one not in used:
            found[one].append(f"no row of flows/outlets/registry.csv uses it: write {one} in its column `profile`.")
        for complaint in found[one]:
            _say(f"{one}: {complaint}", error=True)
    wrong = sum(bool(complaints) for complaints in found.values())
    _say(f"{len(known.outlets)} outlets in the registry; {len(names) - wrong} of {len(names)} profiles as expected.")
    raise typer.Exit(1 if wrong else 0)


@outlet.command(name="list")
def list_(
    to: Annotated[Path | None, typer.Option(help="Write the page to this file instead of showing it.")] = None,
) -> None:
    """Show every outlet and profile as a page of Markdown.

    Example: kliping outlet list --to docs/outlets.md
    """
    from flows.curate.outlet_docs import page

    _give(page(), to)
