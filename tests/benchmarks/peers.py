"""What others make of the same plain text: the C4 rule, jusText, trafilatura."""

import html
import re
from collections.abc import Callable
from functools import cache

_LAST = re.compile(r"""[.!?"”]$""")


def alone(text: str) -> str:
    """Nothing done."""
    return text


def c4(text: str) -> str:
    """The line rule of the C4 corpus: five words and a final punctuation mark."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if len(line.split()) >= 5 and _LAST.search(line))


def justext(text: str) -> str:
    """jusText with the Indonesian and English word lists together; each line a paragraph."""
    import justext as library

    found = library.justext(_as_page(text), _words())
    return "\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate)


@cache
def _words() -> frozenset[str]:
    import justext as library

    return frozenset(library.get_stoplist("Indonesian") | library.get_stoplist("English"))


def trafilatura(text: str) -> str:
    """trafilatura; each line a paragraph of a page."""
    import trafilatura as library

    return library.extract(_as_page(text), favor_recall=False) or ""


def _as_page(text: str) -> str:
    lines = (line.strip() for line in text.split("\n"))
    body = "".join(f"<p>{html.escape(line)}</p>\n" for line in lines if line)
    return f"<html><body>{body or '<p></p>'}</body></html>"


PEERS: dict[str, Callable[[str], str]] = {
    "left alone": alone, "C4 rule": c4, "jusText": justext, "trafilatura": trafilatura,
}  # fmt: skip
