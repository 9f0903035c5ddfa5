"""Operations on files and folders: atomic replacement, fsync, digests, read-only mode."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.release.errors import ReleaseError


def encode_json(value: object) -> bytes:
    """Encode a value as readable JSON: sorted keys, indent of two, UTF-8, a line break at the end.

    A path with bytes that are not UTF-8 is written as the JSON escape of its surrogates.
    """
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace")


def digest_json(value: object) -> str:
    """Return the SHA-256 of a JSON value, hex; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def read_json(path: Path) -> Any:  # noqa: ANN401  the shape of the JSON is unknown; callers check what they use
    """Read a JSON file; return None where it does not exist. Raises ReleaseError where it is not JSON."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ReleaseError(
            f"{path} is not the JSON that was written there ({error}): put back a good copy, or move it away."
        ) from None


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file atomically and durably: readers, and a machine after a power cut, see the old or the new bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_path(path.parent)


def sync_path(path: Path) -> None:
    """Flush a file, or the list of names of a folder, to the disk (fsync)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Flush a folder and everything in it to the disk (fsync), innermost first."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync_path(Path(parent, name))
        sync_path(Path(parent))


def make_read_only(folder: Path) -> None:
    """Make a folder and everything in it read-only; read permissions do not change."""
    for parent, _, names in os.walk(folder, topdown=False):
        for path in [*(Path(parent, name) for name in names), Path(parent)]:
            path.chmod(path.stat().st_mode & ~0o222)


def remove_tree(path: Path) -> None:
    """Remove a file, a link or a folder, read-only or not."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for parent, _, _ in os.walk(path):
        Path(parent).chmod(0o700)
    shutil.rmtree(path)


def walk_files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield (path with slashes, lstat) of each entry below a folder that is not a folder, sorted. Follows no link."""
    paths = []
    for parent, folders, names in os.walk(folder):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        paths += [Path(parent, name) for name in [*names, *links]]
    for path in sorted(paths, key=lambda file: file.relative_to(folder).as_posix()):
        yield path.relative_to(folder).as_posix(), path.lstat()


def is_regular_file(status: os.stat_result) -> bool:
    """Return True if an lstat is that of a regular file: no link, no pipe, no device."""
    return stat.S_ISREG(status.st_mode)


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, hex; reads one megabyte at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
