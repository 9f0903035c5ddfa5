"""Errors of this package. The message is the sentence that users see."""

import contextlib
from collections.abc import Iterator
from pathlib import Path


class ReleaseError(Exception):
    """Failure to publish, read or store. The message says what was read, what was expected, and what to do."""


class DatasetBusyError(ReleaseError):
    """Another publisher holds the lock."""


class TakedownWaitsError(DatasetBusyError):
    """A takedown waits for the publisher at work, which therefore commits nothing."""


class ConcurrentCommitError(ReleaseError):
    """Another publisher of the same object store committed first."""


class InvalidRequestError(ReleaseError):
    """Request for something that does not exist, or with an invalid argument; nothing was changed."""


class RequestDeclinedError(ReleaseError):
    """Request that would do harm or cannot be fulfilled, so it was declined; nothing was changed."""


class AuditError(ReleaseError):
    """Failed audit of a staged release, which is not published."""


@contextlib.contextmanager
def explain_write_errors(root: Path) -> Iterator[None]:
    """Convert an OSError into a ReleaseError whose sentence names the path and the reason."""
    try:
        yield
    except OSError as error:
        path = error.filename or root
        raise ReleaseError(
            f"{path} could not be written ({error.strerror or error}): free some space or fix its permissions and "
            "run again; no release was harmed."
        ) from error
