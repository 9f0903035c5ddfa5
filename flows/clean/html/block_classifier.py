"""Which blocks of a page are the article: trees over what is known of each block, and votes where they are unsure.

The trees (`page_fast.npz`) say how likely each block is; `choice` keeps the blocks of the greatest expected F1. With
effort "quality", a page of which less than SURE is expected is shown to other extractors too, and a second set of trees
(`page_votes.npz`) weighs their answers with all the rest; the two are averaged.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from flows.clean.html.block_features import features
from flows.clean.html.block_selection import choose
from flows.clean.html.blocks import Blocks
from flows.clean.html.effort import Effort
from flows.clean.html.page_hints import Hints
from flows.clean.html.trafilatura_votes import ask, vote_columns
from flows.clean.models import gbdt
from flows.clean.text.body_lines import Body

if TYPE_CHECKING:
    from lxml.html import HtmlElement

WEIGHTS: Final = Path(__file__).parents[1] / "models"
SURE: Final = 0.97
_MOST_BLOCKS, _MOST_LEVELS = 5_000, 250  # trafilatura takes time with the square of either


def judge_page(tree: HtmlElement, page: Blocks, hints: Hints, url: str | None, effort: Effort) -> tuple[Body, bool]:
    """Which blocks are the article and how likely each is; and whether the page as a whole is SURE."""
    if not page.texts:
        return Body([], "body.blocks", []), True
    table, words = features(page, hints.titles, hints.body, hints.summary)
    likely = gbdt.load(WEIGHTS / "page_fast.npz").likely(table)
    choice, rule = choose(likely, words), "body.blocks"
    if effort == "quality" and choice.expected < SURE and _is_bounded(page):
        columns = vote_columns(ask(tree, page.texts, url), words)
        voted = gbdt.load(WEIGHTS / "page_votes.npz").likely(np.hstack([table, columns]))
        likely = np.round((likely + voted) / 2, 4)
        choice, rule = choose(likely, words), "body.votes"
    return Body(choice.keep.tolist(), rule, likely.tolist()), choice.expected >= SURE


def _is_bounded(page: Blocks) -> bool:
    return len(page.texts) <= _MOST_BLOCKS and max(page.depths) <= _MOST_LEVELS
