"""Name families of an element as bits: word families in its class, id, role and itemprop, and groups of tags.

The word lists are English and Indonesian. Sites in other languages mostly use English names for their elements.
"""

import re
from functools import lru_cache
from typing import Final

# Families of words in a class, id, role or itemprop; each pattern is matched at the start of a word.
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
    "thread": r"$",  # matched on whole tokens, see _THREAD
    "talk": r"comment|disqus|repl|respond|discussion|komentar|forum",
    "picture": r"caption|credit|figure|image|photo|foto|gallery|video|media|picture|player|embed|thumb|slide|audio",
    "lead": r"summary|excerpt|intro|standfirst|dek$|deck|subtitle|subhead|lead|lede|key|takeaway|highlight|toc$|"
    r"contents|abstract|description|tldr|sapo|teras",
    "box": r"box|fact|info|quote|pull|callout|note|about|faq|table|block$|aside|sidebar",
    "hidden": r"hidden|sr$|screen|visually|print|mobile|invisible|collapse|hide|accessib",
    "head": r"title|headline|heading|judul|hero|head$",
}
_TAG_GROUPS: Final[dict[str, str]] = {
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

BIT_NAMES: Final = (*FAMILIES, *("t_" + name for name in _TAG_GROUPS))
BIT_INDEX: Final = {name: number for number, name in enumerate(BIT_NAMES)}
_TALK_BIT: Final = 1 << BIT_INDEX["talk"]
_THREAD_BIT: Final = 1 << BIT_INDEX["thread"]
_THREAD_TOKEN_BIT: Final = 1 << len(BIT_NAMES)
_MAX_READ_CHARS: Final = 300  # of one element's names
_MAX_CACHED_CHARS: Final = 100
_WORD: Final = re.compile(r"[a-z]+")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FAMILY_PATTERNS: Final = [(1 << BIT_INDEX[name], re.compile(pattern)) for name, pattern in FAMILIES.items()]
TAG_BITS: Final = {tag: 1 << BIT_INDEX["t_" + name] for name, tags in _TAG_GROUPS.items() for tag in tags.split()}


@lru_cache(maxsize=20_000)
def _match_word(word: str) -> int:
    """Return the bits of the families that a lower-case word belongs to."""
    return sum(bit for bit, pattern in _FAMILY_PATTERNS if pattern.match(word))


@lru_cache(maxsize=20_000)
def _match_token(token: str) -> int:
    """Return the bits of one class or id, which may hold several words."""
    bits = _THREAD_TOKEN_BIT if _THREAD.match(token) else 0
    for word in _WORD.findall(_CAMEL.sub(" ", token).lower()):
        bits |= _match_word(word)
    return bits


def match_name_families(names: str) -> int:
    """Return the families of an element's class, id, role and itemprop (separated by blanks), as bits."""
    # Names can be of any length; long ones are cut and not cached, which bounds the memory of the cache.
    return _match_names(names) if len(names) <= _MAX_CACHED_CHARS else _match_names.__wrapped__(names[:_MAX_READ_CHARS])


@lru_cache(maxsize=50_000)
def _match_names(names: str) -> int:
    """Combine the bits of all tokens; the thread bit needs a thread token and a word of the family `talk`."""
    bits = 0
    for token in names.split():
        bits |= _match_token(token)
    if bits & _THREAD_TOKEN_BIT:
        bits ^= _THREAD_TOKEN_BIT
        if bits & _TALK_BIT:
            bits |= _THREAD_BIT
    return bits
