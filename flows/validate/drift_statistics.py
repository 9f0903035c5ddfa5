"""Additive statistics of articles for the drift guard: sums and exact histograms by outlet.

All figures are integers, so the sum over the segments of a release does not depend on how it is cut into segments.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

SHARE_COLUMNS: Final = ("date", "author", "title", "outlet")
_CLUTTER_SCALE: Final = 1 << 20  # boilerplate_share is counted in units of 1 / _CLUTTER_SCALE
_CONFIDENCE: Final = 1.96  # standard errors on each side of a median within which it is not said to differ


@dataclass(frozen=True)
class OutletStatistics:
    """Statistics of the articles of one outlet.

    `valued` counts the articles with a value, in the order of SHARE_COLUMNS; `lengths` and `length_counts` are the
    histogram of char_count; `clutter` and `clutter_squares` are the sums of boilerplate_share and its square, scaled.
    """

    articles: int = 0
    valued: tuple[int, ...] = (0,) * len(SHARE_COLUMNS)
    lengths: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    length_counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    clutter: int = 0
    clutter_squares: int = 0

    def compute_share(self, column: str) -> float:
        """Compute the share of articles with a value of one of SHARE_COLUMNS; not a number without articles."""
        return self.valued[SHARE_COLUMNS.index(column)] / self.articles if self.articles else math.nan

    def compute_median_length(self) -> float:
        """Compute the median of the natural logarithm of the length; not a number without articles."""
        if not self.articles:
            return math.nan
        middle = (self._find_length((self.articles - 1) // 2), self._find_length(self.articles // 2))
        return (math.log(max(middle[0], 1)) + math.log(max(middle[1], 1))) / 2

    def compute_length_range(self) -> tuple[float, float]:
        """Compute the interval of the median's logarithm by order statistics: it is wide where lengths have a gap."""
        margin = _CONFIDENCE * math.sqrt(self.articles) / 2
        low = max(math.floor((self.articles - 1) / 2 - margin), 0)
        high = min(math.ceil((self.articles - 1) / 2 + margin), self.articles - 1)
        return math.log(max(self._find_length(low), 1)), math.log(max(self._find_length(high), 1))

    def compute_length_spread(self) -> float:
        """Compute the standard deviation of the natural logarithm of the length."""
        if not self.articles:
            return 0.0
        logarithms = np.log(np.maximum(self.lengths, 1))
        mean = float(np.sum(logarithms * self.length_counts)) / self.articles
        return math.sqrt(float(np.sum((logarithms - mean) ** 2 * self.length_counts)) / self.articles)

    def compute_clutter(self) -> tuple[float, float]:
        """Compute mean and standard deviation of boilerplate_share; not a number, 0 without articles."""
        if not self.articles:
            return math.nan, 0.0
        mean = self.clutter / self.articles / _CLUTTER_SCALE
        square = self.clutter_squares / self.articles / _CLUTTER_SCALE**2
        return mean, math.sqrt(max(square - mean * mean, 0.0))

    def _find_length(self, rank: int) -> int:
        """Return the length of the article of this rank, from 0."""
        return int(self.lengths[np.searchsorted(np.cumsum(self.length_counts), rank, side="right")])


@dataclass(frozen=True)
class DriftStatistics:
    """Statistics by outlet; None stands for the articles of no known outlet."""

    outlets: dict[str | None, OutletStatistics] = field(default_factory=dict)

    @property
    def total(self) -> OutletStatistics:
        """Return the statistics of all articles."""
        return _add_outlets([(1, statistics) for statistics in self.outlets.values()])

    def subtract(self, other: "DriftStatistics") -> "DriftStatistics":
        """Return the statistics without those of some of the articles."""
        return _add_signed([(1, self), (-1, other)])

    def to_json(self) -> list[Any]:
        """Convert to JSON: one list an outlet, sorted."""
        return [
            [
                outlet,
                one.articles,
                list(one.valued),
                one.lengths.tolist(),
                one.length_counts.tolist(),
                one.clutter,
                one.clutter_squares,
            ]
            for outlet, one in sorted(self.outlets.items(), key=lambda pair: (pair[0] is None, pair[0] or ""))
        ]

    @classmethod
    def from_json(cls, value: Iterable[Any]) -> "DriftStatistics":
        """Create the statistics from JSON."""
        return cls(
            {
                outlet: OutletStatistics(
                    articles, tuple(valued), np.array(lengths, np.int64), np.array(counts, np.int64), clutter, squares
                )
                for outlet, articles, valued, lengths, counts, clutter, squares in value
            }
        )


def add_statistics(parts: Iterable[DriftStatistics]) -> DriftStatistics:
    """Add the statistics of disjoint sets of articles."""
    return _add_signed([(1, part) for part in parts])


def collect_drift_statistics(articles: pa.Table) -> DriftStatistics:
    """Collect the statistics of articles, a table of DRIFT_SCHEMA."""
    names = articles["outlet"].combine_chunks().dictionary_encode()
    codes = np.asarray(pc.fill_null(names.indices, len(names.dictionary)), np.int64)
    lengths = articles["char_count"].to_numpy().astype(np.int64)
    clutter = np.rint(articles["boilerplate_share"].to_numpy().astype(np.float64) * _CLUTTER_SCALE).astype(np.int64)
    flags = [np.asarray(articles[f"has_{name}"], np.bool_) for name in SHARE_COLUMNS[:-1]]
    outlets: dict[str | None, OutletStatistics] = {}
    for code in np.unique(codes).tolist():
        mask = codes == code
        count = int(mask.sum())
        outlet = names.dictionary[code].as_py() if code < len(names.dictionary) else None
        distinct, counts = np.unique(lengths[mask], return_counts=True)
        scaled = clutter[mask]
        valued = (*(int(flag[mask].sum()) for flag in flags), 0 if outlet is None else count)
        squares = int((scaled * scaled).sum())  # at most rows * 2**40
        outlets[outlet] = OutletStatistics(count, valued, distinct, counts, int(scaled.sum()), squares)
    return DriftStatistics(outlets)


def _add_signed(parts: list[tuple[int, DriftStatistics]]) -> DriftStatistics:
    by_outlet: dict[str | None, list[tuple[int, OutletStatistics]]] = {}
    for sign, part in parts:
        for outlet, statistics in part.outlets.items():
            by_outlet.setdefault(outlet, []).append((sign, statistics))
    sums = {outlet: _add_outlets(statistics) for outlet, statistics in by_outlet.items()}
    return DriftStatistics({outlet: one for outlet, one in sums.items() if one.articles})


def _add_outlets(parts: list[tuple[int, OutletStatistics]]) -> OutletStatistics:
    """Add statistics, each times its sign."""
    if not parts:
        return OutletStatistics()
    lengths = np.concatenate([one.lengths for _, one in parts])
    counts = np.concatenate([sign * one.length_counts for sign, one in parts])
    distinct, codes = np.unique(lengths, return_inverse=True)
    sums = np.zeros(len(distinct), np.int64)
    np.add.at(sums, codes, counts)
    return OutletStatistics(
        sum(sign * one.articles for sign, one in parts),
        tuple(sum(sign * one.valued[n] for sign, one in parts) for n in range(len(SHARE_COLUMNS))),
        distinct[sums > 0],
        sums[sums > 0],
        sum(sign * one.clutter for sign, one in parts),
        sum(sign * one.clutter_squares for sign, one in parts),
    )
