"""What is known of each block of a page, as numbers: float32, one row a block, one column a name of `NAMES`.

Three sources: the words (length, links, marks), the elements around (tags, what their class names say, how much prose
and how many links they hold) and the place (order, distance from headings, neighbours). Elements are counted in
document order, so what an element holds is a difference of two running sums; nothing here looks at a pair of blocks.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from flows.clean.html.block_words import WORD_NAMES, Words
from flows.clean.html.blocks import Blocks
from flows.clean.html.element_names import BIT_OF_TAG, BITS, FAMILIES, NUMBER, said_by

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# Tags in the order in which their blocks are articles.
_RANK: Final[dict[str, int]] = {
    tag: rank
    for rank, tags in enumerate(
        (
            "p", "blockquote pre", "h3 h4", "h2", "li dd dt", "tr table tbody thead caption", "article main", "section",
            "div", "ul ol dl", "figure figcaption", "h5 h6", "h1", "header", "aside", "footer", "nav",
            "label button form", "address center", "body html",
        )
    )
    for tag in tags.split()
}  # fmt: skip
_OTHER_RANK: Final = len(_RANK)
# Their prose speaks for the element around them.
_HANDED_UP: Final = frozenset({"p", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "li", "ul", "ol"})
_FAR: Final = 40.0

_PLACE_PART: Final = (
    "place", "chars_before", "prose_before", "prose_after", "since_h1", "since_heading", "heading_ahead", "depth",
    "page_blocks", "page_chars", "page_prose", "page_linked", "best_share", "in_best", "up_to_best", "down_from_best",
    "best_depth", "same_kind_blocks", "same_kind_chars", "same_kind_linked", "same_kind_prose", "same_kind_prose_share",
    "siblings", "child_place", "run_prose", "since_prose", "until_prose", "best_before", "best_after",
    "h1s", "h1s_before", "articles", "articles_before", "article_prose_share", "rival_share",
)  # fmt: skip
_AROUND: Final = ("rank", "chars", "linked", "blocks", "prose", "prose_share", "direct_share", "place")
_LEVELS: Final = (0, 1, 2, 3)
_NEAR: Final = ("chars", "linked", "rank", "ends_stop", "is_prose", "same_owner", "same_parent", "level")
_SHIFTS: Final = (-3, -2, -1, 1, 2, 3)

NAMES: Final[tuple[str, ...]] = (
    *WORD_NAMES,
    *_PLACE_PART,
    *(f"{name}_{level}" for level in _LEVELS for name in _AROUND),
    *(f"own_{name}" for name in FAMILIES),
    *(f"parent_{name}" for name in FAMILIES),
    *(f"up_{name}" for name in BITS),
    *(f"count_{name}" for name in FAMILIES),
    *(f"near_{name}_{shift}" for shift in _SHIFTS for name in _NEAR),
)


def features(page: Blocks, titles: list[str], stated: str, summary: str) -> tuple[Floats, Ints]:
    """One row a block of the page (at least one), one column a name of NAMES; and the words of each block.

    `titles` are the page's stated titles, `stated` the article's words as its linked data give them, `summary` its
    stated description; each may be empty.
    """
    words = Words(page, titles, stated, summary)
    tree = _Tree(page, words.prose)
    columns = [
        *words.columns,
        *_place(page, words, tree),
        *_around(page, words, tree),
        *_said(page, tree),
        *_near(words, tree),
    ]
    table = np.empty((len(columns), len(page.texts)), np.float32)
    for number, column in enumerate(columns):
        table[number] = column
    return table.T, words.words


class _Tree:
    """The elements around the blocks, as arrays."""

    def __init__(self, page: Blocks, prose: npt.NDArray[np.float64]) -> None:
        self.parent = np.array(page.parents)
        self.depth = np.array(page.depths)
        self.first, self.last, self.end = np.array(page.first), np.array(page.last), np.array(page.ends)
        self.owner = np.array(page.owners)
        self.rank = np.fromiter((_RANK.get(tag, _OTHER_RANK) for tag in page.tags), np.int64, len(page.tags))
        bits = np.fromiter(
            (said_by(name) | BIT_OF_TAG.get(tag, 0) for name, tag in zip(page.names, page.tags, strict=True)),
            np.int64,
            len(page.tags),
        )
        bits[0] &= ~((1 << len(FAMILIES)) - 1)  # what <body> is called says nothing of a block
        handed = np.fromiter((tag in _HANDED_UP for tag in page.tags), np.bool_, len(page.tags))
        carrier = self.owner
        for _ in range(2):
            carrier = np.where(handed[carrier], self.parent[carrier], carrier)
        self.direct = np.bincount(carrier, prose, len(page.tags)).astype(np.float64)
        self.has = (bits[:, None] >> np.arange(len(BITS))) & 1 > 0

    def held(self, amount: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        """The sum of an amount of the blocks over the blocks of each element."""
        total = np.zeros(len(amount) + 1)
        np.cumsum(amount, out=total[1:])
        within: npt.NDArray[np.float64] = total[self.last] - total[self.first]
        return within


def _place(page: Blocks, words: Words, tree: _Tree) -> list[npt.NDArray[np.generic]]:
    count, owner = len(page.texts), tree.owner
    order = np.arange(count)
    chars, prose = words.chars, words.prose
    before = np.concatenate(([0.0], np.cumsum(chars)))
    prose_before = np.concatenate(([0.0], np.cumsum(prose)))
    total, all_prose = float(before[-1]), float(prose_before[-1])

    # The element whose paragraphs are the most prose.
    score = tree.direct.copy()
    np.add.at(score, tree.parent, tree.direct / 2)
    score[tree.parent[0]] -= tree.direct[0] / 2
    best = int(np.argmax(score))
    common = np.zeros(len(page.tags), np.int64)
    line = [best]
    while line[-1] != 0:
        line.append(int(tree.parent[line[-1]]))
    for element in reversed(line):
        common[element : tree.end[element]] = tree.depth[element]
    shared = common[owner]
    best_first, best_last = int(tree.first[best]), int(tree.last[best])
    best_share = float(prose_before[best_last] - prose_before[best_first]) / max(all_prose, 1.0)

    heading = tree.has[owner, NUMBER["t_heading"]]
    h1 = np.fromiter((page.tags[o] == "h1" for o in page.owners), np.bool_, count)
    is_prose = words.is_prose
    kind = _numbered([(page.names[o], page.tags[o], page.names[page.parents[o]]) for o in page.owners])
    kind_blocks = np.bincount(kind)
    kind_chars, kind_prose = np.bincount(kind, chars), np.bincount(kind, prose)
    kind_free = np.bincount(kind, words.free)
    siblings = np.bincount(tree.parent, minlength=len(page.tags))
    switch = np.concatenate(([True], is_prose[1:] != is_prose[:-1]))
    run = np.bincount(np.cumsum(switch) - 1)[np.cumsum(switch) - 1]
    articles = np.flatnonzero(np.fromiter((tag == "article" for tag in page.tags), np.bool_, len(page.tags)))
    begun = np.searchsorted(tree.first[articles], order, side="right")
    article_of = np.zeros(count)  # share of the page's prose in the nearest article around
    for element in articles.tolist():
        run_of = slice(int(tree.first[element]), int(tree.last[element]))
        article_of[run_of] = prose_before[run_of.stop] - prose_before[run_of.start]
    outside = score.copy()
    outside[line] = 0
    outside[best : tree.end[best]] = 0
    rival = float(outside.max()) / max(float(score[best]), 1.0)
    sides = np.clip(best_last - best_first, 1, None)
    return [
        order / count, before[:-1] / max(total, 1.0), prose_before[:-1] / max(all_prose, 1.0),
        1 - prose_before[1:] / max(all_prose, 1.0), _since(h1, order), _since(heading, order),
        _since(heading[::-1], order)[::-1], tree.depth[owner], np.full(count, count), np.full(count, total),
        np.full(count, all_prose), np.full(count, 1 - float(words.free.sum()) / max(total, 1.0)),
        np.full(count, best_share), (order >= best_first) & (order < best_last), tree.depth[owner] - shared,
        tree.depth[best] - shared, np.full(count, tree.depth[best]), kind_blocks[kind], kind_chars[kind],
        (1 - kind_free / np.maximum(kind_chars, 1))[kind], kind_prose[kind], (kind_prose / max(all_prose, 1.0))[kind],
        siblings[tree.parent[owner]], order - tree.first[tree.parent[owner]], np.where(is_prose, run, -run),
        _since(is_prose, order), _since(is_prose[::-1], order)[::-1], np.clip((order - best_first) / sides, -5, 5),
        np.clip((best_last - order) / sides, -5, 5),
        np.full(count, h1.sum()), np.cumsum(h1) - h1, np.full(count, len(articles)), begun,
        article_of / max(all_prose, 1.0), np.full(count, rival),
    ]  # fmt: skip


def _numbered(keys: list[tuple[str, str, str]]) -> Ints:
    numbers: dict[tuple[str, str, str], int] = {}
    return np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), np.int64, len(keys))


def _since(mask: npt.NDArray[np.bool_], order: Ints) -> Ints:
    """Blocks since the last one that is so, itself included; -1 where none was."""
    last = np.maximum.accumulate(np.where(mask, order, -1))
    return np.where(last < 0, -1, np.minimum(order - last, 200))


def _around(page: Blocks, words: Words, tree: _Tree) -> list[npt.NDArray[np.generic]]:
    """For the element of a block and three around it: tag, words, links, prose, and its share of the page's prose."""
    chars, free, prose = tree.held(words.chars), tree.held(words.free), tree.held(words.prose)
    blocks = tree.last - tree.first
    linked = 1 - free / np.maximum(chars, 1)
    share = prose / max(float(words.prose.sum()), 1.0)
    direct = tree.direct / max(float(words.prose.sum()), 1.0)
    order = np.arange(len(page.texts))
    found: list[npt.NDArray[np.generic]] = []
    element = tree.owner
    for level in _LEVELS:
        if level:
            element = tree.parent[element]
        place = (order - tree.first[element]) / np.maximum(blocks[element], 1)
        found += [
            tree.rank[element], chars[element], linked[element], blocks[element], prose[element], share[element],
            direct[element], place,
        ]  # fmt: skip
    return found


