"""BBCode and wiki markup of a text: its words without the marks. A text without such marks comes back as it is."""

import re
from typing import Final

_BBCODE_PAIR: Final = re.compile(
    r"\[(?P<tag>b|i|u|s|h[1-6]|quote|center|left|right|justify|size|color|font|url|list|table|tr|td|code|spoiler|indent)"
    r"(?:=[^\[\]\n]{0,500})?\](?=[^\[]|\[)",
    re.IGNORECASE,
)
_BBCODE_PICTURE: Final = re.compile(
    r"\[(?P<tag>img|video|youtube|media)(?:=[^\[\]\n]{0,100})?\][^\[\]\n]{0,2000}\[/(?P=tag)\]", re.IGNORECASE
)
_BBCODE_TAG: Final = re.compile(
    r"\[/?(?:b|i|u|s|h[1-6]|quote|center|left|right|justify|size|color|font|url|list|table|tr|td|code|spoiler|indent|\*|hr)"
    r"(?:=[^\[\]\n]{0,500})?\]",
    re.IGNORECASE,
)
_WIKI_LINK: Final = re.compile(r"\[\[(?:[^\[\]|\n]{1,300}\|)?(?P<words>[^\[\]|\n]{1,300})\]\]")
_WIKI_FILE: Final = re.compile(
    r"\[\[(?:File|Image|Berkas|Gambar|Category|Kategori):(?:[^\[\]]|\[\[[^\[\]]{0,300}\]\]){0,2000}\]\]", re.IGNORECASE
)
_WIKI_ADDRESS: Final = re.compile(r"(?<!\[)\[https?://[^\s\[\]]{1,2000}(?:[ \t](?P<words>[^\[\]\n]{1,500}))?\]")
_WIKI_HEADING: Final = re.compile(
    r"^(?P<mark>={1,6})[ \t]{0,20}(?P<words>\S[^\n]{0,300}?)[ \t]{0,20}(?P=mark)[ \t]*$", re.M
)
_WIKI_STRESS: Final = re.compile(r"'{2,5}")
_WIKI_TEMPLATE: Final = re.compile(r"\{\{[^{}]{0,5000}\}\}")
_WIKI_NOTE: Final = re.compile(
    r"<ref(?:\s[^<>]{0,300})?(?:/>|>(?:(?!</ref>).){0,3000}</ref>)", re.IGNORECASE | re.DOTALL
)
_TEMPLATE_DEPTH: Final = 3


def strip_forum_markup(text: str) -> str:
    """Return the words of a text in BBCode or wiki markup."""
    if "[" not in text:
        return text  # nearly all texts, by the cheapest search
    if "[/" in text and _closes_pair(text):
        return _BBCODE_TAG.sub("", _BBCODE_PICTURE.sub("", text))
    if "[[" in text and (_WIKI_HEADING.search(text) or "'''" in text or len(_WIKI_LINK.findall(text)) >= 2):
        return _strip_wiki(text)
    return text


def _closes_pair(text: str) -> bool:
    """Return whether a tag of BBCode is opened and closed."""
    lower_text = text.lower()
    return any(f"[/{match['tag'].lower()}]" in lower_text for match in _BBCODE_PAIR.finditer(text))


def _strip_wiki(text: str) -> str:
    """Return the words of wiki markup: links as their words, without templates, notes, pictures and categories."""
    for _ in range(_TEMPLATE_DEPTH):
        text = _WIKI_TEMPLATE.sub("", text)
    text = _WIKI_FILE.sub("", _WIKI_NOTE.sub("", text))
    text = _WIKI_LINK.sub(r"\g<words>", text)
    text = _WIKI_ADDRESS.sub(lambda match: match["words"] or "", text)
    text = _WIKI_HEADING.sub(r"\g<words>", text)
    return _WIKI_STRESS.sub("", text)
