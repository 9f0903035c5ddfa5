"""The `kliping` command. Heavy imports happen inside the commands, so that --help is quick.

Exit codes: 0 published or nothing new, 1 refused (or verify found damage), 2 wrong use, 3 internal failure, nothing
published.
"""

from typing import Annotated

import typer

from flows.commands import release_reading, releases, source_reading
from flows.commands.outlet_profiles import outlet
from flows.commands.publish_source import build_publish_command

app = typer.Typer(
    name="kliping",
    help="Raw scraped news in, versioned datasets out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(is_requested: bool) -> None:
    if is_requested:
        import tomllib

        from flows.settings import ROOT
        from schemas import SCHEMA_VERSION

        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        typer.echo(f"kliping {project['version']}, schema {SCHEMA_VERSION}")
        raise typer.Exit


@app.callback()
def show_version(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Raw scraped news in, versioned datasets out."""


source_reading.register_commands(app)
app.command("publish")(build_publish_command())
release_reading.register_commands(app)
releases.register_commands(app)
app.add_typer(outlet)


def main() -> None:
    """Run the command."""
    from flows.settings import relax_garbage_collection, set_default_environment

    set_default_environment()
    relax_garbage_collection()
    app()


if __name__ == "__main__":
    main()
