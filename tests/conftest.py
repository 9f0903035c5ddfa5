"""What all tests share: no test meets the user's Prefect state, and evaluation data is looked up in one place."""

import os
from functools import cache
from pathlib import Path

import pytest

from flows.settings import set_default_environment

os.environ.pop("PREFECT_API_URL", None)
set_default_environment()

ROOT = Path(__file__).resolve().parent.parent


# Tests of whole runs, of processes of their own, or of evaluation data: what `make test-fast` leaves out.
WHOLE_RUNS = {
    "commands", "curate", "maintain", "quality", "recipes", "run", "ui", "workers", "test_bad_input.py", "test_cli.py",
    "test_mixed_source.py", "test_publish.py", "test_quality.py", "test_regex_time.py", "test_remote_dataset.py",
    "test_remote_source.py", "test_suites.py",
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if WHOLE_RUNS & set(item.path.relative_to(ROOT / "tests").parts):
            item.add_marker("slow")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session", autouse=True)
def checkout_files():
    """Follow the imports of the checkout once, not in each of hundreds of runs: its code stays while tests run."""
    from flows.cache import code_imports, code_version

    @cache
    def list_checkout_files(entries):
        return code_imports.list_needed_files(ROOT, entries)

    def list_needed_files(root, entries):
        entries = tuple(entries)
        return list_checkout_files(entries) if root == ROOT else code_imports.list_needed_files(root, entries)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(code_version, "list_needed_files", list_needed_files)
        yield


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
    from flows.run.publish_run import run_publish

    assert run_publish(job).status == "published"
    return release.Dataset(tmp_path / "output" / "news")
