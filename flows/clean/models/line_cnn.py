"""The model: a small convolutional net over the lines of a document, in numpy.

    Net.scores(features) -> float32, one logit a line: above 0 the line is the article

Two layers shrink a line's figures to CHANNELS; then blocks, each of which lets a line see its neighbours 1, 2, 4 and 8
lines away and adds what it learned. A document is a matrix of its own, so that its scores depend on nothing else.
The weights are net.npz, which flows/clean/models/train/train_line_cnn.py writes; net.json says from what.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DILATIONS: Final = (1, 2, 4, 8)
CLIP: Final = 6.0
_STRAY: Final = 3
_ALONE: Final = 250_000  # multiplications that BLAS does without waking its threads: they cost far more than they save


@dataclass(frozen=True, slots=True)
class Net:
    """The weights. `mean` and `scale` standardise the figures; each block is (taps, bias, mix, bias)."""

    mean: Floats
    scale: Floats
    first: tuple[Floats, Floats]
    second: tuple[Floats, Floats]
    blocks: tuple[tuple[Floats, Floats, Floats, Floats], ...]
    out: tuple[Floats, Floats]
    regime: Floats  # of the mean of a document's figures, and one for nothing
    judge: Floats  # of `summary`: mean, scale and weight in three rows; the last column is for nothing

    @classmethod
    def load(cls, path: Path) -> Self:
        """The weights of a file that train.py wrote."""
        with np.load(path, allow_pickle=False) as file:
            return cls.of({name: file[name] for name in file.files})

    @classmethod
    def of(cls, got: Mapping[str, Floats]) -> Self:
        """The weights by their names in the file."""
        blocks = tuple((got[f"taps{d}"], got[f"taps{d}_bias"], got[f"mix{d}"], got[f"mix{d}_bias"]) for d in DILATIONS)
        return cls(
            got["mean"], got["scale"], (got["first"], got["first_bias"]), (got["second"], got["second_bias"]), blocks,
            (got["out"], got["out_bias"]), got["regime"], got["judge"],
        )  # fmt: skip

    def standard(self, features: Floats) -> Floats:
        """The figures as the net takes them."""
        standard: Floats = features - self.mean
        standard *= self.scale
        np.minimum(np.maximum(standard, -CLIP, out=standard), CLIP, out=standard)
        return standard

    def extracted(self, standard: Floats) -> float:
        """The logit that a document was already extracted, not dumped."""
        return float(_sum(standard, 0) / len(standard) @ self.regime[:-1] + self.regime[-1])

    def scores(self, standard: Floats) -> Floats:
        """The logit of each line of one document that it is the article's."""
        x = standard
        for weights, bias in (self.first, self.second):
            x = _rectified(_times(x, weights), bias)
        count, channels = x.shape
        near = np.zeros((count, 3 * channels), np.float32)
        for dilation, (taps, bias, mix, mixed) in zip(DILATIONS, self.blocks, strict=True):
            near[:, channels : 2 * channels] = x
            near[:dilation, :channels] = 0
            near[-dilation:, 2 * channels :] = 0
            if count > dilation:
                near[dilation:, :channels] = x[:-dilation]
                near[:-dilation, 2 * channels :] = x[dilation:]
            x += _times(_rectified(_times(near, taps), bias), mix)
            x += mixed
        scores: Floats = (x @ self.out[0] + self.out[1])[:, 0]
        return scores

    def article(self, told: Floats) -> float:
        """The logit that a document of this summary holds an article."""
        mean, scale, weight = self.judge
        return float(np.minimum(np.maximum((told - mean[:-1]) * scale[:-1], -CLIP), CLIP) @ weight[:-1] + weight[-1])


def _rectified(x: Floats, bias: Floats) -> Floats:
    x += bias
    return np.maximum(x, 0, out=x)


def _times(rows: Floats, weights: Floats) -> Floats:
    """The product, a few rows at a time."""
    count = len(rows)
    blocks = -(-count * weights.size // _ALONE)
    if blocks <= 1:
        return rows @ weights
    found = np.empty((count, weights.shape[1]), np.float32)
    bounds = [count * block // blocks for block in range(blocks + 1)]
    for start, end in pairwise(bounds):
        np.matmul(rows[start:end], weights, out=found[start:end])
    return found


def summary(scores: Floats, words: Floats, prose: NDArray[np.bool_]) -> Floats:
    """What a document is like once its lines have scores: how much is kept, in how long a stretch, how surely."""
    keep = scores > 0
    likely = 1 / (1 + np.exp(-np.minimum(np.maximum(scores, -30), 30)))
    kept_words, prose_words, likely_words = words[keep], words[prose], likely * words
    kept, whole, in_prose = _sum(kept_words), max(_sum(words), 1), _sum(prose_words)
    run, runs = _longest_run(words, keep)
    places = np.flatnonzero(prose)
    surest = np.sort(scores)[::-1]
    count, surely, kept_in_prose = len(scores), _sum(likely_words), _sum(words[prose & keep])
    # One call for many: it costs ten times as much as the number.
    log_kept, log_surely, log_told, log_prose = np.log1p(np.array([kept, surely, kept_in_prose, in_prose], np.float32))
    log_run, log_runs, log_lines, log_places = np.log1p(np.array([run, runs, len(kept_words), len(places)], np.float64))
    told = [
        log_kept, kept / whole, log_surely, log_run, log_runs,
        run / max(kept, 1), surely / whole, _sum(words[np.abs(scores) < 1]) / whole,
        log_told, log_prose, _sum(surest[:10]) / min(count, 10), surest[0],
        _sum((scores * words)[keep]) / max(kept, 1), kept_in_prose / max(in_prose, 1),
        log_lines, kept / len(kept_words) if len(kept_words) else 0, log_places,
        np.count_nonzero(places[1:] - places[:-1] <= 2) / (len(places) - 1) if len(places) > 1 else 0,
        *(surest[int(share * count)] for share in (0.25, 0.1, 0.01)),
        _sum(likely) / count, np.count_nonzero(likely > 0.9) / count,
    ]  # fmt: skip
    return np.array(told, np.float32)


_sum: Final = np.add.reduce  # without the wrapping of the method


def _longest_run(words: Floats, keep: NDArray[np.bool_]) -> tuple[float, int]:
    """Words of the longest stretch of kept lines (two others between two of them allowed), and how many there are."""
    places = np.flatnonzero(keep)
    if not len(places):
        return 0.0, 0
    starts = np.concatenate(([0], (places[1:] - places[:-1] > _STRAY).nonzero()[0] + 1))
    return float(np.add.reduceat(words[places], starts).max()), len(starts)


@cache
def shipped() -> Net:
    """The weights of the package."""
    return Net.load(Path(__file__).with_name("line_cnn.npz"))
