"""A feed (RSS 0.9 to 2.0, RSS 1.0, Atom, WordPress' export) or trafilatura's XML -> its records, by lxml.

Parsed without entities, DTD or network, and read whole within the limits. feedparser was tried: it cleans the markup
of items and drops what it does not know, so that the raw record would not be the item. An item's record has its
elements by name (`content:encoded`, `dc:creator`), each with its text, or a list of them; attributes of `link` count
as its text.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from flows.read.errors import TableError
from flows.read.source_records import SourceRecord, encode_record, format_inner_markup

if TYPE_CHECKING:
    from lxml.etree import _Element

_PREFIXES: Final = {
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://wellformedweb.org/CommentAPI/": "wfw",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
}
_TEXT_ELEMENTS: Final = ("p", "head", "item", "quote", "cell", "ab", "list", "lb")


def read_feed(data: bytes, kind: str) -> Iterator[SourceRecord]:
    """Read the items of a feed, or the articles of XML. Raises TableError where it is no XML at all."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise TableError(
            "damaged_container", f"is a feed whose XML is broken ({str(error)[:200]}): fetch it again."
        ) from None
    if root is None:
        raise TableError("damaged_container", "is a feed whose XML is broken: fetch it again.")
    if kind in ("doc", "corpus", "tei", "teicorpus"):
        records = [_read_article(element) for element in _find_articles(root)]
    else:
        records = [_read_item(element) for element in root.iter() if _local_name(element) in ("item", "entry")]
    for number, fields in enumerate(records, 1):
        yield SourceRecord(f"#R{number}", f"Item {number}", encode_record(fields), fields)


def _local_name(element: "_Element") -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _name_element(element: "_Element") -> str:
    """Return the name of an element with the usual prefix of its namespace."""
    tag = str(element.tag)
    if not tag.startswith("{"):
        return tag
    space, _, name = tag[1:].partition("}")
    prefix = _PREFIXES.get(space) or (
        "wp" if "wordpress.org/export" in space else "excerpt" if space.endswith("/excerpt/") else ""
    )
    return f"{prefix}:{name}" if prefix else name


def _read_item(item: "_Element") -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for element in item:
        if not isinstance(element.tag, str):
            continue
        name = _name_element(element)
        value = _read_element(name, element)
        if value is None:
            continue
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    # Of an item's full text and its teaser the first is the article, whatever they are called.
    return {key: _first_link(value) if key == "link" else value for key, value in fields.items()}


def _read_element(name: str, element: "_Element") -> str | dict[str, str] | None:
    if name == "link" and element.get("href"):
        return {"rel": element.get("rel", "alternate"), "href": element.get("href")}
    if name in ("author", "contributor") and len(element):
        return next((child.text for child in element if _local_name(child) == "name"), None)
    if len(element):
        return format_inner_markup(element)
    text = (element.text or "").strip()
    return text or None


def _first_link(value: object) -> str | None:
    links = value if isinstance(value, list) else [value]
    hrefs = [link["href"] for link in links if isinstance(link, dict) and link["rel"] == "alternate"]
    return next(iter(hrefs), None) or next((link for link in links if isinstance(link, str)), None)


def _find_articles(root: "_Element") -> list["_Element"]:
    articles = [element for element in root.iter() if _local_name(element).lower() in ("doc", "tei")]
    return articles or [root]


def _read_article(article: "_Element") -> dict[str, Any]:
    """Read the record of an article that trafilatura wrote as XML or TEI."""
    fields: dict[str, Any] = {str(key): str(value) for key, value in article.attrib.items() if value}
    if _local_name(article) == "TEI":
        fields |= _read_tei_header(article)
    body = next((element for element in article.iter() if _local_name(element) in ("main", "body")), article)
    paragraphs = [
        " ".join("".join(element.itertext()).split())
        for element in body.iter()
        if _local_name(element) in _TEXT_ELEMENTS and not any(_local_name(child) in _TEXT_ELEMENTS for child in element)
    ]
    fields["text"] = "\n\n".join(filter(None, paragraphs)) or " ".join("".join(body.itertext()).split())
    return fields


def _read_tei_header(article: "_Element") -> dict[str, Any]:
    header = next((child for child in article.iter() if _local_name(child) == "teiHeader"), None)
    fields: dict[str, Any] = {}
    for element in header.iter() if header is not None else ():
        text = " ".join("".join(element.itertext()).split())
        name = _local_name(element)
        if not text:
            continue
        if name == "title" and element.get("type") == "main":
            fields.setdefault("title", text)
        elif name == "author":
            fields.setdefault("authors", []).append(text)
        elif name == "publisher":
            fields.setdefault("sitename", text)
        elif (
            name == "date" and element.getparent() is not None and _local_name(element.getparent()) == "publicationStmt"
        ):
            fields.setdefault("date", text)
        elif name in ("ptr", "idno") and text.startswith("http"):
            fields.setdefault("url", text)
    pointer = (
        next((e.get("target") for e in header.iter() if _local_name(e) == "ptr" and e.get("target")), None)
        if header is not None
        else None
    )
    if pointer:
        fields.setdefault("url", pointer)
    return fields
