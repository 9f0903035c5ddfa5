"""What a page states outside its words: JSON-LD, meta tags, its head. (field, where, value), none of it judged here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from flows.clean.lines import encodable

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Stated = tuple[str, str, str]

_MOST_JSON: Final = 500_000
_MOST_NODES: Final = 5_000
_LONGEST: Final = 1_000
_ARTICLE: Final = re.compile(r"(?:Article|Posting|Report|Review)$")
_TRAILING_COMMA: Final = re.compile(r",(\s{0,50}[}\]])")
_WRAPPING: Final = re.compile(r"^\s*(?://\s*)?(?:<!--|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*$")

# <meta name|property|itemprop> -> field and where.
_META: Final[dict[str, tuple[str, str]]] = {
    "og:title": ("title", "og"),
    "twitter:title": ("title", "meta"),
    "dc.title": ("title", "meta"),
    "og:site_name": ("outlet", "og"),
    "application-name": ("outlet", "meta"),
    "og:url": ("canonical", "og"),
    "og:locale": ("language", "og"),
    "author": ("authors", "meta"),
    "article:author": ("authors", "og"),
    "dc.creator": ("authors", "meta"),
    "parsely-author": ("authors", "meta"),
    "sailthru.author": ("authors", "meta"),
    "content_author": ("authors", "meta"),
    "editor": ("editors", "meta"),
    "content_editor": ("editors", "meta"),
    "article:published_time": ("published_at", "og"),
    "article:modified_time": ("modified_at", "og"),
    "og:updated_time": ("modified_at", "og"),
    "datepublished": ("published_at", "microdata"),
    "date": ("published_at", "meta"),
    "dc.date": ("published_at", "meta"),
    "dc.date.issued": ("published_at", "meta"),
    "pubdate": ("published_at", "meta"),
    "publishdate": ("published_at", "meta"),
    "publish-date": ("published_at", "meta"),
    "publication_date": ("published_at", "meta"),
    "parsely-pub-date": ("published_at", "meta"),
    "sailthru.date": ("published_at", "meta"),
    "content_publishdate": ("published_at", "meta"),
    "content_publisheddate": ("published_at", "meta"),
    "content-language": ("language", "meta"),
}
_STANDFIRST: Final = re.compile(
    r"(?:^|[\s_-])(?:standfirst|subtitle|sub-title|sub-headline|subheadline|deck|dek|sub_judul|subjudul)(?:$|[\s_-])",
    re.I,
)

# Classes and ids of elements that name the writer, or the day, of the article when they stand beside its headline.
_BYLINE: Final = re.compile(
    r"(?:^|[\s_-])(?:by-?line|authors?|author-?name|writers?|written-?by|post-?author|penulis|reporter|wartawan|autor)"
    r"(?:$|[\s_-])",
    re.I,
)
_DATED: Final = re.compile(r"date|time|publish|posted|tanggal|waktu|datum", re.I)
_BEFORE_HEADLINE: Final = 40  # elements
_BEHIND_HEADLINE: Final = 120
_FEW_BYLINES: Final = 4
_MARK_UP: Final = frozenset({"script", "style", "noscript", "template", "svg", "select", "button"})

_STANDFIRST_TAGS: Final = frozenset({"h2", "h3", "h4", "p", "div", "span"})
_ITEMS: Final = {"author": "authors", "datepublished": "published_at", "headline": "title"}


def stated_by(tree: HtmlElement) -> list[Stated]:
    """Everything the tree of a page states, in the order found, without repeats."""
    nodes = list(tree.iter("*"))  # walked once: making an element's object costs more than looking at it
    found = [*_head(tree), *_elements(nodes), *_beside_headline(tree, nodes)]
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            found.extend(_linked_data(script.text or ""))
    clean = ((field, where, encodable(" ".join(value.split())[:_LONGEST])) for field, where, value in found)
    return list(dict.fromkeys(item for item in clean if item[2]))


def _head(tree: HtmlElement) -> Iterator[Stated]:
    if language := (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")):
        yield "language", "html", language
    title = next(tree.iter("title"), None)
    if title is not None:
        yield "title", "html_title", title.text_content()
    for link in tree.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        if "canonical" in rel and link.get("href"):
            yield "canonical", "link", link.get("href")
    for meta in tree.iter("meta"):
        name = (
            meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        ).lower()
        if name in _META and meta.get("content"):
            yield (*_META[name], meta.get("content"))


def _elements(nodes: list[HtmlElement]) -> list[Stated]:
    headings: list[Stated] = []
    times: list[Stated] = []
    standfirsts: list[Stated] = []
    named: list[Stated] = []
    for node in nodes:
        tag = node.tag
        if tag == "h1":
            headings.append(("title", "h1", node.text_content()))
        elif tag == "time":
            if stamp := (node.get("datetime") or node.get("content")):
                times.append(("published_at", "time", stamp))
        elif tag in _STANDFIRST_TAGS and (name := node.get("class")) and _STANDFIRST.search(name):
            text = node.text_content()
            if 3 <= len(text.split()) <= 80:
                standfirsts.append(("subtitle", "class", text))
        if tag == "a" and "author" in (node.get("rel") or "").lower().split():
            named.append(("authors", "rel", node.text_content()))
        item = node.get("itemprop")
        if item and tag != "meta" and (field := _ITEMS.get(item.lower())):
            named.append((field, "microdata", node.get("datetime") or node.get("content") or node.text_content()))
    return [*headings, *times, *standfirsts, *named]


def _beside_headline(tree: HtmlElement, nodes: list[HtmlElement]) -> Iterator[Stated]:
    """Writers (`byline`) and days (`headline`) in elements named for them, a few elements from the headline."""
    title = next(tree.iter("title"), None)
    words = set((title.text_content() if title is not None else "").casefold().split())
    at, most = None, 0
    for index, node in enumerate(nodes):
        if node.tag == "h1":
            shared = 1 + len(words & set(node.text_content().casefold().split()))
            if shared > most:
                at, most = index, shared
    if at is None:
        return
    named, inside = 0, set()
    for node in nodes[max(0, at - _BEFORE_HEADLINE) : at + _BEHIND_HEADLINE]:
        name = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('data-testid') or ''}"
        if node.tag == "time" or _DATED.search(name):
            if stamp := node.get("datetime"):
                yield "published_at", "headline", stamp
            else:
                text = _words(node)
                if 6 <= len(text) <= 80 and any(map(str.isdigit, text)):
                    yield "published_at", "headline", text
        if named < _FEW_BYLINES and _BYLINE.search(name) and node.getparent() not in inside:
            text = _words(node, " | ")
            if 2 <= len(text) <= 200:
                named += 1
                yield "authors", "byline", text
            inside.add(node)
        elif node.getparent() in inside:
            inside.add(node)


def _words(node: HtmlElement, between: str = " ") -> str:
    """An element's words, `between` where one of its elements begins or ends; what no reader sees left out."""
    pieces: list[str] = []
    length = 0
    for part in node.iter():
        if not isinstance(part.tag, str) or part.tag in _MARK_UP:
            continue
        for piece in (part.text, None if part is node else part.tail):
            if piece and not piece.isspace():
                pieces.append(" ".join(piece.split()))
                length += len(piece)
        if length > _LONGEST:
            break
    return between.join(pieces)


