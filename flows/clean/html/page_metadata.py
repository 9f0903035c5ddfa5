"""Metadata that a page states in its head, elements, JSON-LD and scripts: (field, where, value), not yet assessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from flows.clean.html.beside_headline import (
    MAX_NAME_CHARS,
    STANDFIRST_BIT,
    StatedValue,
    is_in_card,
    match_name_roles,
    read_beside_headline,
)
from flows.clean.html.linked_data import read_linked_data
from flows.clean.lines.line_table import replace_surrogates

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_SCRIPT_CHARS: Final = 500_000
_MAX_VALUE_CHARS: Final = 1_000
_PUBLISHED_DATE: Final = re.compile(
    r'datePublished\\?"\s{0,3}:\s{0,3}\\?"((?:19|20)\d\d-\d\d-\d\d(?:T[\d:.+Z-]{5,20})?)\\?"'
)
# <meta name|property|itemprop> -> (field, where).
_META_FIELDS: Final[dict[str, tuple[str, str]]] = {
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
    "dcterms.creator": ("authors", "meta"),
    "byl": ("authors", "meta"),
    "og:article:author": ("authors", "og"),
    "citation_author": ("authors", "citation"),
    "citation_title": ("title", "meta"),
    "citation_publication_date": ("published_at", "meta"),
    "citation_date": ("published_at", "meta"),
    "citation_online_date": ("published_at", "meta"),
    "og:article:published_time": ("published_at", "og"),
    "og:article:modified_time": ("modified_at", "og"),
    "og:published_time": ("published_at", "og"),
    "rnews:datepublished": ("published_at", "meta"),
    "article_date_original": ("published_at", "meta"),
    "pdate": ("published_at", "meta"),
    "ptime": ("published_at", "meta"),
    "last-modified": ("modified_at", "meta"),
    "lastmod": ("modified_at", "meta"),
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
# Other names of a day in <meta>: vendors put words of their own before these.
_DAY_META_NAME: Final = re.compile(
    r"(?:^|[.:_-])(?:(?:first[._-]?)?publi(?:sh(?:ed)?|cation)(?:[._-]?(?:date|time|at|on))?|pub[._-]?date|date[._-]?pub(?:lished)?"
    r"|(?P<update>(?:date[._-]?)?(?:modified|updated)(?:[._-]?(?:date|time|at|on))?))\Z"
)
_HAS_YEAR: Final = re.compile(r"(?:19|20)\d\d")

# Readers' comments and pictures have writers and days of their own.
_ASIDE_NAME: Final = re.compile(
    r"(?:^|\s)(?:(?:wp|user|reader|fb|post|article)[_-])?(?:comments?|commentlist|komentar|disqus|respond|replies|reviews?-list"
    r"|(?:wp-|photo-|image-|media-)?caption)(?=$|[\s_-])",
    re.I,
)
_ASIDE_TAGS: Final = frozenset(
    {"section", "div", "ol", "ul", "li", "aside", "article", "footer", "figure", "p", "span"}
)
_LOGO_NAME: Final = re.compile(r"logo|brand|masthead|site-?(?:title|name|header)|(?:^|\s)header-title", re.I)
_KICKER_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:kicker|eyebrow|overline|label|badge|category|kategori|section|topic|tag|rubrik|flag)(?:$|[\s_-])",
    re.I,
)
_NOTE_MARK: Final = re.compile(r"[\d*†‡]{1,2}|\[\d{1,2}\]")
_OTHER_ROLE: Final = re.compile(
    r"(?:reviewed|checked|edited|updated|approved|translated|photo(?:graph)?s?)\s(?:by|from)\W{0,3}$", re.I
)
_SITE_ROOT: Final = re.compile(r"(?:https?:)?(?://[^/?#]{1,100})?/?(?:index\.\w{3,4})?$", re.I)
_STANDFIRST_TAGS: Final = frozenset({"h2", "h3", "h4", "p", "div", "span"})
_ITEMPROP_FIELDS: Final = {"author": "authors", "datepublished": "published_at", "headline": "title"}
_MIN_HEADLINE_WORDS: Final = 3


def extract_stated_values(tree: HtmlElement, nodes: Sequence[HtmlElement] | None = None) -> list[StatedValue]:
    """Extract all values that a page states, in the order found, without duplicates.

    `nodes` are the elements of the tree, if the caller has listed them already.
    """
    nodes = list(tree.iter("*")) if nodes is None else nodes
    story_nodes = _drop_asides(nodes)
    stated_values = [*_read_head(tree), *_read_elements(story_nodes), *read_beside_headline(tree, story_nodes)]
    scripts = list(tree.iter("script"))
    jsonld_texts = [script.text or "" for script in scripts if "ld+json" in (script.get("type") or "").lower()]
    jsonld_texts += [meta.get("content") or "" for meta in tree.iter("meta") if "ld+json" in (meta.get("name") or "")]
    titles, addresses = (
        " ".join(value for field, _, value in stated_values if field == name) for name in ("title", "canonical")
    )
    stated_values.extend(read_linked_data(jsonld_texts, titles, addresses))
    if not any(
        field == "published_at" and where in {"jsonld", "page", "og", "meta", "microdata"}
        for field, where, _ in stated_values
    ):
        stated_values.extend(_read_script_dates(script.text or "" for script in scripts))
    normalized_values = (
        (field, where, replace_surrogates(" ".join(value.split())[:_MAX_VALUE_CHARS]))
        for field, where, value in stated_values
    )
    return list(dict.fromkeys(item for item in normalized_values if item[2]))


def _read_head(tree: HtmlElement) -> Iterator[StatedValue]:
    """Yield the values of the html, title, link and meta tags."""
    if language := (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")):
        yield "language", "html", language
    title = next(tree.iter("title"), None)
    if title is not None:
        yield "title", "html_title", title.text_content()
    for link in tree.iter("link"):
        rel = (link.get("rel") or "").lower().split()
        if "canonical" in rel and link.get("href"):
            yield "canonical", "link", link.get("href")
    other_days: list[StatedValue] = []
    for meta in tree.iter("meta"):
        name = (
            meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or ""
        ).lower()
        content = meta.get("content")
        if content and name in _META_FIELDS:
            yield (*_META_FIELDS[name], content)
        elif content and (match := _DAY_META_NAME.search(name[:MAX_NAME_CHARS])) and _HAS_YEAR.search(content[:60]):
            other_days.append(("modified_at" if match["update"] else "published_at", "meta", content))
    yield from other_days


def _drop_asides(nodes: Sequence[HtmlElement]) -> list[HtmlElement]:
    """Drop readers' comments, captions, and what they contain; an element around the headline is none of them."""
    inner_nodes: set[HtmlElement] = set()
    story_nodes: list[HtmlElement] = []
    for node in nodes:
        if inner_nodes and node in inner_nodes:
            continue
        tag = node.tag
        if tag == "figcaption" or (
            tag in _ASIDE_TAGS
            and _is_aside_name(f"{node.get('class') or ''} {node.get('id') or ''}"[:MAX_NAME_CHARS])
            and next(node.iter("h1"), None) is None
        ):
            inner_nodes.update(node.iter("*"))
        else:
            story_nodes.append(node)
    return story_nodes


