"""Marks that a tool leaves where it cut a text: `[+1234 chars]` of NewsAPI, `[...]` of a feed.

A text that ends in one is not the whole article. The mark leaves the text, and an ellipsis stands in its place.
"""

import re
from typing import Final

_MARK: Final = re.compile(
    r"""
    \[\s?(?:
        \+\s?\d{1,9}\s(?:chars|characters|words|more)             # NewsAPI and its kin: what is missing, counted
      | (?:…|\.{2,3}|&hellip;|&\#8230;|&\#x2026;)                  # an ellipsis, also as a character reference
      | (?:truncated|cut|dipotong|terpotong)                       # a data set's own word for it
      | (?:read|lihat|baca)\s(?:more|selengkapnya|selanjutnya)     # a link's words; the link itself is lost
      | (?:more|selengkapnya|continue\sreading)
    )(?:\s?(?:…|\.{3}|&hellip;|&\#8230;))?\s?\]
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What may follow the mark: closing tags, and the line that WordPress adds to each item of a feed.
_TAIL: Final = re.compile(
    r"(?:\s|</?[a-z][^<>]{0,300}>){0,40}(?:The post\b.{1,500}\bappeared first on\b.{1,300})?", re.DOTALL | re.IGNORECASE
)
_ELLIPSES: Final = ("…", "...", "&hellip;", "&#8230;")
_SEARCHED: Final = 1500  # characters at the end


def split_cut_mark(text: str) -> tuple[str, str]:
    """Split the mark of a cut from the end of a text; returns (text, mark), the mark empty where there is none."""
    start = text.rfind("[", max(0, len(text) - _SEARCHED))
    matched = _MARK.match(text, start) if start >= 0 else None
    if matched is None or _TAIL.fullmatch(text, matched.end()) is None:
        return text, ""
    begun = text[:start].rstrip()
    for ellipsis in _ELLIPSES:
        begun = begun.removesuffix(ellipsis).rstrip()
    return f"{begun}…{text[matched.end() :]}".rstrip(), matched[0]
