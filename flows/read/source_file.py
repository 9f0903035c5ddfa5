"""File of a source, local or remote."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flows.read import lenient_decoding


@dataclass(frozen=True, slots=True)
class SourceFile:
    """File of the source, or a place in it that cannot be read.

    `relative` is the path below the source (posix), `uri` the source as given joined with it; in both, bytes that are
    not UTF-8 are percent-escaped. `problem` is a reason of schemas.vocabulary and a sentence, or None. `path` is the
    local path; for a remote file `opener` opens its bytes instead. `stamp` is (size, mtime in nanoseconds) where both
    are known. `not_read` says why a file is no document and not to be read (a style sheet beside a saved page).
    """

    path: Path
    relative: str
    uri: str
    problem: tuple[str, str] | None = None
    opener: Callable[[], BinaryIO] | None = None
    stamp: tuple[int, int] | None = None
    not_read: str = ""

    @property
    def display_path(self) -> str:
        """Return the relative path as one printable line: a name may contain line breaks and worse."""
        return lenient_decoding.make_printable(self.relative)
