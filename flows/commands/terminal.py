"""What all commands share: how they speak, and how each way to fail becomes a sentence and an exit code."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from flows import release

Result = TypeVar("Result")

OutputOption = Annotated[
    str, typer.Option(help="The folder that holds all datasets, or such a URL.", show_default=True)
]
DatasetOption = Annotated[str, typer.Option(help="Name of the dataset: a folder under the output.", show_default=True)]
WaitOption = Annotated[int, typer.Option(help="Seconds to wait while another run publishes this dataset.")]


def home(output: str, dataset: str, *, reading: bool = True) -> "release.Dataset":
    """The dataset's folder, or a mirror of its store; wrong use where there is none. To change it: not `reading`."""
    from flows import release

    found = guarded(lambda: release.at(output, dataset, reading=True))
    if not found.root.is_dir() or (isinstance(found, release.Mirror) and not found.versions()):
        where = found.store.url if isinstance(found, release.Mirror) else found.root
        stop(2, f"There is no dataset at {where}; `kliping publish SOURCE` makes one.")
    return found if reading else release.at(output, dataset)


def guarded(call: Callable[[], Result]) -> Result:
    """Run a command: what a person can mend ends in its sentence with 1 or 2, a defect of ours in 3.

    KLIPING_DEBUG=1 shows where a defect happened.
    """
    from flows import release

    try:
        return call()
    except typer.Exit:
        raise
    except release.Mistaken as error:
        stop(2, str(error))
    except (release.Busy, release.Declined, release.AuditError) as error:
        stop(1, str(error))
    except KeyboardInterrupt:
        stop(3, "Stopped on request; nothing was published.")
    except Exception as error:
        if os.environ.get("KLIPING_DEBUG"):
            raise
        stop(3, f"{type(error).__name__}: {error}", "Nothing was published. KLIPING_DEBUG=1 shows where it happened.")


def stop(code: int, *sentences: str) -> NoReturn:
    """Say why on the error stream, and end with this exit code."""
    for sentence in sentences:
        say(sentence, error=True)
    raise typer.Exit(code)


def say(line: str, *, error: bool = False) -> None:
    """Print a line whose words may be scraped: a terminal must not obey them."""
    typer.echo("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line), err=error)
