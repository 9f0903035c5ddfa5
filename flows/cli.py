"""The `kliping` command. Heavy imports happen inside the commands, so that --help is quick.

Exit codes: 0 published or nothing new, 1 refused (or verify found damage), 2 wrong use, 3 internal failure, nothing
published.
"""

import typer

from flows.commands import release_reading, releases, source_reading
from flows.commands.outlet_profiles import outlet
from flows.commands.publish_source import build_publish_command

app = typer.Typer(
    name="kliping",
    help="Raw scraped news in, versioned datasets out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

source_reading.register_commands(app)
app.command("publish")(build_publish_command())
release_reading.register_commands(app)
releases.register_commands(app)
app.add_typer(outlet)


def main() -> None:
    """Run the command."""
    from flows.settings import set_default_environment

    set_default_environment()
    app()


if __name__ == "__main__":
    main()
