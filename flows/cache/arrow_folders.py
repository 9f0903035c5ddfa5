"""Folders of Arrow files, named after the digest of their bytes so that damage is detected."""

import hashlib
import shutil
from pathlib import Path

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