@lru_cache(maxsize=8192)
def _is_aside_name(names: str) -> bool:
    """Return whether the class and id of an element are those of a comment thread or a caption."""
    return _ASIDE_NAME.search(names) is not None


def _is_of_another_role(link: HtmlElement) -> bool:
    """Return whether the words before a link say that the person reviewed, edited or changed the article."""
    parent, previous = link.getparent(), link.getprevious()
    text_before = (previous.tail if previous is not None else parent.text if parent is not None else "") or ""
    return _OTHER_ROLE.search(text_before[-60:]) is not None


def _is_logo(heading: HtmlElement) -> bool:
    """Return whether a heading is the site's: named so, or a link to the front page."""
    parent = heading.getparent()
    named = [heading, *heading.iter("a", "img", "span"), *([] if parent is None else [parent])]
    if any(_LOGO_NAME.search(f"{node.get('class') or ''} {node.get('id') or ''}"[:MAX_NAME_CHARS]) for node in named):
        return True
    links = [*heading.iter("a"), *([parent] if parent is not None and parent.tag == "a" else [])]
    return any(_SITE_ROOT.fullmatch((link.get("href") or "#").strip()) for link in links)


def _read_heading(heading: HtmlElement) -> str:
    """Return the words of a heading without a kicker in an element of its own and marks of notes, `<br>` as a blank."""
    kickers = {
        child
        for child in heading.iterchildren("*")
        if child.tag == "small"
        or _KICKER_NAME.search(f"{child.get('class') or ''}"[:MAX_NAME_CHARS])
        or (child.tag == "sup" and _NOTE_MARK.fullmatch(child.text_content().strip()))
    }
    pieces = [heading.text or ""]
    for child in heading.iterchildren():
        if isinstance(child.tag, str) and child not in kickers:
            pieces.append(" " if child.tag == "br" else child.text_content())
        pieces.append(child.tail or "")
    text = "".join(pieces)
    return text if kickers and len(text.split()) >= _MIN_HEADLINE_WORDS else heading.text_content()


