"""Days in the paths of URLs."""

import datetime as dt

import pytest

from flows.describe.url_dates import find_url_day


@pytest.mark.parametrize(
    "path",
    ["/2023/10/03/pasar", "/blog/2023/october/03/pasar", "/2023/Oct/3/pasar", "/read/20231003/pasar", "/2023-10-03/a"],
)
def test_a_day_in_the_path(path):
    assert find_url_day(f"https://kabar.example{path}") == dt.date(2023, 10, 3)


@pytest.mark.parametrize(
    "path", ["/2023/10/pasar", "/2023/pasar/03/", "/2023/02/31/a", "/read/202310031", "/2023/may/42/"]
)
def test_no_day_in_the_path(path):
    assert find_url_day(f"https://kabar.example{path}") is None