def _linked_data(text: str) -> Iterator[Stated]:
    """What JSON-LD says of the article: nodes of an article type; a broken block says nothing."""
    nodes = list(_nodes(_parsed(text)))
    names = {
        node["@id"]: node["name"]
        for node in nodes
        if isinstance(node.get("@id"), str) and isinstance(node.get("name"), str)
    }
    for node in nodes:
        kinds = node.get("@type")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if not any(isinstance(kind, str) and _ARTICLE.search(kind) for kind in kinds):
            continue
        for key, field in _LINKED.items():
            for value in _names(node.get(key), names):
                yield field, "jsonld", value


_LINKED: Final = {
    "headline": "title", "alternativeHeadline": "subtitle", "author": "authors", "creator": "authors",
    "editor": "editors", "datePublished": "published_at", "dateModified": "modified_at", "publisher": "outlet",
    "inLanguage": "language", "mainEntityOfPage": "canonical",
}  # fmt: skip


def _parsed(text: str) -> object:
    if len(text) > _MOST_JSON:
        return None
    bare = _WRAPPING.sub("", text.strip())
    for attempt in (bare, _TRAILING_COMMA.sub(r"\1", bare)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _nodes(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, in order, up to a bound."""
    queue, seen = [value], 0
    while queue and seen < _MOST_NODES:
        item = queue.pop(0)
        seen += 1
        if isinstance(item, dict):
            yield item
            queue.extend(child for child in item.values() if isinstance(child, dict | list))
        elif isinstance(item, list):
            queue.extend(item)


def _names(value: object, names: dict[str, str]) -> Iterator[str]:
    """The words of a JSON-LD value: a string, an object with a name, a reference to one, or a list of these."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            name = item.get("name") or names.get(str(item.get("@id"))) or item.get("@id") or item.get("alternateName")
            for one in name if isinstance(name, list) else [name]:
                if isinstance(one, str):
                    yield one
