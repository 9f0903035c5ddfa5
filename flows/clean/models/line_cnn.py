"""Line classifier: a convolutional net over the lines of a text, with two classifiers of the whole text.

    Net.score_rows(standardized features) -> float32, one logit per line (conv_net.py)

The weights are line_cnn.npz, written by flows/clean/models/train/train_line_cnn.py; line_cnn.json records the training.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from flows.clean.models.conv_net import CLIP, ConvNet, Floats, select_weights

_MAX_GAP_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class Net(ConvNet):
    """Weights of the net and of the classifiers of a text."""

    regime_weights: Floats  # for the mean features of a document; the last entry is the intercept
    article_weights: Floats  # for the summary: rows mean, scale and weight; the last column is the intercept

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Build the net from the arrays of a weights file, by name."""
        return cls(**select_weights(arrays), regime_weights=arrays["regime"], article_weights=arrays["judge"])

    def predict_extract_logit(self, standard: Floats) -> float:
        """Predict the logit that a document is an extracted text, not a dump of a whole page."""
        return float(_sum(standard, 0) / len(standard) @ self.regime_weights[:-1] + self.regime_weights[-1])

    def predict_article_logit(self, summary: Floats) -> float:
        """Predict the logit that a document with this summary (see summarize_scores) has an article."""
        mean, scale, weight = self.article_weights
        return float(np.minimum(np.maximum((summary - mean[:-1]) * scale[:-1], -CLIP), CLIP) @ weight[:-1] + weight[-1])


def summarize_scores(scores: Floats, word_counts: Floats, is_prose: NDArray[np.bool_]) -> Floats:
    """Summarize the line scores of a document as features of the article classifier.

    They measure how much text is kept, how long its runs are, and how certain the scores are.
    """
    is_kept = scores > 0
    probability = 1 / (1 + np.exp(-np.minimum(np.maximum(scores, -30), 30)))
    kept_words, prose_words, probable_words = word_counts[is_kept], word_counts[is_prose], probability * word_counts
    kept_total, total_words, prose_total = _sum(kept_words), max(_sum(word_counts), 1), _sum(prose_words)
    longest_run, run_count = _measure_longest_run(word_counts, is_kept)
    prose_lines = np.flatnonzero(is_prose)
    sorted_scores = np.sort(scores)[::-1]
    line_count, expected_words, kept_in_prose = len(scores), _sum(probable_words), _sum(word_counts[is_prose & is_kept])
    # One call for several numbers, because the call costs ten times as much as a number.
    log_kept, log_expected, log_kept_prose, log_prose = np.log1p(
        np.array([kept_total, expected_words, kept_in_prose, prose_total], np.float32)
    )
    log_run, log_runs, log_lines, log_prose_lines = np.log1p(
        np.array([longest_run, run_count, len(kept_words), len(prose_lines)], np.float64)
    )
    line_gaps = prose_lines[1:] - prose_lines[:-1]
    close_share = np.count_nonzero(line_gaps <= 2) / len(line_gaps) if len(prose_lines) > 1 else 0
    figures = [
        log_kept, kept_total / total_words, log_expected, log_run, log_runs,
        longest_run / max(kept_total, 1), expected_words / total_words,
        _sum(word_counts[np.abs(scores) < 1]) / total_words, log_kept_prose, log_prose,
        _sum(sorted_scores[:10]) / min(line_count, 10), sorted_scores[0],
        _sum((scores * word_counts)[is_kept]) / max(kept_total, 1), kept_in_prose / max(prose_total, 1),
        log_lines, kept_total / len(kept_words) if len(kept_words) else 0, log_prose_lines,
        close_share, *(sorted_scores[int(share * line_count)] for share in (0.25, 0.1, 0.01)),
        _sum(probability) / line_count, np.count_nonzero(probability > 0.9) / line_count,
    ]  # fmt: skip
    return np.array(figures, np.float32)


_sum: Final = np.add.reduce  # faster than the method sum(), which wraps it


def _measure_longest_run(word_counts: Floats, is_kept: NDArray[np.bool_]) -> tuple[float, int]:
    """Measure the words of the longest run of kept lines, and count the runs; a gap of two lines does not end a run."""
    kept_lines = np.flatnonzero(is_kept)
    if not len(kept_lines):
        return 0.0, 0
    starts = np.concatenate(([0], (kept_lines[1:] - kept_lines[:-1] > _MAX_GAP_LINES).nonzero()[0] + 1))
    return float(np.add.reduceat(word_counts[kept_lines], starts).max()), len(starts)


@cache
def load_shipped_net() -> Net:
    """Load the weights of the package, once per process."""
    return Net.from_file(Path(__file__).with_name("line_cnn.npz"))
