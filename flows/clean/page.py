"""A page (HTML) -> its blocks as text, one a line; its marks; and what it states outside its words.

The page is parsed once, without network, entity expansion or unbounded trees. The walk joins inline elements and
breaks a block at every other one. Which blocks are the article is asked of trafilatura; its answer is aligned with the
blocks by their words. A page that it cannot read is cleaned as the text of its blocks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.clean import cues as cue_data
from flows.clean.body import Body, is_prose, stretch
from flows.clean.cues import Cue
from flows.clean.lines import Line, split, squeeze
from flows.clean.place import Verdict, place
from flows.clean.spans import Mark
from flows.clean.statements import Stated, stated_by
from flows.clean.text import tile
from flows.outlets import dateline, registry

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
# An element whose blocks are not the article, whatever they say; the nearest one counts.
_BY_TAG: Final = {
    "nav": Verdict("nav", "html.nav"),
    "aside": Verdict("nav", "html.aside"),
    "footer": Verdict("footer", "html.footer"),
    "form": Verdict("widget", "html.form"),
    "figcaption": Verdict("caption", "html.figcaption"),
}
_MOST_NODES: Final = 200_000
_WORD: Final = re.compile(r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_RUN: Final = 3
_SHORT: Final = 5  # a block of fewer words must be a line of the answer
_SHARE: Final = 0.6  # of a longer block's runs of words must stand in the answer
_AGREED: Final = 0.7
_WIDEST_HOLE: Final = 2  # paragraphs


@dataclass(slots=True)
class _Block:
    text: str
    tag: str | None  # the nearest element of _BY_TAG around it


def read_page(html: str, url: str | None = None, outlet: str | None = None) -> tuple[str, list[Mark], list[Stated]]:
    """The page's text (its blocks, one a line), the marks that tile it, and its statements (field, where, value).

    `outlet` is the registered domain of the page's outlet, where there is a hint.
    """
    tree = parse(html)
    if tree is None:
        return "", [], []
    blocks = _blocks(tree)
    text = "\n".join(block.text for block in blocks)
    lines = split(text)
    cues = cue_data.of_outlet(outlet)
    named = cues.name(lines)
    body = _body(tree, url, lines, named)
    _mend(lines, named, [blocks[line.number - 1].tag for line in lines], body.keep)
    placed = place(lines, named, body, cue_data.profile_of(outlet), "html.outside")
    tags = (blocks[line.number - 1].tag for line in lines)
    verdicts = [
        _BY_TAG[tag] if tag is not None and verdict.rule == "html.outside" else verdict
        for verdict, tag in zip(placed, tags, strict=True)
    ]
    return text, tile(text, lines, verdicts, body, cues), stated_by(tree)


def _body(tree: HtmlElement, url: str | None, lines: Sequence[Line], named: Sequence[Cue | None]) -> Body:
    """Which blocks are the article: trafilatura's answer, unless the stretch of prose contradicts it.

    Where they disagree its other setting is asked as well, and the answer that agrees best with the other two wins.
    """
    own = stretch(lines, named)
    first = _asked(tree, url, lines, precise=True)
    if _agreement(lines, first.keep, own.keep) >= _AGREED:
        return first
    answers = [first, _asked(tree, url, lines, precise=False), own]
    support = [sum(_agreement(lines, one.keep, other.keep) for other in answers) for one in answers]
    return answers[support.index(max(support))]


def _mend(lines: Sequence[Line], named: Sequence[Cue | None], tags: Sequence[str | None], keep: list[bool]) -> None:
    """Paragraphs left out between two that were kept, or from a dateline down to the first kept, are the article too.

    An answer drops a paragraph for the links in it.
    """
    first = next((index for index, kept in enumerate(keep) if kept), 0)
    for index in range(first - 1, max(first - 1 - _WIDEST_HOLE, -1), -1):
        if not is_prose(lines[index]) or tags[index] is not None or named[index] is not None:
            break
        if dateline.find(lines[index].text, registry()):
            keep[index:first] = [True] * (first - index)
    hole: list[int] = []
    after_kept = False
    for index, line in enumerate(lines):
        if named[index] is not None:
            continue
        if keep[index]:
            for left_out in hole if after_kept else ():
                keep[left_out] = True
            hole, after_kept = [], True
        elif is_prose(line) and tags[index] is None and len(hole) < _WIDEST_HOLE:
            hole.append(index)
        else:
            hole, after_kept = [], False


def _agreement(lines: Sequence[Line], one: Sequence[bool], other: Sequence[bool]) -> float:
    """The F1 of two answers, in words; two that keep nothing do not agree."""
    both = sum(line.words for line, a, b in zip(lines, one, other, strict=True) if a and b)
    total = sum(line.words * (a + b) for line, a, b in zip(lines, one, other, strict=True))
    return 2 * both / total if total else 0.0


def forget() -> None:
    """Drop what trafilatura's caches hold; they grow for as long as a process runs."""
    from trafilatura.meta import reset_caches

    reset_caches()


