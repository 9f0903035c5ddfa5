"""The model: a small convolutional net over the lines of a document, in numpy.

    Net.scores(features) -> float32, one logit a line: above 0 the line is the article

Two layers shrink a line's figures to CHANNELS; then blocks, each of which lets a line see its neighbours 1, 2, 4 and 8
lines away and adds what it learned. A document is a matrix of its own, so that its scores depend on nothing else.
The weights are net.npz, which tests/bench/train.py writes; net.json says from what.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DILATIONS: Final = (1, 2, 4, 8)
CLIP: Final = 6.0


@dataclass(frozen=True, slots=True)
class Net:
    """The weights. `mean` and `scale` standardise the figures; each block is (taps, bias, mix, bias)."""

    mean: Floats
    scale: Floats
    first: tuple[Floats, Floats]
    second: tuple[Floats, Floats]
    blocks: tuple[tuple[Floats, Floats, Floats, Floats], ...]
    out: tuple[Floats, Floats]
    regime: Floats
    judge: Floats

    @classmethod
    def load(cls, path: Path) -> Self:
        """The weights of a file that train.py wrote."""
        with np.load(path, allow_pickle=False) as file:
            got = {name: file[name] for name in file.files}
        blocks = tuple(
            (got[f"taps{d}"], got[f"taps{d}_bias"], got[f"mix{d}"], got[f"mix{d}_bias"]) for d in DILATIONS
        )
        return cls(
            got["mean"], got["scale"], (got["first"], got["first_bias"]), (got["second"], got["second_bias"]), blocks,
            (got["out"], got["out_bias"]), got["regime"], got["judge"],
        )  # fmt: skip

    def standard(self, features: Floats) -> Floats:
        """The figures as the net takes them."""
        return np.clip((features - self.mean) * self.scale, -CLIP, CLIP)

    def extracted(self, standard: Floats) -> float:
        """The logit that a document was already extracted, not dumped."""
        return float(standard.mean(0) @ self.regime[:-1] + self.regime[-1])

    def scores(self, standard: Floats) -> Floats:
        """The logit of each line of one document that it is the article's."""
        x = np.maximum(standard @ self.first[0] + self.first[1], 0)
        x = np.maximum(x @ self.second[0] + self.second[1], 0)
        count, channels = x.shape
        for dilation, (taps, bias, mix, mixed) in zip(DILATIONS, self.blocks, strict=True):
            near = np.zeros((count, 3 * channels), np.float32)
            near[:, channels : 2 * channels] = x
            if count > dilation:
                near[dilation:, :channels] = x[:-dilation]
                near[:-dilation, 2 * channels :] = x[dilation:]
            x = x + np.maximum(near @ taps + bias, 0) @ mix + mixed
        scores: Floats = (x @ self.out[0] + self.out[1])[:, 0]
        return scores


@cache
def shipped() -> Net:
    """The weights of the package."""
    return Net.load(Path(__file__).with_name("net.npz"))
