"""Names of elements (class, id, role, itemprop) that say that their text is no part of an article.

A name counts only if all its words belong to the subject or are neutral: `comment-list` holds comments, `comments-open`
is a state of the article, `cookie-recipes` is a topic.
"""

import re
from functools import lru_cache
from typing import Final, Literal

from flows.clean.html.inline_asides import CARD_ROLE

Role = Literal["comments", "consent", "hover-card"]

_MAX_NAME_CHARS: Final = 300  # of one element's names
_WORD: Final = re.compile(r"[a-z]+")
_CAMEL_CASE: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_THREAD_WORDS: Final = frozenset(
    (
        "comment", "comments", "commentlist", "commentarea", "commentform", "commentbox", "commentsection",
        "komentar", "comentario", "comentarios", "commentaire", "commentaires", "kommentar", "kommentare",
        "kommentarer", "commenti", "disqus", "respond", "replies", "livefyre", "spotim", "hyvor", "viafoura",
        "vuukle", "openweb",
    )
)  # fmt: skip
_CONSENT_WORDS: Final = frozenset(
    (
        "consent", "cookieconsent", "cookiebar", "cookiebanner", "cookienotice", "gdpr", "ccpa", "onetrust", "didomi",
        "cookiebot", "cybot", "cybotcookiebotdialog", "usercentrics", "trustarc", "iubenda", "cookieyes", "cookielaw",
        "osano", "termly",
    )
)  # fmt: skip
_COOKIE_WORDS: Final = frozenset({"cookie", "cookies"})
_COOKIE_PARTS: Final = frozenset(
    (
        "banner", "notice", "bar", "law", "popup", "modal", "message", "msg", "overlay", "dialog", "settings",
        "disclaimer", "alert", "warning", "layer", "prompt", "wall", "consent", "preferences", "center", "manager",
    )
)  # fmt: skip
_NEUTRAL_WORDS: Final = frozenset(
    (
        "list", "area", "section", "wrap", "wrapper", "container", "thread", "threads", "threaded", "body", "content",
        "text", "box", "item", "block", "form", "holder", "inner", "outer", "module", "widget", "wp", "post", "posts",
        "article", "entry", "page", "fb", "facebook", "js", "user", "users", "reader", "readers", "site", "view",
        "panel", "embed", "the", "single", "nested", "parent", "child", "children", "depth", "odd", "even", "reply",
        "alt", "author", "meta", "main", "region", "group", "s", "div", "ul", "ol", "li", "template", "app", "root",
        "component", "media", "zone", "feed", "stream", "board", "system", "plugin", "tab", "pane", "bottom",
        "footer", "all", "row", "cookie", "cookies", "banner", "notice", "bar", "popup", "modal", "overlay", "dialog",
        "message", "sdk", "pc", "ui", "cmp", "privacy", "layer", "top", "fixed", "sticky", "header", "title",
        "heading",
    )
)  # fmt: skip
BYLINE_WORDS: Final = frozenset(
    (
        "byline", "author", "authors", "writer", "penulis", "reporter", "wartawan", "posted", "published",
    )
)  # fmt: skip
LIVE_WORDS: Final = frozenset(
    (
        "live", "liveblog", "livefeed", "timeline", "update", "updates", "keyevent", "keyevents",
    )
)  # fmt: skip


def split_names(names: str) -> frozenset[str]:
    """Split the names of an element into words in small letters; digits and marks separate them."""
    return frozenset(_WORD.findall(_CAMEL_CASE.sub(" ", names[:_MAX_NAME_CHARS]).lower()))


def match_excluded_role(names: str) -> Role | None:
    """Return what the names of an element say that it is: a comment thread, consent text, a hover card, or None."""
    return _match_names(names[:_MAX_NAME_CHARS]) if names else None


@lru_cache(maxsize=20_000)
def _match_names(names: str) -> Role | None:
    """Return the role that one of the names gives."""
    for name in names.split():
        if name == CARD_ROLE:
            return "hover-card"
        words = split_names(name)
        if words & _THREAD_WORDS and words <= _THREAD_WORDS | _NEUTRAL_WORDS:
            return "comments"
        if words & _CONSENT_WORDS and words <= _CONSENT_WORDS | _NEUTRAL_WORDS | _COOKIE_PARTS:
            return "consent"
        if words & _COOKIE_WORDS and words & _COOKIE_PARTS:
            return "consent"
    return None
