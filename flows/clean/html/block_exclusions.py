"""Exclusion of blocks that structure shows to be no part of the article, before the classifier reads the page.

The rules: comment threads, consent text, hidden elements, hover cards, data, `<aside>`, articles whose heading leads to
another page, the other parts of a series, and other stories below this one. An element that contains the headline is
never excluded. If nothing would be left of the page, none is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from flows.clean.html.blocks import Blocks
from flows.clean.html.excluded_names import BYLINE_WORDS, LIVE_WORDS, Role, match_excluded_role, split_names
from flows.clean.html.excluded_texts import (
    BYLINE_TEXT,
    COMMENTS_HEADING,
    CONSENT_TEXT,
    DATED_NAME,
    OTHERS_HEADING,
    REPLY_WORDS,
    SURE_COMMENTS_HEADING,
)
from flows.clean.html.link_lists import CARD_RULE, COMMENTS_RULE, CONSENT_RULE, NON_PAGE_PREFIXES
from flows.clean.html.series_boxes import find_series_boxes
from flows.clean.text.position_rules import LineVerdict

if TYPE_CHECKING:
    from lxml.html import HtmlElement

COMMENTS: Final = LineVerdict("widget", COMMENTS_RULE)
CONSENT: Final = LineVerdict("widget", CONSENT_RULE)
HIDDEN: Final = LineVerdict("widget", "html.hidden")
HOVER_CARD: Final = LineVerdict("widget", "html.hover-card")
DATA: Final = LineVerdict("widget", "html.data")
ASIDE: Final = LineVerdict("nav", "html.aside")
CARD: Final = LineVerdict("related", CARD_RULE)
_ROLE_VERDICTS: Final[dict[Role, LineVerdict]] = {"comments": COMMENTS, "consent": CONSENT, "hover-card": HOVER_CARD}
NEXT_STORY: Final = LineVerdict("related", "html.next-story")
SERIES: Final = LineVerdict("related", "html.series")

_DATA_START: Final = re.compile(r'[\[{]\s?(?:[\[{"]|$)')
_DATA_PAIR: Final = re.compile(r'"\s?:\s?(?:["\d\[{-]|true|false|null)')
_MIN_DATA_PAIRS: Final = 3
_DIGITS: Final = re.compile(r"\d+")
_CODE_TAGS: Final = frozenset({"pre", "code"})
_HEADING_TAGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_MIN_HEADLINE_WORDS: Final = 4  # of another story in a block that is no article
_BYLINE_DISTANCE: Final = 5  # blocks below a headline
_MAX_BYLINE_CHARS: Final = 160
_MIN_STORY_WORDS: Final = 60  # of the story above another headline
_MAX_TEASER_WORDS: Final = 40
# Elements that hide more of the prose fold or load the page itself.
_MAX_HIDDEN_SHARE: Final = 0.2
_MIN_LEFT_WORDS: Final = 25  # of prose that must be left of a page
_MIN_TITLE_CHARS, _MAX_TITLE_CHARS = 12, 400


def exclude_blocks(
    blocks: Blocks, word_counts: Sequence[int], titles: Sequence[str], addresses: Sequence[str], is_live: bool
) -> list[LineVerdict | None]:
    """Return for each block the verdict of the rule that excludes it, or None.

    `titles` and `addresses` are those that the page states of itself; `is_live` is set if it declares a live blog.
    """
    page = _PageStructure(blocks, word_counts, titles, addresses)
    verdicts: list[LineVerdict | None] = [None] * len(blocks.texts)
    for verdict, start, stop in _find_excluded_runs(page, is_live):
        for block in range(start, stop):
            if verdicts[block] is None:
                verdicts[block] = verdict
    words_left = sum(
        words
        for words, verdict, prose in zip(word_counts, verdicts, page.is_prose, strict=True)
        if prose and not verdict
    )
    if words_left < _MIN_LEFT_WORDS <= page.prose_words:
        return [verdict if verdict in (DATA, CONSENT) else None for verdict in verdicts]
    return verdicts


def drop_blocks(blocks: Blocks, is_dropped: Sequence[bool]) -> Blocks:
    """Return the blocks without some of them; the elements stay, with fewer blocks or none."""
    kept_before = [0, *accumulate(not dropped for dropped in is_dropped)]
    columns = {
        name: [value for value, dropped in zip(getattr(blocks, name), is_dropped, strict=True) if not dropped]
        for name in ("texts", "owners", "linked_chars", "link_counts", "link_targets", "chars_before_link",
                     "stressed_chars", "aside_tags")
    }  # fmt: skip
    return replace(
        blocks,
        first_blocks=[kept_before[block] for block in blocks.first_blocks],
        end_blocks=[kept_before[block] for block in blocks.end_blocks],
        **columns,
    )


def find_excluded_nodes(blocks: Blocks, verdicts: Sequence[LineVerdict | None]) -> set[HtmlElement]:
    """Find the elements that hold only comments and other stories: what they state is not of this article."""
    is_foreign = [verdict in (COMMENTS, CARD, NEXT_STORY) for verdict in verdicts]
    if not any(is_foreign):
        return set()
    foreign_before = [0, *accumulate(is_foreign)]
    foreign_nodes: set[HtmlElement] = set()
    checked_until = 0
    for element, (start, stop) in enumerate(zip(blocks.first_blocks, blocks.end_blocks, strict=True)):
        if element >= checked_until and foreign_before[stop] - foreign_before[start] == stop - start > 0:
            foreign_nodes.update(blocks.nodes[element].iter("*"))
            checked_until = blocks.end_elements[element]
    return foreign_nodes


class _PageStructure:
    """The blocks of a page with what the rules ask of them: headline, prose, and elements around a block."""

    def __init__(
        self, blocks: Blocks, word_counts: Sequence[int], titles: Sequence[str], addresses: Sequence[str]
    ) -> None:
        self.blocks, self.word_counts = blocks, word_counts
        self.titles = [_fold(title) for title in titles]
        self.paths = {path for address in addresses if (path := _find_path(address)) != ""}
        self.is_prose = [
            count >= 10 and 2 * linked < len(text)
            for count, linked, text in zip(word_counts, blocks.linked_chars, blocks.texts, strict=True)
        ]
        self.prose_before = [
            0,
            *accumulate(count * prose for count, prose in zip(word_counts, self.is_prose, strict=True)),
        ]
        self.prose_words = self.prose_before[-1]
        self.headline = self._find_headline()
        self.story_element = self._find_story_element()
        hidden_words = sum(
            self.count_prose(start, stop)
            for start, stop, hidden in zip(blocks.first_blocks, blocks.end_blocks, blocks.is_hidden, strict=True)
            if hidden
        )
        self.hides_few_words = _MAX_HIDDEN_SHARE * self.prose_words >= hidden_words
        self.cards = _find_cards(self)

    def _find_headline(self) -> int | None:
        """Find the block of the story's headline: one that a stated title contains, else the first h1."""
        blocks = self.blocks
        owner_tags = [blocks.tags[owner] for owner in blocks.owners]
        h1s = [block for block, tag in enumerate(owner_tags) if tag == "h1"]
        titles = [block for block in h1s if self.is_title(blocks.texts[block])]
        if not titles:
            headings = [block for block, tag in enumerate(owner_tags) if tag in _HEADING_TAGS and tag != "h1"]
            headings = [block for block in headings if self.is_title(blocks.texts[block])]
            titles = [block for block in headings if not self.leads_elsewhere(block)] or h1s or headings
        return next(iter(titles or (block for block, text in enumerate(blocks.texts) if self.is_title(text))), None)

    def is_title(self, text: str) -> bool:
        """Return True if a stated title of the page is, or contains, the text."""
        if not _MIN_TITLE_CHARS <= len(text) <= _MAX_TITLE_CHARS:
            return False
        folded = _fold(text)
        return any(folded in title and 3 * len(folded) >= len(title) for title in self.titles)

    def leads_elsewhere(self, block: int) -> bool:
        """Return True if a block is mostly a link to another page."""
        blocks = self.blocks
        target = blocks.link_targets[block]
        if 2 * blocks.linked_chars[block] < len(blocks.texts[block]) or not target:
            return False
        return not target.lower().startswith(NON_PAGE_PREFIXES) and _find_path(target) not in self.paths

    def contains_headline(self, element: int) -> bool:
        """Return True if the headline is inside an element."""
        return (
            self.headline is not None
            and self.blocks.first_blocks[element] <= self.headline < self.blocks.end_blocks[element]
        )

    def count_prose(self, start: int, stop: int) -> int:
        """Count the words of prose in a run of blocks."""
        return self.prose_before[stop] - self.prose_before[start]

    def is_within_story(self, element: int) -> bool:
        """Return True if an element is inside the one with the most prose in its own paragraphs."""
        return self.story_element < element < self.blocks.end_elements[self.story_element]

    def _find_story_element(self) -> int:
        """Find the element with the most prose in its own paragraphs; a paragraph counts for the element around it."""
        blocks = self.blocks
        words_by_element = [0] * len(blocks.tags)
        for owner, count, prose in zip(blocks.owners, self.word_counts, self.is_prose, strict=True):
            if prose:
                words_by_element[owner] += count
                words_by_element[blocks.parents[owner]] += count
        return max(range(len(words_by_element)), key=words_by_element.__getitem__)


