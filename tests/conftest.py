"""What all tests share: no test meets the user's Prefect state, and evaluation data is looked up in one place."""

import os
from pathlib import Path

import pytest

from flows.quiet import settle_environment

os.environ.pop("PREFECT_API_URL", None)
settle_environment()

ROOT = Path(__file__).resolve().parent.parent


# Tests of whole runs, of processes of their own, or of evaluation data: what `make test-fast` leaves out.
WHOLE_RUNS = {
    "quality", "recipes", "ui", "test_cli.py", "test_commands_release.py", "test_supervise.py", "test_mixed_source.py",
    "test_steps.py", "test_publish.py", "test_bad_input.py", "test_takedown.py", "test_replay.py", "test_rebuild.py",
    "test_explain.py", "test_quality.py", "test_suites.py", "test_remote.py", "test_rerun.py", "test_drift.py",
    "test_compare.py", "test_incremental.py", "test_cluster.py", "test_remote_store.py", "test_patterns.py",
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if WHOLE_RUNS & set(item.path.relative_to(ROOT / "tests").parts):
            item.add_marker("slow")


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


@pytest.fixture
def job(source, tmp_path):
    """A publish of the `source` of the module that asks, into a folder of its own."""
    from flows.parameters import Publish

    return Publish(source=str(source), output=str(tmp_path / "output"))


@pytest.fixture
def dataset(job, tmp_path):
    """The dataset of `job`, with its first release."""
    from flows import release
    from flows.story import tell

    assert tell(job).status == "published"
    return release.Dataset(tmp_path / "output" / "news")
