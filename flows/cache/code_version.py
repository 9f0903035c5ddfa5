"""What an outcome was made by: the code and data that touch every document, and the profiles that some consult."""

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

# Whatever of flows/ and schemas/ a document passes through in a worker. Profiles are counted one by one.
TOUCHES: Final = (
    "flows/clean", "flows/describe", "flows/outlets", "flows/dedupe/text_digest.py", "flows/dedupe/normalization.py",
    "flows/dedupe/shingles.py", "flows/read/raw_documents.py", "flows/read/lenient_decoding.py", "flows/validate/row_view.py",
    "flows/workers/batch_processing.py", "schemas",
)  # fmt: skip
PROFILES: Final = "flows/outlets/profiles"
LIBRARIES: Final = (
    "numpy", "pyarrow", "lxml", "trafilatura", "courlan", "ftfy", "charset-normalizer", "py3langid",
)  # fmt: skip


@dataclass(frozen=True)
class Version:
    """`code`: hex, 16 digits, of all that touches every document; `profiles`: name -> digest of its file."""

    code: str
    profiles: dict[str, str] = field(default_factory=dict)


@cache
def version(root: Path) -> Version:
    """The version of the checkout at `root`, looked up once a process: the code that runs is the code that was loaded.

    A byline shape can fit any document, whoever published it, so the shapes of all profiles count as code.
    """
    found = {name: metadata.version(name) for name in LIBRARIES}
    shapes = [
        (name, [(b.shape, b.identifies) for b in one.bylines], str(one.valid_from), str(one.valid_to))
        for name, one in sorted(profiles.load().items())
        if one.bylines
    ]
    made = digest_of(root, TOUCHES, json.dumps([found, sys.version_info[:2], sys.byteorder, shapes], sort_keys=True))
    each = {path.stem: _digest(path) for path in sorted((root / PROFILES).glob("*.toml"))}
    return Version(made, each)


def digest_of(root: Path, names: Iterable[str], more: str) -> str:
    """Over files and folders below `root`, and more; hex, 16 digits."""
    digest = hashlib.sha256(more.encode())
    for path in _files(root, names):
        digest.update(f"\0{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _files(root: Path, names: Iterable[str]) -> list[Path]:
    found: list[Path] = []
    for name in names:
        path = root / name
        found += [path] if path.is_file() else [one for one in path.rglob("*") if _counts(one, root)]
    return sorted(found)


def _counts(path: Path, root: Path) -> bool:
    relative = path.relative_to(root)
    hidden = any(part.startswith(".") or part == "__pycache__" for part in relative.parts)
    return path.is_file() and not hidden and not relative.is_relative_to(PROFILES) and not path.name.endswith("~")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
