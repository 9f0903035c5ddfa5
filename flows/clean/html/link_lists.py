"""The items of a page's lists: a headline that leads elsewhere, and the few words that stand by it.

An article may stand beside lists, or hold one. Of an index, a section, a tag or a page of results all that could be
published stands in items. Where words stand tells the two apart, not what they say: which blocks lead away, which
elements repeat around such blocks, and how much of what is kept stands in none of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import compress, pairwise
from typing import Final, NamedTuple

from flows.clean.html.blocks import Blocks
from flows.clean.html.page_hints import Hints
from flows.clean.spans import Marks
from flows.clean.text.best_segment import is_prose
from flows.clean.text.body_lines import FEWEST_WORDS, Body

_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_DIGITS: Final = re.compile(r"\d+")
_MORE: Final = 30  # characters of a link that says "read more"
_HERE: Final = ("#", "javascript:", "mailto:", "tel:", "whatsapp:")
_CUT_OFF: Final = ("...", "…", "[…]", "[...]")

_ALIKE: Final = 3  # leads of one kind, to make a list
_ITEMS: Final = 5  # a page has at least, if it is there for them
_TEASER_WORDS: Final = 40  # of whole sentences
_EXCERPT_WORDS: Final = 120  # cut off or not
_BLOCKS: Final = 20  # of an item at most
_HEADLINE_WORDS: Final = 4
_FOOT_WORDS: Final = 60  # that a site says of itself there


class Lists(NamedTuple):
    """The lists of a page: the blocks of each item, those that lead away, and what the page calls itself.

    `apart`: runs of blocks that many headlines divide from the page's title.
    `told`: its data declare one story, by its day or headline. `article`: its og:type is article, which careless
    templates give any page.
    """

    items: list[range]
    leads: list[int]
    apart: list[range]
    told: bool
    article: bool


def lists_of(page: Blocks, words: Sequence[int], hints: Hints, told: bool) -> Lists:
    """The lists of a page, items in its order; none where it declares a story. `words` has the count of each block."""
    if told:
        return Lists([], [], [], told, hints.article)
    kinds: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    every, last = _leads(page), ""
    for block in every:
        if page.targets[block] == last:
            continue  # an item's headline, teaser and "read more" lead to one page
        owner, last = page.owners[block], page.targets[block]
        kinds[page.tags[owner], _DIGITS.sub("", page.names[owner]), page.tags[page.parents[owner]]].append(block)
    found: dict[int, range] = {}
    for leads in kinds.values():
        if len({page.targets[lead].partition("#")[0] for lead in leads}) >= _ALIKE:
            for item in _grown(page, leads):
                if _is_short(page, words, item) and len(item) > len(found.get(item.start, ())):
                    found[item.start] = item
    items = [found[start] for start in sorted(found)]
    return Lists(items, every, _apart(page, words, items, set(every), hints.titles), told, hints.article)


def _apart(
    page: Blocks, words: Sequence[int], items: list[range], leads: set[int], titles: Sequence[str]
) -> list[range]:
    """The runs of blocks that stand behind many headlines, with no title of the page between.

    What a site says of itself at the foot of a page is prose as a story is, but a story follows its title.
    """
    every = "\n".join(titles).casefold()
    headlines = {item.start for item in items if sum(words[item.start : item.stop]) >= _HEADLINE_WORDS}
    found: list[range] = []
    seen = begun = 0
    for block, text in enumerate(page.texts):
        if block in headlines:
            seen += 1
            if seen == _ITEMS:
                begun = block
        elif block not in leads and (
            page.tags[page.owners[block]] == "h1" or (words[block] >= _HEADLINE_WORDS and text.casefold() in every)
        ):
            if seen >= _ITEMS:
                found.append(range(begun, block))
            seen = 0
    if seen >= _ITEMS:
        found.append(range(begun, len(page.texts)))
    return found


def inside(lists: Lists, count: int) -> list[bool]:
    """Which of so many blocks stand in an item, or lead away themselves."""
    within = [False] * count
    for block in lists.leads:
        within[block] = True
    for item in lists.items:
        within[item.start : item.stop] = [True] * len(item)
    return within


def items_instead(lists: Lists, marks: Marks, body: Body) -> int:
    """How many items a page has, where it has no story beside them; else 0."""
    if lists.told or len(lists.items) < _ITEMS:
        return 0
    words, kept = marks.lines.words, marks.kept()
    within = inside(lists, len(kept))
    beside = [keep and not item for keep, item in zip(kept, within, strict=True)]
    near = [True] * len(kept)
    for run in lists.apart:
        said = slice(run.start, run.stop)
        if sum(compress(words[said], beside[said])) < _FOOT_WORDS:
            beside[said] = near[said] = [False] * len(run)
    prose = sum(line.words for line in compress(marks.lines, beside) if is_prose(line.text, line.words, line.ends))
    if prose >= _TEASER_WORDS:
        return 0
    holding = sum(any(kept[item.start : item.stop]) for item in lists.items)
    held = sum(count for count, keep, item in zip(words, kept, within, strict=True) if keep and item)
    if holding >= _ALIKE and sum(compress(words, beside)) <= held:
        return len(lists.items)
    # Something is always kept, however unlikely.
    sure = [close and score is not None and score >= 0.5 for close, score in zip(near, body.scores, strict=True)]
    likely = sum(compress(words, sure))
    return len(lists.items) if not (prose or lists.article) and likely < FEWEST_WORDS else 0


def _leads(page: Blocks) -> list[int]:
    """Blocks that lead to another page: mostly a link, with no word before it, or each ending in the same few words."""
    found: list[int] = []
    further: dict[str, list[int]] = defaultdict(list)
    columns = zip(page.targets, page.linked, page.before_link, page.texts, strict=True)
    for block, (target, linked, before, text) in enumerate(columns):
        if not target or target.lower().startswith(_HERE):
            continue
        if 2 * linked >= len(text):
            if not _LETTERS.search(text[:before]):
                found.append(block)
        elif linked <= _MORE and len(text) - before - linked <= 1:
            further[text[before:].casefold()].append(block)
    for blocks in further.values():
        if len(blocks) >= _ALIKE:
            found += blocks
    return sorted(found)


def _grown(page: Blocks, leads: list[int]) -> list[range]:
    """Each lead with what stands by it: the highest element without another lead, and what follows beside it."""
    grown: list[tuple[int, int, int]] = []  # start, stop, the element around
    for number, lead in enumerate(leads):
        low = leads[number - 1] if number else -1
        high = leads[number + 1] if number + 1 < len(leads) else len(page.texts)
        element, start, stop = page.owners[lead], lead, lead + 1
        while low < page.first[element] and page.last[element] <= min(high, page.first[element] + _BLOCKS):
            start, stop = page.first[element], page.last[element]
            if element == 0:
                break
            element = page.parents[element]
        grown.append((start, stop, element))
    found: list[range] = []
    longest = 1
    for (start, stop, around), (follows, _, other) in pairwise([*grown, (len(page.texts), 0, -1)]):
        if around == other:
            stop = max(stop, follows)
            longest = max(longest, stop - start)
        else:  # the last of its list: as long as the others
            stop = max(stop, min(page.last[around], start + longest, follows))
            longest = 1
        found.append(range(start, stop))
    return found


def _is_short(page: Blocks, words: Sequence[int], item: range) -> bool:
    """Whether an item holds a headline and a teaser at most, not paragraphs of a story."""
    if len(item) > _BLOCKS:
        return False
    free = [block for block in item if 2 * page.linked[block] < len(page.texts[block])]
    whole = [block for block in free if not page.texts[block].endswith(_CUT_OFF)]
    return (
        sum(words[block] for block in whole) <= _TEASER_WORDS and sum(words[block] for block in free) <= _EXCERPT_WORDS
    )
