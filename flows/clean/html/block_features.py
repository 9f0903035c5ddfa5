"""Feature table of the blocks of a page: float32, one row per block, one column per name of `FEATURE_NAMES`.

The features come from three sources: the words (length, links, punctuation), the elements around the block (tags,
families of their class names, amount of prose and links in them) and the position (order, distance from headings,
neighbours). Elements stand in document order, so the sum over an element is a difference of two running sums. The cost
is linear in the number of blocks: no step compares pairs of blocks.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from flows.clean.html.block_words import WORD_NAMES, BlockWords
from flows.clean.html.blocks import Blocks
from flows.clean.html.element_names import BIT_INDEX, BIT_NAMES, FAMILIES, TAG_BITS, match_name_families

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# Tags ranked by how often their blocks belong to an article, most often first.
_TAG_RANKS: Final[dict[str, int]] = {
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
_UNKNOWN_TAG_RANK: Final = len(_TAG_RANKS)
# Prose in these tags is counted for the element around them.
_PROSE_TAGS: Final = frozenset({"p", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "li", "ul", "ol"})
_MAX_DISTANCE: Final = 40.0

_POSITION_NAMES: Final = (
    "place", "chars_before", "prose_before", "prose_after", "since_h1", "since_heading", "heading_ahead", "depth",
    "page_blocks", "page_chars", "page_prose", "page_linked", "best_share", "in_best", "up_to_best", "down_from_best",
    "best_depth", "same_kind_blocks", "same_kind_chars", "same_kind_linked", "same_kind_prose", "same_kind_prose_share",
    "siblings", "child_place", "run_prose", "since_prose", "until_prose", "best_before", "best_after",
    "h1s", "h1s_before", "articles", "articles_before", "article_prose_share", "rival_share",
)  # fmt: skip
_ANCESTOR_NAMES: Final = ("rank", "chars", "linked", "blocks", "prose", "prose_share", "direct_share", "place")
_ANCESTOR_LEVELS: Final = (0, 1, 2, 3)
_NEIGHBOUR_NAMES: Final = ("chars", "linked", "rank", "ends_stop", "is_prose", "same_owner", "same_parent", "level")
_NEIGHBOUR_SHIFTS: Final = (-3, -2, -1, 1, 2, 3)

FEATURE_NAMES: Final[tuple[str, ...]] = (
    *WORD_NAMES,
    *_POSITION_NAMES,
    *(f"{name}_{level}" for level in _ANCESTOR_LEVELS for name in _ANCESTOR_NAMES),
    *(f"own_{name}" for name in FAMILIES),
    *(f"parent_{name}" for name in FAMILIES),
    *(f"up_{name}" for name in BIT_NAMES),
    *(f"count_{name}" for name in FAMILIES),
    *(f"near_{name}_{shift}" for shift in _NEIGHBOUR_SHIFTS for name in _NEIGHBOUR_NAMES),
)


def compute_block_features(blocks: Blocks, titles: list[str], article_body: str, summary: str) -> tuple[Floats, Ints]:
    """Compute the feature table (blocks, FEATURE_NAMES) of a page with at least one block, and the words per block.

    `titles` are the titles that the page states, `article_body` is the text in its linked data, `summary` is its
    stated description; each of them may be empty.
    """
    words = BlockWords(blocks, titles, article_body, summary)
    tree = _ElementArrays(blocks, words.prose_chars)
    columns = [
        *words.columns,
        *_compute_position_columns(blocks, words, tree),
        *_compute_ancestor_columns(blocks, words, tree),
        *_compute_name_columns(blocks, tree),
        *_compute_neighbour_columns(words, tree),
    ]
    table = np.empty((len(columns), len(blocks.texts)), np.float32)
    for number, column in enumerate(columns):
        table[number] = column
    return table.T, words.word_counts


class _ElementArrays:
    """The block elements of a page as arrays, one entry per element; `owner` has one entry per block."""

    def __init__(self, blocks: Blocks, prose: npt.NDArray[np.float64]) -> None:
        self.parent = np.array(blocks.parents)
        self.depth = np.array(blocks.depths)
        self.first_block, self.end_block, self.end_element = (
            np.array(blocks.first_blocks),
            np.array(blocks.end_blocks),
            np.array(blocks.end_elements),
        )
        self.owner = np.array(blocks.owners)
        self.rank = np.fromiter(
            (_TAG_RANKS.get(tag, _UNKNOWN_TAG_RANK) for tag in blocks.tags), np.int64, len(blocks.tags)
        )
        bits = np.fromiter(
            (
                match_name_families(name) | TAG_BITS.get(tag, 0)
                for name, tag in zip(blocks.element_names, blocks.tags, strict=True)
            ),
            np.int64,
            len(blocks.tags),
        )
        bits[0] &= ~((1 << len(FAMILIES)) - 1)  # the class of <body> says nothing about a single block
        is_prose_tag = np.fromiter((tag in _PROSE_TAGS for tag in blocks.tags), np.bool_, len(blocks.tags))
        carrier = self.owner
        for _ in range(2):
            carrier = np.where(is_prose_tag[carrier], self.parent[carrier], carrier)
        self.direct_prose = np.bincount(carrier, prose, len(blocks.tags)).astype(np.float64)
        self.has_bit = (bits[:, None] >> np.arange(len(BIT_NAMES))) & 1 > 0

    def sum_by_element(self, amounts: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        """Sum per-block amounts over the blocks inside each element."""
        running_sum = np.zeros(len(amounts) + 1)
        np.cumsum(amounts, out=running_sum[1:])
        sums: npt.NDArray[np.float64] = running_sum[self.end_block] - running_sum[self.first_block]
        return sums


def _compute_position_columns(blocks: Blocks, words: BlockWords, tree: _ElementArrays) -> list[npt.NDArray[np.generic]]:
    """Compute order, distances to headings, the main prose element, and figures of similar blocks."""
    count, owner = len(blocks.texts), tree.owner
    order = np.arange(count)
    chars, prose = words.chars, words.prose_chars
    before = np.concatenate(([0.0], np.cumsum(chars)))
    prose_before = np.concatenate(([0.0], np.cumsum(prose)))
    total, all_prose = float(before[-1]), float(prose_before[-1])

    # The best element is the one with the most prose in its own paragraphs.
    score = tree.direct_prose.copy()
    np.add.at(score, tree.parent, tree.direct_prose / 2)
    score[tree.parent[0]] -= tree.direct_prose[0] / 2
    best_element = int(np.argmax(score))
    common_depth = np.zeros(len(blocks.tags), np.int64)
    best_ancestors = [best_element]
    while best_ancestors[-1] != 0:
        best_ancestors.append(int(tree.parent[best_ancestors[-1]]))
    for element in reversed(best_ancestors):
        common_depth[element : tree.end_element[element]] = tree.depth[element]
    shared_depth = common_depth[owner]
    best_first, best_last = int(tree.first_block[best_element]), int(tree.end_block[best_element])
    best_share = float(prose_before[best_last] - prose_before[best_first]) / max(all_prose, 1.0)

    heading = tree.has_bit[owner, BIT_INDEX["t_heading"]]
    h1 = np.fromiter((blocks.tags[o] == "h1" for o in blocks.owners), np.bool_, count)
    is_prose = words.is_prose
    kind = _number_keys(
        [(blocks.element_names[o], blocks.tags[o], blocks.element_names[blocks.parents[o]]) for o in blocks.owners]
    )
    kind_blocks = np.bincount(kind)
    kind_chars, kind_prose = np.bincount(kind, chars), np.bincount(kind, prose)
    kind_free = np.bincount(kind, words.unlinked_chars)
    siblings = np.bincount(tree.parent, minlength=len(blocks.tags))
    run_starts = np.concatenate(([True], is_prose[1:] != is_prose[:-1]))
    run_length = np.bincount(np.cumsum(run_starts) - 1)[np.cumsum(run_starts) - 1]
    articles = np.flatnonzero(np.fromiter((tag == "article" for tag in blocks.tags), np.bool_, len(blocks.tags)))
    articles_before = np.searchsorted(tree.first_block[articles], order, side="right")
    article_prose = np.zeros(count)  # prose in the nearest <article> around the block
    for element in articles.tolist():
        article_run = slice(int(tree.first_block[element]), int(tree.end_block[element]))
        article_prose[article_run] = prose_before[article_run.stop] - prose_before[article_run.start]
    rival_scores = score.copy()
    rival_scores[best_ancestors] = 0
    rival_scores[best_element : tree.end_element[best_element]] = 0
    rival_share = float(rival_scores.max()) / max(float(score[best_element]), 1.0)
    best_size = np.clip(best_last - best_first, 1, None)
    return [
        order / count, before[:-1] / max(total, 1.0), prose_before[:-1] / max(all_prose, 1.0),
        1 - prose_before[1:] / max(all_prose, 1.0), _count_since_last(h1, order), _count_since_last(heading, order),
        _count_since_last(heading[::-1], order)[::-1], tree.depth[owner], np.full(count, count), np.full(count, total),
        np.full(count, all_prose), np.full(count, 1 - float(words.unlinked_chars.sum()) / max(total, 1.0)),
        np.full(count, best_share), (order >= best_first) & (order < best_last), tree.depth[owner] - shared_depth,
        tree.depth[best_element] - shared_depth, np.full(count, tree.depth[best_element]), kind_blocks[kind],
        kind_chars[kind], (1 - kind_free / np.maximum(kind_chars, 1))[kind],
        kind_prose[kind], (kind_prose / max(all_prose, 1.0))[kind], siblings[tree.parent[owner]],
        order - tree.first_block[tree.parent[owner]], np.where(is_prose, run_length, -run_length),
        _count_since_last(is_prose, order), _count_since_last(is_prose[::-1], order)[::-1],
        np.clip((order - best_first) / best_size, -5, 5), np.clip((best_last - order) / best_size, -5, 5),
        np.full(count, h1.sum()), np.cumsum(h1) - h1, np.full(count, len(articles)), articles_before,
        article_prose / max(all_prose, 1.0), np.full(count, rival_share),
    ]  # fmt: skip


def _number_keys(keys: list[tuple[str, str, str]]) -> Ints:
    """Number the distinct keys in order of first appearance, and return the number of each key."""
    numbers: dict[tuple[str, str, str], int] = {}
    return np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), np.int64, len(keys))


def _count_since_last(mask: npt.NDArray[np.bool_], order: Ints) -> Ints:
    """Count the blocks since the last True of the mask (0 on it, at most 200); -1 before the first."""
    last_index = np.maximum.accumulate(np.where(mask, order, -1))
    return np.where(last_index < 0, -1, np.minimum(order - last_index, 200))


def _compute_ancestor_columns(blocks: Blocks, words: BlockWords, tree: _ElementArrays) -> list[npt.NDArray[np.generic]]:
    """Compute tag rank, size, links and share of the page's prose for a block's element and three ancestors."""
    chars, free, prose = (
        tree.sum_by_element(words.chars),
        tree.sum_by_element(words.unlinked_chars),
        tree.sum_by_element(words.prose_chars),
    )
    block_counts = tree.end_block - tree.first_block
    linked = 1 - free / np.maximum(chars, 1)
    share = prose / max(float(words.prose_chars.sum()), 1.0)
    direct_share = tree.direct_prose / max(float(words.prose_chars.sum()), 1.0)
    order = np.arange(len(blocks.texts))
    columns: list[npt.NDArray[np.generic]] = []
    element = tree.owner
    for level in _ANCESTOR_LEVELS:
        if level:
            element = tree.parent[element]
        position = (order - tree.first_block[element]) / np.maximum(block_counts[element], 1)
        columns += [
            tree.rank[element], chars[element], linked[element], block_counts[element], prose[element], share[element],
            direct_share[element], position,
        ]  # fmt: skip
    return columns


def _compute_name_columns(blocks: Blocks, tree: _ElementArrays) -> list[npt.NDArray[np.generic]]:
    """Compute features from element names and tags.

    They are the name families of a block's own element and of its parent, the distance in levels to the nearest
    ancestor with each bit (at most _MAX_DISTANCE), and the number of ancestors of each family.
    """
    has_bit, family_count = tree.has_bit, len(FAMILIES)
    nearest_depth = np.full(has_bit.shape, -_MAX_DISTANCE, np.float32)  # depth of the nearest element with the bit
    family_count_above = np.zeros((len(has_bit), family_count), np.float32)
    order = np.argsort(tree.depth, kind="stable")
    bounds = np.searchsorted(tree.depth[order], np.arange(int(tree.depth[order[-1]]) + 2))
    for depth, (start, stop) in enumerate(pairwise(bounds)):
        elements = order[start:stop]
        if depth:
            parents = tree.parent[elements]
            nearest_depth[elements] = np.where(has_bit[elements], depth, nearest_depth[parents])
            family_count_above[elements] = family_count_above[parents] + has_bit[elements, :family_count]
        else:
            nearest_depth[elements] = np.where(has_bit[elements], 0.0, -_MAX_DISTANCE)
            family_count_above[elements] = has_bit[elements, :family_count]
    owner = tree.owner
    levels_away = np.minimum(tree.depth[owner][:, None] - nearest_depth[owner], _MAX_DISTANCE)
    own_bits, parent_bits = has_bit[owner, :family_count], has_bit[tree.parent[owner], :family_count]
    return [*own_bits.T, *parent_bits.T, *levels_away.T, *family_count_above[owner].T]


def _compute_neighbour_columns(words: BlockWords, tree: _ElementArrays) -> list[npt.NDArray[np.generic]]:
    """Compute the features of the three blocks before and the three after."""
    owner = tree.owner
    count = len(owner)
    parent, depth, rank = tree.parent[owner], tree.depth[owner], tree.rank[owner]
    columns: list[npt.NDArray[np.generic]] = []
    for shift in _NEIGHBOUR_SHIFTS:
        neighbours = np.arange(count) + shift
        in_page = (neighbours >= 0) & (neighbours < count)
        neighbours = np.clip(neighbours, 0, count - 1)
        columns += [
            np.where(in_page, words.chars[neighbours], -1), np.where(in_page, words.linked_share[neighbours], -1),
            np.where(in_page, rank[neighbours], -1), in_page & words.ends_with_stop[neighbours],
            in_page & words.is_prose[neighbours], in_page & (owner[neighbours] == owner),
            in_page & (parent[neighbours] == parent), np.where(in_page, depth[neighbours] - depth, -30),
        ]  # fmt: skip
    return columns
