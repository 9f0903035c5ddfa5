"""Digests of what makes a release: the code and the lock file. See Facts.fingerprint for their use."""

import hashlib
from pathlib import Path
from typing import Final

from flows.release.errors import ReleaseError
from flows.release.filesystem import sha256

FOLDERS: Final = ("flows", "schemas", "expectations")


def _counts(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return path.is_file() and not hidden and path.suffix not in (".pyc", ".pyo") and not path.name.endswith("~")


def code_digest(root: Path) -> str:
    """SHA-256 over relative path and bytes of every file of flows/, schemas/ and expectations/ below `root`; hex.

    Every kind of file counts, since profiles, weights and suites decide the result as much as code does; caches,
    hidden files and editors' copies do not. Raises ReleaseError where one of the folders is missing.
    """
    digest = hashlib.sha256()
    for name in FOLDERS:
        folder = root / name
        if not folder.is_dir():
            raise ReleaseError(f"{root} has no folder {name}/: run kliping from its own checkout.")
        paths = {path.relative_to(root).as_posix(): path for path in folder.rglob("*") if _counts(path, root)}
        for relative in sorted(paths):
            digest.update(f"{relative}\0{sha256(paths[relative])}\n".encode())
    return digest.hexdigest()


def lock_digest(root: Path) -> str:
    """SHA-256 of requirements.lock, hex. Raises ReleaseError where there is none."""
    path = root / "requirements.lock"
    if not path.is_file():
        raise ReleaseError(f"{path} is missing: it names the libraries a release was made with; restore it.")
    return sha256(path)
