"""Objects under a URL: read, write, and replace only if unchanged (compare and swap).

What a store must do is stated here. Two libraries do it: fsspec (fsspec_store) for S3, memory and every store that it
knows, and obstore (cloud_store) for Google Cloud Storage and Azure, where fsspec has no conditional puts.
"""

import errno
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from flows.release.errors import ReleaseError

Result = TypeVar("Result")

# Errors of this machine's disk, which a store does not raise: the caller explains them by the file.
_DISK_ERRORS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})

# The version of an object, as read_object returns and replace_if_unchanged expects it: an ETag on S3, ETag and
# generation on Google Cloud and Azure, the bytes elsewhere; None where there is no object.
ObjectTag = str | bytes | tuple[str | None, str | None] | None


@dataclass(frozen=True)
class ObjectStore(ABC):
    """Objects under `url`; their names are relative to it, with slashes. Every method raises ReleaseError."""

    url: str

    @abstractmethod
    def read_object(self, name: str) -> tuple[bytes | None, ObjectTag]:
        """Read an object and its tag; None and None where there is none."""

    @abstractmethod
    def replace_if_unchanged(self, name: str, content: bytes, tag: ObjectTag) -> bool:
        """Write an object if its tag is still `tag` (None: if there is no object); return False otherwise."""

    @abstractmethod
    def write_object(self, name: str, content: bytes) -> None:
        """Write an object unconditionally."""

    @abstractmethod
    def upload_file(self, name: str, path: Path) -> None:
        """Write a file as an object."""

    @abstractmethod
    def copy_object(self, name: str, target: str) -> None:
        """Copy an object on the server. Raises ReleaseError where there is none."""

    @abstractmethod
    def download_file(self, name: str, path: Path) -> None:
        """Write an object as a file."""

    @abstractmethod
    def list_names(self, under: str) -> list[str]:
        """List the names of the objects under a prefix, sorted."""

    @abstractmethod
    def remove_object(self, name: str) -> None:
        """Remove an object if it exists."""


def explain_store_errors(url: str, extra: str, call: Callable[[], Result]) -> Result:
    """Call a store's library; convert its errors into a ReleaseError. `extra` is what installs the library, or empty.

    Raises OSError where the disk of this machine is full or read-only.
    """
    try:
        return call()
    except ReleaseError:
        raise
    except ImportError as error:
        remedy = f"install the extra `{extra}`" if extra else f"install what it asks for ({error})"
        raise ReleaseError(f"{url} cannot be opened: {remedy}.") from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
            raise
        first_line = str(error).partition("\n")[0]
        raise ReleaseError(
            f"{url} refused a request ({type(error).__name__}: {first_line}): check that it can be reached and its "
            "credentials may write, and run again; no release was harmed."
        ) from error
