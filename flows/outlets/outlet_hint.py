"""Outlet hint: the outlet guessed before cleaning, so that its profile can be applied."""

from flows.outlets import dateline
from flows.outlets.registry import load_registry

_HEAD_CHARS, _HEAD_LINES = 6_000, 40


def guess_domain(url: str | None, head: str) -> str | None:
    """Return the registered domain of the outlet of `url`, else of the first dateline in the head of a text.

    Reads at most the first 40 lines and 6,000 characters of `head`. Returns None where neither names an outlet.
    """
    outlets = load_registry()
    outlet = outlets.find_by_url(url) if url else None
    if outlet:
        return outlet.domain
    for line in head[:_HEAD_CHARS].split("\n", _HEAD_LINES)[:_HEAD_LINES]:
        opening = dateline.parse_dateline(line, outlets)
        if opening and opening.outlet:
            return opening.outlet.domain
    return None