def _find_excluded_runs(page: _PageStructure, is_live: bool) -> Iterator[tuple[LineVerdict, int, int]]:
    """Yield (verdict, first block, end block) of each run that a rule excludes; the earlier one counts."""
    blocks = page.blocks
    yield from _find_data(blocks)
    skipped_until = 0
    for element, (start, stop) in enumerate(zip(blocks.first_blocks, blocks.end_blocks, strict=True)):
        if element < max(skipped_until, 1) or start == stop:
            continue
        verdict = _judge_element(page, element)
        if verdict is not None and not page.contains_headline(element):
            yield verdict, start, stop
            skipped_until = blocks.end_elements[element]
    yield from _find_consent_text(page)
    yield from ((SERIES, start, stop) for start, stop in find_series_boxes(blocks, page.leads_elsewhere))
    yield from _find_comments_below_heading(page)
    if not is_live:
        yield from _find_next_stories(page)


def _judge_element(page: _PageStructure, element: int) -> LineVerdict | None:
    """Return the verdict that the names, the tag or the heading of an element give, or None."""
    blocks = page.blocks
    role = match_excluded_role(blocks.element_names[element])
    if role is not None:
        return _ROLE_VERDICTS[role]
    if blocks.is_hidden[element]:
        return HIDDEN if page.hides_few_words else None
    if blocks.tags[element] == "aside":
        start, stop = blocks.first_blocks[element], blocks.end_blocks[element]
        if 2 * page.count_prose(start, stop) > page.prose_words:
            return None
        is_other = OTHERS_HEADING.fullmatch(blocks.texts[start].strip(" :»>")) is not None
        return ASIDE if is_other or not page.is_within_story(element) else None
    if blocks.tags[element] == "article":
        return CARD if element in page.cards else None
    return None


