"""A page (HTML) -> its blocks as text, one a line; its marks; and what it states outside its words.

The page is parsed once, without network, entity expansion or unbounded trees. `blocks` walks it, `judge_page` says
which blocks are the article; what is left of clutter in them goes through the cues and places of any text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flows.clean import cues as cue_data
from flows.clean.blocks import walk
from flows.clean.bounds import bounded
from flows.clean.effort import Effort
from flows.clean.judge_page import judge_page
from flows.clean.lines import split
from flows.clean.place import Verdict, place
from flows.clean.spans import Mark
from flows.clean.statements import Stated, stated_by
from flows.clean.text import tile

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# An element whose blocks are not the article, whatever they say; the nearest one counts.
_BY_TAG: Final = {
    "nav": Verdict("nav", "html.nav"),
    "aside": Verdict("nav", "html.aside"),
    "footer": Verdict("footer", "html.footer"),
    "form": Verdict("widget", "html.form"),
    "figcaption": Verdict("caption", "html.figcaption"),
}
# The parser's own bound.
_TOO_DEEP: Final = (
    "Read a page that nests more than 2,048 elements inside one another; expected at most that. "
    "Fetch the page again: it was generated wrongly, or made to break its readers."
)


class TooDeep(Exception):
    """The page nests more elements than the parser follows: what lies deeper would be lost without a word."""


def read_page(
    html: str, url: str | None = None, outlet: str | None = None, effort: Effort = "quality"
) -> tuple[str, list[Mark], list[Stated]]:
    """The page's text (its blocks, one a line), the marks that tile it, and its statements (field, where, value).

    `outlet` is the registered domain of the page's outlet, where there is a hint. Raises TooDeep, and
    TooLarge where the page has more blocks than an article can have.
    """
    tree = parse(html)
    if tree is None:
        return "", [], []
    page = walk(tree)
    bounded(len(page.texts))
    text = "\n".join(page.texts)
    lines = split(text)
    cues = cue_data.of_outlet(outlet)
    named = cues.name(lines)
    body = judge_page(tree, page, url, effort)
    placed = place(lines, named, body, cue_data.profile_of(outlet), "html.outside")
    verdicts = [
        _BY_TAG[tag] if tag is not None and verdict.rule == "html.outside" else verdict
        for verdict, tag in zip(placed, page.inside, strict=True)
    ]
    return text, tile(text, lines, verdicts, body, cues), stated_by(tree)


def parse(html: str) -> HtmlElement | None:
    """The page's tree, or None where there is no element in it. Bad markup is mended; raises TooDeep alone."""
    from lxml import etree
    from lxml import html as lxml_html

    # huge_tree: 2,048 levels instead of 256; a document's size is bounded where it is read.
    parser = lxml_html.HTMLParser(
        huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        # The words are decoded already: as UTF-8 bytes no declaration inside the page can change them again.
        tree = lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    last = parser.error_log.last_error
    if last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise TooDeep(_TOO_DEEP)
    return tree
