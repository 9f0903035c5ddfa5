"""Showing words that nobody vouches for: in HTML and in Markdown, with nothing in them that acts or hides.

Escaping keeps a browser from running them. It does not keep a right-to-left override from turning a line around, nor
a terminal escape from speaking when the page's source is printed: such characters are replaced by their names.
"""

import html
import re
import unicodedata
from urllib.parse import urlsplit

# Invisible characters that change what stands around them. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
_HIDDEN = frozenset("\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\ufeff")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]#|~$:@])")


class Html(str):
    """Markup that is safe to put in a page as it stands. Only this module and constants make it."""

    __slots__ = ()


def _acts(character: str) -> bool:
    if character in "\n\t":
        return False
    if character in _HIDDEN or 0xE0000 <= ord(character) <= 0xE007F:
        return True
    return unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in (
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    )  # fmt: skip


def visible(words: str) -> str:
    """The same words, each control, bidirectional override and hidden character shown as ⟨U+202E⟩."""
    if words.isprintable():  # what acts never is
        return words
    return "".join(f"⟨U+{ord(c):04X}⟩" if _acts(c) else c for c in words)


def text(words: str) -> Html:
    """Words as HTML text. Markup is passed through."""
    return words if isinstance(words, Html) else Html(html.escape(visible(words)))


def tag(name: str, /, *children: str, **attributes: str | int | bool | None) -> Html:
    """One element. Children that are not markup yet are escaped, and so is every attribute.

    `class_` is class and `data_why` is data-why; an attribute that is None or False is left out, True stands bare.
    """
    parts = [name]
    for key, value in attributes.items():
        spelled = key.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(spelled)
        elif value is not None and value is not False:
            parts.append(f'{spelled}="{html.escape(visible(str(value)))}"')
    opened = f"<{' '.join(parts)}>"
    if name in ("meta", "input", "br"):
        return Html(opened)
    return Html(f"{opened}{''.join(text(child) for child in children)}</{name}>")


def join(parts: list[Html], between: str = "\n") -> Html:
    """Pieces of markup, one after the other."""
    return Html(between.join(parts))


def link(url: str, words: str) -> Html:
    """A link where the address is plain http or https; else only the words."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return text(words)
    if parts.scheme not in ("http", "https") or not parts.hostname or visible(url) != url:
        return text(words)
    return tag("a", words, href=url, rel="noopener noreferrer nofollow")


def markdown(words: str) -> str:
    """Words as one run of Markdown text: no markup, no HTML, no line break."""
    flat = " ".join(visible(words).split())
    return html.escape(_MARKDOWN.sub(r"\\\1", flat), quote=False)
