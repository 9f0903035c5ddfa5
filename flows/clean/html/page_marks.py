"""A page (HTML) -> its blocks as text, one a line; its marks; and what it states outside its words.

The page is parsed once, without network, entity expansion or unbounded trees. `blocks` walks it, `judge_page` says
which blocks are the article; what is left of clutter in them goes through the cues and places of any text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.clean.html.block_classifier import judge_page
from flows.clean.html.blocks import walk
from flows.clean.html.effort import Effort
from flows.clean.html.link_lists import Lists, lists_of
from flows.clean.html.page_hints import hints_of
from flows.clean.html.page_metadata import Stated, stated_by
from flows.clean.line_limits import bounded
from flows.clean.lines.line_table import sheet, split
from flows.clean.lines.word_table import tokens
from flows.clean.rules import cues as cue_data
from flows.clean.spans import Marks
from flows.clean.text.body_lines import Body
from flows.clean.text.position_rules import Verdict, place
from flows.clean.text.text_marks import find, pieceable, tile

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
_DECLARED: Final = frozenset({"og", "jsonld"})
# What is added to the logit of a page in doubt: it is called a listing where that is twice as likely as not, since its
# markup showed a body already, and an article lost is worse than a listing kept.
_BENEFIT: Final = 0.7
# The parser's own bound.
_TOO_DEEP: Final = (
    "Read a page that nests more than 2,048 elements inside one another; expected at most that. "
    "Fetch the page again: it was generated wrongly, or made to break its readers."
)


class TooDeep(Exception):
    """The page nests more elements than the parser follows: what lies deeper would be lost without a word."""


class Page(NamedTuple):
    """A page's text (its blocks, one a line), the marks that tile it, its statements, what is kept, and its lists."""

    text: str
    marks: Marks
    stated: list[Stated]
    body: Body
    lists: Lists


def read_page(html: str, url: str | None = None, outlet: str | None = None, effort: Effort = "quality") -> Page:
    """What a page holds. `outlet` is the registered domain of its outlet, where there is a hint.

    Raises TooDeep, and TooLarge where the page has more blocks than an article can have.
    """
    tree = parse(html)
    if tree is None:
        return Page("", Marks(split(""), [], [], {}), [], Body([], "body.blocks", []), Lists([], [], [], False, False))
    nodes = list(tree.iter("*"))  # kept, because making an element's object costs more than looking at it
    page = walk(tree)
    bounded(len(page.texts))
    text = "\n".join(page.texts)
    table = sheet([text])
    lines = table.lines[0]
    cues = cue_data.of_outlet(outlet)
    spoken = tokens(table)
    (named,) = cue_data.name_all(table, spoken, [cues])
    hints = hints_of(tree, html)
    body, sure = judge_page(tree, page, hints, url, effort)
    placed = place(lines, named, body, cue_data.profile_of(outlet), "html.outside")
    verdicts = [
        _BY_TAG[tag] if tag is not None and verdict.rule == "html.outside" else verdict
        for verdict, tag in zip(placed, page.inside, strict=True)
    ]
    stated = stated_by(tree, nodes)
    lists = lists_of(page, lines.words, hints, _tells_a_story(stated))
    if not (sure or lists.article or lists.told or _has_one_article(nodes)):
        # A page in doubt may be a listing where neither its data nor its markup say that it is one story (listings have
        # an <article> for each, or none): what judges dumps reads its words.
        answer = find([text], [outlet])[0].body.article
        body = replace(body, article=None if answer is None else answer + _BENEFIT)
    return Page(text, tile(text, lines, verdicts, body, cues, pieceable(table, spoken)[0]), stated, body, lists)


def _has_one_article(nodes: list[HtmlElement]) -> bool:
    return [node.tag for node in nodes].count("article") == 1


def _tells_a_story(stated: list[Stated]) -> bool:
    """Whether a page declares one story, by its day (edited ones state two) or headline; a listing's data name many."""
    days = {value for field, where, value in stated if field == "published_at" and where in _DECLARED}
    headlines = {value for field, where, value in stated if field == "title" and where == "jsonld"}
    return len(headlines) <= 1 and (1 <= len(days) <= 2 or (not days and len(headlines) == 1))


def parse(html: str) -> HtmlElement | None:
    """The page's tree, or None where there is no element in it. Bad markup is mended; raises TooDeep alone."""
    from lxml import etree
    from lxml import html as lxml_html

    # huge_tree: 2,048 levels instead of 256; a document's size is bounded where it is read.
    parser = lxml_html.HTMLParser(
        huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    # lxml.html would choose a class for every element in Python.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml_html.HtmlElement))
    try:
        # The words are decoded already: as UTF-8 bytes no declaration inside the page can change them again.
        tree = lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    last = parser.error_log.last_error
    if last is not None and last.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise TooDeep(_TOO_DEEP)
    return tree
