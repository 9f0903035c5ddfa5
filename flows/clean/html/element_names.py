"""What the names of an element say of it: families of words in its class, id, role and itemprop, and its tag, as bits.

Word lists in English and Indonesian; sites of other languages name their elements in English for the most part.
"""

import re
from functools import lru_cache
from typing import Final

# What the words of a class, id, role or itemprop say of an element; a word counts where it begins so.
FAMILIES: Final[dict[str, str]] = {
    "body": r"articlebody|body|content|entry|post|story|article|text|main|read|detail|isi|paragraph|prose|rich|wysiwyg|"
    r"markdown|konten|single|copy",
    "meta": r"author|byline|date|time|meta|bio|published|updated|editor|reporter|penulis|contributor|avatar|profile",
    "tags": r"tags?$|topics?$|categor|kategori|label|keyword|section|breadcrumb|kicker|eyebrow",
    "nav": r"nav|menu|header|masthead|topbar|toolbar|tabs?$|pagin|pager|navigation|banner|skip|search|logo|drawer|mega",
    "foot": r"foot|copyright|legal|bottom|colophon|contentinfo|disclaimer|policy",
    "side": r"side|aside|rail|widget|column|secondary|complementary|sticky",
    "related": r"relat|recomm|terkait|popular|trend|latest|terbaru|teaser|card|promo|also|baca|more|next|prev|similar|"
    r"carousel|slider|slick|swiper|tile|feed|list|grid|archive|read$|inline$|recirc|upnext|suggest|linked",
    "ad": r"ad$|ads$|adv|advert|sponsor|iklan|commercial|affiliate|taboola|outbrain|dfp|gpt|partner|product",
    "ask": r"newsletter|subscri|sign|cta|paywall|donat|popup|modal|overlay|cookie|consent|gdpr|login|register|member|"
    r"form|offer|gate|regwall|promo|alert|notice|download|app$",
    "social": r"social|share|sharing|follow|facebook|twitter|whatsapp|like|rating|vote|reaction",
    "thread": r"$",  # by whole names, see _THREAD
    "talk": r"comment|disqus|repl|respond|discussion|komentar|forum",
    "picture": r"caption|credit|figure|image|photo|foto|gallery|video|media|picture|player|embed|thumb|slide|audio",
    "lead": r"summary|excerpt|intro|standfirst|dek$|deck|subtitle|subhead|lead|lede|key|takeaway|highlight|toc$|"
    r"contents|abstract|description|tldr|sapo|teras",
    "box": r"box|fact|info|quote|pull|callout|note|about|faq|table|block$|aside|sidebar",
    "hidden": r"hidden|sr$|screen|visually|print|mobile|invisible|collapse|hide|accessib",
    "head": r"title|headline|heading|judul|hero|head$",
}
_TAGS: Final[dict[str, str]] = {
    "article": "article", "main": "main", "nav": "nav", "aside": "aside", "footer": "footer", "header": "header",
    "section": "section", "form": "form", "figure": "figure figcaption", "table": "table", "list": "ul ol dl",
    "item": "li", "quote": "blockquote", "para": "p", "heading": "h1 h2 h3 h4 h5 h6",
    "details": "details summary dialog button label fieldset",
}  # fmt: skip
_THREAD: Final = re.compile(
    r"(?:comments?|comment-?(?:list|body|content|text|thread|area|section|s-area)|commentlist|comments-\w{1,20}|respond|"
    r"disqus\w{0,20}|replies|discussion|responses)$",
    re.IGNORECASE,
)

BITS: Final = (*FAMILIES, *("t_" + name for name in _TAGS))
NUMBER: Final = {name: number for number, name in enumerate(BITS)}
_TALK: Final = 1 << NUMBER["talk"]
_IN_THREAD: Final = 1 << NUMBER["thread"]
_WAS_THREAD: Final = 1 << len(BITS)
_READ: Final = 300  # characters of a name
_REMEMBERED: Final = 100
_WORD: Final = re.compile(r"[a-z]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FAMILY_OF_WORD: Final = [(1 << NUMBER[name], re.compile(pattern)) for name, pattern in FAMILIES.items()]
BIT_OF_TAG: Final = {tag: 1 << NUMBER["t_" + name] for name, tags in _TAGS.items() for tag in tags.split()}


@lru_cache(maxsize=20_000)
def _said_by_word(word: str) -> int:
    return sum(bit for bit, pattern in _FAMILY_OF_WORD if pattern.match(word))


@lru_cache(maxsize=20_000)
def _said_by_token(token: str) -> int:
    said = _WAS_THREAD if _THREAD.match(token) else 0
    for word in _WORD.findall(_CAMEL.sub(" ", token).lower()):
        said |= _said_by_word(word)
    return said


def said_by(name: str) -> int:
    """The families that the words of a class, id, role or itemprop belong to, as bits."""
    # A page may give a name of any length, and thousands are remembered.
    return _said_by(name) if len(name) <= _REMEMBERED else _said_by.__wrapped__(name[:_READ])


@lru_cache(maxsize=50_000)
def _said_by(name: str) -> int:
    said = 0
    for token in name.split():
        said |= _said_by_token(token)
    if said & _WAS_THREAD:
        said ^= _WAS_THREAD
        if said & _TALK:
            said |= _IN_THREAD
    return said
