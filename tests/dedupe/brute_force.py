"""Duplicates by comparing every text with every other: plain sets of words, no digest of a shingle, no band.

What flows/dedupe is measured by; it shares no code with it but the normalised digest of exact copies.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection
from itertools import combinations

import pyarrow as pa

from flows.dedupe import digest_text

ALIKE = 0.7


def shingle_set(text: str) -> frozenset[tuple[str, ...]]:
    """The 5-word runs of a text."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))
    return frozenset(tuple(words[at : at + 5]) for at in range(max(len(words) - 4, 1))) if words else frozenset()


def alike_pairs(texts: list[str]) -> dict[tuple[int, int], float]:
    """Every pair of texts long enough to compare whose Jaccard similarity is at least ALIKE, and how alike it is."""
    sets = [shingle_set(text) if digest_text(text) else frozenset() for text in texts]
    holders = defaultdict(list)
    for number, shingles in enumerate(sets):
        for shingle in shingles:
            holders[shingle].append(number)
    both = Counter(pair for numbers in holders.values() for pair in combinations(numbers, 2))
    alike = {pair: count / (len(sets[pair[0]]) + len(sets[pair[1]]) - count) for pair, count in both.items()}
    return {pair: share for pair, share in alike.items() if share >= ALIKE}


def brute_links(articles: pa.Table, pairs: Collection[tuple[int, int]] | None = None) -> dict[str, str]:
    """article_id -> article_id of the first kept article that it repeats, for articles that state no date.

    `pairs` are the rows that are alike, where they are known already.
    """
    rows = articles.to_pylist()
    texts = [row["text"] for row in rows]
    pairs = alike_pairs(texts) if pairs is None else pairs
    like: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        like[one].add(other)
        like[other].add(one)
    kept: list[int] = []
    goes: dict[int, int] = {}
    first: dict[str, int] = {}
    for row in sorted(range(len(rows)), key=lambda row: (-rows[row]["char_count"], rows[row]["article_id"])):
        if not (digest := digest_text(texts[row])):
            continue
        leader = first.setdefault(digest, row)
        found = leader if leader != row else next((other for other in kept if other in like[row]), None)
        if found is None:
            kept.append(row)
        else:
            goes[row] = goes.get(found, found)
    return {rows[row]["article_id"]: rows[other]["article_id"] for row, other in goes.items()}
