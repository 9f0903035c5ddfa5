"""Memory of a run: tables that are mapped from files without a name, and freed memory that goes back to the system."""

from pathlib import Path
from uuid import uuid4

import pyarrow as pa

from schemas import arrow_files


def move_to_disk(table: pa.Table, folder: Path) -> pa.Table:
    """Return the same table mapped from a new file in `folder`. Raises OSError.

    The file has no name and goes with the table. Of its pages the system drops those whose memory it needs.
    """
    path = folder / f"{uuid4().hex}.arrow"
    arrow_files.write_table(path, table, packed=False)
    mapped = arrow_files.read_mapped_table(path)
    path.unlink()  # it stays mapped
    return mapped.replace_schema_metadata(table.schema.metadata)


def release_freed_memory() -> None:
    """Give freed memory back to the system: the allocator keeps hundreds of megabytes for later use otherwise."""
    pa.default_memory_pool().release_unused()