def parse(html: str) -> HtmlElement | None:
    """The page's tree, or None where there is no element in it. Never raises on bad markup."""
    from lxml import etree
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(
        huge_tree=False, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        # The words are decoded already: as UTF-8 bytes no declaration inside the page can change them again.
        return lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def _blocks(tree: HtmlElement) -> list[_Block]:
    """The page's words in reading order, a block an item; walked without recursion, so depth costs nothing."""
    blocks: list[_Block] = []
    pieces: list[str] = []
    tags: list[str] = []

    def close() -> None:
        text = squeeze("".join(pieces))
        pieces.clear()
        if text:
            blocks.append(_Block(text, tags[-1] if tags else None))

    body = tree.find("body")
    stack: list[tuple[HtmlElement, bool]] = [(tree if body is None else body, False)]
    nodes = 0
    while stack:
        node, leaving = stack.pop()
        tag = node.tag if isinstance(node.tag, str) else ""
        inline = tag in _INLINE
        if leaving:
            if not inline:
                close()
            if tag in _BY_TAG:
                tags.pop()
            pieces.append(" " if tag in _SPACED else "")
            pieces.append(node.tail or "")
            continue
        nodes += 1
        small = tag in _SKIPPED_IF_SMALL and next(node.iter("p", "article"), None) is None
        if not tag or tag in _SKIPPED or small or nodes > _MOST_NODES:
            pieces.append(" " + (node.tail or ""))
            continue
        if not inline:
            close()
        if tag in _BY_TAG:
            tags.append(tag)
        pieces.append(node.text or "")
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node))
    close()
    return blocks


def _asked(tree: HtmlElement, url: str | None, lines: Sequence[Line], *, precise: bool) -> Body:
    """The lines that trafilatura takes for the article; none where it fails."""
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        # Its own de-duplication remembers other pages: never that.
        answer = trafilatura.extract(
            tree, url=url, favor_precision=precise, include_comments=False, include_tables=True, deduplicate=False
        )
    except Exception:  # whatever a hostile page breaks in there, its blocks are still cleaned as text
        answer = None
    keep = _aligned([line.text for line in lines], (answer or "").split("\n"))
    return Body(keep, "body.page", [None] * len(lines))


def _aligned(blocks: Sequence[str], answer: Sequence[str]) -> list[bool]:
    """Which blocks stand in the answer: long ones by their runs of words, short ones as a line of it among long ones.

    The two are cut into lines differently (inline code, breaks, list items), so lines cannot be compared as wholes.
    """
    said: set[tuple[str, ...]] = set()
    words = [word for line in answer for word in _WORD.findall(line.casefold())]
    said.update(zip(*(words[shift:] for shift in range(_RUN)), strict=False))
    whole = {tuple(_WORD.findall(line.casefold())) for line in answer}
    found: list[bool | None] = []
    for block in blocks:
        own = _WORD.findall(block.casefold())
        if len(own) < _SHORT:
            found.append(None if tuple(own) in whole and own else False)
            continue
        runs = list(zip(*(own[shift:] for shift in range(_RUN)), strict=False))
        found.append(sum(run in said for run in runs) >= _SHARE * len(runs))
    long = [index for index, kept in enumerate(found) if kept]
    first, last = (long[0], long[-1]) if long else (0, -1)
    return [kept if kept is not None else first <= index <= last for index, kept in enumerate(found)]
