"""Metadata in the JSON-LD of a page: the values of its article nodes, with names resolved by their ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any, Final

from flows.clean.html.beside_headline import StatedValue

_MAX_JSON_CHARS: Final = 500_000
_MAX_JSON_NODES: Final = 5_000
_MAX_NAME_LEVELS: Final = 20  # of objects within one another that hold one name
_ARTICLE_TYPE: Final = re.compile(r"(?:Article|Posting|Report|Review)$")
_PAGE_TYPE: Final = re.compile(r"^(?:Web|About|Item)Page$")
_TRAILING_COMMA: Final = re.compile(r",(\s{0,50}[}\]])")
_JSON_WRAPPING: Final = re.compile(
    r"^\s{0,50}(?://|/\*)?\s{0,50}(?:<!--|<!\[CDATA\[)\s{0,50}(?:\*/)?|"
    r"(?://|/\*)?\s{0,50}(?:-->|\]\]>)\s{0,50}(?:\*/)?\s{0,50}$"
)
# What others wrote about the page or its product.
_FOREIGN_KEYS: Final = frozenset({"review", "reviews", "comment", "comments", "suggestedAnswer", "acceptedAnswer"})
_ORGANIZATION_TYPE: Final = re.compile(r"Organi[sz]ation\Z")
_JSON_DECODER: Final = json.JSONDecoder(strict=False)
_JSONLD_FIELDS: Final = {
    "headline": "title", "alternativeHeadline": "subtitle", "author": "authors", "creator": "authors",
    "editor": "editors", "datePublished": "published_at", "dateModified": "modified_at", "publisher": "outlet",
    "inLanguage": "language", "mainEntityOfPage": "canonical",
}  # fmt: skip


def read_linked_data(jsonld_texts: Sequence[str], titles: str, address: str = "") -> Iterator[StatedValue]:
    """Yield the values of the JSON-LD nodes with an article type; broken JSON-LD is ignored.

    If the nodes describe several stories, those with a headline among the page's `titles` are read. The date of the
    page node is read if no article node has one.
    """
    nodes = [node for text in jsonld_texts for node in _iterate_objects(_parse_json(text))]
    names_by_id = {
        node["@id"]: name
        for node in nodes
        if isinstance(node.get("@id"), str) and (name := next(_resolve_names({**node, "@id": None}, {}), None))
    }
    articles = [node for node in nodes if _has_type(node, _ARTICLE_TYPE)]
    headlines = {_fold_text(node.get("headline")) for node in articles}
    if len(headlines) > 1:
        matching_articles = [
            node
            for node in articles
            if (headline := _fold_text(node.get("headline"))) and headline in _fold_text(titles)
        ]
        articles = matching_articles or articles
    for node in articles:
        for key, field in _JSONLD_FIELDS.items():
            stated = node.get(key)
            if field == "authors":
                stated = [
                    author
                    for author in (stated if isinstance(stated, list) else [stated])
                    if not _is_site(author, titles + address)
                ]
            for value in _resolve_names(stated, names_by_id):
                yield field, "jsonld", value
    if not any(node.get("datePublished") for node in articles):
        for node in nodes:
            if _has_type(node, _PAGE_TYPE) and isinstance(day := node.get("datePublished"), str):
                yield "published_at", "page", day


def _is_site(author: object, own_names: str) -> bool:
    """Return True if an author is an organization whose name the page's titles or address hold: the site."""
    if not isinstance(author, dict) or not _has_type(author, _ORGANIZATION_TYPE):
        return False
    name = _fold_text(author.get("name"))
    return len(name) > 3 and name in _fold_text(own_names)


def _has_type(node: dict[str, Any], pattern: re.Pattern[str]) -> bool:
    """Return True if one of the types of a JSON-LD node matches the pattern."""
    type_names = node.get("@type")
    return any(
        isinstance(type_name, str) and pattern.search(type_name)
        for type_name in (type_names if isinstance(type_names, list) else [type_names])
    )


def _fold_text(text: object) -> str:
    """Return the letters and digits of a text, case-folded; empty for any other value."""
    return re.sub(r"[\W_]+", "", unescape(text)).casefold() if isinstance(text, str) else ""


def _parse_json(text: str) -> object:
    """Parse JSON-LD, tolerating comment wrappers and trailing commas; return None if it is broken or too long."""
    if len(text) > _MAX_JSON_CHARS:
        return None
    unwrapped = _JSON_WRAPPING.sub("", _JSON_WRAPPING.sub("", text.strip("\ufeff \t\r\n"))).strip(" \t\r\n;")
    mended = _TRAILING_COMMA.sub(r"\1", unwrapped)
    for candidate in (unwrapped, mended, unescape(mended)):
        try:
            return _decode_values(candidate)
        except (ValueError, RecursionError):
            continue
    return None


def _decode_values(text: str) -> object:
    """Decode a JSON value, or several that follow one another as a list. Raises ValueError."""
    values: list[object] = []
    position = 0
    while position < len(text):
        value, position = _JSON_DECODER.raw_decode(text, position)
        values.append(value)
        while position < len(text) and text[position] in " \t\r\n,;":
            position += 1
    return values[0] if len(values) == 1 else values


def _iterate_objects(value: object) -> Iterator[dict[str, Any]]:
    """Yield every object in a JSON value but those of readers, breadth first, up to _MAX_JSON_NODES nodes."""
    queue, node_count = [value], 0
    while queue and node_count < _MAX_JSON_NODES:
        node = queue.pop(0)
        node_count += 1
        if isinstance(node, dict):
            yield node
            queue.extend(
                child for key, child in node.items() if isinstance(child, dict | list) and key not in _FOREIGN_KEYS
            )
        elif isinstance(node, list):
            queue.extend(node)


def _resolve_names(value: object, names_by_id: dict[str, str], max_levels: int = _MAX_NAME_LEVELS) -> Iterator[str]:
    """Yield the names in a JSON-LD value: a string, an object with a name, a reference to one, or a list of these.

    Objects deeper than `max_levels` are left out: JSON may nest deeper than Python can recurse.
    """
    for node in value if isinstance(value, list) else [value]:
        if isinstance(node, str):
            yield names_by_id.get(node, node)
        elif isinstance(node, dict):
            parts = [node.get(key) for key in ("givenName", "additionalName", "familyName")]
            name = (
                node.get("name")
                or " ".join(part for part in parts if isinstance(part, str) and part.strip())
                or names_by_id.get(str(node.get("@id")))
                or node.get("mainEntity")
                or node.get("@id")
                or node.get("alternateName")
            )
            for inner in name if isinstance(name, list) else [name]:
                if isinstance(inner, str):
                    yield inner
                elif isinstance(inner, dict) and max_levels > 1:
                    yield from _resolve_names(inner, names_by_id, max_levels - 1)
