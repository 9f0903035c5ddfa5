"""What can go wrong in this room. The message is the sentence that people see."""

import contextlib
from collections.abc import Iterator
from pathlib import Path


class ReleaseError(Exception):
    """Something could not be published, read or kept: what was read, what was expected, what to do."""


class Busy(ReleaseError):
    """Another publisher holds the lock."""


class Outrun(ReleaseError):
    """Another publisher of the same store committed first."""


class Mistaken(ReleaseError):
    """What was asked for is not there or cannot be meant; nothing was changed."""


class Declined(ReleaseError):
    """What was asked for would do harm, so it was not done; nothing was changed."""


class AuditError(ReleaseError):
    """A staged release is not what it should be; it is not published."""


@contextlib.contextmanager
def writing(root: Path) -> Iterator[None]:
    """Say in a sentence what the disk refuses."""
    try:
        yield
    except OSError as error:
        where = error.filename or root
        raise ReleaseError(
            f"{where} could not be written ({error.strerror or error}): free some space or mend its permissions and "
            "run again; no release was harmed."
        ) from error
