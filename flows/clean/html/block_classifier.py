"""Classifier of page blocks: boosted trees over the block features, plus extractor votes on uncertain pages.

The trees of `page_fast.npz` predict the probability that a block belongs to the article. `select_blocks` keeps the set
of blocks with the greatest expected F1. With effort "quality", a page whose expected F1 is below CONFIDENT_F1 is also
read by trafilatura. The trees of `page_votes.npz` take its votes as further features, and the two probabilities are
averaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from flows.clean.html.block_exclusions import drop_blocks
from flows.clean.html.block_features import compute_block_features
from flows.clean.html.block_selection import select_blocks
from flows.clean.html.blocks import Blocks
from flows.clean.html.effort import Effort
from flows.clean.html.page_hints import PageHints
from flows.clean.html.trafilatura_votes import build_vote_columns, collect_votes
from flows.clean.models import gbdt
from flows.clean.text.body_lines import BodySelection
from flows.clean.text.position_rules import LineVerdict

if TYPE_CHECKING:
    from lxml.html import HtmlElement

WEIGHTS_FOLDER: Final = Path(__file__).parents[1] / "models"
CONFIDENT_F1: Final = 0.97
_MAX_BLOCKS, _MAX_DEPTH = 5_000, 250  # limits for trafilatura, whose run time is quadratic in both


def classify_blocks(
    tree: HtmlElement,
    blocks: Blocks,
    exclusions: Sequence[LineVerdict | None],
    hints: PageHints,
    url: str | None,
    effort: Effort,
) -> tuple[BodySelection, bool]:
    """Classify the blocks of a page that no rule excludes; an excluded block gets the probability 0.

    Return the body (kept blocks, rule, probability of each block, rounded to four places) and whether the expected F1
    of the page reaches CONFIDENT_F1.
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
    if effort == "quality" and selection.expected_f1 < CONFIDENT_F1 and _is_within_limits(blocks):
        votes = build_vote_columns(collect_votes(tree, blocks.texts, url), words)
        voted_probability = gbdt.load_trees(WEIGHTS_FOLDER / "page_votes.npz").predict_proba(
            np.hstack([features, votes])
        )
        probability = np.round((probability + voted_probability) / 2, 4)
        selection, rule = select_blocks(probability, words), "body.votes"
    keep, scores = np.zeros(len(is_excluded), np.bool_), np.zeros(len(is_excluded))
    is_read = ~np.array(is_excluded)
    keep[is_read], scores[is_read] = selection.keep, probability
    return BodySelection(keep.tolist(), rule, [*scores.tolist()]), selection.expected_f1 >= CONFIDENT_F1


def _is_within_limits(blocks: Blocks) -> bool:
    """Return True if the page is small enough to be given to trafilatura."""
    return len(blocks.texts) <= _MAX_BLOCKS and max(blocks.depths) <= _MAX_DEPTH
