"""Here Great Expectations is asked each time, and what other tests are told in its place is compared with it."""

import pytest

from flows.validate import gx_engine
from tests.passing_rows import compare_answers


@pytest.fixture(scope="package", autouse=True)
def validate_each_time(validate_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gx_engine, "run_suite", compare_answers(validate_once))
        yield
