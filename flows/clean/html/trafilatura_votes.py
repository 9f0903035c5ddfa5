"""Votes of trafilatura on the blocks of a page, from two of its settings.

Trafilatura gets the tree that is already parsed. Its extracted texts are aligned with the blocks by their words. The
vote columns hold the share of each block in each text, and how far the two texts agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lxml.html import HtmlElement

VOTERS: Final = ("precise", "default")
VOTE_NAMES: Final[tuple[str, ...]] = (
    *(f"{voter}_{name}" for voter in VOTERS for name in ("here", "above", "below", "two_above", "two_below", "done")),
    *(f"{voter}_share" for voter in VOTERS),
    "votes",
    "agreement",
)
_WORD: Final = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_RUN_WORDS: Final = 3
_SHORT_BLOCK_WORDS: Final = 5  # a block with fewer words must equal a line of the extracted text
_ACCEPTED_SHARE: Final = 0.6  # share of word runs from which a block counts as accepted


def collect_votes(tree: HtmlElement, texts: Sequence[str], url: str | None) -> dict[str, list[float]]:
    """Run trafilatura in each setting and return, by voter, the share of each block in its text."""
    return {
        voter: measure_block_shares(texts, extract_with_trafilatura(tree, url, precise=voter == "precise"))
        for voter in VOTERS
    }


def build_vote_columns(
    votes: Mapping[str, Sequence[float]], word_counts: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Build the vote table (blocks, VOTE_NAMES)."""
    count = len(word_counts)
    columns: list[npt.NDArray[np.generic]] = []
    accepted_by_voter = []
    for voter in VOTERS:
        block_shares = np.asarray(votes[voter], np.float64)
        padded_shares = np.concatenate(([0.0, 0.0], block_shares, [0.0, 0.0]))
        accepted_words = (block_shares >= _ACCEPTED_SHARE) * word_counts
        accepted_before = np.cumsum(accepted_words) / max(int(accepted_words.sum()), 1)
        columns += [
            block_shares,
            padded_shares[1:-3],
            padded_shares[3:-1],
            padded_shares[:-4],
            padded_shares[4:],
            accepted_before,
        ]
        accepted_by_voter.append(accepted_words)
    all_words = max(int(word_counts.sum()), 1)
    columns += [np.full(count, accepted.sum() / all_words) for accepted in accepted_by_voter]
    columns.append(np.sum([np.asarray(votes[voter], np.float64) for voter in VOTERS], axis=0))
    agreed_words = int(np.minimum(*accepted_by_voter).sum())
    columns.append(
        np.full(count, 2 * agreed_words / max(int(sum(accepted.sum() for accepted in accepted_by_voter)), 1))
    )
    return np.stack(columns, axis=1).astype(np.float32)


def extract_with_trafilatura(tree: HtmlElement, url: str | None, *, precise: bool) -> str:
    """Extract the article text with trafilatura; return an empty string if it fails."""
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        # Its de-duplication keeps state of earlier pages, so it stays off.
        article_text = trafilatura.extract(
            tree, url=url, favor_precision=precise, include_comments=False, include_tables=True, deduplicate=False
        )
    except Exception:  # a hostile page can break trafilatura; its blocks are still classified without votes
        article_text = None
    return article_text or ""


def reset_trafilatura_caches() -> None:
    """Clear the caches of trafilatura, if it was imported; otherwise they grow for as long as a process runs."""
    import sys

    if "trafilatura" in sys.modules:
        import logging

        from trafilatura.meta import reset_caches

        logging.getLogger("htmldate").setLevel(
            logging.CRITICAL
        )  # it warns about caches of other packages that it cannot clear
        reset_caches()


def measure_block_shares(block_texts: Sequence[str], article_text: str) -> list[float]:
    """Measure the share of each block (0 to 1) that the article text contains.

    For long blocks it is the share of their runs of three words; for short ones it is 1 if they equal a line, else 0.
    Blocks and text break lines differently (inline code, breaks, list items), so whole lines cannot be compared.
    """
    lines = [_WORD.findall(line.casefold()) for line in article_text.split("\n")]
    article_words = [word for line in lines for word in line]
    article_runs = set(zip(*(article_words[shift:] for shift in range(_RUN_WORDS)), strict=False))
    article_lines = {tuple(line) for line in lines}
    block_shares: list[float] = []
    for block_text in block_texts:
        block_words = _WORD.findall(block_text.casefold())
        if len(block_words) < _SHORT_BLOCK_WORDS:
            block_shares.append(float(bool(block_words) and tuple(block_words) in article_lines))
            continue
        runs = list(zip(*(block_words[shift:] for shift in range(_RUN_WORDS)), strict=False))
        block_shares.append(sum(run in article_runs for run in runs) / len(runs))
    return block_shares
