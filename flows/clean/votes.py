"""What other extractors take for the article, block by block: -1 where the judge of a page may ask them.

Each is given the tree that is parsed already, or a copy of it; none fetches anything or remembers other pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_WORD: Final = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_RUN: Final = 3
_SHORT: Final = 5  # a block of fewer words must be a line of the answer


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
    except Exception:  # whatever a hostile page breaks in there, its blocks are still judged by the model
        answer = None
    return answer or ""


def shares(blocks: Sequence[str], answer: str) -> list[float]:
    """How much of each block stands in an answer: of longer ones the share of their runs of words, of short ones 0 or 1.

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
