"""Digests of the code and of the lock file that make a release. RunFacts.compute_fingerprint uses the first."""

import hashlib
from pathlib import Path
from typing import Final

from flows.release.errors import ReleaseError
from flows.release.filesystem import hash_file

CODE_FOLDERS: Final = ("flows", "schemas", "expectations")


def _is_code_file(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
    return path.is_file() and not hidden and path.suffix not in (".pyc", ".pyo") and not path.name.endswith("~")


def compute_code_digest(root: Path) -> str:
    """Return the SHA-256 (hex) over relative path and bytes of all files of the code folders below `root`.

    Every kind of file counts, because profiles, weights and suites decide the published rows as much as code does.
    Caches, hidden files and backup copies of editors do not count. Raises ReleaseError where a folder is missing.
    """
    digest = hashlib.sha256()
    for name in CODE_FOLDERS:
        folder = root / name
        if not folder.is_dir():
            raise ReleaseError(f"{root} has no folder {name}/: run kliping from its own checkout.")
        paths = {path.relative_to(root).as_posix(): path for path in folder.rglob("*") if _is_code_file(path, root)}
        for relative in sorted(paths):
            digest.update(f"{relative}\0{hash_file(paths[relative])}\n".encode())
    return digest.hexdigest()


def compute_lock_digest(root: Path) -> str:
    """Return the SHA-256 of requirements.lock, hex. Raises ReleaseError where the file is missing."""
    path = root / "requirements.lock"
    if not path.is_file():
        raise ReleaseError(f"{path} is missing: it names the libraries a release was made with; restore it.")
    return hash_file(path)
