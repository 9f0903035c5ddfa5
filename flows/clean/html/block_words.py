"""Word features of each block: length, links, punctuation, case, and repetition elsewhere on the page."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from flows.clean.html.blocks import Blocks
from schemas.word_count import LONG_WORD_RANGES

_MAX_STATED_CHARS, _MAX_SEARCHED_BLOCKS = 60_000, 5_000  # limits for the search in the stated article body
Ints = npt.NDArray[np.int64]

WORD_NAMES: Final = (
    "chars", "words", "word_length", "linked", "links", "stressed", "digits", "upper", "capitals", "commas", "stops",
    "quotes", "bars", "starts_upper", "starts_lower", "starts_digit", "starts_quote", "starts_bar", "ends_stop",
    "ends_colon", "ends_quote", "ends_bar", "wide", "is_prose", "copies", "copies_before", "in_title", "title_in",
    "in_stated", "in_summary",
)  # fmt: skip
_HALF_WEIGHT_TAGS: Final = frozenset({"li", "tr", "figcaption", "dd", "dt", "table"})
# Kinds of characters; they apply to any script.
_DIGIT, _UPPER, _LOWER, _SPACE, _STOP, _COMMA, _QUOTE, _BAR, _WIDE, _LONG = range(1, 11)
_KIND_COUNT: Final = 11


def _build_kind_table() -> npt.NDArray[np.uint8]:
    """Build the table from code point (up to 0xFFFF) to kind of character; 0 is any other kind."""
    table = np.zeros(0x10000, np.uint8)
    for code in range(0x3000):
        char = chr(code)
        table[code] = (
            _DIGIT if char.isdigit() else _UPPER if char.isupper() else _LOWER if char.isalpha() else
            _SPACE if char.isspace() else _STOP if char in ".!?…" else _COMMA if char in ",;:" else
            _QUOTE if char in "\"'“”‘’«»„" else _BAR if char in "|•·»›>/-–—[](){}#@+*=_~&%$" else 0
        )  # fmt: skip
    table[0x3040:0xD7B0] = _WIDE
    for first, last in LONG_WORD_RANGES:
        table[first : last + 1] = _LONG
    table[[0x3002, 0xFF01, 0xFF1F, 0xFF61, 0x17D4, 0x17D5, 0x104B]] = _STOP
    table[0x300C:0x3010] = _QUOTE
    return table


_CHARACTER_KINDS: Final = _build_kind_table()


class BlockWords:
    """Word features of the blocks of a page: arrays with one entry per block.

    `columns` holds one array per name of WORD_NAMES.
    """

    def __init__(self, page: Blocks, titles: list[str], article_body: str, summary: str) -> None:
        texts = page.texts
        joined = "\n".join(texts) + "\n"
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        kinds = _CHARACTER_KINDS[np.minimum(codes, 0xFFFF)]
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        text_ends = np.cumsum(lengths + 1)
        text_starts = text_ends - lengths - 1

        block = np.repeat(np.arange(len(texts)) * _KIND_COUNT, lengths + 1)
        counts = np.bincount(block + kinds, minlength=len(texts) * _KIND_COUNT).reshape(-1, _KIND_COUNT).T
        spaces = kinds == _SPACE
        upper = kinds == _UPPER
        self.chars = chars = lengths
        self.wide = counts[_WIDE] + counts[_LONG] // 2  # in characters of which two are a word
        self.word_counts = np.maximum(counts[_SPACE], self.wide // 2)
        starts_word = np.empty_like(upper)
        starts_word[0], starts_word[1:] = True, spaces[:-1]
        capitals = np.bincount(
            np.searchsorted(text_ends, np.flatnonzero(upper & starts_word), "right"), minlength=len(texts)
        )
        linked_chars = np.minimum(np.array(page.linked_chars), chars)
        self.linked_share = linked_chars / chars
        self.unlinked_chars = chars - linked_chars
        first, last = kinds[text_starts], kinds[text_ends - 2]
        before_last = kinds[np.maximum(text_ends - 3, text_starts)]
        ends_in_quote = (last == _QUOTE) | (last == _BAR)
        self.ends_with_stop = (last == _STOP) | (ends_in_quote & (before_last == _STOP))
        self.ends_with_colon = codes[text_ends - 2] == ord(":")
        weight = np.where(
            ((chars > 80) | ((chars > 30) & self.ends_with_stop)) & (self.linked_share < 0.4), self.unlinked_chars, 0
        )
        is_half_weight = np.fromiter(
            (page.tags[owner] in _HALF_WEIGHT_TAGS for owner in page.owners), np.bool_, len(texts)
        )
        self.prose_chars = np.where(is_half_weight, weight / 2, weight).astype(np.float64)
        self.is_prose = self.prose_chars > 0
        copies: dict[str, int] = {}
        earlier = np.zeros(len(texts), np.int64)
        for index, text in enumerate(texts):
            earlier[index] = copies_before = copies.get(text, 0)
            copies[text] = copies_before + 1
        repeated = np.fromiter((copies[text] for text in texts), np.int64, len(texts))
        folded_titles = [title.casefold() for title in titles if title]
        in_title, title_in = np.zeros(len(texts)), np.zeros(len(texts))
        if folded_titles:
            longest, shortest = max(map(len, folded_titles)), min(map(len, folded_titles))
            joined_titles = "\n".join(folded_titles)
            for index in np.flatnonzero((chars < 4 * longest) & (chars > 3)).tolist():
                folded_text = texts[index].casefold()
                if folded_text in joined_titles:
                    in_title[index] = len(folded_text) / longest
                if len(folded_text) >= shortest:
                    title_in[index] = any(title in folded_text for title in folded_titles)
        self.in_stated = _search_article_body(texts, article_body)
        in_summary = np.zeros(len(texts))
        if len(summary) > 30:
            start, end = summary[:30], summary[-40:-10]
            for index in np.flatnonzero(chars > 30).tolist():
                text = texts[index]
                if text.startswith(start) or end in text:
                    in_summary[index] = 1 + (summary[:60] in text)
        stressed = np.minimum(np.array(page.stressed_chars) / chars, 1)
        per_word = np.maximum(self.word_counts, 1)
        self.columns = [
            chars, self.word_counts, chars / per_word, self.linked_share, page.link_counts, stressed,
            counts[_DIGIT] / chars, counts[_UPPER] / chars, capitals / per_word, counts[_COMMA] / per_word,
            counts[_STOP] / per_word, counts[_QUOTE] / per_word, counts[_BAR] / per_word,
            first == _UPPER, first == _LOWER, first == _DIGIT, first == _QUOTE, first == _BAR,
            self.ends_with_stop, self.ends_with_colon,
            last == _QUOTE, last == _BAR, self.wide / chars, self.is_prose, repeated, earlier, in_title, title_in,
            self.in_stated, in_summary,
        ]  # fmt: skip


def _search_article_body(texts: list[str], article_body: str) -> npt.NDArray[np.float64]:
    """Search each block in the stated article body: 1 if found, -1 if not, 0 if the page states no long body."""
    matches = np.zeros(len(texts))
    if len(article_body) > 400:
        normalized_body = " ".join(article_body[:_MAX_STATED_CHARS].split())
        for index, text in enumerate(texts[:_MAX_SEARCHED_BLOCKS]):
            matches[index] = (
                1.0 if text[:60] in normalized_body or (len(text) > 80 and text[-50:] in normalized_body) else -1.0
            )
    return matches
