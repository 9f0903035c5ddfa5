"""Access to the evaluation sets beside the project, and assignment of sites to folds."""

import gzip
import hashlib
import importlib.util
import json
import os
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

EVALUATION_FOLDER = Path(os.environ.get("KLIPING_SHARED") or Path(__file__).parents[5] / "shared") / "eval"
FOLDS = 5


def load_rows(name: str) -> list[dict[str, Any]]:
    """Load the rows of one set."""
    with gzip.open(EVALUATION_FOLDER / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def load_scorer() -> ModuleType:
    """Load score.py, which is beside the sets, as a module."""
    spec = importlib.util.spec_from_file_location("kliping_score", EVALUATION_FOLDER / "score.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_residue_counter() -> ModuleType:
    """Load residue.py, which lies beside the sets, as a module: what scrapers leave in a text, by kind."""
    source = (EVALUATION_FOLDER / "residue.py").read_text(encoding="utf-8").removesuffix("main()\n")
    module = ModuleType("kliping_residue")
    exec(source, module.__dict__)  # as a module it would run as the script that it is
    return module


def assign_fold(url: str) -> int:
    """Assign the site of a URL to a fold (0 to FOLDS - 1): all pages of one registered domain get the same fold."""
    from courlan import extract_domain

    host = urlsplit(url).hostname or url
    site = extract_domain(url, fast=True) or host
    return int.from_bytes(hashlib.blake2b(site.encode(), digest_size=4).digest()) % FOLDS
