"""Separation of inline elements that are no part of their paragraph: hover cards and hidden data.

Such an element is moved behind the block element around it and becomes a block element of its own. Then its words form
blocks of their own, which `block_exclusions` marks, and the paragraph around it stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Final

from flows.clean.html.blocks import INLINE_TAGS, is_hidden

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CARD_NAME: Final = re.compile(r"roll-?over|tool-?tip|pop-?over|hover-?card|hover-?box|fly-?out", re.IGNORECASE)
# A hover name alone is often that of the word which opens the card; with one of these words it is the card itself.
_CARD_PART: Final = re.compile(
    r"(?:roll-?over|tool-?tip|pop-?over|hover-?card|hover-?box|fly-?out)[\w-]{0,30}?"
    r"(?:content|text|block|body|card|panel|inner|bubble|popup|window|box|list|menu)",
    re.IGNORECASE,
)
CARD_ROLE: Final = "tooltip"  # of an element that `move_inline_asides` recognized as a hover card
_MAX_NAME_CHARS: Final = 300  # of an element's names that are read
_INLINE_ASIDE_TAGS: Final = INLINE_TAGS - {"img", "picture", "source", "td", "th", "wbr"}
_MAX_MOVES: Final = 1_000  # per page: each costs the walk up to the next block element
_MAX_INNER_NODES: Final = 30  # nodes within a card that are read, which bounds the cost of nested cards
_MIN_CARD_LINKS: Final = 2


def move_inline_asides(nodes: Iterable[HtmlElement]) -> bool:
    """Move the hover cards and hidden inline elements among these nodes behind their paragraphs.

    Return True if the tree was changed.
    """
    asides: list[HtmlElement] = []
    for node in nodes:
        if node.tag not in _INLINE_ASIDE_TAGS:
            continue
        names, get = node.get("class"), node.get
        if get("hidden") is not None and is_hidden(node):
            asides.append(node)
        elif ((names and _CARD_NAME.search(names[:_MAX_NAME_CHARS])) or get("role") == CARD_ROLE) and _is_hover_card(
            node
        ):
            node.set("role", CARD_ROLE)
            asides.append(node)
    for node in asides[:_MAX_MOVES]:
        _move_behind_block(node)
    return bool(asides)


def _is_hover_card(node: HtmlElement) -> bool:
    """Return True if an inline element is a hover card, not the words that open one.

    An element whose own words come before a card within it only wraps the two.
    """
    names = _read_names(node)
    if not _CARD_NAME.search(names) and (node.get("role") or "").lower() != CARD_ROLE:
        return False
    for inner in islice(node.iterdescendants(), _MAX_INNER_NODES):
        if _CARD_NAME.search(_read_names(inner)) and _has_words_before(node, inner):
            return False
    if (node.get("role") or "").lower() == CARD_ROLE or _CARD_PART.search(names):
        return True
    return sum(1 for _ in islice(node.iter("a"), _MIN_CARD_LINKS)) >= _MIN_CARD_LINKS


def _read_names(node: HtmlElement) -> str:
    """Return class and id of an element, cut to _MAX_NAME_CHARS."""
    return f"{node.get('class') or ''} {node.get('id') or ''}"[:_MAX_NAME_CHARS]


def _has_words_before(outer: HtmlElement, inner: HtmlElement) -> bool:
    """Return True if an element has words before one of its descendants."""
    node = inner
    while node is not outer:
        parent = node.getparent()
        if parent.text and not parent.text.isspace():
            return True
        for sibling in islice(node.itersiblings(preceding=True), _MAX_INNER_NODES):
            if not all(map(str.isspace, islice(sibling.itertext(), _MAX_INNER_NODES))):
                return True
        node = parent
    return False


def _move_behind_block(node: HtmlElement) -> None:
    """Move an inline element behind the nearest block element around it, and make it a block element."""
    parent = node.getparent()
    block = parent
    while block is not None and block.tag in INLINE_TAGS:
        block = block.getparent()
    if parent is None or block is None or block.getparent() is None or block.tag in ("body", "html"):
        node.tag = "div"
        return
    if node.tail:
        previous = node.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + node.tail
        else:
            previous.tail = (previous.tail or "") + node.tail
        node.tail = None
    node.tag = "div"
    block.addnext(node)
