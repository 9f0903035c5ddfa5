"""Escaping of untrusted text for HTML and Markdown.

Escaping keeps a browser from running the text. It does not keep a right-to-left override from reversing a line, or an
escape sequence from acting on a terminal that prints the page: such characters are replaced by their code points.
"""

import html
import re
import unicodedata
from urllib.parse import urlsplit

from markupsafe import Markup, escape

# Invisible characters that affect their neighbours. Joiners (U+200C, U+200D) stay: scripts and emoji need them.
_HIDDEN_CHARACTERS = frozenset("\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\ufeff")
_MARKDOWN_SYNTAX = re.compile(r"([\\`*_{}\[\]#|~$:@])")


class Markdown(str):
    """Markdown that is safe to put in a page as it is."""

    __slots__ = ()


def _is_unsafe_character(character: str) -> bool:
    """Return whether a character is a control, a bidirectional override or invisible."""
    if character in "\n\t":
        return False
    if character in _HIDDEN_CHARACTERS or 0xE0000 <= ord(character) <= 0xE007F:
        return True
    return unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in (
        "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
    )  # fmt: skip


def reveal_hidden(words: str) -> str:
    """Replace each control, bidirectional override and hidden character by its code point: ⟨U+202E⟩."""
    if words.isprintable():  # no unsafe character is printable
        return words
    return "".join(f"⟨U+{ord(character):04X}⟩" if _is_unsafe_character(character) else character for character in words)


def escape_html(words: str) -> Markup:
    """Escape text for HTML. Markup passes unchanged."""
    return words if isinstance(words, Markup) else escape(reveal_hidden(words))


def tag(name: str, /, *children: str, **attributes: str | int | bool | None) -> Markup:
    """Build one element. Attributes and children that are not markup are escaped.

    `class_` becomes class and `data_why` becomes data-why. An attribute that is None or False is left out; True has no
    value.
    """
    parts = [name]
    for key, value in attributes.items():
        attribute = key.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(attribute)
        elif value is not None and value is not False:
            parts.append(f'{attribute}="{escape_html(str(value))}"')
    opening = f"<{' '.join(parts)}>"
    if name in ("meta", "input", "br"):
        return Markup(opening)  # noqa: S704
    return Markup(f"{opening}{''.join(escape_html(child) for child in children)}</{name}>")  # noqa: S704


def is_web_address(url: str) -> bool:
    """Return whether a page may link to this address: plain http or https, with a host and nothing hidden."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and reveal_hidden(url) == url


def escape_markdown(words: str) -> str:
    """Escape text for one run of Markdown: no markup, no HTML, no line break."""
    one_line = " ".join(reveal_hidden(words).split())
    return html.escape(_MARKDOWN_SYNTAX.sub(r"\\\1", one_line), quote=False)
