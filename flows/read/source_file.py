"""A file of the source, wherever it lies."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from flows.read import lenient_decoding


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the source, or a place in it that cannot be read.

    `relative` is the path below the source (posix), `uri` the source as given joined with it; in both, bytes that are
    no UTF-8 are percent-escaped. `problem` is a reason of schemas.vocabulary and a sentence, or None. `path` is where
    it lies on this machine; where it lies elsewhere, `opener` gives its bytes instead. `stamp` is its size and its
    mtime in nanoseconds, where both are known.
    """

    path: Path
    relative: str
    uri: str
    problem: tuple[str, str] | None = None
    opener: Callable[[], BinaryIO] | None = None
    stamp: tuple[int, int] | None = None

    @property
    def shown(self) -> str:
        """The relative path, fit for a sentence: a name may hold line breaks and worse."""
        return lenient_decoding.shown(self.relative)
