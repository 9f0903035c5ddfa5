"""The words of each block of a page, counted: length, links, marks, case, and where else the page has them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from flows.clean.html.blocks import Blocks

_MOST_STATED, _MOST_BLOCKS = 60_000, 5_000  # a search of each block in what is stated
Ints = npt.NDArray[np.int64]

WORD_NAMES: Final = (
    "chars", "words", "word_length", "linked", "links", "stressed", "digits", "upper", "capitals", "commas", "stops",
    "quotes", "bars", "starts_upper", "starts_lower", "starts_digit", "starts_quote", "starts_bar", "ends_stop",
    "ends_colon", "ends_quote", "ends_bar", "wide", "is_prose", "copies", "copies_before", "in_title", "title_in",
    "in_stated", "in_summary",
)  # fmt: skip
_HALVED: Final = frozenset({"li", "tr", "figcaption", "dd", "dt", "table"})
# Kinds of characters, for pages of any script.
_DIGIT, _UPPER, _LOWER, _SPACE, _STOP, _COMMA, _QUOTE, _BAR, _WIDE = range(1, 10)
_HOW_MANY: Final = 10


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


class Words:
    """One item a block; `columns` has one array a name of WORD_NAMES."""

    def __init__(self, page: Blocks, titles: list[str], stated: str, summary: str) -> None:
        texts = page.texts
        joined = "\n".join(texts) + "\n"
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        kinds = _KINDS[np.minimum(codes, 0xFFFF)]
        size = np.fromiter(map(len, texts), np.int64, len(texts))
        ends = np.cumsum(size + 1)
        starts = ends - size - 1

        block = np.repeat(np.arange(len(texts)) * _HOW_MANY, size + 1)
        counts = np.bincount(block + kinds, minlength=len(texts) * _HOW_MANY).reshape(-1, _HOW_MANY).T
        spaces = kinds == _SPACE
        upper = kinds == _UPPER
        self.chars = chars = size
        self.wide = counts[_WIDE]
        self.words = np.maximum(counts[_SPACE], self.wide // 2)
        begins = np.empty_like(upper)
        begins[0], begins[1:] = True, spaces[:-1]
        capitals = np.bincount(np.searchsorted(ends, np.flatnonzero(upper & begins), "right"), minlength=len(texts))
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
            longest, shortest = max(map(len, folded)), min(map(len, folded))
            every = "\n".join(folded)
            for index in np.flatnonzero((chars < 4 * longest) & (chars > 3)).tolist():
                low = texts[index].casefold()
                if low in every:
                    in_title[index] = len(low) / longest
                if len(low) >= shortest:
                    title_in[index] = any(title in low for title in folded)
        self.in_stated = _found_in(texts, stated)
        in_summary = np.zeros(len(texts))
        if len(summary) > 30:
            start, end = summary[:30], summary[-40:-10]
            for index in np.flatnonzero(chars > 30).tolist():
                text = texts[index]
                if text.startswith(start) or end in text:
                    in_summary[index] = 1 + (summary[:60] in text)
        stressed = np.minimum(np.array(page.stressed) / chars, 1)
        per_word = np.maximum(self.words, 1)
        self.columns = [
            chars, self.words, chars / per_word, self.linked, page.links, stressed, counts[_DIGIT] / chars,
            counts[_UPPER] / chars, capitals / per_word, counts[_COMMA] / per_word,
            counts[_STOP] / per_word, counts[_QUOTE] / per_word, counts[_BAR] / per_word,
            first == _UPPER, first == _LOWER, first == _DIGIT, first == _QUOTE, first == _BAR, self.ends, self.colon,
            last == _QUOTE, last == _BAR, self.wide / chars, self.is_prose, repeated, earlier, in_title, title_in,
            self.in_stated, in_summary,
        ]  # fmt: skip


def _found_in(texts: list[str], stated: str) -> npt.NDArray[np.float64]:
    """1 where a block's words stand in the article as the page's linked data give it, -1 where not, 0 without it."""
    found = np.zeros(len(texts))
    if len(stated) > 400:
        whole = " ".join(stated[:_MOST_STATED].split())
        for index, text in enumerate(texts[:_MOST_BLOCKS]):
            found[index] = 1.0 if text[:60] in whole or (len(text) > 80 and text[-50:] in whole) else -1.0
    return found
