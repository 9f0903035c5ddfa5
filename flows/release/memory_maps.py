"""Memory-mapped Arrow files whose pages can be released: pages that were read count as memory of the process."""

import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa


@dataclass(frozen=True)
class MappedTable:
    """A table in a memory-mapped Arrow file."""

    table: pa.Table
    _pages: mmap.mmap

    def release_pages(self) -> None:
        """Release the pages that were read; the next access reads them again."""
        self._pages.madvise(mmap.MADV_DONTNEED)


def map_table(path: Path) -> MappedTable:
    """Map an Arrow file. Raises OSError, ValueError or pyarrow.ArrowInvalid where it cannot be mapped."""
    with path.open("rb") as file:
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return MappedTable(pa.ipc.open_file(pa.py_buffer(pages)).read_all(), pages)


def release_pages(tables: Iterable[MappedTable]) -> None:
    """Release the pages of each of these tables."""
    for table in tables:
        table.release_pages()
