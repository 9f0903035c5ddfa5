"""Shared by all commands: printing, and turning each failure into a sentence and an exit code."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from flows import release

Returned = TypeVar("Returned")

OutputOption = Annotated[str, typer.Option(help="The folder that holds all datasets, or its URL.", show_default=True)]
DatasetOption = Annotated[str, typer.Option(help="Name of the dataset: a folder under the output.", show_default=True)]
WaitOption = Annotated[int, typer.Option(help="Seconds to wait while another run publishes this dataset.")]


def open_dataset_or_exit(output: str, dataset: str, *, reading: bool = True) -> "release.Dataset":
    """Open the dataset's folder, or a mirror of its store; exit with 2 where there is none.

    Pass reading=False to change it.
    """
    from flows import release

    place = run_or_exit(lambda: release.open_dataset(output, dataset, reading=True))
    if not place.root.is_dir() or (isinstance(place, release.MirroredDataset) and not place.read_versions()):
        where = place.store.url if isinstance(place, release.MirroredDataset) else place.root
        exit_with(2, f"There is no dataset at {where}; `kliping publish SOURCE` creates one.")
    return place if reading else release.open_dataset(output, dataset)


def find_release_folder(version: str, dataset: str, output: str) -> Path:
    """Return the folder of a release given as version, `latest`, nothing or a path; exit with 2 where there is none."""
    from flows import release

    if version and (os.sep in version or Path(version, "manifest.json").is_file()):
        path = Path(version)
        if not path.is_dir() or path.name == "releases":
            exit_with(2, f"There is no release at {path}; `kliping versions` lists the releases.")
        return path
    home = open_dataset_or_exit(output, dataset)
    return run_or_exit(lambda: home.locate_folder(release.find_release(home, version)))


def run_or_exit(call: Callable[[], Returned]) -> Returned:
    """Run a command; exit with a sentence and 1 or 2 for what a user can fix, with 3 for an internal failure.

    KLIPING_DEBUG=1 shows where a defect happened.
    """
    from flows import release

    try:
        return call()
    except typer.Exit:
        raise
    except release.InvalidRequestError as error:
        exit_with(2, str(error))
    except (release.DatasetBusyError, release.RequestDeclinedError, release.AuditError) as error:
        exit_with(1, str(error))
    except KeyboardInterrupt:
        exit_with(3, "Stopped on request; nothing was published.")
    except Exception as error:
        if os.environ.get("KLIPING_DEBUG"):
            raise
        if isinstance(error, release.ReleaseError):
            exit_with(3, str(error), "Nothing was published.")
        exit_with(
            3, f"{type(error).__name__}: {error}", "Nothing was published. KLIPING_DEBUG=1 shows where it happened."
        )


def exit_with(code: int, *sentences: str) -> NoReturn:
    """Print sentences on the error stream and exit with this code."""
    for sentence in sentences:
        print_line(sentence, error=True)
    raise typer.Exit(code)


def print_line(line: str, *, error: bool = False) -> None:
    """Print a line that may hold scraped words, with control characters replaced."""
    typer.echo("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line), err=error)
