"""Version of the code: what applies to every document, and the profiles that only some consult."""

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

from flows.outlets import profiles

# Code of flows/ and schemas/ that a worker applies to every document. Profiles are hashed separately.
DOCUMENT_CODE: Final = (
    "flows/clean", "flows/describe", "flows/outlets", "flows/dedupe/text_digest.py", "flows/dedupe/normalization.py",
    "flows/dedupe/shingles.py", "flows/read/raw_documents.py", "flows/read/lenient_decoding.py",
    "flows/validate/row_view.py", "flows/workers/batch_processing.py", "schemas",
)  # fmt: skip
PROFILES_FOLDER: Final = "flows/outlets/profiles"
OUTCOME_LIBRARIES: Final = (
    "numpy", "pyarrow", "lxml", "trafilatura", "courlan", "ftfy", "charset-normalizer", "py3langid",
)  # fmt: skip


@dataclass(frozen=True)
class CodeVersion:
    """Version of the code that makes outcomes.

    `code` is the digest (16 hex digits) of what applies to every document; `profiles` maps the name of a profile to its
    digest.
    """

    code: str
    profiles: dict[str, str] = field(default_factory=dict)


@cache
def compute_code_version(root: Path) -> CodeVersion:
    """Compute the version of the checkout at `root`, once a process: the code that runs is the code that was loaded.

    A byline shape can match a document of any outlet, so the shapes of all profiles are part of the code.
    """
    library_versions = {name: metadata.version(name) for name in OUTCOME_LIBRARIES}
    shapes = [
        (name, [(b.shape, b.identifies) for b in profile.bylines], str(profile.valid_from), str(profile.valid_to))
        for name, profile in sorted(profiles.load_profiles().items())
        if profile.bylines
    ]
    code_digest = hash_files(
        root, DOCUMENT_CODE, json.dumps([library_versions, sys.version_info[:2], sys.byteorder, shapes], sort_keys=True)
    )
    profile_digests = {path.stem: _hash_file(path) for path in sorted((root / PROFILES_FOLDER).glob("*.toml"))}
    return CodeVersion(code_digest, profile_digests)


def hash_files(root: Path, names: Iterable[str], extra: str) -> str:
    """Return the digest of files and folders below `root`, and of an extra string: 16 hex digits."""
    digest = hashlib.sha256(extra.encode())
    for path in _list_code_files(root, names):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _list_code_files(root: Path, names: Iterable[str]) -> list[Path]:
    paths: list[Path] = []
    for name in names:
        path = root / name
        paths += [path] if path.is_file() else [child for child in path.rglob("*") if _is_code_file(child, root)]
    return sorted(paths)


def _is_code_file(path: Path, root: Path) -> bool:
    relative = path.relative_to(root)
    is_hidden = any(part.startswith(".") or part == "__pycache__" for part in relative.parts)
    return (
        path.is_file()
        and not is_hidden
        and not relative.is_relative_to(PROFILES_FOLDER)
        and not path.name.endswith("~")
    )


def _hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
