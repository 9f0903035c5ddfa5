"""A page's tree -> its blocks: the words between two breaks, in reading order, with the elements they stand in.

One walk without recursion. Inline elements join their words to the block around them; every other element, and a line
break, ends it. `Blocks` holds plain lists, one item a block (`texts`, `owners`, ...) or one an element (`tags`, ...);
an element's blocks are the run `first[e]:last[e]`, because elements and blocks both stand in document order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flows.clean.lines.line_table import squeeze

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_JOINED: Final = frozenset(
    (
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
        "img", "ins", "kbd", "mark", "nobr", "picture", "q", "rp", "rt", "ruby", "s", "samp", "small", "source", "span",
        "strike", "strong", "sub", "sup", "td", "th", "time", "tt", "u", "var", "wbr",
    )
)  # fmt: skip
_SKIPPED: Final = frozenset(
    (
        "audio", "canvas", "datalist", "embed", "head", "iframe", "input", "math",
        "noscript", "option", "script", "select", "style", "svg", "template", "textarea", "video",
    )
)  # fmt: skip
# A parser that lost its way in an icon may put the whole page inside one of these.
_SKIPPED_IF_SMALL: Final = frozenset(("button", "dialog", "map", "object"))
# What an element does to the words around it; all others are blocks.
_INLINE, _LINK, _STRESS, _CELL, _SKIP, _BLOCK, _BREAK = range(7)
_ROLES: Final = {
    **dict.fromkeys(_JOINED, _INLINE),
    "a": _LINK,
    **dict.fromkeys(("b", "strong", "em", "i"), _STRESS),
    **dict.fromkeys(("td", "th", "img"), _CELL),
    **dict.fromkeys(_SKIPPED, _SKIP),
    **dict.fromkeys(("br", "hr"), _BREAK),
}
# Elements whose blocks are rarely the article; the nearest one around a block is its `inside`.
ASIDES: Final = frozenset({"nav", "aside", "footer", "form", "figcaption"})
MOST_NODES: Final = 100_000


@dataclass(slots=True)
class Blocks:
    """The blocks of a page and the block elements around them."""

    texts: list[str] = field(default_factory=list)  # blanks as one space; never empty
    owners: list[int] = field(default_factory=list)  # the element in which the block stands
    linked: list[int] = field(default_factory=list)  # characters inside <a>
    links: list[int] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)  # where the longest of its linked words lead, as written
    before_link: list[int] = field(default_factory=list)  # characters before its first linked words
    stressed: list[int] = field(default_factory=list)  # characters in bold or italics
    inside: list[str | None] = field(default_factory=list)  # the nearest of ASIDES
    tags: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # class, id, role and itemprop as written
    parents: list[int] = field(default_factory=list)  # of the first element: itself
    depths: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)  # one past the last element inside


def walk(tree: HtmlElement) -> Blocks:
    """The blocks of a page. Elements after the first MOST_NODES are not seen."""
    from lxml import etree

    out = Blocks()
    texts, tags, names, parents, depths = out.texts, out.tags, out.names, out.parents, out.depths
    first, last, ends = out.first, out.last, out.ends
    pieces: list[str] = []  # of the block at hand; blanks before its first words are left out
    asides: list[str] = []
    open_elements: list[int] = []
    in_link = in_stress = linked = links = stressed = nodes = 0
    href = target = ""
    before = longest = 0

    def close() -> None:
        nonlocal linked, links, stressed, target, before, longest
        text = squeeze("".join(pieces))
        pieces.clear()
        if text:
            texts.append(text)
            out.owners.append(open_elements[-1])
            out.linked.append(linked)
            out.links.append(links)
            out.targets.append(target)
            out.before_link.append(before)
            out.stressed.append(stressed)
            out.inside.append(asides[-1] if asides else None)
        linked = links = stressed = before = longest = 0
        target = ""

    body = tree.find("body")
    root = tree if body is None else body
    walker = etree.iterwalk(root, events=("start", "end"))
    skipped: HtmlElement | None = None
    for event, node in walker:
        tag = node.tag
        role = _ROLES.get(tag, _BLOCK)
        if event == "start":
            nodes += 1
            if (
                role == _SKIP
                or nodes > MOST_NODES
                or (tag in _SKIPPED_IF_SMALL and next(node.iter("p", "article"), None) is None)
            ):
                walker.skip_subtree()
                skipped = node
                continue
            if role >= _BLOCK:
                if pieces or links:
                    close()
                if role == _BREAK:
                    continue
                if tag in ASIDES:
                    asides.append(tag)
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
            elif role == _LINK:
                in_link += 1
                links += 1
                href = node.get("href") or ""
            elif role == _STRESS:
                in_stress += 1
            words = node.text
        else:
            if node is skipped:
                skipped = None
                if pieces:
                    pieces.append(" ")
            elif role == _BLOCK:
                if pieces or links:
                    close()
                if tag in ASIDES:
                    asides.pop()
                number = open_elements.pop()
                last[number] = len(texts)
                ends[number] = len(tags)
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
                        before = sum(map(len, pieces)) - len(words)
                    if size > longest:
                        target, longest = href, size
                    linked += size
                if in_stress:
                    stressed += size
    return out
