"""Repairs of the selected body that structure calls for: whole tables, lists and quoted posts, and no second copy.

The classifier selects block by block. A table, a list, or the posts quoted between two paragraphs are kept or cut as a
whole, and a long block that repeats the words of kept ones is dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import compress
from typing import Final

from flows.clean.html.blocks import Blocks

_GROUP_TAGS: Final = frozenset({"table", "ul", "ol", "dl"})
_QUOTE_NAME: Final = re.compile(
    r"(?:twitter|tiktok|instagram|bluesky|reddit|mastodon|threads|fb|facebook)-?(?:tweet|embed|media|post|card|video)",
    re.IGNORECASE,
)
_MAX_LINKED_SHARE: Final = 0.5  # of the characters of a group; more is a menu
_MIN_PROSE_WORDS, _LONG_BLOCK_WORDS = 10, 40
_MIN_TABLE_ROWS: Final = 3
_MAX_GROUP_BLOCKS: Final = 400
_MAX_CUT_SHARE: Final = 0.25  # of the kept words; a group that holds more may be the story itself
_MIN_COPY_WORDS: Final = 150
_COPY_RUN_WORDS: Final = 4  # words of a run by which copies are compared
_MIN_COPIED_SHARE: Final = 0.75
_WORD: Final = re.compile(r"\w+")


def complete_groups(
    blocks: Blocks, word_counts: Sequence[int], keep: Sequence[bool], is_excluded: Sequence[bool]
) -> list[bool]:
    """Return the kept blocks with each outermost table and list kept or cut whole, and with the posts that are quoted.

    A group is kept if most of it was, if the kept line above announces it, or if it is a table of data without links
    beside a kept paragraph. Menus (groups of links) stay as they are, and excluded blocks stay out.
    """
    completed = list(keep)
    body_words = sum(compress(word_counts, keep))
    group_end = 0
    for element, tag in enumerate(blocks.tags):
        start, stop = blocks.first_blocks[element], blocks.end_blocks[element]
        if start < group_end or start == stop or any(is_excluded[start:stop]):
            continue
        if tag == "blockquote" and _QUOTE_NAME.search(blocks.element_names[element]):
            group_end = stop
            if _is_between_paragraphs(word_counts, keep, start, stop):
                completed[start:stop] = [True] * (stop - start)
        elif (
            tag in _GROUP_TAGS and 1 < stop - start <= _MAX_GROUP_BLOCKS and _is_data(blocks, word_counts, start, stop)
        ):
            group_end = stop
            is_announced = start > 0 and keep[start - 1] and blocks.texts[start - 1].endswith(":")
            is_announced = is_announced or (tag == "table" and _is_table_of_story(blocks, element, keep))
            kept_words = sum(compress(word_counts[start:stop], keep[start:stop]))
            if is_announced or 2 * sum(keep[start:stop]) >= stop - start:
                completed[start:stop] = [True] * (stop - start)
            elif kept_words <= _MAX_CUT_SHARE * body_words:
                completed[start:stop] = [False] * (stop - start)
    return completed


def _is_table_of_story(blocks: Blocks, element: int, keep: Sequence[bool]) -> bool:
    """Return True if a table has no links and stands in the element that holds the kept paragraph just above it."""
    start, stop = blocks.first_blocks[element], blocks.end_blocks[element]
    if start == 0 or not keep[start - 1] or any(blocks.linked_chars[start:stop]) or stop - start < _MIN_TABLE_ROWS:
        return False
    paragraph = blocks.owners[start - 1]
    return blocks.tags[paragraph] == "p" and blocks.parents[paragraph] == blocks.parents[element]


def _is_data(blocks: Blocks, word_counts: Sequence[int], start: int, stop: int) -> bool:
    """Return True if a table or list holds data of a story: it is neither a menu nor page layout."""
    if sum(blocks.linked_chars[start:stop]) > _MAX_LINKED_SHARE * sum(map(len, blocks.texts[start:stop])):
        return False
    return sum(count >= _LONG_BLOCK_WORDS for count in word_counts[start:stop]) <= 1


def _is_between_paragraphs(word_counts: Sequence[int], keep: Sequence[bool], start: int, stop: int) -> bool:
    """Return True if the blocks just above and below a run are kept, and one of them is a paragraph."""
    if start == 0 or stop >= len(keep) or not (keep[start - 1] and keep[stop]):
        return False
    return max(word_counts[start - 1], word_counts[stop]) >= _MIN_PROSE_WORDS


def find_copies(texts: Sequence[str], word_counts: Sequence[int], keep: Sequence[bool]) -> list[int]:
    """Find the long kept blocks whose words other kept blocks hold: each is a second copy of them."""
    long_blocks = [block for block, count in enumerate(word_counts) if keep[block] and count >= _MIN_COPY_WORDS]
    if not long_blocks or sum(keep) < 2:
        return []
    runs_by_block = {block: _split_runs(texts[block]) for block in range(len(texts)) if keep[block]}
    run_counts = Counter(run for runs in runs_by_block.values() for run in runs)
    copies: list[int] = []
    for block in sorted(long_blocks, key=lambda block: (-word_counts[block], -block)):
        runs = runs_by_block[block]
        if sum(run_counts[run] > 1 for run in runs) >= _MIN_COPIED_SHARE * len(runs):
            copies.append(block)
            run_counts.subtract(runs)
    return copies


def _split_runs(text: str) -> set[tuple[str, ...]]:
    """Return the runs of _COPY_RUN_WORDS words of a text, in small letters."""
    words = _WORD.findall(text.casefold())
    return set(zip(*(words[shift:] for shift in range(_COPY_RUN_WORDS)), strict=False))
