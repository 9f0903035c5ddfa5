"""Charts as plain SVG: axes with ticks and labels, a number on every bar. Colours come from the style of the page."""

import math
from collections import Counter
from typing import Final

from markupsafe import Markup

from flows.report.escaping import tag

# Units are pixels on a phone, so that letters do not shrink there.
WIDTH: Final = 420
_LETTER_WIDTH: Final = 6.6  # approximate width of a letter of size 12: enough to keep labels apart
_LABEL_WIDTH: Final = 128


def compute_ticks(most: int, interval_count: int = 4) -> list[int]:
    """Return round numbers, evenly spaced, from 0 to at least `most`."""
    step = max(most / interval_count, 1)
    power = 10 ** math.floor(math.log10(step))
    unit = next(int(power * factor) for factor in (1, 2, 5, 10) if power * factor >= step)
    return list(range(0, max(most, 1) + unit, unit))[: math.ceil(max(most, 1) / unit) + 1]


def group_by_period(counts: Counter[str | None], max_columns: int) -> tuple[str, list[tuple[str, int]]]:
    """Group counts by month ("2026-11"); by year where there are more than `max_columns` months.

    No month or year between the first and the last is left out. Years beyond `max_columns` are summed as the first
    column. Returns the unit and at most `max_columns` + 1 columns.
    """
    counts_by_month = {str(k): n for k, n in counts.items() if k is not None}
    months = [_number_month(month) for month in counts_by_month]
    if not months:
        return "month", []
    if max(months) - min(months) < max_columns:
        month_numbers = range(min(months), max(months) + 1)
        return "month", [
            (name, counts_by_month.get(name, 0)) for name in (f"{n // 12:04}-{n % 12 + 1:02}" for n in month_numbers)
        ]
    years: Counter[int] = Counter()
    for month, n in counts_by_month.items():
        years[int(month[:4])] += n
    first, last = min(years), max(years)
    start = max(first, last - max_columns + 1)
    columns = [(f"{year:04}", years[year]) for year in range(start, last + 1)]
    early_count = sum(n for year, n in years.items() if year < start)
    return "year", [(f"{first:04} to {start - 1:04}", early_count), *columns] if early_count else columns


def _number_month(month: str) -> int:
    """Return the number of months since the year 0."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def draw_bar_chart(caption: str, axis: str, counts: list[tuple[str, int]]) -> Markup:
    """Draw horizontal bars, one a row, each with its name and number; the axis below counts `axis`."""
    scale = compute_ticks(max((count for _, count in counts), default=0))
    left_edge, right, top, row_height = _LABEL_WIDTH + 8, WIDTH - 46, 6, 24
    bottom = top + row_height * len(counts)
    shapes: list[Markup] = []
    for tick in scale:
        x = left_edge + (right - left_edge) * tick / scale[-1]
        shapes += [_draw_line(x, top, x, bottom, "grid"), _draw_label(f"{tick:,}", x, bottom + 16, "middle")]
    for number, (name, count) in enumerate(counts):
        y = top + row_height * number
        width = (right - left_edge) * count / scale[-1]
        shapes += [
            _draw_label(_truncate_label(name, _LABEL_WIDTH), left_edge - 8, y + 16, "end", full_text=name),
            _draw_bar(left_edge, y + 4, width, row_height - 8, f"{name}: {count:,} {axis}"),
            _draw_label(f"{count:,}", left_edge + width + 5, y + 16, "start", "figure"),
        ]
    shapes += [
        _draw_line(left_edge, top, left_edge, bottom, "axis"),
        _draw_label(axis, (left_edge + right) / 2, bottom + 34, "middle", "name"),
    ]
    return _wrap_figure(caption, bottom + 40, shapes, counts)


def draw_column_chart(caption: str, x_label: str, y_label: str, counts: list[tuple[str, int]]) -> Markup:
    """Draw vertical columns in the order given; `x_label` and `y_label` name the axes."""
    scale = compute_ticks(max((count for _, count in counts), default=0))
    left_edge, right, top, bottom = 52, WIDTH - 8, 26, 196
    shapes: list[Markup] = []
    for tick in scale:
        y = bottom - (bottom - top) * tick / scale[-1]
        shapes += [_draw_line(left_edge, y, right, y, "grid"), _draw_label(f"{tick:,}", left_edge - 6, y + 4, "end")]
    column_width = (right - left_edge) / max(len(counts), 1)
    label_width = max((len(name) for name, _ in counts), default=1) * _LETTER_WIDTH + 8
    label_interval = max(1, math.ceil(label_width / column_width))
    for number, (name, count) in enumerate(counts):
        x = left_edge + column_width * number
        height = (bottom - top) * count / scale[-1]
        shapes.append(
            _draw_bar(
                x + column_width * 0.1, bottom - height, column_width * 0.8, height, f"{name}: {count:,} {y_label}"
            )
        )
        figure_text = next(
            (
                candidate
                for candidate in (f"{count:,}", _abbreviate_count(count))
                if len(candidate) * _LETTER_WIDTH < column_width
            ),
            "",
        )
        if count and figure_text:
            shapes.append(_draw_label(figure_text, x + column_width / 2, bottom - height - 4, "middle", "figure"))
        if number % label_interval == 0:
            shapes.append(_draw_label(name, x + column_width / 2, bottom + 16, "middle"))
    shapes += [
        _draw_line(left_edge, bottom, right, bottom, "axis"),
        _draw_label(x_label, (left_edge + right) / 2, bottom + 36, "middle", "name"),
        _draw_label(y_label, 2, 9, "start", "name"),
    ]
    return _wrap_figure(caption, bottom + 44, shapes, counts)


def _abbreviate_count(count: int) -> str:
    """Abbreviate a large number: 12k, 3M."""
    return f"{count / 1e6:.0f}M" if count >= 999_500 else f"{count / 1e3:.0f}k" if count >= 1000 else str(count)


def _wrap_figure(caption: str, height: float, shapes: list[Markup], counts: list[tuple[str, int]]) -> Markup:
    """Wrap shapes as a figure with caption and text alternative."""
    aria_label = f"{caption}: " + ", ".join(f"{name} {count:,}" for name, count in counts)
    svg = tag("svg", *shapes, viewBox=f"0 0 {WIDTH} {height:.0f}", role="img", aria_label=aria_label)
    return tag("figure", tag("figcaption", caption), svg, class_="chart")


def _draw_bar(x: float, y: float, width: float, height: float, tooltip: str) -> Markup:
    """Draw a rectangle with a tooltip."""
    position = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}"}
    return tag("rect", tag("title", tooltip), rx=2, **position)


def _draw_line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """Draw a line of a CSS class."""
    return tag("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=kind)


def _draw_label(
    words: str, x: float, y: float, anchor: str, kind: str | None = None, full_text: str | None = None
) -> Markup:
    """Draw text at a point; `full_text` becomes its tooltip where it differs."""
    children = [words, tag("title", full_text)] if full_text is not None and full_text != words else [words]
    return tag("text", *children, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=kind)


def _truncate_label(words: str, width: float) -> str:
    """Truncate words to the width, with an ellipsis."""
    max_letters = int(width / _LETTER_WIDTH)
    return words if len(words) <= max_letters else f"{words[: max_letters - 1]}…"