def _find_cards(page: _PageStructure) -> set[int]:
    """Find the articles whose heading leads to another page.

    Where they hold most of the prose, the page may be a list of such articles. Then only kinds of teasers count, and
    articles of the same kind as the one around the headline.
    """
    blocks = page.blocks
    cards = {
        element: page.count_prose(blocks.first_blocks[element], blocks.end_blocks[element])
        for element, tag in enumerate(blocks.tags)
        if tag == "article" and not page.contains_headline(element) and _heads_another_page(page, element)
    }
    if 2 * sum(cards.values()) <= page.prose_words:
        return set(cards)
    story_kinds = {
        _find_kind(blocks, element)
        for element, tag in enumerate(blocks.tags)
        if tag == "article" and page.contains_headline(element)
    }
    words_by_kind: dict[str, list[int]] = defaultdict(list)
    for element, words in cards.items():
        words_by_kind[_find_kind(blocks, element)].append(words)
    foreign_kinds = story_kinds | {
        kind for kind, words in words_by_kind.items() if sum(words) <= _MAX_TEASER_WORDS * len(words)
    }
    return {element for element in cards if _find_kind(blocks, element) in foreign_kinds}


def _find_kind(blocks: Blocks, element: int) -> str:
    """Return the names of an element without numbers, which cards of one kind share."""
    return _DIGITS.sub("", blocks.element_names[element])


def _heads_another_page(page: _PageStructure, element: int) -> bool:
    """Return True if the first heading within an element leads to another page and is no title of this one."""
    blocks = page.blocks
    for block in range(blocks.first_blocks[element], blocks.end_blocks[element]):
        if blocks.tags[blocks.owners[block]] in _HEADING_TAGS:
            return page.leads_elsewhere(block) and not page.is_title(blocks.texts[block])
    return False


def _find_data(blocks: Blocks) -> Iterator[tuple[LineVerdict, int, int]]:
    """Yield the blocks that are JSON, not code that an article shows."""
    for block, text in enumerate(blocks.texts):
        if (
            text[0] in "[{"
            and text[-1] in "]}"
            and _DATA_START.match(text)
            and len(_DATA_PAIR.findall(text[:5_000])) >= _MIN_DATA_PAIRS
            and blocks.tags[blocks.owners[block]] not in _CODE_TAGS
        ):
            yield DATA, block, block + 1


