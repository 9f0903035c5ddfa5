"""Classifier of page blocks: boosted trees and a net over the block features, plus votes on uncertain pages.

The trees of `page_fast.npz` predict the probability that a block belongs to the article. `select_blocks` keeps the set
of blocks with the greatest expected F1. With effort "quality" the net of `page_net.npz` reads the blocks too, with
their first words and their neighbours. A page whose expected F1 is then below _DOUBTED_F1 is also read by trafilatura:
the trees of `page_votes.npz` take its votes as further features. The probabilities of all are averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from flows.clean.html.block_exclusions import drop_blocks
from flows.clean.html.block_features import compute_block_features
from flows.clean.html.block_selection import select_blocks
from flows.clean.html.blocks import Blocks
from flows.clean.html.effort import Effort
from flows.clean.html.page_hints import PageHints
from flows.clean.html.trafilatura_votes import build_vote_columns, collect_votes
from flows.clean.lines.word_table import WordTable
from flows.clean.models import gbdt
from flows.clean.models.conv_net import load_net
from flows.clean.text.body_lines import BodySelection
from flows.clean.text.position_rules import LineVerdict

if TYPE_CHECKING:
    from lxml.html import HtmlElement

WEIGHTS_FOLDER: Final = Path(__file__).parents[1] / "models"
CONFIDENT_F1: Final = 0.97
_DOUBTED_F1: Final = 0.95  # below it trafilatura votes, on one page in six; votes on more pages gain nothing
_MAX_BLOCKS, _MAX_DEPTH = 5_000, 250  # limits for trafilatura, whose run time is quadratic in both


def classify_blocks(
    tree: HtmlElement,
    blocks: Blocks,
    exclusions: Sequence[LineVerdict | None],
    hints: PageHints,
    url: str | None,
    effort: Effort,
    word_table: WordTable,
) -> tuple[BodySelection, bool]:
    """Classify the blocks of a page that no rule excludes; an excluded block gets the probability 0.

    `word_table` has one line per block. Return the body (kept blocks, rule, probability of each block, rounded to four
    places) and whether the expected F1 of the page reaches CONFIDENT_F1.
    """
    is_excluded = [verdict is not None for verdict in exclusions]
    if all(is_excluded):
        no_scores: list[float | None] = [0.0] * len(is_excluded)
        return BodySelection([False] * len(is_excluded), "body.blocks", no_scores), True
    if any(is_excluded):
        blocks = drop_blocks(blocks, is_excluded)
    features, words = compute_block_features(blocks, hints.titles, hints.article_body, hints.summary)
    probability = gbdt.load_trees(WEIGHTS_FOLDER / "page_fast.npz").predict_proba(features)
    selection, rule = select_blocks(probability, words), "body.blocks"
    if effort == "quality":
        net_probability = _score_with_net(features, word_table, ~np.array(is_excluded))
        probability = np.round((probability + net_probability) / 2, 4)
        selection, rule = select_blocks(probability, words), "body.votes"
    if effort == "quality" and selection.expected_f1 < _DOUBTED_F1 and _is_within_limits(blocks):
        votes = build_vote_columns(collect_votes(tree, blocks.texts, url), words)
        voted_probability = gbdt.load_trees(WEIGHTS_FOLDER / "page_votes.npz").predict_proba(
            np.hstack([features, votes])
        )
        probability = np.round((2 * probability + voted_probability) / 3, 4)
        selection = select_blocks(probability, words)
    keep, scores = np.zeros(len(is_excluded), np.bool_), np.zeros(len(is_excluded))
    is_read = ~np.array(is_excluded)
    keep[is_read], scores[is_read] = selection.keep, probability
    return BodySelection(keep.tolist(), rule, [*scores.tolist()]), selection.expected_f1 >= CONFIDENT_F1


def _score_with_net(
    features: npt.NDArray[np.float32], word_table: WordTable, is_read: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the probability of each block by the net; `is_read` are the lines of `word_table` that `features` has."""
    net = load_net(WEIGHTS_FOLDER / "page_net.npz")
    assert net.word_vectors is not None
    block_vectors = net.word_vectors.average_lines(word_table)[is_read]
    logits = net.score_rows(net.standardize_features(squash_features(features)), block_vectors).astype(np.float64)
    probability: npt.NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return probability


def squash_features(features: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the logarithm of the size of each feature with its sign: counts of a page have long tails."""
    squashed: npt.NDArray[np.float32] = np.copysign(np.log1p(np.abs(features)), features)
    return squashed


def _is_within_limits(blocks: Blocks) -> bool:
    """Return True if the page is small enough to be given to trafilatura."""
    return len(blocks.texts) <= _MAX_BLOCKS and max(blocks.depths) <= _MAX_DEPTH
