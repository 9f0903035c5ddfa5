"""What is known of each block of a page, as numbers: float32, one row a block, one column a name of `NAMES`.

Three sources: the words (length, links, marks), the elements around (tags, what their class names say, how much prose
and how many links they hold) and the place (order, distance from headings, neighbours). Elements are counted in
document order, so what an element holds is a difference of two running sums; nothing here looks at a pair of blocks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from flows.clean.blocks import Blocks

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

# What the words of a class, id, role or itemprop say of an element; a word counts where it begins so.
_FAMILIES: Final[dict[str, str]] = {
    "body": r"articlebody|body|content|entry|post|story|article|text|main|read|detail|isi|paragraph|prose|rich|wysiwyg|"
    r"markdown|konten|single|copy",
    "meta": r"author|byline|date|time|meta|bio|published|updated|editor|reporter|penulis|contributor|avatar|profile",
    "tags": r"tags?$|topics?$|categor|kategori|label|keyword|section|breadcrumb|kicker|eyebrow",
    "nav": r"nav|menu|header|masthead|topbar|toolbar|tabs?$|pagin|pager|navigation|banner|skip|search|logo|drawer|mega",
    "foot": r"foot|copyright|legal|bottom|colophon|contentinfo|disclaimer|policy",
    "side": r"side|aside|rail|widget|column|secondary|complementary|sticky",
    "related": r"relat|recomm|terkait|popular|trend|latest|terbaru|teaser|card|promo|also|baca|more|next|prev|similar|"
    r"carousel|slider|slick|swiper|tile|feed|list|grid|archive|read$|inline$|recirc|upnext|suggest|linked",
    "ad": r"ad$|ads$|adv|advert|sponsor|iklan|commercial|affiliate|taboola|outbrain|dfp|gpt|partner|product",
    "ask": r"newsletter|subscri|sign|cta|paywall|donat|popup|modal|overlay|cookie|consent|gdpr|login|register|member|form|"
    r"offer|gate|regwall|promo|alert|notice|download|app$",
    "social": r"social|share|sharing|follow|facebook|twitter|whatsapp|like|rating|vote|reaction",
    "thread": r"$",  # by whole names, see _THREAD
    "talk": r"comment|disqus|repl|respond|discussion|komentar|forum",
    "picture": r"caption|credit|figure|image|photo|foto|gallery|video|media|picture|player|embed|thumb|slide|audio",
    "lead": r"summary|excerpt|intro|standfirst|dek$|deck|subtitle|subhead|lead|lede|key|takeaway|highlight|toc$|contents|"
    r"abstract|description|tldr|sapo|teras",
    "box": r"box|fact|info|quote|pull|callout|note|about|faq|table|block$|aside|sidebar",
    "hidden": r"hidden|sr$|screen|visually|print|mobile|invisible|collapse|hide|accessib",
    "head": r"title|headline|heading|judul|hero|head$",
}
_TAGS: Final[dict[str, str]] = {
    "article": "article", "main": "main", "nav": "nav", "aside": "aside", "footer": "footer", "header": "header",
    "section": "section", "form": "form", "figure": "figure figcaption", "table": "table", "list": "ul ol dl",
    "item": "li", "quote": "blockquote", "para": "p", "heading": "h1 h2 h3 h4 h5 h6",
    "details": "details summary dialog button label fieldset",
}  # fmt: skip
# Tags in the order in which their blocks are articles.
_RANK: Final[dict[str, int]] = {
    tag: rank
    for rank, tags in enumerate(
        (
            "p", "blockquote pre", "h3 h4", "h2", "li dd dt", "tr table tbody thead caption", "article main", "section",
            "div", "ul ol dl", "figure figcaption", "h5 h6", "h1", "header", "aside", "footer", "nav", "label button form",
            "address center", "body html",
        )
    )
    for tag in tags.split()
}  # fmt: skip
_OTHER_RANK: Final = len(_RANK)
# Their prose speaks for the element around them.
_HANDED_UP: Final = frozenset({"p", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "li", "ul", "ol"})
_HALVED: Final = frozenset({"li", "tr", "figcaption", "dd", "dt", "table"})

_THREAD: Final = re.compile(
    r"(?:comments?|comment-?(?:list|body|content|text|thread|area|section|s-area)|commentlist|comments-\w{1,20}|respond|"
    r"disqus\w{0,20}|replies|discussion|responses)$",
    re.IGNORECASE,
)

_BITS: Final = (*_FAMILIES, *("t_" + name for name in _TAGS))
_NUMBER: Final = {name: number for number, name in enumerate(_BITS)}
_TALK: Final = 1 << _NUMBER["talk"]
_IN_THREAD: Final = 1 << _NUMBER["thread"]
_FAR: Final = 40.0
_WORD: Final = re.compile(r"[a-z]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FAMILY_OF_WORD: Final = [(1 << _NUMBER[name], re.compile(pattern)) for name, pattern in _FAMILIES.items()]
_BIT_OF_TAG: Final = {tag: 1 << _NUMBER["t_" + name] for name, tags in _TAGS.items() for tag in tags.split()}

# Kinds of characters, for pages of any script.
_DIGIT, _UPPER, _LOWER, _SPACE, _STOP, _COMMA, _QUOTE, _BAR, _WIDE = range(1, 10)


def _kinds() -> npt.NDArray[np.uint8]:
    table = np.zeros(0x10000, np.uint8)
    for code in range(0x3000):
        char = chr(code)
        table[code] = (
            _DIGIT if char.isdigit() else _UPPER if char.isupper() else _LOWER if char.isalpha() else
            _SPACE if char.isspace() else _STOP if char in ".!?…" else _COMMA if char in ",;:" else
            _QUOTE if char in "\"'“”‘’«»„" else _BAR if char in "|•·»›>/-–—[](){}#@+*=_~&%$" else 0
        )  # fmt: skip
    table[0x3040:0xD7B0] = _WIDE
    table[[0x3002, 0xFF01, 0xFF1F]] = _STOP
    return table


_KINDS: Final = _kinds()


@lru_cache(maxsize=20_000)
def _said_by_word(word: str) -> int:
    return sum(bit for bit, pattern in _FAMILY_OF_WORD if pattern.match(word))


@lru_cache(maxsize=50_000)
def _said_by(name: str) -> int:
    """The families that the words of a class, id, role or itemprop belong to, as bits."""
    said = 0
    for word in _WORD.findall(_CAMEL.sub(" ", name[:300]).lower()):
        said |= _said_by_word(word)
    if said & _TALK and any(_THREAD.match(token) for token in name[:300].split()):
        said |= _IN_THREAD
    return said


_WORDS_PART: Final = (
    "chars", "words", "word_length", "linked", "links", "stressed", "digits", "upper", "capitals", "commas", "stops",
    "quotes", "bars", "starts_upper", "starts_lower", "starts_digit", "starts_quote", "starts_bar", "ends_stop",
    "ends_colon", "ends_quote", "ends_bar", "wide", "is_prose", "copies", "copies_before", "in_title", "title_in", "in_stated",
    "in_summary",
)  # fmt: skip
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
    *_WORDS_PART,
    *_PLACE_PART,
    *(f"{name}_{level}" for level in _LEVELS for name in _AROUND),
    *(f"own_{name}" for name in _FAMILIES),
    *(f"parent_{name}" for name in _FAMILIES),
    *(f"up_{name}" for name in _BITS),
    *(f"count_{name}" for name in _FAMILIES),
    *(f"near_{name}_{shift}" for shift in _SHIFTS for name in _NEAR),
)


def features(page: Blocks, titles: list[str], stated: str, summary: str) -> tuple[Floats, Ints]:
    """One row a block of the page (at least one), one column a name of NAMES; and the words of each block.

    `titles` are the page's stated titles, `stated` the article's words as its linked data give them, `summary` its
    stated description; each may be empty.
    """
    words = _Words(page, titles, stated, summary)
    tree = _Tree(page)
    columns = [
        *words.columns,
        *_place(page, words, tree),
        *_around(page, words, tree),
        *_said(page, tree),
        *_near(words, tree),
    ]
    table = np.empty((len(page.texts), len(columns)), np.float32)
    for number, column in enumerate(columns):
        table[:, number] = column
    return table, words.words


class _Words:
    """The blocks' words, counted."""

    def __init__(self, page: Blocks, titles: list[str], stated: str, summary: str) -> None:
        texts = page.texts
        joined = "\n".join(texts) + "\n"
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        kinds = _KINDS[np.minimum(codes, 0xFFFF)]
        size = np.fromiter(map(len, texts), np.int64, len(texts))
        ends = np.cumsum(size + 1)
        starts = ends - size - 1

        def count(mask: npt.NDArray[np.bool_]) -> Ints:
            return np.add.reduceat(mask.astype(np.int32), starts).astype(np.int64)

        spaces = kinds == _SPACE
        upper = kinds == _UPPER
        self.chars = chars = size
        self.wide = count(kinds == _WIDE)
        self.words = np.maximum(count(spaces), self.wide // 2)
        begins = np.empty_like(upper)
        begins[0], begins[1:] = True, spaces[:-1]
        capitals = count(upper & begins)
        linked = np.minimum(np.array(page.linked), chars)
        self.linked = linked / chars
        self.free = chars - linked
        first, last = kinds[starts], kinds[ends - 2]
        before_last = kinds[np.maximum(ends - 3, starts)]
        quoted = (last == _QUOTE) | (last == _BAR)
        self.ends = (last == _STOP) | (quoted & (before_last == _STOP))
        self.colon = codes[ends - 2] == ord(":")
        weight = np.where(((chars > 80) | ((chars > 30) & self.ends)) & (self.linked < 0.4), self.free, 0)
        halved = np.fromiter((page.tags[owner] in _HALVED for owner in page.owners), np.bool_, len(texts))
        self.prose = np.where(halved, weight / 2, weight).astype(np.float64)
        self.is_prose = self.prose > 0
        copies: dict[str, int] = {}
        earlier = np.zeros(len(texts), np.int64)
        for index, text in enumerate(texts):
            earlier[index] = seen = copies.get(text, 0)
            copies[text] = seen + 1
        repeated = np.fromiter((copies[text] for text in texts), np.int64, len(texts))
        folded = [title.casefold() for title in titles if title]
        in_title, title_in = np.zeros(len(texts)), np.zeros(len(texts))
        if folded:
            longest = max(map(len, folded))
            for index, text in enumerate(texts):
                if len(text) < 4 * longest and len(text) > 3:
                    low = text.casefold()
                    in_title[index] = any(low in title for title in folded) * len(low) / longest
                    title_in[index] = any(title in low for title in folded)
        self.in_stated = _found_in(texts, stated)
        in_summary = np.zeros(len(texts))
        if len(summary) > 30:
            for index, text in enumerate(texts):
                if len(text) > 30 and (text[:30] == summary[:30] or summary[-40:-10] in text):
                    in_summary[index] = 1 + (summary[:60] in text)
        per_word = np.maximum(self.words, 1)
        self.columns = [
            chars, self.words, chars / per_word, self.linked, page.links, np.minimum(np.array(page.stressed) / chars, 1),
            count(kinds == _DIGIT) / chars, count(upper) / chars, capitals / per_word, count(kinds == _COMMA) / per_word,
            count(kinds == _STOP) / per_word, count(kinds == _QUOTE) / per_word, count(kinds == _BAR) / per_word,
            first == _UPPER, first == _LOWER, first == _DIGIT, first == _QUOTE, first == _BAR, self.ends, self.colon,
            last == _QUOTE, last == _BAR, self.wide / chars, self.is_prose, repeated, earlier, in_title, title_in,
            self.in_stated, in_summary,
        ]  # fmt: skip


def _found_in(texts: list[str], stated: str) -> npt.NDArray[np.float64]:
    """1 where a block's words stand in the article as the page's linked data give it, -1 where not, 0 without it."""
    found = np.zeros(len(texts))
    if len(stated) > 400:
        whole = " ".join(stated.split())
        for index, text in enumerate(texts):
            found[index] = 1.0 if text[:60] in whole or (len(text) > 80 and text[-50:] in whole) else -1.0
    return found


class _Tree:
    """The elements around the blocks, as arrays."""

    def __init__(self, page: Blocks) -> None:
        self.parent = np.array(page.parents)
        self.depth = np.array(page.depths)
        self.first, self.last, self.end = np.array(page.first), np.array(page.last), np.array(page.ends)
        self.owner = np.array(page.owners)
        self.rank = np.fromiter((_RANK.get(tag, _OTHER_RANK) for tag in page.tags), np.int64, len(page.tags))
        bits = np.fromiter(
            (_said_by(name) | _BIT_OF_TAG.get(tag, 0) for name, tag in zip(page.names, page.tags, strict=True)),
            np.int64,
            len(page.tags),
        )
        bits[0] &= ~((1 << len(_FAMILIES)) - 1)  # what <body> is called says nothing of a block
        self.has = (bits[:, None] >> np.arange(len(_BITS))) & 1 > 0

    def held(self, amount: npt.NDArray[np.generic]) -> npt.NDArray[np.float64]:
        """The sum of an amount of the blocks over the blocks of each element."""
        total = np.zeros(len(amount) + 1)
        np.cumsum(amount, out=total[1:])
        return total[self.last] - total[self.first]


def _place(page: Blocks, words: _Words, tree: _Tree) -> list[npt.NDArray[np.generic]]:
    count, owner = len(page.texts), tree.owner
    order = np.arange(count)
    chars, prose = words.chars, words.prose
    before = np.concatenate(([0.0], np.cumsum(chars)))
    prose_before = np.concatenate(([0.0], np.cumsum(prose)))
    total, all_prose = float(before[-1]), float(prose_before[-1])

    # The element whose paragraphs are the most prose.
    handed = np.fromiter((tag in _HANDED_UP for tag in page.tags), np.bool_, len(page.tags))
    carrier = np.where(handed[owner], tree.parent[owner], owner)
    carrier = np.where(handed[carrier], tree.parent[carrier], carrier)
    tree.direct = np.bincount(carrier, prose, len(page.tags))
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

    heading = tree.has[owner, _NUMBER["t_heading"]]
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
    for element in articles:
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


def _around(page: Blocks, words: _Words, tree: _Tree) -> list[npt.NDArray[np.generic]]:
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
    has, families = tree.has, len(_FAMILIES)
    level = np.full(has.shape, -_FAR, np.float32)  # depth of the nearest that is so
    count = np.zeros((len(has), families), np.float32)
    order = np.argsort(tree.depth, kind="stable")
    bounds = np.searchsorted(tree.depth[order], np.arange(int(tree.depth[order[-1]]) + 2))
    for depth, (start, stop) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
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


def _near(words: _Words, tree: _Tree) -> list[npt.NDArray[np.generic]]:
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
