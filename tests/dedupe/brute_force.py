"""Duplicates by comparing every text with every other: plain sets of words, no digest of a shingle, no band.

What flows/dedupe is measured by; it shares no code with it but the normalised digest of exact copies.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from itertools import combinations

import pyarrow as pa

from flows.dedupe import digest_text

ALIKE = 0.7
CONTAINED = 0.8


def shingle_set(text: str) -> frozenset[tuple[str, ...]]:
    """The 5-word runs of a text."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))
    return frozenset(tuple(words[at : at + 5]) for at in range(max(len(words) - 4, 1))) if words else frozenset()


def shared_shingles(texts: list[str]) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Every pair of texts long enough to compare that share a shingle: how many they share, and how many each has."""
    sets = [shingle_set(text) if digest_text(text) else frozenset() for text in texts]
    holders = defaultdict(list)
    for number, shingles in enumerate(sets):
        for shingle in shingles:
            holders[shingle].append(number)
    both = Counter(pair for numbers in holders.values() for pair in combinations(numbers, 2))
    return {pair: (count, len(sets[pair[0]]), len(sets[pair[1]])) for pair, count in both.items()}


def jaccard(shared: int, one: int, other: int) -> float:
    """The Jaccard similarity of two texts."""
    return shared / (one + other - shared)


def holds(shared: int, one: int, other: int) -> bool:
    """Whether the shorter of two texts stands in the longer."""
    return one != other and shared / min(one, other) >= CONTAINED


def alike_pairs(texts: list[str]) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Every pair of texts that repeat each other."""
    pairs = shared_shingles(texts)
    return {pair: counts for pair, counts in pairs.items() if jaccard(*counts) >= ALIKE or holds(*counts)}


def brute_links(
    articles: pa.Table,
    pairs: dict[tuple[int, int], tuple[int, int, int]] | None = None,
    generations: list[int] | None = None,
) -> dict[str, str]:
    """article_id -> article_id of the first kept article that it repeats, for articles that state no date.

    `pairs` are the rows that are alike, where they are known already. Articles of generation 0 are kept.
    """
    rows = articles.to_pylist()
    texts = [row["text"] for row in rows]
    generations = [2] * len(rows) if generations is None else generations
    pairs = alike_pairs(texts) if pairs is None else pairs
    like: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        like[one].add(other)
        like[other].add(one)
    order = sorted(
        (row for row in range(len(rows)) if digest_text(texts[row])),
        key=lambda row: (generations[row], -rows[row]["char_count"], rows[row]["article_id"]),
    )
    first: dict[str, int] = {}
    for row in order:
        if generations[row]:
            first.setdefault(digest_text(texts[row]), row)
    leaders = [row for row in order if not generations[row] or first[digest_text(texts[row])] == row]
    contained: dict[int, int] = {}  # row -> its shingles
    for (one, other), (shared, one_count, other_count) in pairs.items():
        is_near = jaccard(shared, one_count, other_count) >= ALIKE
        if generations[one] == generations[other] != 0 and {one, other} <= set(leaders) and not is_near:
            contained[one if one_count < other_count else other] = min(one_count, other_count)
    visits = sorted(leaders, key=lambda row: (generations[row], row in contained, -contained.get(row, 0)))
    kept: list[int] = []
    goes: dict[int, int] = {}
    for row in visits:
        original = next((other for other in kept if other in like[row]), None) if generations[row] else None
        if original is None:
            kept.append(row)
        else:
            goes[row] = original
    for row in order:
        leader = first.get(digest_text(texts[row]), row) if generations[row] else row
        if leader != row:
            goes[row] = goes.get(leader, leader)
    return {rows[row]["article_id"]: rows[other]["article_id"] for row, other in goes.items()}
