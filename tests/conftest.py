"""What all tests share: no test meets the user's Prefect state, and evaluation data is looked up in one place."""

import os
from pathlib import Path

import pytest

from flows.quiet import settle_environment

os.environ.pop("PREFECT_API_URL", None)
settle_environment()

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Evaluation data, which is not part of the project."""
    folder = Path(os.environ.get("KLIPING_SHARED", ROOT.parent / "shared"))
    if not (folder / "eval").is_dir():
        pytest.skip(f"no evaluation data at {folder} (KLIPING_SHARED names another place)")
    return folder
