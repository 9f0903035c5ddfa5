"""The evaluation sets beside the project, and which fold of sites a document belongs to."""

import gzip
import hashlib
import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

SHARED = Path(os.environ.get("KLIPING_SHARED") or Path(__file__).parents[5] / "shared") / "eval"
FOLDS = 5


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one set."""
    with gzip.open(SHARED / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def scorer() -> ModuleType:
    """score.py, which lies beside the sets."""
    spec = importlib.util.spec_from_file_location("kliping_score", SHARED / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def fold(address: str) -> int:
    """The fold of a page's site: all pages of one registered domain lie in one fold."""
    from courlan import extract_domain

    host = urlsplit(address).hostname or address
    site = extract_domain(address, fast=True) or host
    return int.from_bytes(hashlib.blake2b(site.encode(), digest_size=4).digest()) % FOLDS
