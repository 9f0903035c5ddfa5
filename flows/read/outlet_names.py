"""Whether a record's value names an outlet: a registered one, a host, or words that read as a name.

Under "source" and its like people write sections, tools, files, languages and labels of classes as often as outlets.
None is better than one of those: what the registry does not know must at least be written as a name is.
"""

import re
from typing import Final

from flows.outlets import Outlet, Registry
from flows.outlets.places import load_gazetteer
from flows.outlets.roles import load_newsroom_words
from flows.read.field_aliases import load_aliases

_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,5}[a-z]{2,12}")
_PATH: Final = re.compile(r"[/\\]|\w://|\A[A-Za-z]:|_")
_FILE: Final = re.compile(
    r"\.(?:csv|tsv|jsonl?|ndjson|txt|py|ipynb|xlsx?|ods|parquet|arrow|html?|xml|md|gz|zip|tar|db|sqlite3?|sql|pdf|docx?|"
    r"log|pkl|js|ts|php|yml|yaml|jpe?g|png|webp|gif|mp4)\Z",
    re.IGNORECASE,
)
# The last labels that hosts of news have beside those of countries; "html.parser" and "v1.final" are no hosts.
_TOP_LABELS: Final = frozenset(
    ["com", "net", "org", "info", "news", "online", "press", "media", "live", "today", "site", "web", "xyz", "asia",
     "biz", "digital", "world", "network", "blog", "app", "dev", "gov", "edu", "mil", "int", "example", "club"]
)  # fmt: skip
_MOST_WORDS: Final = 8
_FEWEST_LETTERS: Final = 3


def is_host(text: str) -> bool:
    """Return whether a value is a host name, not the name of a file."""
    top_label = text.lower().rpartition(".")[2]
    has_top_label = len(top_label) == 2 or top_label in _TOP_LABELS
    return has_top_label and _HOST.fullmatch(text.lower()) is not None and not _FILE.search(text)


def find_registered(text: str, registry: Registry) -> Outlet | None:
    """Find the registered outlet that a value names; None where it is a section, a tool or unknown."""
    if is_host(text):
        return registry.find_by_domain(text)
    if text.casefold() in load_newsroom_words().sections or _is_of_tools(text):
        return registry.find_by_name(text)
    return registry.find_by_label(text)


def may_name_outlet(text: str, *, is_weak: bool) -> bool:
    """Return whether a value that the registry does not know may be the name of an outlet.

    `is_weak`: its key states other things as often; then the value must be written as a name, and be no section.
    """
    if not any(map(str.isalpha, text)) or _PATH.search(text) or _FILE.search(text) or _is_of_tools(text):
        return False
    if not is_weak:
        return True
    words = load_newsroom_words()
    if len(text.split()) > _MOST_WORDS or ":" in text or text.casefold() in words.sections | words.roles.keys():
        return False
    if sum(map(str.isalpha, text)) < _FEWEST_LETTERS or text in load_gazetteer():
        return False
    return text != text.lower() or text == text.upper()  # a capital letter, or a script without case


def _is_of_tools(text: str) -> bool:
    """Return whether a value names a tool or a collection, or is made of such words alone."""
    tools = load_aliases().tools
    folded = text.casefold()
    return folded in tools or all(word in tools for part in folded.split() if (word := part.strip(".,()0123456789")))
