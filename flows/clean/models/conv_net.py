"""Small convolutional net over the rows of a document (its lines or blocks), in numpy.

    ConvNet.score_rows(standardized features[, word vectors]) -> float32, one logit per row: above 0 the article has it

Two dense layers reduce the features and, if the net reads words, the word vector of a row. Residual blocks with
dilations 1, 2, 4 and 8 then combine a row with its neighbours at that distance. A net with pooling also gives each row,
halfway, the mean and the maximum of all rows: what kind of document it stands in. Each document is scored alone, so
that its scores depend on nothing else. A net may have several members, trained alike from other random starts: the
score of a row is the mean of theirs, which errs less than each. The weights are written by flows/clean/models/train.
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
POOLING_DILATION: Final = 4  # of the block before which the rows are pooled
CLIP: Final = 6.0
_SINGLE_THREAD_PRODUCTS: Final = 250_000  # up to this many BLAS starts no threads, which would cost more than they save


@dataclass(frozen=True, slots=True)
class ConvNet:
    """Weights of the net. `mean` and `scale` standardize the features; each block is (taps, bias, mix, bias).

    Layers have a first axis for the members: weights (members, inputs, outputs), biases (members, 1, outputs).
    """

    mean: Floats
    scale: Floats
    first: tuple[Floats, Floats]
    second: tuple[Floats, Floats]
    blocks: tuple[tuple[Floats, Floats, Floats, Floats], ...]
    pooling: tuple[Floats, Floats] | None
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

    def score_rows(
        self, standard: Floats, row_vectors: Floats | None = None, *, member_count: int | None = None
    ) -> Floats:
        """Score each row of one document, by its features and its word vector: the logit that the article has it.

        `member_count` first members are asked; None: all. Word vectors are those of all members.
        """
        x = standard if row_vectors is None else self._append_vectors(standard, row_vectors)[:member_count]
        for weights, bias in (self.first, self.second):
            x = _apply_bias_relu(_multiply_in_chunks(x, weights[:member_count]), bias[:member_count])
        _, row_count, channels = x.shape
        neighbours = np.zeros((len(x), row_count, 3 * channels), np.float32)
        for dilation, layers in zip(DILATIONS, self.blocks, strict=True):
            taps, bias, mix, mix_bias = (layer[:member_count] for layer in layers)
            if dilation == POOLING_DILATION and self.pooling is not None:
                x += _pool_rows(x) @ self.pooling[0][:member_count] + self.pooling[1][:member_count]
            neighbours[:, :, channels : 2 * channels] = x
            neighbours[:, :dilation, :channels] = 0
            neighbours[:, -dilation:, 2 * channels :] = 0
            if row_count > dilation:
                neighbours[:, dilation:, :channels] = x[:, :-dilation]
                neighbours[:, :-dilation, 2 * channels :] = x[:, dilation:]
            x += _multiply_in_chunks(_apply_bias_relu(_multiply_in_chunks(neighbours, taps), bias), mix)
            x += mix_bias
        member_scores = (x @ self.out[0][:member_count] + self.out[1][:member_count])[:, :, 0]
        scores: Floats = np.add.reduce(member_scores, 0)
        scores /= np.float32(len(x))
        return scores

    def _append_vectors(self, standard: Floats, row_vectors: Floats) -> Floats:
        """Append to the features of each row its word vector of each member: shape (members, rows, inputs)."""
        row_count, member_count = len(standard), len(self.first[0])
        member_vectors = row_vectors.reshape(row_count, member_count, -1).swapaxes(0, 1)
        features = np.broadcast_to(standard, (member_count, *standard.shape))
        return np.concatenate((features, member_vectors), axis=2)


@cache
def load_net(path: Path) -> ConvNet:
    """Load the net of a weights file, once per process."""
    return ConvNet.from_file(path)


def select_weights(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the fields of a net by name. Layers of a single member may lack the axis of members."""

    def select_layer(name: str) -> tuple[Floats, Floats]:
        weights, bias = arrays[name], np.atleast_2d(arrays[f"{name}_bias"])
        return weights.reshape(len(bias), *weights.shape[-2:]), bias[:, None, :]

    return {
        "mean": arrays["mean"],
        "scale": arrays["scale"],
        "first": select_layer("first"),
        "second": select_layer("second"),
        "blocks": tuple((*select_layer(f"taps{d}"), *select_layer(f"mix{d}")) for d in DILATIONS),
        "pooling": select_layer("pool") if "pool" in arrays else None,
        "out": select_layer("out"),
        "word_vectors": WordVectors.from_arrays(arrays["word_hashes"], np.hstack(_list_members(arrays["word_vectors"])))
        if "word_hashes" in arrays
        else None,
    }


def _list_members(vectors: Floats) -> list[Floats]:
    """Return the word vectors of each member, (words, width); those of a single one may lack the axis of members."""
    return [vectors] if vectors.ndim == 2 else list(vectors)


def _pool_rows(x: Floats) -> Floats:
    """Return the mean and the maximum of the rows of each member, at least 0: shape (members, 1, 2 * channels)."""
    mean = np.add.reduce(x, 1, keepdims=True) / np.float32(x.shape[1])
    return np.concatenate((mean, np.maximum.reduce(x, 1, keepdims=True, initial=0)), axis=2)


def _apply_bias_relu(x: Floats, bias: Floats) -> Floats:
    """Add the bias and apply the rectifier, in place."""
    x += bias
    return np.maximum(x, 0, out=x)


def _multiply_in_chunks(rows: Floats, weights: Floats) -> Floats:
    """Multiply the rows of each member, or rows that all share, in chunks small enough for single-threaded BLAS."""
    row_count, (member_count, inputs, outputs) = rows.shape[-2], weights.shape
    chunk_count = -(-row_count * inputs * outputs // _SINGLE_THREAD_PRODUCTS)
    if chunk_count <= 1:
        return rows @ weights
    product = np.empty((member_count, row_count, outputs), np.float32)
    bounds = [row_count * chunk // chunk_count for chunk in range(chunk_count + 1)]
    for start, end in pairwise(bounds):
        np.matmul(rows[..., start:end, :], weights, out=product[:, start:end])
    return product
