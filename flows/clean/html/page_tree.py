"""Parsing of an HTML page to a tree, without network access or entity expansion, and with a bound on its depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# The depth is a limit of the parser itself.
_TOO_DEEP_MESSAGE: Final = (
    "Read a page that nests more than 2,048 elements inside one another; expected at most that. "
    "Fetch the page again: it was generated wrongly, or made to break its readers."
)


class PageTooDeep(Exception):
    """Error for a page that nests deeper than the parser follows: deeper content would be lost silently."""


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
