"""What all tests share: no test meets the user's Prefect state, and evaluation data is looked up in one place."""

import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from flows.settings import set_default_environment

os.environ.pop("PREFECT_API_URL", None)
set_default_environment()
# How long one example takes says more of the machine than of the code.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")

ROOT = Path(__file__).resolve().parent.parent


# Tests of whole runs, of processes of their own, or of evaluation data: what `make test-fast` leaves out.
WHOLE_RUNS = {
    "commands", "curate", "maintain", "quality", "recipes", "run", "ui", "workers", "test_bad_input.py", "test_cli.py",
    "test_mixed_source.py", "test_publish.py", "test_quality.py", "test_regex_time.py", "test_remote_dataset.py",
    "test_remote_source.py", "test_suites.py",
}  # fmt: skip
# Files that take longest: they begin first, so that no process works alone at the end.
LONGEST = (
    "tests/ui/test_operating.py", "tests/release/test_remote_dataset.py", "tests/run/test_segments.py",
    "tests/run/test_incremental.py", "tests/release/test_concurrent_publishers.py", "tests/run/test_dropped.py",
    "tests/run/test_calls.py", "tests/run/test_id_conflicts.py", "tests/workers/test_supervisor.py",
    "tests/workers/test_dask_cluster.py", "tests/test_mixed_source.py", "tests/cache/test_code_version.py",
    "tests/run/test_line_file_reading.py", "tests/maintain/test_takedown.py", "tests/read/test_table_properties.py",
)  # fmt: skip
# Files that share a server: `served` of tests/ui, or `prefect_server` of this file.
GROUPS = {
    "tests/ui/test_operating.py": "served", "tests/ui/test_prefect_page.py": "served",
    "tests/commands/test_releases.py": "prefect", "tests/operate/test_deployments.py": "prefect",
    "tests/test_publish.py": "prefect",
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is slow, and begin with the files that take longest, so that no process works alone at the end."""
    ranks = dict[Path, int]()
    for item in items:
        if WHOLE_RUNS & set(item.path.relative_to(ROOT / "tests").parts):
            item.add_marker("slow")
        name = item.nodeid.partition("::")[0]
        rank = next(
            (rank for rank, mark in enumerate(("flow", "browser", "slow"), 1) if item.get_closest_marker(mark)), 4
        )
        ranks[item.path] = min(ranks.get(item.path, 4), 0 if name in LONGEST else rank)
    items.sort(key=lambda item: ranks[item.path])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Give each process whole files, in their order; those that share a server go to one process."""
    from xdist.scheduler import LoadFileScheduling

    class FileScheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return GROUPS.get(file, file)

    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return FileScheduling(config, log)


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


@pytest.fixture(scope="session", autouse=True)
def validate_once():
    """Ask Great Expectations only where a row may fail: else a run of a test takes most of its time there."""
    from flows.validate import gx_engine
    from tests.passing_rows import answer_quickly

    run_suite = gx_engine.run_suite
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gx_engine, "run_suite", answer_quickly(run_suite))
        yield run_suite


@pytest.fixture(scope="session")
def shared() -> Path:
    """Evaluation data, which is not part of the project."""
    folder = Path(os.environ.get("KLIPING_SHARED", ROOT.parent / "shared"))
    if not (folder / "eval").is_dir():
        pytest.skip(f"no evaluation data at {folder} (KLIPING_SHARED names another place)")
    return folder


@pytest.fixture(scope="session")
def prefect_server():
    """A Prefect server for flows in this process; it takes ten seconds to start. Other tests may have used it."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=90):
        yield


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
