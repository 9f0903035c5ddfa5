"""Charts as plain SVG: axes with ticks and names, a number on every bar. Colours come from the page's style."""

import math
from collections import Counter
from typing import Final

from flows.report.escaping import Html, tag

# Drawn in units that are pixels on a phone, so that no letter shrinks there.
WIDTH: Final = 420
_LETTER: Final = 6.6  # the width of a letter of 12 units, near enough to keep labels apart
_NAME: Final = 128


def ticks(most: int, wanted: int = 4) -> list[int]:
    """Round numbers from 0 to at least `most`, evenly apart."""
    step = max(most / wanted, 1)
    power = 10 ** math.floor(math.log10(step))
    unit = next(int(power * factor) for factor in (1, 2, 5, 10) if power * factor >= step)
    return list(range(0, max(most, 1) + unit, unit))[: math.ceil(max(most, 1) / unit) + 1]


def by_time(counts: Counter[str | None], most: int) -> tuple[str, list[tuple[str, int]]]:
    """Counts by month ("2026-11"); by year where the months would not fit; the latest years where those would not.

    No month or year between the first and the last is left out. Gives the unit and at most `most` + 1 columns.
    """
    named = {str(k): n for k, n in counts.items() if k is not None}
    months = [_ordinal(month) for month in named]
    if not months:
        return "month", []
    if max(months) - min(months) < most:
        every = range(min(months), max(months) + 1)
        return "month", [(name, named.get(name, 0)) for name in (f"{n // 12:04}-{n % 12 + 1:02}" for n in every)]
    years: Counter[int] = Counter()
    for month, n in named.items():
        years[int(month[:4])] += n
    first, last = min(years), max(years)
    start = max(first, last - most + 1)
    shown = [(f"{year:04}", years[year]) for year in range(start, last + 1)]
    early = sum(n for year, n in years.items() if year < start)
    return "year", [(f"{first:04} to {start - 1:04}", early), *shown] if early else shown


def _ordinal(month: str) -> int:
    """Months since the year 0."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def rows(caption: str, axis: str, counts: list[tuple[str, int]]) -> Html:
    """One bar a row, its name before it and its number behind it; the axis below counts `axis`."""
    scale = ticks(max((count for _, count in counts), default=0))
    left, right, top, each = _NAME + 8, WIDTH - 46, 6, 24
    bottom = top + each * len(counts)
    drawn: list[Html] = []
    for value in scale:
        x = left + (right - left) * value / scale[-1]
        drawn += [_line(x, top, x, bottom, "grid"), _words(f"{value:,}", x, bottom + 16, "middle")]
    for number, (name, count) in enumerate(counts):
        y = top + each * number
        width = (right - left) * count / scale[-1]
        drawn += [
            _words(_fitting(name, _NAME), left - 8, y + 16, "end", whole=name),
            _bar(left, y + 4, width, each - 8, f"{name}: {count:,} {axis}"),
            _words(f"{count:,}", left + width + 5, y + 16, "start", "figure"),
        ]
    drawn += [_line(left, top, left, bottom, "axis"), _words(axis, (left + right) / 2, bottom + 34, "middle", "name")]
    return _figure(caption, bottom + 40, drawn, counts)


def columns(caption: str, across: str, up: str, counts: list[tuple[str, int]]) -> Html:
    """One column a value, in the order given; `across` and `up` name the axes."""
    scale = ticks(max((count for _, count in counts), default=0))
    left, right, top, bottom = 52, WIDTH - 8, 26, 196
    drawn: list[Html] = []
    for value in scale:
        y = bottom - (bottom - top) * value / scale[-1]
        drawn += [_line(left, y, right, y, "grid"), _words(f"{value:,}", left - 6, y + 4, "end")]
    each = (right - left) / max(len(counts), 1)
    longest = max((len(name) for name, _ in counts), default=1) * _LETTER + 8
    every = max(1, math.ceil(longest / each))
    for number, (name, count) in enumerate(counts):
        x = left + each * number
        height = (bottom - top) * count / scale[-1]
        drawn.append(_bar(x + each * 0.1, bottom - height, each * 0.8, height, f"{name}: {count:,} {up}"))
        said = next((one for one in (f"{count:,}", _short(count)) if len(one) * _LETTER < each), "")
        if count and said:
            drawn.append(_words(said, x + each / 2, bottom - height - 4, "middle", "figure"))
        if number % every == 0:
            drawn.append(_words(name, x + each / 2, bottom + 16, "middle"))
    drawn += [
        _line(left, bottom, right, bottom, "axis"),
        _words(across, (left + right) / 2, bottom + 36, "middle", "name"),
        _words(up, 2, 9, "start", "name"),
    ]
    return _figure(caption, bottom + 44, drawn, counts)


def _short(count: int) -> str:
    """A great number in few letters: 12k, 3M."""
    return f"{count / 1e6:.0f}M" if count >= 999_500 else f"{count / 1e3:.0f}k" if count >= 1000 else str(count)


def _figure(caption: str, height: float, drawn: list[Html], counts: list[tuple[str, int]]) -> Html:
    spoken = f"{caption}: " + ", ".join(f"{name} {count:,}" for name, count in counts)
    picture = tag("svg", *drawn, viewBox=f"0 0 {WIDTH} {height:.0f}", role="img", aria_label=spoken)
    return tag("figure", tag("figcaption", caption), picture, class_="chart")


def _bar(x: float, y: float, width: float, height: float, said: str) -> Html:
    at = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}"}
    return tag("rect", tag("title", said), rx=2, **at)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Html:
    return tag("line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=kind)


def _words(words: str, x: float, y: float, anchor: str, kind: str | None = None, whole: str | None = None) -> Html:
    inside = [words, tag("title", whole)] if whole is not None and whole != words else [words]
    return tag("text", *inside, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=kind)


def _fitting(words: str, room: float) -> str:
    most = int(room / _LETTER)
    return words if len(words) <= most else f"{words[: most - 1]}…"
