"""`kliping inspect` and `kliping clean`: look at a source, or at one document, before anything is published."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from flows.commands.terminal import exit_with, print_line, run_or_exit

if TYPE_CHECKING:
    from flows import read

Returned = TypeVar("Returned")

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
MapOption = Annotated[
    list[str], typer.Option("--map", metavar="FIELD=KEY", help="Which key states which field, such as text=isi.")
]
SplitOption = Annotated[
    str, typer.Option(metavar="lines|blank|REGEX", help="How a text that holds many stories is split.")
]
TableOption = Annotated[str, typer.Option(metavar="NAME", help="The table of a database, or the sheet, to read.")]


def register_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    app.command("inspect", short_help="Show what a source holds and would give.")(inspect_source)
    app.command("clean", short_help="Clean one document and print what comes out.")(clean_file)


def inspect_source(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A folder, a file, a quoted glob, or a URL of one.")],
    map_: MapOption = [],  # noqa: B006 (typer copies it)
    split: SplitOption = "",
    table: TableOption = "",
    json_: JsonOption = False,
) -> None:
    """Show what SOURCE holds and what would be read of it; nothing is written.

    Example: kliping inspect seeds
    """
    from flows.read import source_inspection

    inspection = run_or_exit(
        lambda: _call_or_exit(lambda: source_inspection.inspect_source(source, _build_options(map_, split, table)))
    )
    if json_:
        typer.echo(json.dumps(inspection.as_json(), ensure_ascii=False, indent=2))
        return
    for line in inspection.format_lines():
        print_line(line)


def clean_file(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="A file of any kind that is read, or - for standard input.")
    ],
    url: Annotated[str, typer.Option(help="Where the document was.")] = "",
    map_: MapOption = [],  # noqa: B006
    split: SplitOption = "",
    table: TableOption = "",
    html: Annotated[str, typer.Option(help="quality or fast: how pages are read.")] = "quality",
    json_: JsonOption = False,
) -> None:
    """Clean one document and print its article, values, evidence and cuts; nothing is stored.

    Example: kliping clean page.html --url https://news.example.id/a
    """
    from flows.workers.single_document import clean_document

    if html not in ("quality", "fast"):
        exit_with(2, f"--html: quality or fast was expected, got {html!r}")
    document: bytes | Path = sys.stdin.buffer.read() if file == "-" else Path(file)
    cleaned = run_or_exit(
        lambda: _call_or_exit(
            lambda: clean_document(
                document,
                url=url or None,
                html="fast" if html == "fast" else "quality",
                field_map=map_,
                split=split,
                table=table,
            )
        )
    )
    if json_:
        typer.echo(json.dumps([article.as_json() for article in cleaned], ensure_ascii=False, indent=2, default=str))
    else:
        for number, article in enumerate(cleaned):
            if number:
                print_line("-" * 60)
            for line in article.format_lines():
                print_line(line)
    if not any(article.article for article in cleaned):
        raise typer.Exit(1)


def _build_options(map_: list[str], split: str, table: str) -> "read.ReadOptions":
    from flows import read

    read.check_split(split)
    return read.ReadOptions(read.FieldMap.parse(map_), split, table)


def _call_or_exit(call: Callable[[], Returned]) -> Returned:
    """Run a command; exit with 2 where an option or a path is wrong."""
    from flows import read

    try:
        return call()
    except (read.SourceError, read.FieldMapError, read.SplitError) as error:
        exit_with(2, str(error))
    except OSError as error:
        exit_with(2, f"{error.filename or 'The file'} cannot be read ({error.strerror or error}).")