def _has_headline_words(heading: HtmlElement) -> bool:
    """Return whether a heading has as many words as a headline."""
    return len(heading.text_content().split()) >= _MIN_HEADLINE_WORDS


def _read_elements(nodes: Sequence[HtmlElement]) -> list[StatedValue]:
    """Return the values of headings, time tags, standfirst classes, rel=author links and microdata, in this order."""
    headings: list[StatedValue] = []
    times: list[StatedValue] = []
    standfirsts: list[StatedValue] = []
    attributed: list[StatedValue] = []
    lesser_heading: HtmlElement | None = None
    for node in nodes:
        tag, get = node.tag, node.get
        if tag == "h2" and lesser_heading is None and _has_headline_words(node):
            lesser_heading = node
        if tag in _STANDFIRST_TAGS:
            if (name := get("class")) and match_name_roles(name[:MAX_NAME_CHARS]) & STANDFIRST_BIT:
                text = node.text_content()
                if 3 <= len(text.split()) <= 80:
                    standfirsts.append(("subtitle", "class", text))
        elif tag == "a":
            if (rel := get("rel")) and "author" in rel.lower().split() and not _is_of_another_role(node):
                attributed.append(("authors", "rel", node.text_content()))
        elif tag == "h1":
            if not _is_logo(node):
                headings.append(("title", "h1", _read_heading(node)))
        elif tag == "time" and (stamp := (get("datetime") or get("content"))) and not is_in_card(node):
            times.append(("published_at", "time", stamp))
        if (itemprop := get("itemprop")) and tag != "meta" and (field := _ITEMPROP_FIELDS.get(itemprop.lower())):
            attributed.append((field, "microdata", get("datetime") or get("content") or node.text_content()))
    if lesser_heading is not None and not any(len(text.split()) >= _MIN_HEADLINE_WORDS for _, _, text in headings):
        headings.append(("title", "h2", _read_heading(lesser_heading)))
    return [*headings, *times, *standfirsts, *attributed]


def _read_script_dates(texts: Iterable[str]) -> Iterator[StatedValue]:
    """Yield the publication date in a page's scripts, if all of them name the same day."""
    days = {
        match[1]
        for text in texts
        if "datePublished" in text
        for match in _PUBLISHED_DATE.finditer(text[:_MAX_SCRIPT_CHARS])
    }
    if len({day[:10] for day in days}) == 1:
        yield "published_at", "script", max(days)
