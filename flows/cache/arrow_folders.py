"""Folders of Arrow files that are named after their bytes: there whole, or noticed not to be."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

SUFFIX = ".arrow"


def digest(folder: Path) -> str:
    """Over the names and bytes of a folder's files; hex, 32 digits. Raises OSError where one cannot be read."""
    whole = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            whole.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()[:32]


def sound(folder: Path) -> bool:
    """Whether the files are those that were put there."""
    try:
        return digest(folder) == folder.name
    except OSError:
        return False


def put(folder: Path, place: Path) -> Path:
    """Move a folder to `place`, under the name that its bytes give it; where that is there already, it is kept."""
    target = place / digest(folder)
    place.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        folder.rename(target)
    return target


def write(path: Path, table: pa.Table, metadata: Mapping[str, str] | None = None, *, packed: bool = True) -> None:
    """Write a table as one Arrow file."""
    schema = table.schema.with_metadata(dict(metadata) if metadata else None)
    options = pa.ipc.IpcWriteOptions(compression="lz4" if packed else None)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema, options=options) as writer:
        writer.write_table(table.replace_schema_metadata(schema.metadata))


def load(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A table that was written, or some of its columns, in memory of our own."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as whole:
        if columns is None:
            return whole.read_all()
        wanted = [whole.schema.get_field_index(name) for name in columns]
    options = pa.ipc.IpcReadOptions(included_fields=wanted)
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file, options=options) as some:
        return some.read_all().select(columns)


def metadata(path: Path) -> dict[str, str]:
    """What was written beside a table."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as whole:
        return {key.decode(): value.decode() for key, value in (whole.schema.metadata or {}).items()}


def rows(path: Path) -> int:
    """How many rows a table has; 0 where it cannot be read."""
    try:
        with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as whole:
            return sum(whole.get_batch(number).num_rows for number in range(whole.num_record_batches))
    except (OSError, pa.ArrowException):
        return 0


def remove(folder: Path) -> None:
    """Take a folder away: it vanishes whole, then its files go."""
    aside = folder.with_name(f".{folder.name}.gone")
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        folder.rename(aside)
    if aside.is_dir():
        shutil.rmtree(aside, ignore_errors=True)
    else:
        aside.unlink(missing_ok=True)
