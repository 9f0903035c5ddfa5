"""Small convolutional net over the rows of a document (its lines or blocks), in numpy.

    ConvNet.score_rows(standardized features[, word vectors]) -> float32, one logit per row: above 0 the article has it

Two dense layers reduce the features and, if the net reads words, the word vector of a row. Residual blocks with
dilations 1, 2, 4 and 8 then combine a row with its neighbours at that distance. Each document is scored alone, so that
its scores depend on nothing else. The weights are written by flows/clean/models/train.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from flows.clean.models.word_vectors import WordVectors

Floats = NDArray[np.float32]

DILATIONS: Final = (1, 2, 4, 8)
CLIP: Final = 6.0
_SINGLE_THREAD_PRODUCTS: Final = 250_000  # up to this many BLAS starts no threads, which would cost more than they save


@dataclass(frozen=True, slots=True)
class ConvNet:
    """Weights of the net. `mean` and `scale` standardize the features; each block is (taps, bias, mix, bias)."""

    mean: Floats
    scale: Floats
    first: tuple[Floats, Floats]
    second: tuple[Floats, Floats]
    blocks: tuple[tuple[Floats, Floats, Floats, Floats], ...]
    out: tuple[Floats, Floats]
    word_vectors: WordVectors | None

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Load the weights of a file (.npz)."""
        with np.load(path, allow_pickle=False) as file:
            return cls.from_arrays({name: file[name] for name in file.files})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build the net from the arrays of a weights file, by name."""
        return cls(**select_weights(arrays))

    def standardize_features(self, features: Floats) -> Floats:
        """Standardize features (rows, features) and clip them to ±CLIP."""
        standard: Floats = features - self.mean
        standard *= self.scale
        np.minimum(np.maximum(standard, -CLIP, out=standard), CLIP, out=standard)
        return standard

    def score_rows(self, standard: Floats, row_vectors: Floats | None = None) -> Floats:
        """Score each row of one document, by its features and its word vector: the logit that the article has it."""
        x = standard if row_vectors is None else np.concatenate((standard, row_vectors), axis=1)
        for weights, bias in (self.first, self.second):
            x = _apply_bias_relu(_multiply_in_chunks(x, weights), bias)
        row_count, channels = x.shape
        neighbours = np.zeros((row_count, 3 * channels), np.float32)
        for dilation, (taps, bias, mix, mix_bias) in zip(DILATIONS, self.blocks, strict=True):
            neighbours[:, channels : 2 * channels] = x
            neighbours[:dilation, :channels] = 0
            neighbours[-dilation:, 2 * channels :] = 0
            if row_count > dilation:
                neighbours[dilation:, :channels] = x[:-dilation]
                neighbours[:-dilation, 2 * channels :] = x[dilation:]
            x += _multiply_in_chunks(_apply_bias_relu(_multiply_in_chunks(neighbours, taps), bias), mix)
            x += mix_bias
        scores: Floats = (x @ self.out[0] + self.out[1])[:, 0]
        return scores


@cache
def load_net(path: Path) -> ConvNet:
    """Load the net of a weights file, once per process."""
    return ConvNet.from_file(path)


def select_weights(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the fields of a net by name."""
    return {
        "mean": arrays["mean"],
        "scale": arrays["scale"],
        "first": (arrays["first"], arrays["first_bias"]),
        "second": (arrays["second"], arrays["second_bias"]),
        "blocks": tuple(
            (arrays[f"taps{d}"], arrays[f"taps{d}_bias"], arrays[f"mix{d}"], arrays[f"mix{d}_bias"]) for d in DILATIONS
        ),
        "out": (arrays["out"], arrays["out_bias"]),
        "word_vectors": WordVectors.from_arrays(arrays["word_hashes"], arrays["word_vectors"])
        if "word_hashes" in arrays
        else None,
    }


def _apply_bias_relu(x: Floats, bias: Floats) -> Floats:
    """Add the bias and apply the rectifier, in place."""
    x += bias
    return np.maximum(x, 0, out=x)


def _multiply_in_chunks(rows: Floats, weights: Floats) -> Floats:
    """Multiply matrices in chunks of rows that are small enough for single-threaded BLAS."""
    row_count = len(rows)
    chunk_count = -(-row_count * weights.size // _SINGLE_THREAD_PRODUCTS)
    if chunk_count <= 1:
        return rows @ weights
    product = np.empty((row_count, weights.shape[1]), np.float32)
    bounds = [row_count * chunk // chunk_count for chunk in range(chunk_count + 1)]
    for start, end in pairwise(bounds):
        np.matmul(rows[start:end], weights, out=product[start:end])
    return product
