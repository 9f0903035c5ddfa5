"""Hints in the head and linked data of a page: titles, article body, summary, and declared type."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flows.clean.lines.line_table import replace_surrogates

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_SCRIPT_CHARS: Final = 500_000
_MAX_TITLE_CHARS, _MAX_SUMMARY_CHARS = 400, 2_000
_ARTICLE_BODY: Final = re.compile(r'"articleBody"\s{0,9}:\s{0,9}("(?:[^"\\]|\\.){400,200000}")')
_LIVE_BLOG: Final = re.compile(r'"@type"\s{0,9}:\s{0,9}\[?\s{0,9}"LiveBlogPosting"')
_TITLE_NAMES: Final = frozenset({"og:title", "twitter:title"})
_SUMMARY_NAMES: Final = frozenset({"description", "og:description", "twitter:description"})


@dataclass(slots=True)
class PageHints:
    """Titles of the head, the longest articleBody and the longest description; empty if the page states none.

    `addresses` are those that the page states as its own. `declares_article` is set if og:type is `article`,
    `is_live` if the page declares a live blog.
    """

    titles: list[str] = field(default_factory=list)
    article_body: str = ""
    summary: str = ""
    addresses: list[str] = field(default_factory=list)
    declares_article: bool = False
    is_live: bool = False


def read_page_hints(tree: HtmlElement, html: str) -> PageHints:
    """Read the hints of a page from its tree and its source."""
    hints = PageHints()
    title = next(tree.iter("title"), None)
    if title is not None and title.text:
        hints.titles.append(" ".join(title.text.split())[:_MAX_TITLE_CHARS])
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        if name == "og:url" and meta.get("content"):
            hints.addresses.append(meta.get("content").strip())
        hints.declares_article |= name == "og:type" and (meta.get("content") or "").strip().lower() == "article"
        if name in _TITLE_NAMES or name in _SUMMARY_NAMES:
            content = " ".join((meta.get("content") or "").split())
            if name in _TITLE_NAMES:
                hints.titles.append(content[:_MAX_TITLE_CHARS])
            elif len(content) > len(hints.summary):
                hints.summary = content[:_MAX_SUMMARY_CHARS]
    hints.titles = list(dict.fromkeys(title for title in hints.titles if title))
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and link.get("href"):
            hints.addresses.append(link.get("href").strip())
    hints.is_live = "LiveBlogPosting" in html and _LIVE_BLOG.search(html) is not None
    for script in tree.iter("script") if "articleBody" in html else ():
        text = script.text
        if text and "articleBody" in text and len(text) <= _MAX_SCRIPT_CHARS:
            for quoted in _ARTICLE_BODY.findall(text):
                try:
                    content = json.loads(quoted, strict=False)
                except ValueError:
                    continue
                if len(content) > len(hints.article_body):
                    hints.article_body = replace_surrogates(" ".join(content.split()))
    return hints
