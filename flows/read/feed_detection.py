"""Detection of feeds, of trafilatura's XML and of records written as elements, by the first tags of a file."""

import re
from typing import Final

from flows.read.field_aliases import FieldMap, knows_key, states_text

_OPENING: Final = re.compile(
    rb"<(?:[A-Za-z]{1,20}:)?(?P<root>rss|RDF|feed|doc|TEI|teiCorpus|corpus)(?=[\s>])", re.IGNORECASE
)
PROLOGUE: Final = re.compile(
    rb"\s*(?:<\?[^>]{0,500}\?>\s*|<!--(?:(?!-->).){0,4000}-->\s*|<!DOCTYPE[^>\[]{0,300}(?:\[[^\]]{0,4000}\])?[^>\[]{0,100}>\s*){0,10}",
    re.DOTALL,
)
_SAMPLE: Final = 60_000
_FIRST_TAG: Final = re.compile(
    rb"<([A-Za-z_][\w.-]{0,60})((?:\s+[\w:.-]{1,60}\s*=\s*(?:\"[^\"<]{0,2000}\"|'[^'<]{0,2000}'))*)\s*>"
)
_TAG: Final = re.compile(rb"<([A-Za-z_][\w.-]{0,60})[\s>]")
_ATTRIBUTE: Final = re.compile(rb"([\w:.-]{1,60})\s*=\s*[\"']")
_CHARACTER_DATA: Final = re.compile(rb"<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
# Elements of pages: a file that begins with one is a page or a fragment of one, whatever else it holds.
PAGE_ELEMENTS: Final = frozenset(
    b"html head body div p article section main header footer nav aside span table tbody tr td ul ol li dl h1 h2 h3 h4 "
    b"h5 h6 figure form script style meta link title svg img a b i em strong br hr blockquote center font iframe "
    b"noscript template pre code".split()
)
_PAGE_MARKS: Final = (b"<div", b"<meta ", b"</script>", b"<span", b"<!doctype html", b"<DIV", b"<META ", b"</SCRIPT>")


def detect_feed(data: bytes) -> str | None:
    """Detect a feed or an article's XML by its root element: rss, rdf, feed, doc, tei, corpus; None for all else."""
    data = data[:20_000].removeprefix(b"\xef\xbb\xbf")
    prologue = PROLOGUE.match(data)
    opening = _OPENING.match(data, prologue.end() if prologue else 0)
    if opening is None:
        return None
    root = opening["root"].lower().decode()
    remaining = data[opening.end() : opening.end() + 2000]
    if root == "feed" and b"w3.org/2005/Atom" not in remaining and b"purl.org/atom" not in remaining:
        return None
    if root == "rdf" and b"purl.org/rss" not in remaining and b"netscape.com/rdf" not in remaining:
        return None
    if root == "doc" and b"<main" not in data and b"<body" not in data:
        return None
    return root


def detect_markup_records(data: bytes) -> bool:
    """Return whether bytes begin as records written as elements: not as a page, and with keys that are known."""
    sample = data[:_SAMPLE].removeprefix(b"\xef\xbb\xbf")
    prologue = PROLOGUE.match(sample)
    start = prologue.end() if prologue else 0
    opening = _FIRST_TAG.match(sample, start)
    if opening is None or opening[1].lower() in PAGE_ELEMENTS:
        return False
    markup = _CHARACTER_DATA.sub(b"", sample[start:])
    if any(mark in markup for mark in _PAGE_MARKS):
        return False
    attributes = {key.decode() for key in _ATTRIBUTE.findall(opening[2])}
    if opening[1].lower() == b"doc" and sum(map(knows_key, attributes)) >= 2:
        return b"</doc>" in data.lower()
    keys = tuple(dict.fromkeys(key.decode() for key in _TAG.findall(markup)))
    return sum(map(knows_key, keys[1:])) >= 2 and states_text(keys[1:], FieldMap())
