"""The words of line charts; what they draw stands in the golden files of the index page."""

import re

import pytest

from flows.report.line_charts import draw_line_chart


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0.14], "0.1"),
        ([3.0], "3"),
        ([9.96, 9.25], "9.2"),
        ([10.6], "11"),
        ([1234.0], "1,234"),
        ([2.5, None], "2.5"),
        ([None], "–"),
    ],
)
def test_the_legend_says_the_latest_value(values: list[float | None], words: str) -> None:
    chart = draw_line_chart("Minutes a run took", ["v1", "v2"][: len(values)], {"minutes": values})
    assert re.findall(r"minutes: ([^<]*)<", chart) == [words]


def test_a_share_is_said_in_percent() -> None:
    assert "dated: 50%" in draw_line_chart("Shares", ["v1"], {"dated": [0.5]}, percent=True)
