"""Reading of an HTML page: its blocks as text (one per line), its marks, and the metadata it states.

The page is parsed once, without network access or entity expansion, and with a bound on its depth. `extract_blocks`
lists its blocks and `classify_blocks` selects those of the article. Boilerplate inside the selected blocks is marked by
the same cues and position rules as in plain text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

from flows.clean.html.block_classifier import classify_blocks
from flows.clean.html.block_exclusions import exclude_blocks
from flows.clean.html.blocks import extract_blocks
from flows.clean.html.body_repairs import complete_groups, find_copies
from flows.clean.html.effort import Effort
from flows.clean.html.inline_asides import move_inline_asides
from flows.clean.html.link_lists import LinkLists, find_link_lists
from flows.clean.html.page_hints import read_page_hints
from flows.clean.html.page_metadata import StatedValue, extract_stated_values
from flows.clean.line_limits import check_line_count
from flows.clean.lines.line_table import build_line_table, split_lines
from flows.clean.lines.word_table import build_word_table
from flows.clean.rules import cues as cue_data
from flows.clean.spans import DocumentMarks
from flows.clean.text.body_lines import BodySelection
from flows.clean.text.position_rules import LineVerdict, classify_lines
from flows.clean.text.text_marks import build_document_marks, find_splittable_lines, mark_texts

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Verdict for a block outside the article, by the nearest of these elements around it.
_ASIDE_VERDICTS: Final = {
    "nav": LineVerdict("nav", "html.nav"),
    "aside": LineVerdict("nav", "html.aside"),
    "footer": LineVerdict("footer", "html.footer"),
    "form": LineVerdict("widget", "html.form"),
    "figcaption": LineVerdict("caption", "html.figcaption"),
}
_REPEAT: Final = LineVerdict("nav", "body.repeat")
_DECLARING_PLACES: Final = frozenset({"og", "jsonld"})
# Added to the article logit of an uncertain page. Such a page is rejected only if a listing is twice as likely as an
# article: its markup already showed a body, and a lost article is worse than a kept listing.
_ARTICLE_BIAS: Final = 0.7
# The depth is a limit of the parser itself.
_TOO_DEEP_MESSAGE: Final = (
    "Read a page that nests more than 2,048 elements inside one another; expected at most that. "
    "Fetch the page again: it was generated wrongly, or made to break its readers."
)


class PageTooDeep(Exception):
    """Error for a page that nests deeper than the parser follows: deeper content would be lost silently."""


class Page(NamedTuple):
    """Text of a page (one block per line), its marks, stated values, body and link lists."""

    text: str
    marks: DocumentMarks
    stated_values: list[StatedValue]
    body: BodySelection
    link_lists: LinkLists


def read_page(html: str, url: str | None = None, outlet: str | None = None, effort: Effort = "quality") -> Page:
    """Read a page. `outlet` is the registered domain of its outlet, if there is a hint of it.

    Raises PageTooDeep if the page nests too deep, and TooManyLines if it has more blocks than an article can have.
    """
    tree = parse_page(html)
    if tree is None:
        return Page(
            "",
            DocumentMarks(split_lines(""), [], [], {}),
            [],
            BodySelection([], "body.blocks", []),
            LinkLists([], [], [], False, False),
        )
    nodes = list(tree.iter("*"))  # a list, because creating the element objects costs more than reading them
    if move_inline_asides(nodes):
        nodes = list(tree.iter("*"))
    blocks = extract_blocks(tree)
    check_line_count(len(blocks.texts))
    text = "\n".join(blocks.texts)
    table = build_line_table([text])
    lines = table.documents[0]
    cues = cue_data.load_outlet_cues(outlet)
    line_tokens = build_word_table(table)
    (line_cues,) = cue_data.match_cues(table, line_tokens, [cues])
    hints = read_page_hints(tree, html)
    addresses = [*hints.addresses, *([url] if url else [])]
    exclusions = exclude_blocks(blocks, lines.word_counts, hints.titles, addresses, hints.is_live)
    body, is_confident = classify_blocks(tree, blocks, exclusions, hints, url, effort)
    keep = complete_groups(blocks, lines.word_counts, body.keep, [verdict is not None for verdict in exclusions])
    for copy in find_copies(blocks.texts, lines.word_counts, keep):
        keep[copy], exclusions[copy] = False, _REPEAT
    body = replace(body, keep=keep)
    position_verdicts = classify_lines(lines, line_cues, body, cue_data.find_profile(outlet), "html.outside")
    verdicts = [
        _choose_verdict(verdict, exclusion, tag)
        for verdict, exclusion, tag in zip(position_verdicts, exclusions, blocks.aside_tags, strict=True)
    ]
    stated_values = extract_stated_values(tree, nodes)
    link_lists = find_link_lists(blocks, lines.word_counts, hints, _declares_story(stated_values))
    if not (is_confident or link_lists.declares_article or link_lists.declares_story or _has_one_article(nodes)):
        # An uncertain page may be a listing if neither its data nor its markup declare one story (listings have one
        # <article> per item, or none). The classifier of plain text dumps decides by its words.
        article_logit = mark_texts([text], [outlet])[0].body.article_logit
        body = replace(body, article_logit=None if article_logit is None else article_logit + _ARTICLE_BIAS)
    return Page(
        text,
        build_document_marks(text, lines, verdicts, body, cues, find_splittable_lines(table, line_tokens)[0]),
        stated_values,
        body,
        link_lists,
    )


def _choose_verdict(verdict: LineVerdict, exclusion: LineVerdict | None, aside_tag: str | None) -> LineVerdict:
    """Return the verdict of a block: its exclusion, that of its words and position, or that of the aside around it.

    A date or a name in another story or in a comment belongs to that, so such exclusions go first.
    """
    if exclusion is not None and (exclusion.kind != "nav" or verdict.rule == "html.outside"):
        return exclusion
    return _ASIDE_VERDICTS[aside_tag] if aside_tag is not None and verdict.rule == "html.outside" else verdict


def _has_one_article(nodes: list[HtmlElement]) -> bool:
    """Return True if the page has exactly one <article> element."""
    return [node.tag for node in nodes].count("article") == 1


def _declares_story(stated_values: list[StatedValue]) -> bool:
    """Return True if a page declares one story, by its day or its headline.

    An edited story states two days; the data of a listing name many days or headlines.
    """
    days = {value for field, where, value in stated_values if field == "published_at" and where in _DECLARING_PLACES}
    headlines = {value for field, where, value in stated_values if field == "title" and where == "jsonld"}
    return len(headlines) <= 1 and (1 <= len(days) <= 2 or (not days and len(headlines) == 1))


def parse_page(html: str) -> HtmlElement | None:
    """Parse a page and return its tree, or None if it has no element. Repairs bad markup; raises only PageTooDeep."""
    from lxml import etree
    from lxml import html as lxml_html

    # huge_tree: 2,048 levels instead of 256; a document's size is bounded where it is read.
    parser = lxml_html.HTMLParser(
        huge_tree=True, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    # The default look-up of lxml.html chooses a class for every element in Python, which is slow.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=lxml_html.HtmlElement))
    try:
        # The text is decoded already. The parser is given UTF-8, so that no charset declared in the page applies.
        tree = lxml_html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    last_error = parser.error_log.last_error
    if last_error is not None and last_error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise PageTooDeep(_TOO_DEEP_MESSAGE)
    return tree
