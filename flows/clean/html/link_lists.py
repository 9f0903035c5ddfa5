"""Detection of link lists: items of a headline that links to another page and the few words beside it.

An article page can have lists beside the story or inside it. On an index, a section, a tag page or a result page all
publishable text stands in items. Structure, not wording, separates the two: the blocks that link to other pages, the
elements that repeat around such blocks, and the amount of kept text outside all items.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import compress, pairwise
from typing import Final, NamedTuple

from flows.clean.html.blocks import Blocks
from flows.clean.html.page_hints import PageHints
from flows.clean.spans import DocumentMarks
from flows.clean.text.best_segment import is_prose
from flows.clean.text.body_lines import MIN_ARTICLE_WORDS, BodySelection

COMMENTS_RULE: Final = "html.comments"
CONSENT_RULE: Final = "html.consent"
CARD_RULE: Final = "html.card"  # of articles whose heading leads to another page
_LETTERS: Final = re.compile(r"[^\W\d_]{2}")
_DIGITS: Final = re.compile(r"\d+")
_MAX_MORE_LINK_CHARS: Final = 30  # of a link such as "read more"
NON_PAGE_PREFIXES: Final = ("#", "javascript:", "mailto:", "tel:", "whatsapp:")
_ELLIPSES: Final = ("...", "…", "[…]", "[...]")

_MIN_LEADS: Final = 3  # of one kind, to make a list
_MIN_ITEMS: Final = 5  # of a listing page
_MAX_TEASER_WORDS: Final = 40  # in blocks that are not cut off
_MAX_EXCERPT_WORDS: Final = 120  # in all blocks, cut off or not
_MAX_ITEM_BLOCKS: Final = 20
_MIN_HEADLINE_WORDS: Final = 4
_MAX_FOOT_WORDS: Final = 60  # text about the site itself, after the lists


class LinkLists(NamedTuple):
    """Link lists of a page: block ranges of the items, lead blocks, and what the page declares itself to be.

    A lead block links to another page. `detached_runs` are runs of blocks that many headlines separate from the
    page's title. `declares_story` is set if the page's data declare one story, by day or headline.
    `declares_article` is set if og:type is `article`, which careless templates give to any page.
    """

    items: list[range]
    lead_blocks: list[int]
    detached_runs: list[range]
    declares_story: bool
    declares_article: bool


def find_link_lists(blocks: Blocks, word_counts: Sequence[int], hints: PageHints, declares_story: bool) -> LinkLists:
    """Find the link lists of a page, items in document order; none if it declares a story. Counts are per block."""
    if declares_story:
        return LinkLists([], [], [], declares_story, hints.declares_article)
    leads_by_kind: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    lead_blocks, previous_target = _find_lead_blocks(blocks), ""
    for block in lead_blocks:
        if blocks.link_targets[block] == previous_target:
            continue  # headline, teaser and "read more" of one item link to the same page
        owner, previous_target = blocks.owners[block], blocks.link_targets[block]
        leads_by_kind[
            blocks.tags[owner], _DIGITS.sub("", blocks.element_names[owner]), blocks.tags[blocks.parents[owner]]
        ].append(block)
    item_by_start: dict[int, range] = {}
    for leads in leads_by_kind.values():
        if len({blocks.link_targets[lead].partition("#")[0] for lead in leads}) >= _MIN_LEADS:
            for item in _grow_items(blocks, leads):
                if _is_teaser(blocks, word_counts, item) and len(item) > len(item_by_start.get(item.start, ())):
                    item_by_start[item.start] = item
    items = [item_by_start[start] for start in sorted(item_by_start)]
    return LinkLists(
        items,
        lead_blocks,
        _find_detached_runs(blocks, word_counts, items, set(lead_blocks), hints.titles),
        declares_story,
        hints.declares_article,
    )


def _find_detached_runs(
    blocks: Blocks, word_counts: Sequence[int], items: list[range], lead_blocks: set[int], titles: Sequence[str]
) -> list[range]:
    """Find the runs of blocks after many headlines, up to the next title of the page.

    Text about the site at the foot of a page is prose like a story, but a story follows its title.
    """
    joined_titles = "\n".join(titles).casefold()
    headlines = {item.start for item in items if sum(word_counts[item.start : item.stop]) >= _MIN_HEADLINE_WORDS}
    runs: list[range] = []
    headline_count = run_start = 0
    for block, text in enumerate(blocks.texts):
        if block in headlines:
            headline_count += 1
            if headline_count == _MIN_ITEMS:
                run_start = block
        elif block not in lead_blocks and (
            blocks.tags[blocks.owners[block]] == "h1"
            or (word_counts[block] >= _MIN_HEADLINE_WORDS and text.casefold() in joined_titles)
        ):
            if headline_count >= _MIN_ITEMS:
                runs.append(range(run_start, block))
            headline_count = 0
    if headline_count >= _MIN_ITEMS:
        runs.append(range(run_start, len(blocks.texts)))
    return runs


def mark_listed_blocks(lists: LinkLists, block_count: int) -> list[bool]:
    """Return a flag per block: True if it is in an item or is a lead block."""
    is_listed = [False] * block_count
    for block in lists.lead_blocks:
        is_listed[block] = True
    for item in lists.items:
        is_listed[item.start : item.stop] = [True] * len(item)
    return is_listed


def count_items_without_story(lists: LinkLists, marks: DocumentMarks, body: BodySelection) -> int:
    """Count the items of a page that has no story outside them; return 0 for any other page."""
    if lists.declares_story or len(lists.items) < _MIN_ITEMS:
        return 0
    words = marks.lines.word_counts
    # Cards are excluded from the body; of a listing they are what the classifier would have kept.
    is_kept = [keep or rule == CARD_RULE for keep, (_, rule) in zip(marks.flag_kept_lines(), marks.labels, strict=True)]
    is_listed = mark_listed_blocks(lists, len(is_kept))
    is_beside = [keep and not item for keep, item in zip(is_kept, is_listed, strict=True)]
    is_near_title = [True] * len(is_kept)
    for run in lists.detached_runs:
        run_slice = slice(run.start, run.stop)
        if sum(compress(words[run_slice], is_beside[run_slice])) < _MAX_FOOT_WORDS:
            is_beside[run_slice] = is_near_title[run_slice] = [False] * len(run)
    prose_words = sum(
        line.word_count
        for line in compress(marks.lines, is_beside)
        if is_prose(line.text, line.word_count, line.ends_sentence)
    )
    if prose_words >= _MAX_TEASER_WORDS:
        return 0
    kept_items = sum(any(is_kept[item.start : item.stop]) for item in lists.items)
    listed_words = sum(count for count, keep, item in zip(words, is_kept, is_listed, strict=True) if keep and item)
    if kept_items >= _MIN_LEADS and sum(compress(words, is_beside)) <= listed_words:
        return len(lists.items)
    # The classifier always keeps some block, so only blocks with a score of at least 0.5 count as a story.
    is_likely = [
        near_title and score is not None and score >= 0.5
        for near_title, score in zip(is_near_title, body.scores, strict=True)
    ]
    likely_words = sum(compress(words, is_likely))
    return len(lists.items) if not (prose_words or lists.declares_article) and likely_words < MIN_ARTICLE_WORDS else 0


def _find_lead_blocks(page: Blocks) -> list[int]:
    """Find the blocks that link to another page, in document order.

    Such a block is mostly a link with no word before it, or ends in a short link whose words repeat on the page.
    """
    leads: list[int] = []
    blocks_by_ending: dict[str, list[int]] = defaultdict(list)
    columns = zip(page.link_targets, page.linked_chars, page.chars_before_link, page.texts, strict=True)
    for block, (target, linked, chars_before, text) in enumerate(columns):
        if not target or target.lower().startswith(NON_PAGE_PREFIXES):
            continue
        if 2 * linked >= len(text):
            if not _LETTERS.search(text[:chars_before]):
                leads.append(block)
        elif linked <= _MAX_MORE_LINK_CHARS and len(text) - chars_before - linked <= 1:
            blocks_by_ending[text[chars_before:].casefold()].append(block)
    for blocks in blocks_by_ending.values():
        if len(blocks) >= _MIN_LEADS:
            leads += blocks
    return sorted(leads)


def _grow_items(blocks: Blocks, leads: list[int]) -> list[range]:
    """Grow each lead block to its item.

    An item is the highest element that holds no other lead, and the blocks that follow it up to the next lead.
    """
    extents: list[tuple[int, int, int]] = []  # start, stop, element that contains the item
    for number, lead in enumerate(leads):
        previous_lead = leads[number - 1] if number else -1
        next_lead = leads[number + 1] if number + 1 < len(leads) else len(blocks.texts)
        element, start, stop = blocks.owners[lead], lead, lead + 1
        while previous_lead < blocks.first_blocks[element] and blocks.end_blocks[element] <= min(
            next_lead, blocks.first_blocks[element] + _MAX_ITEM_BLOCKS
        ):
            start, stop = blocks.first_blocks[element], blocks.end_blocks[element]
            if element == 0:
                break
            element = blocks.parents[element]
        extents.append((start, stop, element))
    items: list[range] = []
    longest = 1
    for (start, stop, parent), (next_start, _, next_parent) in pairwise([*extents, (len(blocks.texts), 0, -1)]):
        if parent == next_parent:
            stop = max(stop, next_start)
            longest = max(longest, stop - start)
        else:  # the last item of a list has no next lead; it is as long as the longest item before it
            stop = max(stop, min(blocks.end_blocks[parent], start + longest, next_start))
            longest = 1
        items.append(range(start, stop))
    return items


def _is_teaser(blocks: Blocks, word_counts: Sequence[int], item: range) -> bool:
    """Return True if the item is at most a headline and a teaser, not paragraphs of a story."""
    if len(item) > _MAX_ITEM_BLOCKS:
        return False
    unlinked_blocks = [block for block in item if 2 * blocks.linked_chars[block] < len(blocks.texts[block])]
    complete_blocks = [block for block in unlinked_blocks if not blocks.texts[block].endswith(_ELLIPSES)]
    return (
        sum(word_counts[block] for block in complete_blocks) <= _MAX_TEASER_WORDS
        and sum(word_counts[block] for block in unlinked_blocks) <= _MAX_EXCERPT_WORDS
    )
