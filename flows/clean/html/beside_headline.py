"""Writers and days in the elements near a page's headline, by the class names of these elements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.html import HtmlElement

StatedValue = tuple[str, str, str]  # field, where, value

MAX_NAME_CHARS: Final = 500  # of an element's names, which can be of any length and are cached
_MAX_TEXT_CHARS: Final = 1_000
_STANDFIRST_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:standfirst|subtitle|sub-title|sub-headline|subheadline|deck|dek|sub_judul|subjudul)(?:$|[\s_-])",
    re.I,
)

# Classes and ids of elements near the headline that name the writer or the day of the article.
_BYLINE_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|author-?name|writers?|written-?by|post-?author|penulis|reporter|wartawan|autor)"
    r"(?:$|[\s_-])",
    re.I,
)
_DATE_NAME: Final = re.compile(r"date|time|publish|posted|tanggal|waktu|datum", re.I)
# A day is an update's by the names of its element, or by the words in it or right before it.
_PUBLISHED_NAME: Final = re.compile(r"publish|posted|created|release", re.I)
_UPDATED_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:date-?|last-?|name-)?(?:changed|modified|updated?|revised)(?:[_-]?(?:date|at|on|time))?(?:$|[\s_-])",
    re.I,
)
_UPDATED_WORDS: Final = re.compile(
    r"\b(?:updated?|modified|revised|reviewed|diperbarui|diperbaharui)(?:\s{1,3}(?:on|at|pada))?\W{0,6}\Z", re.I
)
_FIRST_DAY: Final = re.compile(
    r"\d|\b(?:jan|feb|mar|apr|ma[yi]|jun|jul|aug|agu|sep|o[ck]t|nov|de[cs]|mon|tue|wed|thu|fri|sat|sun)", re.I
)
_ELEMENTS_AROUND_DAY: Final = 3  # levels whose names and words may label a day
_LABEL_CHARS: Final = 40
STANDFIRST_BIT, _DATE_BIT, _BYLINE_BIT = 1, 2, 4
_ELEMENTS_BEFORE_HEADLINE: Final = 40  # elements
_ELEMENTS_AFTER_HEADLINE: Final = 120
_MAX_BYLINES: Final = 4
_CARD_TAGS: Final = frozenset({"li", "article"})
_CARD_LEVELS: Final = 4  # ancestors of a day among which the card around it stands
_MIN_CARD_WORDS: Final = 4  # of the headline that a card links
_INVISIBLE_TAGS: Final = frozenset({"script", "style", "noscript", "template", "svg", "select", "button"})


@lru_cache(maxsize=8192)
def match_name_roles(names: str) -> int:
    """Return the possible roles of an element by its class or all its names, as bits: standfirst, date, byline."""
    return (
        STANDFIRST_BIT * (_STANDFIRST_NAME.search(names) is not None)
        | _DATE_BIT * (_DATE_NAME.search(names) is not None)
        | _BYLINE_BIT * (_BYLINE_NAME.search(names) is not None)
    )


def read_beside_headline(tree: HtmlElement, nodes: Sequence[HtmlElement]) -> Iterator[StatedValue]:
    """Yield writers (`byline`) and days (`headline`) from elements with such names near the headline."""
    title = next(tree.iter("title"), None)
    title_words = set((title.text_content() if title is not None else "").casefold().split())
    headline_index, most_shared = None, 0
    for index, node in enumerate(nodes):
        if node.tag == "h1":
            shared_words = 1 + len(title_words & set(node.text_content().casefold().split()))
            if shared_words > most_shared:
                headline_index, most_shared = index, shared_words
    if headline_index is None:
        return
    bylines, byline_elements = 0, set()
    for node in nodes[max(0, headline_index - _ELEMENTS_BEFORE_HEADLINE) : headline_index + _ELEMENTS_AFTER_HEADLINE]:
        get = node.get
        roles = match_name_roles(f"{get('class') or ''} {get('id') or ''} {get('data-testid') or ''}"[:MAX_NAME_CHARS])
        if (roles & _DATE_BIT or node.tag == "time") and not is_in_card(node):
            text = _join_visible_text(node)
            stamp = get("datetime")
            if stamp or (6 <= len(text) <= 80 and any(map(str.isdigit, text))):
                yield "modified_at" if _is_update(node, text) else "published_at", "headline", stamp or text
        if roles & _BYLINE_BIT and bylines < _MAX_BYLINES and node.getparent() not in byline_elements:
            text = _join_visible_text(node, " | ")
            if 2 <= len(text) <= 200:
                bylines += 1
                yield "authors", "byline", text
            byline_elements.add(node)
        elif byline_elements and node.getparent() in byline_elements:
            byline_elements.add(node)


def is_in_card(node: HtmlElement) -> bool:
    """Return whether an element stands in a list item or article that links to another story by its headline."""
    for ancestor in islice(node.iterancestors(), _CARD_LEVELS):
        if ancestor.tag in _CARD_TAGS:
            return next(ancestor.iter("h1"), None) is None and any(
                len(link.text_content().split()) >= _MIN_CARD_WORDS for link in ancestor.iter("a")
            )
    return False


def _is_update(node: HtmlElement, text: str) -> bool:
    """Return whether the day of an element is an update's: by its words, those right before it, or its names."""
    day = _FIRST_DAY.search(text)
    label = text[: day.start()] if day else text
    element = node
    for _ in range(_ELEMENTS_AROUND_DAY):
        if label.strip():
            break
        names = f"{element.get('class') or ''} {element.get('id') or ''}"[:MAX_NAME_CHARS]
        if _PUBLISHED_NAME.search(names) or _UPDATED_NAME.search(names):
            return _PUBLISHED_NAME.search(names) is None
        label, parent = _read_text_before(element), element.getparent()
        # The names of an element around the day count if it holds nothing else.
        if parent is None or (not label.strip() and element.getnext() is not None):
            break
        element = parent
    return _UPDATED_WORDS.search(label) is not None


def _read_text_before(element: HtmlElement) -> str:
    """Return the last words before an element within its parent."""
    label, parent = "", element.getparent()
    for previous in element.itersiblings(preceding=True):
        words = previous.text_content() if isinstance(previous.tag, str) else ""
        label = f"{words} {previous.tail or ''} {label}"
        if len(label.strip()) >= _LABEL_CHARS:
            return label[-2 * _LABEL_CHARS :]
    return f"{(parent.text or '') if parent is not None else ''} {label}"[-2 * _LABEL_CHARS :]


def _join_visible_text(node: HtmlElement, separator: str = " ") -> str:
    """Join the visible text of an element, with the separator wherever an inner element begins or ends."""
    pieces: list[str] = []
    length = 0
    for part in node.iter():
        if not isinstance(part.tag, str) or part.tag in _INVISIBLE_TAGS:
            continue
        for piece in (part.text, None if part is node else part.tail):
            if piece and not piece.isspace():
                pieces.append(" ".join(piece.split()))
                length += len(piece)
        if length > _MAX_TEXT_CHARS:
            break
    return separator.join(pieces)
