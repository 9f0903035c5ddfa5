import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from flows.release import Dataset


@pytest.fixture
def dataset(tmp_path):
    return Dataset(tmp_path / "output" / "news")


@pytest.fixture
def released(dataset):
    """A dataset with one release of four articles and a reject."""
    import release_drafts as drafts

    from flows.release import publisher_lock

    with publisher_lock(dataset, 0, run_id="run-1"):
        drafts.publish(dataset, drafts.draft())
    return dataset
