"""Files and folders: atomic replacement, fsync, digests, read-only."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.release.errors import ReleaseError


def json_bytes(value: object) -> bytes:
    """Pretty JSON for people: sorted keys, two blanks, UTF-8, a line break at the end.

    A path with bytes that are no UTF-8 is kept as the JSON escape of its surrogates.
    """
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    return text.encode("utf-8", "backslashreplace")


def canonical_digest(value: object) -> str:
    """SHA-256 of a JSON value, hex; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def read_json(path: Path) -> Any:  # noqa: ANN401  JSON is what it is; callers check what they use
    """The JSON in a file of ours, None where there is no such file. Raises ReleaseError where it is no JSON."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ReleaseError(
            f"{path} is not the JSON that was written there ({error}): put back a good copy, or move it away."
        ) from None


def write_atomic(path: Path, content: bytes) -> None:
    """Replace a file: readers see the old bytes or the new, and after a power cut one of the two is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.new")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file or a folder's list of names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Bring a folder with everything in it to the disk, the inmost first."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync(Path(parent, name))
        sync(Path(parent))


def seal(folder: Path) -> None:
    """Make a folder and everything in it read-only; who could not read it still cannot."""
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


def files_in(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Every entry below a folder that is not a folder: (path with slashes, lstat), sorted. Follows no link."""
    found = []
    for parent, folders, names in os.walk(folder):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        found += [Path(parent, name) for name in [*names, *links]]
    for path in sorted(found, key=lambda each: each.relative_to(folder).as_posix()):
        yield path.relative_to(folder).as_posix(), path.lstat()


def is_regular(status: os.stat_result) -> bool:
    """Whether an lstat is that of a plain file: no link, no pipe, no device."""
    return stat.S_ISREG(status.st_mode)


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hex; reads a megabyte at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
