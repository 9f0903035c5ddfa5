"""Glob matching of paths: `*`, `?` and `[...]` within a name, `**` over any number of folders."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

_GLOB_CHARACTERS = frozenset("*?[")
ANY_DEPTH = "**"


def split_glob(glob: str) -> tuple[str, tuple[str, ...]]:
    """Split a glob into its fixed folder and one pattern for each name below it; a plain path has no patterns."""
    parts = glob.split("/")
    first_pattern = next((i for i, part in enumerate(parts) if _GLOB_CHARACTERS & set(part)), len(parts))
    base = "/".join(parts[:first_pattern]) or ("/" if glob.startswith("/") else ".")
    return base, tuple(part for part in parts[first_pattern:] if part not in ("", "."))


def match_path(parts: Sequence[str], pattern: Sequence[str]) -> tuple[bool, bool]:
    """Return (the path or a folder above it matches, a path below it may match).

    The states reached in the pattern are advanced name by name, so the cost is at most names times patterns.
    """
    states = _expand_any_depth({0}, pattern)
    for name in parts:
        if len(pattern) in states:
            return True, True
        states = _expand_any_depth(
            {
                state if pattern[state] == ANY_DEPTH else state + 1
                for state in states
                if pattern[state] == ANY_DEPTH or fnmatchcase(name, pattern[state])
            },
            pattern,
        )
    return len(pattern) in states, bool(states)


def _expand_any_depth(states: set[int], pattern: Sequence[str]) -> set[int]:
    """Add the states behind each `**`, because it also matches no folder at all."""
    reached = set(states)
    for state in sorted(states):
        while state < len(pattern) and pattern[state] == ANY_DEPTH:
            state += 1
            reached.add(state)
    return reached
