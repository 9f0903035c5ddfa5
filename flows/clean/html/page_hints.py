"""What a page says of itself and its words: titles, article as linked data, summary, and whether it is an article."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from flows.clean.lines.line_table import encodable

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MOST_JSON: Final = 500_000
_LONGEST_TITLE, _LONGEST_SUMMARY = 400, 2_000
_BODY: Final = re.compile(r'"articleBody"\s{0,9}:\s{0,9}("(?:[^"\\]|\\.){400,200000}")')
_TITLES: Final = frozenset({"og:title", "twitter:title"})
_SUMMARIES: Final = frozenset({"description", "og:description", "twitter:description"})


@dataclass(slots=True)
class Hints:
    """Titles as stated in the head, the longest articleBody, the longest description; empty where there is none.

    `article`: the page calls itself one, as og:type.
    """

    titles: list[str] = field(default_factory=list)
    body: str = ""
    summary: str = ""
    article: bool = False


def hints_of(tree: HtmlElement, html: str) -> Hints:
    """The hints in the head and the linked data of a page, given its tree and its source."""
    found = Hints()
    title = next(tree.iter("title"), None)
    if title is not None and title.text:
        found.titles.append(" ".join(title.text.split())[:_LONGEST_TITLE])
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").lower()
        found.article |= name == "og:type" and (meta.get("content") or "").strip().lower() == "article"
        if name in _TITLES or name in _SUMMARIES:
            said = " ".join((meta.get("content") or "").split())
            if name in _TITLES:
                found.titles.append(said[:_LONGEST_TITLE])
            elif len(said) > len(found.summary):
                found.summary = said[:_LONGEST_SUMMARY]
    found.titles = list(dict.fromkeys(one for one in found.titles if one))
    for script in tree.iter("script") if "articleBody" in html else ():
        text = script.text
        if text and "articleBody" in text and len(text) <= _MOST_JSON:
            for quoted in _BODY.findall(text):
                try:
                    said = json.loads(quoted, strict=False)
                except ValueError:
                    continue
                if len(said) > len(found.body):
                    found.body = encodable(" ".join(said.split()))
    return found