def _said(page: Blocks, tree: _Tree) -> list[npt.NDArray[np.generic]]:
    """What the elements' names say: of the block's own, its parent, the nearest above (levels away), how many above."""
    has, families = tree.has, len(FAMILIES)
    level = np.full(has.shape, -_FAR, np.float32)  # depth of the nearest that is so
    count = np.zeros((len(has), families), np.float32)
    order = np.argsort(tree.depth, kind="stable")
    bounds = np.searchsorted(tree.depth[order], np.arange(int(tree.depth[order[-1]]) + 2))
    for depth, (start, stop) in enumerate(pairwise(bounds)):
        here = order[start:stop]
        if depth:
            above = tree.parent[here]
            level[here] = np.where(has[here], depth, level[above])
            count[here] = count[above] + has[here, :families]
        else:
            level[here] = np.where(has[here], 0.0, -_FAR)
            count[here] = has[here, :families]
    owner = tree.owner
    away = np.minimum(tree.depth[owner][:, None] - level[owner], _FAR)
    own, above = has[owner, :families], has[tree.parent[owner], :families]
    return [*own.T, *above.T, *away.T, *count[owner].T]


def _near(words: Words, tree: _Tree) -> list[npt.NDArray[np.generic]]:
    """The three blocks before and after."""
    owner = tree.owner
    count = len(owner)
    parent, depth, rank = tree.parent[owner], tree.depth[owner], tree.rank[owner]
    found: list[npt.NDArray[np.generic]] = []
    for shift in _SHIFTS:
        at = np.arange(count) + shift
        there = (at >= 0) & (at < count)
        at = np.clip(at, 0, count - 1)
        found += [
            np.where(there, words.chars[at], -1), np.where(there, words.linked[at], -1),
            np.where(there, rank[at], -1), there & words.ends[at], there & words.is_prose[at],
            there & (owner[at] == owner), there & (parent[at] == parent), np.where(there, depth[at] - depth, -30),
        ]  # fmt: skip
    return found
