"""What trafilatura takes for the article, in both of its settings, as votes on the blocks of a page.

It is given the tree that is parsed already. Its answers are aligned with the blocks by their words; the columns say how
much of a block stands in each answer, and how far the answers agree.
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
    *(f"{voter}_{what}" for voter in VOTERS for what in ("here", "above", "below", "two_above", "two_below", "done")),
    *(f"{voter}_share" for voter in VOTERS),
    "votes",
    "agreement",
)
_WORD: Final = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_RUN: Final = 3
_SHORT: Final = 5  # a block of fewer words must be a line of the answer
_SAID: Final = 0.6  # of a longer block's runs of words stand in an answer that takes it


def ask(tree: HtmlElement, texts: Sequence[str], url: str | None) -> dict[str, list[float]]:
    """Each voter's share of each block."""
    return {voter: shares(texts, of_trafilatura(tree, url, precise=voter == "precise")) for voter in VOTERS}


def vote_columns(votes: Mapping[str, Sequence[float]], words: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """The votes as numbers: one row a block, one column a name of VOTE_NAMES."""
    count = len(words)
    columns: list[npt.NDArray[np.generic]] = []
    taken = []
    for voter in VOTERS:
        here = np.asarray(votes[voter], np.float64)
        wide = np.concatenate(([0.0, 0.0], here, [0.0, 0.0]))
        said = (here >= _SAID) * words
        done = np.cumsum(said) / max(int(said.sum()), 1)
        columns += [here, wide[1:-3], wide[3:-1], wide[:-4], wide[4:], done]
        taken.append(said)
    all_words = max(int(words.sum()), 1)
    columns += [np.full(count, said.sum() / all_words) for said in taken]
    columns.append(np.sum([np.asarray(votes[voter], np.float64) for voter in VOTERS], axis=0))
    both = int(np.minimum(*taken).sum())
    columns.append(np.full(count, 2 * both / max(int(sum(said.sum() for said in taken)), 1)))
    return np.stack(columns, axis=1).astype(np.float32)


def of_trafilatura(tree: HtmlElement, url: str | None, *, precise: bool) -> str:
    """Trafilatura's answer; none where it fails."""
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        # Its own de-duplication remembers other pages: never that.
        answer = trafilatura.extract(
            tree, url=url, favor_precision=precise, include_comments=False, include_tables=True, deduplicate=False
        )
    except Exception:  # whatever a hostile page breaks in there, its blocks are judged all the same
        answer = None
    return answer or ""


def forget() -> None:
    """Drop what trafilatura's caches hold, where it was asked; they grow for as long as a process runs."""
    import sys

    if "trafilatura" in sys.modules:
        import logging

        from trafilatura.meta import reset_caches

        logging.getLogger("htmldate").setLevel(logging.CRITICAL)  # it reports caches of others that it cannot clear
        reset_caches()


def shares(blocks: Sequence[str], answer: str) -> list[float]:
    """How much of each block stands in an answer: of long ones the share of their runs of words, of short ones 0 or 1.

    The two are cut into lines differently (inline code, breaks, list items), so lines cannot be compared as wholes.
    """
    lines = [_WORD.findall(line.casefold()) for line in answer.split("\n")]
    words = [word for line in lines for word in line]
    said = set(zip(*(words[shift:] for shift in range(_RUN)), strict=False))
    whole = {tuple(line) for line in lines}
    found: list[float] = []
    for block in blocks:
        own = _WORD.findall(block.casefold())
        if len(own) < _SHORT:
            found.append(float(bool(own) and tuple(own) in whole))
            continue
        runs = list(zip(*(own[shift:] for shift in range(_RUN)), strict=False))
        found.append(sum(run in said for run in runs) / len(runs))
    return found
