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

from flows.cache.code_imports import list_needed_files
from flows.outlets import profiles

# What a worker applies to every document is what this module needs. Profiles are hashed separately.
WORKER_ENTRY: Final = "flows.workers.batch_processing"
PROFILES_FOLDER: Final = "flows/outlets/profiles"
OUTCOME_LIBRARIES: Final = (
    "numpy", "pyarrow", "lxml", "trafilatura", "courlan", "ftfy", "charset-normalizer", "py3langid",
    "babel",
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
    code_digest = hash_needed_files(
        root,
        [WORKER_ENTRY],
        json.dumps([library_versions, sys.version_info[:2], sys.byteorder, shapes], sort_keys=True),
    )
    profile_digests = {path.stem: _hash_file(path) for path in sorted((root / PROFILES_FOLDER).glob("*.toml"))}
    return CodeVersion(code_digest, profile_digests)


def hash_needed_files(root: Path, entries: Iterable[str], extra: str) -> str:
    """Return the digest of all files that the entry modules need, and of an extra string: 16 hex digits."""
    digest = hashlib.sha256(extra.encode())
    for path in list_needed_files(root, entries):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _hash_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
