"""A page's tree -> its blocks: the words between two breaks, in reading order, with the elements they stand in.

One walk without recursion. Inline elements join their words to the block around them; every other element, and a line
break, ends it. `Blocks` holds plain lists, one item a block (`texts`, `owners`, ...) or one an element (`tags`, ...);
an element's blocks are the run `first[e]:last[e]`, because elements and blocks both stand in document order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flows.clean.lines import squeeze

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_INLINE: Final = frozenset(
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
_SPACED: Final = frozenset({"td", "th", "img", "br"})
_STRESSED: Final = frozenset({"b", "strong", "em", "i"})
_BREAKS: Final = frozenset({"br", "hr"})
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
    pieces: list[str] = []
    asides: list[str] = []
    open_elements: list[int] = []
    in_link = in_stress = linked = links = stressed = nodes = 0

    def close() -> None:
        nonlocal linked, links, stressed
        if pieces:
            text = squeeze("".join(pieces))
            pieces.clear()
            if text:
                texts.append(text)
                out.owners.append(open_elements[-1])
                out.linked.append(linked)
                out.links.append(links)
                out.stressed.append(stressed)
                out.inside.append(asides[-1] if asides else None)
        linked = links = stressed = 0

    def say(words: str) -> None:
        nonlocal linked, stressed
        pieces.append(words)
        if in_link or in_stress:
            size = len(words.strip())
            if in_link:
                linked += size
            if in_stress:
                stressed += size

    body = tree.find("body")
    root = tree if body is None else body
    walker = etree.iterwalk(root, events=("start", "end"))
    skipped: HtmlElement | None = None
    for event, node in walker:
        tag = node.tag
        if event == "start":
            nodes += 1
            if (
                tag in _SKIPPED
                or not isinstance(tag, str)
                or nodes > MOST_NODES
                or (tag in _SKIPPED_IF_SMALL and next(node.iter("p", "article"), None) is None)
            ):
                walker.skip_subtree()
                skipped = node
                continue
            if tag in _INLINE:
                if tag == "a":
                    in_link += 1
                    links += 1
                elif tag in _STRESSED:
                    in_stress += 1
            else:
                close()
                if tag in _BREAKS:
                    continue
                if tag in ASIDES:
                    asides.append(tag)
                number = len(tags)
                parent = open_elements[-1] if open_elements else 0
                tags.append(tag)
                get = node.get
                name = get("class") or ""
                if other := get("id"):
                    name += " " + other
                if other := get("role"):
                    name += " " + other
                if other := get("itemprop"):
                    name += " " + other
                names.append(name)
                parents.append(parent)
                depths.append(len(open_elements))
                first.append(len(texts))
                last.append(0)
                ends.append(0)
                open_elements.append(number)
            if words := node.text:
                say(words)
            continue
        if node is skipped:
            skipped = None
            pieces.append(" ")
        elif tag in _INLINE:
            if tag == "a":
                in_link -= 1
            elif tag in _STRESSED:
                in_stress -= 1
            if tag in _SPACED:
                pieces.append(" ")
        elif tag not in _BREAKS:
            close()
            if tag in ASIDES:
                asides.pop()
            number = open_elements.pop()
            last[number] = len(texts)
            ends[number] = len(tags)
        if node is not root and (words := node.tail):
            say(words)
    return out
