"""What a page states outside its words: JSON-LD, meta tags, its head. (field, where, value), none of it judged here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any, Final

from flows.clean.lines.line_table import encodable

if TYPE_CHECKING:
    from lxml.html import HtmlElement

Stated = tuple[str, str, str]

_MOST_JSON: Final = 500_000
_MOST_NODES: Final = 5_000
_LONGEST: Final = 1_000
_NAMED: Final = 500  # characters of the names of an element: a page may give any number, and thousands are remembered
_ARTICLE: Final = re.compile(r"(?:Article|Posting|Report|Review)$")
_PAGE: Final = re.compile(r"^(?:Web|About|Item)Page$")
_PUBLISHED: Final = re.compile(
    r'datePublished\\?"\s{0,3}:\s{0,3}\\?"((?:19|20)\d\d-\d\d-\d\d(?:T[\d:.+Z-]{5,20})?)\\?"'
)
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
    "published-date": ("published_at", "meta"),
    "published_date": ("published_at", "meta"),
    "published_time": ("published_at", "meta"),
    "article.published": ("published_at", "meta"),
    "dcterms.created": ("published_at", "meta"),
    "dcterms.date": ("published_at", "meta"),
    "dcterms.issued": ("published_at", "meta"),
    "dc.date.created": ("published_at", "meta"),
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
_SAYS_STANDFIRST, _SAYS_DATE, _SAYS_BYLINE = 1, 2, 4
_BEFORE_HEADLINE: Final = 40  # elements
_BEHIND_HEADLINE: Final = 120
_FEW_BYLINES: Final = 4
_MARK_UP: Final = frozenset({"script", "style", "noscript", "template", "svg", "select", "button"})

_STANDFIRST_TAGS: Final = frozenset({"h2", "h3", "h4", "p", "div", "span"})
_ITEMS: Final = {"author": "authors", "datepublished": "published_at", "headline": "title"}


def stated_by(tree: HtmlElement, nodes: Sequence[HtmlElement] | None = None) -> list[Stated]:
    """Everything the tree of a page states, in the order found, without repeats. `nodes`: its elements, if at hand."""
    nodes = list(tree.iter("*")) if nodes is None else nodes
    found = [*_head(tree), *_elements(nodes), *_beside_headline(tree, nodes)]
    scripts = list(tree.iter("script"))
    linked = [script.text or "" for script in scripts if "ld+json" in (script.get("type") or "").lower()]
    found.extend(_linked_data(linked, " ".join(value for field, _, value in found if field == "title")))
    if not any(
        field == "published_at" and where in {"jsonld", "page", "og", "meta", "microdata"} for field, where, _ in found
    ):
        found.extend(_in_scripts(script.text or "" for script in scripts))
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


def _elements(nodes: Sequence[HtmlElement]) -> list[Stated]:
    headings: list[Stated] = []
    times: list[Stated] = []
    standfirsts: list[Stated] = []
    named: list[Stated] = []
    for node in nodes:
        tag, get = node.tag, node.get
        if tag in _STANDFIRST_TAGS:
            if (name := get("class")) and _may_be(name[:_NAMED]) & _SAYS_STANDFIRST:
                text = node.text_content()
                if 3 <= len(text.split()) <= 80:
                    standfirsts.append(("subtitle", "class", text))
        elif tag == "a":
            if (rel := get("rel")) and "author" in rel.lower().split():
                named.append(("authors", "rel", node.text_content()))
        elif tag == "h1":
            headings.append(("title", "h1", node.text_content()))
        elif tag == "time" and (stamp := (get("datetime") or get("content"))):
            times.append(("published_at", "time", stamp))
        if (item := get("itemprop")) and tag != "meta" and (field := _ITEMS.get(item.lower())):
            named.append((field, "microdata", get("datetime") or get("content") or node.text_content()))
    return [*headings, *times, *standfirsts, *named]


@lru_cache(maxsize=8192)
def _may_be(name: str) -> int:
    """What a class, or all names of an element, may say that it is, as bits."""
    return (
        _SAYS_STANDFIRST * (_STANDFIRST.search(name) is not None)
        | _SAYS_DATE * (_DATED.search(name) is not None)
        | _SAYS_BYLINE * (_BYLINE.search(name) is not None)
    )


def _beside_headline(tree: HtmlElement, nodes: Sequence[HtmlElement]) -> Iterator[Stated]:
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
    bylines, inside = 0, set()
    for node in nodes[max(0, at - _BEFORE_HEADLINE) : at + _BEHIND_HEADLINE]:
        get = node.get
        says = _may_be(f"{get('class') or ''} {get('id') or ''} {get('data-testid') or ''}"[:_NAMED])
        if says & _SAYS_DATE or node.tag == "time":
            if stamp := get("datetime"):
                yield "published_at", "headline", stamp
            else:
                text = _words(node)
                if 6 <= len(text) <= 80 and any(map(str.isdigit, text)):
                    yield "published_at", "headline", text
        if says & _SAYS_BYLINE and bylines < _FEW_BYLINES and node.getparent() not in inside:
            text = _words(node, " | ")
            if 2 <= len(text) <= 200:
                bylines += 1
                yield "authors", "byline", text
            inside.add(node)
        elif inside and node.getparent() in inside:
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


def _linked_data(texts: list[str], titles: str) -> Iterator[Stated]:
    """What JSON-LD says of the article: nodes of an article type; a broken block says nothing.

    Where several nodes tell of several stories, those count whose headline stands among the page's `titles`. The day
    of the page itself counts where its article gives none.
    """
    nodes = [node for text in texts for node in _nodes(_parsed(text))]
    names = {
        node["@id"]: node["name"]
        for node in nodes
        if isinstance(node.get("@id"), str) and isinstance(node.get("name"), str)
    }
    articles = [node for node in nodes if _is(node, _ARTICLE)]
    headlines = {_folded(node.get("headline")) for node in articles}
    if len(headlines) > 1:
        own = [node for node in articles if (said := _folded(node.get("headline"))) and said in _folded(titles)]
        articles = own or articles
    for node in articles:
        for key, field in _LINKED.items():
            for value in _names(node.get(key), names):
                yield field, "jsonld", value
    if not any(node.get("datePublished") for node in articles):
        for node in nodes:
            if _is(node, _PAGE) and isinstance(day := node.get("datePublished"), str):
                yield "published_at", "page", day


def _is(node: dict[str, Any], kind: re.Pattern[str]) -> bool:
    kinds = node.get("@type")
    return any(isinstance(one, str) and kind.search(one) for one in (kinds if isinstance(kinds, list) else [kinds]))


def _folded(text: object) -> str:
    return re.sub(r"[\W_]+", "", unescape(text)).casefold() if isinstance(text, str) else ""


def _in_scripts(texts: Iterable[str]) -> Iterator[Stated]:
    """The day of publication in a page's own data, where all of it names one day."""
    days = {found[1] for text in texts if "datePublished" in text for found in _PUBLISHED.finditer(text[:_MOST_JSON])}
    if len({day[:10] for day in days}) == 1:
        yield "published_at", "script", max(days)


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
