"""Articles as elements of XML or SGML -> records: Scrapy's XML, exports of data bases, TREC's and wiki dumps' files.

    <items><item><title>...</title><content>...</content></item></items>
    <DOC><DOCNO>...</DOCNO><TEXT>...</TEXT></DOC> <DOC>...
    <doc id="1" url="..." title="...">...</doc> <doc ...

A record is an element whose children or attributes the alias table knows. Parsed by lxml without DTD, entities or
network, and read whole within the limits: corpora are often no XML (several roots, a bare `&`), so the text is mended
first. The record's raw bytes are its JSON, keys as in the source.
"""

import html
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from flows.read import lenient_decoding
from flows.read.errors import TableError
from flows.read.feed_detection import PAGE_ELEMENTS, PROLOGUE
from flows.read.field_aliases import FieldMap, knows_key, states_text
from flows.read.source_records import SourceRecord, encode_record, format_inner_markup

if TYPE_CHECKING:
    from lxml.etree import _Element

_DECLARED_ENCODING: Final = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.-]{2,40})[\"']")
_MENDED: Final = re.compile(
    r"""
      <!\[CDATA\[.*?\]\]>                          # stays as it is
    | &(?!(?:amp|lt|gt|quot|apos|\#\w{1,8});)      # a bare ampersand, or an entity that XML does not know
      (?:\w{2,31};)?
    | <(?![/A-Za-z_!?])                            # a sign, not a tag
    """,
    re.VERBOSE | re.DOTALL,
)
_LIST_ITEMS: Final = frozenset(
    ("value", "item", "element", "p", "par", "para", "paragraph", "li", "s", "string", "paragraf")
)


def read_markup_records(data: bytes) -> Iterator[SourceRecord]:
    """Read the records of XML or SGML. Raises TableError where it cannot be parsed."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(_mend_markup(data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise TableError("damaged_container", f"is XML that is broken ({str(error)[:200]}): write it again.") from None
    record_tag = (
        next((element.tag for element in root.iter() if _is_record(element)), None) if root is not None else None
    )
    if record_tag is None:
        raise TableError(
            "no_content", "is XML without an element that is known to hold a text: write it as JSON Lines."
        )
    for number, element in enumerate(root.iter(record_tag), 1):
        fields = _read_fields(element)
        yield SourceRecord(f"#R{number}", f"Element {number}", encode_record(fields), fields)


def _mend_markup(data: bytes) -> bytes:
    """Make one XML document of what may have several roots, bare ampersands and the entities of pages."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED_ENCODING.match(data)
    prologue = PROLOGUE.match(data)
    body = data[prologue.end() :] if prologue else data
    try:
        text = lenient_decoding.decode_leniently(body, declared[1].decode("ascii", "replace") if declared else None)
    except LookupError:  # no encoding has the name that it declares
        text = lenient_decoding.decode_leniently(body)
    return f"<records>{_MENDED.sub(_mend_match, text)}</records>".encode("utf-8", "replace")


def _mend_match(match: re.Match[str]) -> str:
    matched = match[0]
    if matched.startswith("<!"):
        return matched
    return html.escape(html.unescape(matched), quote=False)


def _is_record(element: "_Element") -> bool:
    """Return True for an element that states at least two known keys, one of them a text."""
    keys = tuple(dict.fromkeys(child.tag for child in element if isinstance(child.tag, str)))
    if element.attrib and len((element.text or "").strip()) > len(keys):
        return sum(map(knows_key, map(str, element.attrib))) >= 2
    return sum(map(knows_key, keys)) >= 2 and states_text(keys, FieldMap())


def _read_fields(element: "_Element") -> dict[str, Any]:
    """Read the fields of a record: its attributes, its children, and its own text."""
    fields: dict[str, Any] = {str(key): str(value) for key, value in element.attrib.items() if value}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        value = _read_value(child)
        if value is None:
            continue
        if child.tag not in fields:
            fields[child.tag] = value
        elif isinstance(fields[child.tag], list):
            fields[child.tag].append(value)
        else:
            fields[child.tag] = [fields[child.tag], value]
    if own_text := (element.text or "").strip():
        fields.setdefault("text", own_text)
    return fields


def _read_value(element: "_Element") -> object:
    """Read a child: its words, a list of them, the markup in it, or what its own children state."""
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        return (element.text or "").strip() or None
    if all(child.tag.lower() in _LIST_ITEMS for child in children):
        parts = [(element.text or ""), *(f"{''.join(child.itertext())}{child.tail or ''}" for child in children)]
        return [part.strip() for part in parts if part.strip()] or None
    if any(child.tag.lower().encode() in PAGE_ELEMENTS for child in children):
        return format_inner_markup(element)
    return _read_fields(element) or None