def _find_consent_text(page: _PageStructure) -> Iterator[tuple[LineVerdict, int, int]]:
    """Yield the blocks before the headline that ask for consent in the usual words."""
    for block in range(page.headline or 0):
        if CONSENT_TEXT.search(page.blocks.texts[block][:2_000]):
            yield CONSENT, block, block + 1


def _find_comments_below_heading(page: _PageStructure) -> Iterator[tuple[LineVerdict, int, int]]:
    """Yield the blocks below a heading such as "12 comments", up to the end of the element around it.

    The story must come before it, and a line that replies have must stand among them: a section of a story may bear
    such a heading, unless it names what the comments are on.
    """
    blocks = page.blocks
    first_block = 0 if page.headline is None else page.headline
    replies_before: list[int] | None = None  # counted once, because each line of a page may be such a heading
    for block, text in enumerate(blocks.texts):
        if (
            block > first_block
            and len(text) < 330
            and page.count_prose(first_block, block) >= _MIN_LEFT_WORDS
            and (COMMENTS_HEADING.fullmatch(text) or SURE_COMMENTS_HEADING.fullmatch(text))
        ):
            element = blocks.owners[block]
            while blocks.end_blocks[element] == block + 1 and element:
                element = blocks.parents[element]
            stop = blocks.end_blocks[element]
            replies_before = replies_before or _count_replies_before(blocks.texts)
            if replies_before[stop] > replies_before[block + 1] or SURE_COMMENTS_HEADING.fullmatch(text):
                yield COMMENTS, block, stop


def _count_replies_before(texts: Sequence[str]) -> list[int]:
    """Count the lines that replies have before each block, and in all blocks."""
    return [0, *accumulate(REPLY_WORDS.fullmatch(text) is not None for text in texts)]


def _find_next_stories(page: _PageStructure) -> Iterator[tuple[LineVerdict, int, int]]:
    """Yield the runs of blocks that begin at the headline of another story and belong to it."""
    blocks, headline = page.blocks, page.headline
    if headline is None:
        return
    for block in range(headline + 1, len(blocks.texts)):
        tag = blocks.tags[blocks.owners[block]]
        if tag not in ("h1", "h2", "h3") or page.is_title(blocks.texts[block]):
            continue
        element = blocks.owners[block]
        while not page.contains_headline(blocks.parents[element]):
            element = blocks.parents[element]
        is_own_element = blocks.first_blocks[element] == block and blocks.end_blocks[element] > block + 1
        is_article = is_own_element and blocks.tags[element] == "article"
        if tag != "h1" and not is_article and not (is_own_element and _has_dated_name(page, block)):
            continue
        stop = blocks.end_blocks[element if is_own_element else blocks.parents[element]]
        names = " ".join(blocks.element_names[e] for e in (element, blocks.parents[element]))
        if (
            not LIVE_WORDS & split_names(names)
            and _has_byline(page, block, stop, element)
            and page.count_prose(headline, block) >= _MIN_STORY_WORDS
        ):
            yield NEXT_STORY, block, stop


def _has_dated_name(page: _PageStructure, headline: int) -> bool:
    """Return True if the block below a headline is a name and a day, and prose follows: another story begins."""
    blocks, byline = page.blocks, headline + 1
    if page.word_counts[headline] < _MIN_HEADLINE_WORDS or byline + 1 >= len(blocks.texts):
        return False
    return DATED_NAME.fullmatch(blocks.texts[byline]) is not None and page.is_prose[byline + 1]


def _has_byline(page: _PageStructure, headline: int, stop: int, container: int) -> bool:
    """Return True if a byline stands just below the headline of a story."""
    blocks = page.blocks
    for block in range(headline + 1, min(headline + 1 + _BYLINE_DISTANCE, stop)):
        text, element = blocks.texts[block], blocks.owners[block]
        if len(text) > _MAX_BYLINE_CHARS:
            return False
        names = f"{blocks.element_names[element]} {blocks.element_names[blocks.parents[element]]}"
        if (
            BYLINE_TEXT.match(text)
            or DATED_NAME.fullmatch(text)
            or (element != container and BYLINE_WORDS & split_names(names))
        ):
            return True
    return False


def _fold(text: str) -> str:
    """Return a text in small letters, without blanks and punctuation."""
    return "".join(filter(str.isalnum, text.casefold()))


def _find_path(address: str) -> str:
    """Return the path of an address without query, fragment and closing slash; empty for the front page."""
    without_query = re.split(r"[?#]", address, maxsplit=1)[0]
    return re.sub(r"^(?:[a-z]+:)?//[^/]*", "", without_query, flags=re.IGNORECASE).rstrip("/")
