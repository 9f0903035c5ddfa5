"""Charts: ticks, numbers, and that untrusted labels stay text."""

import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.report import svg_charts


@given(st.integers(0, 10**9))
def test_ticks_begin_at_nought_hold_the_largest_and_are_evenly_apart(most):
    ticks = svg_charts.compute_ticks(most)
    assert ticks[0] == 0 and ticks[-1] >= most and 2 <= len(ticks) <= 6
    assert len({b - a for a, b in pairwise(ticks)}) == 1


@pytest.mark.parametrize(
    "draw", [svg_charts.draw_bar_chart, lambda c, a, n: svg_charts.draw_column_chart(c, "month", a, n)]
)
def test_bars_stand_to_one_another_as_their_numbers(draw):
    figure = ET.fromstring(draw("Some", "articles", [("one", 10), ("two", 40), ("none", 0)]))
    bars = {b.find("title").text: float(b.get("width")) * float(b.get("height")) for b in figure.iter("rect")}
    assert bars["two: 40 articles"] == pytest.approx(4 * bars["one: 10 articles"], rel=0.02)
    assert bars["none: 0 articles"] == 0
    shown = [text.text for text in figure.iter("text")]
    assert {"articles", "10", "40", "0"} <= set(shown)


def test_a_name_from_outside_stays_words_and_within_its_room():
    name = "<script>alert(1)</script> " * 3
    drawn = svg_charts.draw_bar_chart("By outlet", "articles", [(name, 1)])
    assert "<script" not in drawn
    label = next(text for text in ET.fromstring(drawn).iter("text") if text.find("title") is not None)
    assert label.text.endswith("…") and label.find("title").text == name


def test_an_empty_chart_is_drawn():
    ET.fromstring(svg_charts.draw_bar_chart("None", "articles", []))
    ET.fromstring(svg_charts.draw_column_chart("None", "month", "articles", []))


@pytest.mark.parametrize(
    "months, unit, names",
    [
        ({}, "month", []),
        ({"2025-11": 2, "2026-02": 1}, "month", ["2025-11", "2025-12", "2026-01", "2026-02"]),
        ({"2023-01": 2, "2026-02": 1}, "year", ["2023", "2024", "2025", "2026"]),
        ({"1950-01": 2, "2025-02": 1}, "year", ["1950 to 2021", "2022", "2023", "2024", "2025"]),
    ],
)
def test_time_has_no_gaps(months, unit, names):
    period, columns = svg_charts.group_by_period(Counter({**months, None: 7}), 4)
    assert (period, [name for name, _ in columns]) == (unit, names)
    assert sum(n for _, n in columns) == sum(months.values())


def test_a_number_too_long_for_its_column_is_shortened():
    drawn = str(svg_charts.draw_column_chart("c", "x", "y", [(str(n), 12_187) for n in range(14)]))
    assert drawn.count(">12k<") == 14
