"""Arrow IPC files: how tables pass between processes, and how the state folder keeps them.

One writer and one reader for all of them. Texts are compressed with lz4; a file that is to be memory-mapped is written
with packed=False.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa


@contextmanager
def open_writer(path: Path, schema: pa.Schema, *, packed: bool = True) -> Iterator[pa.RecordBatchFileWriter]:
    """Open a new file for tables and batches of this schema; it is complete when the context ends. Raises OSError."""
    options = pa.ipc.IpcWriteOptions(compression="lz4" if packed else None)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema, options=options) as writer:
        yield writer


def write_table(path: Path, table: pa.Table, metadata: Mapping[str, str] | None = None, *, packed: bool = True) -> None:
    """Write a table with this metadata, and none of its own, as one file. Raises OSError."""
    schema = table.schema.with_metadata(dict(metadata) if metadata else None)
    with open_writer(path, schema, packed=packed) as writer:
        writer.write_table(table.replace_schema_metadata(schema.metadata))


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read a table, or some of its columns, into memory. Raises OSError or pyarrow.ArrowInvalid."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        if columns is None:
            return reader.read_all()
        field_indices = [reader.schema.get_field_index(name) for name in columns]
    options = pa.ipc.IpcReadOptions(included_fields=field_indices)
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file, options=options) as column_reader:
        return column_reader.read_all().select(columns)


def read_mapped_table(path: Path) -> pa.Table:
    """Map a table from disk: its pages are read when they are used. Raises OSError or pyarrow.ArrowInvalid."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def read_metadata(path: Path) -> dict[str, str]:
    """Read the metadata that was written with a table. Raises OSError or pyarrow.ArrowInvalid."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        return {key.decode(): value.decode() for key, value in (reader.schema.metadata or {}).items()}


def count_rows(path: Path) -> int:
    """Count the rows of a table; 0 where it cannot be read."""
    try:
        with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
            return sum(reader.get_batch(number).num_rows for number in range(reader.num_record_batches))
    except (OSError, pa.ArrowException):
        return 0
