"""Which paths a glob means: `*`, `?` and `[...]` within a name, `**` over any number of folders."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

_MAGIC = frozenset("*?[")
ANY_DEPTH = "**"


def split(glob: str) -> tuple[str, tuple[str, ...]]:
    """A glob as the folder to start from and the pattern of each name below it; no pattern where it is a plain path."""
    parts = glob.split("/")
    magic = next((i for i, part in enumerate(parts) if _MAGIC & set(part)), len(parts))
    base = "/".join(parts[:magic]) or ("/" if glob.startswith("/") else ".")
    return base, tuple(part for part in parts[magic:] if part not in ("", "."))


def matches(parts: Sequence[str], pattern: Sequence[str]) -> tuple[bool, bool]:
    """Whether the path, or a folder it lies in, is meant; and whether anything below it may be.

    The places reached in the pattern are stepped through name by name, so the cost is names times pattern.
    """
    places = _closure({0}, pattern)
    for name in parts:
        if len(pattern) in places:
            return True, True
        places = _closure(
            {
                place if pattern[place] == ANY_DEPTH else place + 1
                for place in places
                if pattern[place] == ANY_DEPTH or fnmatchcase(name, pattern[place])
            },
            pattern,
        )
    return len(pattern) in places, bool(places)


def _closure(places: set[int], pattern: Sequence[str]) -> set[int]:
    reached = set(places)
    for place in sorted(places):
        while place < len(pattern) and pattern[place] == ANY_DEPTH:
            place += 1
            reached.add(place)
    return reached
