"""Folders of Arrow files, named after the digest of their bytes so that damage is detected."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

ARROW_SUFFIX = ".arrow"


def hash_folder(folder: Path) -> str:
    """Return the digest of the names and bytes of a folder's files, 32 hex digits. Raises OSError."""
    hasher = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            hasher.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return hasher.hexdigest()[:32]


def is_intact(folder: Path) -> bool:
    """Return True if the files have the digest that the folder is named after."""
    try:
        return hash_folder(folder) == folder.name
    except OSError:
        return False


def commit_folder(folder: Path, parent: Path) -> Path:
    """Move a folder into `parent`, named after its digest; an existing one of that name is kept."""
    target = parent / hash_folder(folder)
    parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        folder.rename(target)
    return target


def write_table(path: Path, table: pa.Table, metadata: Mapping[str, str] | None = None, *, packed: bool = True) -> None:
    """Write a table and its metadata as one Arrow file."""
    schema = table.schema.with_metadata(dict(metadata) if metadata else None)
    options = pa.ipc.IpcWriteOptions(compression="lz4" if packed else None)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema, options=options) as writer:
        writer.write_table(table.replace_schema_metadata(schema.metadata))


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read a table, or some of its columns, into memory."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        if columns is None:
            return reader.read_all()
        field_indices = [reader.schema.get_field_index(name) for name in columns]
    options = pa.ipc.IpcReadOptions(included_fields=field_indices)
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file, options=options) as column_reader:
        return column_reader.read_all().select(columns)


def read_metadata(path: Path) -> dict[str, str]:
    """Read the metadata written with a table."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        return {key.decode(): value.decode() for key, value in (reader.schema.metadata or {}).items()}


def count_rows(path: Path) -> int:
    """Count the rows of a table; 0 where it cannot be read."""
    try:
        with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
            return sum(reader.get_batch(number).num_rows for number in range(reader.num_record_batches))
    except (OSError, pa.ArrowException):
        return 0


def remove_folder(folder: Path) -> None:
    """Remove a folder: a rename makes it vanish at once, then its files are deleted."""
    trash = folder.with_name(f".{folder.name}.gone")
    shutil.rmtree(trash, ignore_errors=True)
    if folder.exists():
        folder.rename(trash)
    if trash.is_dir():
        shutil.rmtree(trash, ignore_errors=True)
    else:
        trash.unlink(missing_ok=True)
