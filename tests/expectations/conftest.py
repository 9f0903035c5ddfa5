"""Here Great Expectations is asked each time."""

import pytest

from flows.validate import gx_engine


@pytest.fixture(scope="package", autouse=True)
def validate_each_time(validate_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gx_engine, "run_suite", validate_once)
        yield
