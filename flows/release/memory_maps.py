"""Arrow files that are mapped from disk, and whose pages are given back: they count as memory while they are held."""

import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True)
class Mapped:
    """A table that lies in a file."""

    table: pa.Table
    _pages: mmap.mmap

    def rest(self) -> None:
        """Give back the pages that were read; they are read again when they are asked for."""
        self._pages.madvise(mmap.MADV_DONTNEED)


def mapped(path: Path) -> Mapped:
    """An Arrow file, mapped. Raises OSError or pyarrow.ArrowInvalid where it is none."""
    with path.open("rb") as file:
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return Mapped(pa.ipc.open_file(pa.py_buffer(pages)).read_all(), pages)


def rest(tables: Iterable[Mapped]) -> None:
    """Give back the pages of all of these."""
    for one in tables:
        one.rest()
