"""Extraction of text blocks from a page's tree: the words between two breaks, in reading order, with their elements.

The walk is a single pass without recursion. Inline elements join their words to the block around them; every other
element and every line break ends a block. `Blocks` holds plain lists, one entry per block (`texts`, `owners`, ...) or
one per element (`tags`, ...). The blocks inside element e are `first_blocks[e]:end_blocks[e]`, because elements and
blocks are both in document order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from flows.clean.lines.line_table import normalize_blanks

if TYPE_CHECKING:
    from lxml.html import HtmlElement

INLINE_TAGS: Final = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
        "img", "ins", "kbd", "mark", "nobr", "picture", "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span",
        "strike", "strong", "sub", "sup", "td", "th", "time", "tt", "u", "var", "wbr",
    )
)  # fmt: skip
_SKIPPED_TAGS: Final = frozenset(
    (
        "audio", "canvas", "datalist", "embed", "head", "iframe", "input", "math",
        "noscript", "option", "rp", "rt", "script", "select", "style", "svg", "template", "textarea", "video",
    )
)  # fmt: skip
# Broken markup can put the whole page inside one of these, so they are skipped only without prose.
_SKIPPED_WITHOUT_PROSE: Final = frozenset(("button", "dialog", "map", "object"))
# Role of an element for the words around it; tags that are not listed are blocks.
_INLINE, _LINK, _STRESS, _CELL, _SKIP, _BLOCK, _BREAK = range(7)
_TAG_ROLES: Final = {
    **dict.fromkeys(INLINE_TAGS, _INLINE),
    "a": _LINK,
    **dict.fromkeys(("b", "strong", "em", "i"), _STRESS),
    **dict.fromkeys(("td", "th", "img"), _CELL),
    **dict.fromkeys(_SKIPPED_TAGS, _SKIP),
    **dict.fromkeys(("br", "hr"), _BREAK),
}
# Elements whose blocks rarely belong to the article; `aside_tags` has the nearest one around each block.
ASIDE_TAGS: Final = frozenset({"nav", "aside", "footer", "form", "figcaption"})
_SIDE_BY_SIDE_TAGS: Final = frozenset({"a", "span", "time"})
_STORY_TAGS: Final = ("article", "main")
MAX_NODES: Final = 100_000
_CELL_BLOCK_TAGS: Final = ("p", "div", "ul", "ol", "br", "h2", "h3", "h4", "h5", "h6")
_MAX_CELL_CHARS, _MAX_CELL_TEXTS = 120, 40  # of a cell of a data table


@dataclass(slots=True)
class Blocks:
    """Blocks of a page and the block elements around them, in document order."""

    texts: list[str] = field(default_factory=list)  # whitespace collapsed to single spaces; never empty
    owners: list[int] = field(default_factory=list)  # index of the element that contains the block
    linked_chars: list[int] = field(default_factory=list)  # characters inside <a>
    link_counts: list[int] = field(default_factory=list)
    link_targets: list[str] = field(default_factory=list)  # href of the longest link, as written
    chars_before_link: list[int] = field(default_factory=list)  # characters before the first link
    stressed_chars: list[int] = field(default_factory=list)  # characters in bold or italics
    aside_tags: list[str | None] = field(
        default_factory=list
    )  # the nearest of ASIDE_TAGS around the block, or "header"
    tags: list[str] = field(default_factory=list)
    element_names: list[str] = field(default_factory=list)  # class, id, role and itemprop as written
    parents: list[int] = field(default_factory=list)  # the root is its own parent
    depths: list[int] = field(default_factory=list)
    first_blocks: list[int] = field(default_factory=list)
    end_blocks: list[int] = field(default_factory=list)
    end_elements: list[int] = field(default_factory=list)  # one past the last descendant
    is_hidden: list[bool] = field(default_factory=list)  # the element has the attribute `hidden`
    nodes: list[HtmlElement] = field(default_factory=list)  # the element in the tree


def extract_blocks(tree: HtmlElement) -> Blocks:
    """Extract the blocks of a page. Elements after the first MAX_NODES are skipped.

    The template of a shadow root is read like the element around it, because browsers show it. A row of a data table is
    one block, whatever elements its cells hold.
    """
    from lxml import etree

    blocks = Blocks()
    texts, tags, names, parents, depths = blocks.texts, blocks.tags, blocks.element_names, blocks.parents, blocks.depths
    first, last, ends = blocks.first_blocks, blocks.end_blocks, blocks.end_elements
    pieces: list[str] = []  # of the open block; whitespace before its first words is left out
    asides: list[HtmlElement] = []
    open_elements: list[int] = []
    in_link = in_stress = linked = links = stressed = nodes = 0
    href = link_target = ""
    chars_before_link = longest_link = 0

    def close_block() -> None:
        """Append the open block, unless it has no words, and start an empty one."""
        nonlocal linked, links, stressed, link_target, chars_before_link, longest_link
        text = normalize_blanks("".join(pieces))
        pieces.clear()
        if text:
            texts.append(text)
            blocks.owners.append(open_elements[-1])
            blocks.linked_chars.append(linked)
            blocks.link_counts.append(links)
            blocks.link_targets.append(link_target)
            blocks.chars_before_link.append(chars_before_link)
            blocks.stressed_chars.append(stressed)
            blocks.aside_tags.append(asides[-1].tag if asides else None)
        linked = links = stressed = chars_before_link = longest_link = 0
        link_target = ""

    body = tree.find("body")
    root = tree if body is None else body
    walker = etree.iterwalk(root, events=("start", "end"))
    skipped: HtmlElement | None = None
    data_row: HtmlElement | None = None  # the open row whose blocks are joined
    for event, node in walker:
        tag = node.tag
        role = _TAG_ROLES.get(tag, _BLOCK)
        if role == _SKIP and tag == "template" and _is_shadow_root(node):
            role = _BLOCK
        if data_row is not None and role >= _BLOCK and node is not data_row:
            role = _CELL
            if event == "start" and pieces:
                pieces.append(" ")
        if event == "start":
            nodes += 1
            if (
                role == _SKIP
                or nodes > MAX_NODES
                or (tag in _SKIPPED_WITHOUT_PROSE and next(node.iter("p", "article"), None) is None)
            ):
                walker.skip_subtree()
                skipped = node
                continue
            if role >= _BLOCK:
                if pieces or links:
                    close_block()
                if role == _BREAK:
                    continue
                if tag in ASIDE_TAGS or (tag == "header" and _is_page_header(node)):
                    asides.append(node)
                get = node.get
                name = get("class") or ""
                if other := get("id"):
                    name += " " + other
                if other := get("role"):
                    name += " " + other
                if other := get("itemprop"):
                    name += " " + other
                names.append(name)
                parents.append(open_elements[-1] if open_elements else 0)
                depths.append(len(open_elements))
                open_elements.append(len(tags))
                tags.append(tag)
                first.append(len(texts))
                last.append(0)
                ends.append(0)
                blocks.is_hidden.append(is_hidden(node))
                blocks.nodes.append(node)
                if tag == "tr" and _is_data_row(node):
                    data_row = node
            elif role == _LINK:
                in_link += 1
                links += 1
                href = node.get("href") or ""
            elif role == _STRESS:
                in_stress += 1
            words = node.text
            if pieces and words and words[0].isdigit() and _meets_element(node) and pieces[-1][-1:].isalpha():
                pieces.append(" ")
        else:
            if node is skipped:
                skipped = None
                if pieces and tag not in ("rp", "rt"):
                    pieces.append(" ")
            elif role == _BLOCK:
                if pieces or links:
                    close_block()
                if node is data_row:
                    data_row = None
                if asides and asides[-1] is node:
                    asides.pop()
                element = open_elements.pop()
                last[element] = len(texts)
                ends[element] = len(tags)
            elif role == _LINK:
                in_link -= 1
            elif role == _STRESS:
                in_stress -= 1
            elif role == _CELL and pieces:
                pieces.append(" ")
            words = node.tail if node is not root else None
        if words and (pieces or not words.isspace()):
            pieces.append(words)
            if in_link or in_stress:
                size = len(words.strip())
                if in_link:
                    if not linked:
                        chars_before_link = sum(map(len, pieces)) - len(words)
                    if size > longest_link:
                        link_target, longest_link = href, size
                    linked += size
                if in_stress:
                    stressed += size
    return blocks


def _meets_element(node: HtmlElement) -> bool:
    """Return True if an inline element follows another one with nothing between: styles set them apart on a page."""
    previous = node.getprevious()
    return previous is not None and not previous.tail and {previous.tag, node.tag} <= _SIDE_BY_SIDE_TAGS


def _is_page_header(header: HtmlElement) -> bool:
    """Return True if a <header> is the page's own: outside the story, and without a headline."""
    return next(header.iter("h1"), None) is None and next(header.iterancestors(*_STORY_TAGS), None) is None


def is_hidden(node: HtmlElement) -> bool:
    """Return True if an element has the attribute `hidden`. The value `until-found` hides no text from readers."""
    hidden = node.get("hidden")
    return hidden is not None and hidden.strip().lower() != "until-found"


def _is_shadow_root(node: HtmlElement) -> bool:
    """Return True if a template is the shadow root of the element around it."""
    return node.get("shadowrootmode") is not None or node.get("shadowroot") is not None


def _is_data_row(row: HtmlElement) -> bool:
    """Return True if a table row has several short cells, some of which hold block elements.

    Rows without such elements are one block anyway. Rows with long cells lay out a page.
    """
    if next(row.iter(*_CELL_BLOCK_TAGS), None) is None or next(row.iter("table"), None) is not None:
        return False
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    return len(cells) > 1 and all(map(_is_short_cell, cells))


def _is_short_cell(cell: HtmlElement) -> bool:
    """Return True if a table cell holds few words, as in a table of data."""
    texts = list(islice(cell.itertext(), _MAX_CELL_TEXTS))
    return len(texts) < _MAX_CELL_TEXTS and sum(map(len, texts)) <= _MAX_CELL_CHARS
