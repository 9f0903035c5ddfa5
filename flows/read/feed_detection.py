"""Detection of feeds and of trafilatura's XML by their root element."""

import re
from typing import Final

_OPENING: Final = re.compile(
    rb"<(?:[A-Za-z]{1,20}:)?(?P<root>rss|RDF|feed|doc|TEI|teiCorpus|corpus)(?=[\s>])", re.IGNORECASE
)
_PROLOGUE: Final = re.compile(
    rb"\s*(?:<\?[^>]{0,500}\?>\s*|<!--(?:(?!-->).){0,4000}-->\s*|<!DOCTYPE[^>\[]{0,300}(?:\[[^\]]{0,4000}\])?[^>\[]{0,100}>\s*){0,10}",
    re.DOTALL,
)


def detect_feed(data: bytes) -> str | None:
    """Detect a feed or an article's XML by its root element: rss, rdf, feed, doc, tei, corpus; None for all else."""
    data = data[:20_000].removeprefix(b"\xef\xbb\xbf")
    prologue = _PROLOGUE.match(data)
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
