"""Line charts over releases as plain SVG: axes with ticks, a legend in words, one polyline for each series."""

from typing import Final

from markupsafe import Markup

from flows.report.escaping import tag
from flows.report.svg_charts import WIDTH, compute_ticks

_LEFT: Final = 52
_TOP: Final = 10
_BOTTOM: Final = 176
SERIES_STYLES: Final = 6  # styles s0 to s5 of report_page.css: colour and dashes
_DASH: Final = 8  # units of the width


def draw_line_chart(
    caption: str, labels: list[str], series: dict[str, list[float | None]], *, percent: bool = False
) -> Markup:
    """Draw at most SERIES_STYLES series over the same labels (releases, oldest first). None leaves a gap.

    With `percent` the values are shares from 0 to 1, and the axis goes to 100 %.
    """
    drawn = dict(list(series.items())[:SERIES_STYLES])
    most = max((value for values in drawn.values() for value in values if value is not None), default=0.0)
    scale = (
        [0.0, 0.25, 0.5, 0.75, 1.0] if percent else [float(tick) for tick in compute_ticks(max(int(most + 0.999), 1))]
    )
    right = WIDTH - 8
    step = (right - _LEFT) / max(len(labels) - 1, 1)
    shapes: list[Markup] = []
    for tick in scale:
        y = _BOTTOM - (_BOTTOM - _TOP) * tick / scale[-1]
        shapes.append(tag("line", x1=_LEFT, y1=f"{y:.1f}", x2=right, y2=f"{y:.1f}", class_="grid"))
        words = f"{tick:.0%}" if percent else f"{tick:,.0f}"
        shapes.append(tag("text", words, x=_LEFT - 6, y=f"{y + 4:.1f}", text_anchor="end"))
    for number, (name, values) in enumerate(drawn.items()):
        for points in _split_at_gaps(values, step, scale[-1]):
            shapes.append(tag("polyline", tag("title", name), points=points, class_=f"s{number}"))
    shapes.append(tag("line", x1=_LEFT, y1=_BOTTOM, x2=right, y2=_BOTTOM, class_="axis"))
    if labels:
        shapes.append(tag("text", labels[0], x=_LEFT, y=_BOTTOM + 18, text_anchor="start"))
    if len(labels) > 1:
        shapes.append(tag("text", labels[-1], x=right, y=_BOTTOM + 18, text_anchor="end"))
    last_values = (f"{name} {_format_value(values, percent)}" for name, values in drawn.items())
    svg = tag(
        "svg", *shapes, viewBox=f"0 0 {WIDTH} {_BOTTOM + 26}", role="img",
        aria_label=f"{caption}; latest: {', '.join(last_values)}",
    )  # fmt: skip
    legend = [
        tag("li", tag("span", "", class_=f"line s{number}"), f" {name}: {_format_value(values, percent)}")
        for number, (name, values) in enumerate(drawn.items())
    ]
    return tag("figure", tag("figcaption", caption), svg, tag("ul", *legend, class_="legend"), class_="chart")


def _format_value(values: list[float | None], percent: bool) -> str:
    """Format the latest value of a series; of a value below 10 that is no whole number, one decimal."""
    value = next((point for point in reversed(values) if point is not None), None)
    if value is None:
        return "–"
    if percent:
        return f"{value:.0%}"
    return f"{value:,.0f}" if value >= 10 or value.is_integer() else f"{value:.1f}"


def _split_at_gaps(values: list[float | None], step: float, top: float) -> list[str]:
    """Return the points of each stretch of the series without gaps."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append((_LEFT + step * number, _BOTTOM - (_BOTTOM - _TOP) * value / top))
    lines: list[str] = []
    for points in filter(None, stretches):
        if len(points) == 1:  # a single point draws no line: it becomes a short dash
            points.append((points[0][0] + _DASH, points[0][1]))
        lines.append(" ".join(f"{x:.1f},{y:.1f}" for x, y in points))
    return lines
