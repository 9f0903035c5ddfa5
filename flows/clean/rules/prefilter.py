"""Literal prefilters for regexes: prefixes of their matches, and words that every match contains.

Most lines match no cue, and running its regex is the most expensive step. Prefilters are derived from the parsed
pattern, so they cannot disagree with it. They are in lower case: compare with `text.lower()`.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from flows.clean.rules.pattern_parser import Alternatives, Chars, Items, Repeat, ZeroWidth, parse_pattern

MAX_OPENING_CHARS: Final = 4
MAX_LETTER_CHARS: Final = 8
_MAX_PREFIXES: Final = 600
_MAX_BRANCHING: Final = 8  # above so many alternative characters a prefix is not extended


class LetterPrefixes(NamedTuple):
    """Prefixes of matches from their first letter on: anything may follow `prefixes`, nothing `whole_matches`.

    Each has at most MAX_LETTER_CHARS characters. "" in `prefixes`: no prefix is known; "" in `whole_matches`: a match
    may have no letter at all.
    """

    prefixes: frozenset[str]
    whole_matches: frozenset[str]


@cache
def find_opening_prefixes(pattern: str) -> frozenset[str]:
    """Return prefixes (at most MAX_OPENING_CHARS long), one of which begins every match; {""} where none is known."""
    items = parse_pattern(pattern)
    for depth in range(MAX_OPENING_CHARS, 0, -1):
        open_prefixes, closed_prefixes = _extend_prefixes(items, {""}, depth)
        prefixes = open_prefixes | closed_prefixes
        if len(prefixes) <= _MAX_PREFIXES:
            return _drop_extended_prefixes(prefixes)
    return frozenset({""})


@cache
def find_letter_prefixes(pattern: str) -> LetterPrefixes:
    """Return the prefixes of whole matches from their first letter on."""
    items = parse_pattern(pattern)
    for depth in range(MAX_LETTER_CHARS, 0, -1):
        whole_matches, prefixes = _extend_prefixes(items, {""}, depth, from_first_letter=True)
        if len(prefixes) + len(whole_matches) <= _MAX_PREFIXES:
            return LetterPrefixes(_drop_extended_prefixes(prefixes), frozenset(whole_matches))
    return LetterPrefixes(frozenset({""}), frozenset())


def _drop_extended_prefixes(prefixes: set[str]) -> frozenset[str]:
    """Return the prefixes that do not begin with another one of the set."""
    return frozenset(p for p in prefixes if not any(p[:n] in prefixes for n in range(len(p))))


@cache
def find_required_words(pattern: str) -> frozenset[str]:
    """Return words of which every match contains at least one; {""} where none is known."""
    return _collect_required_words(parse_pattern(pattern)) or frozenset({""})


def _extend_prefixes(
    items: Items, open_prefixes: set[str], depth: int, from_first_letter: bool = False
) -> tuple[set[str], set[str]]:
    """Return the prefixes that may still grow after these regex items, and those that may not.

    `from_first_letter`: prefixes begin at the first letter of the match.
    """
    closed_prefixes: set[str] = set()
    for item in items:
        if not open_prefixes:
            break
        if isinstance(item, ZeroWidth):
            continue
        if isinstance(item, Alternatives):
            open_prefixes, newly_closed = _extend_by_branches(item.branches, open_prefixes, depth, from_first_letter)
        elif isinstance(item, Repeat):
            open_prefixes, newly_closed = _extend_by_repeat(item, open_prefixes, depth, from_first_letter)
        else:
            chars = item.chars if isinstance(item, Chars) else None
            newly_closed = (
                set(open_prefixes)
                if chars is None
                else _find_unextendable_prefixes(open_prefixes, chars)
                if from_first_letter
                else set()
            )
            open_prefixes = {
                _append_char(p, c, from_first_letter) for p in open_prefixes - newly_closed for c in chars or ()
            }
        closed_prefixes |= newly_closed | {p for p in open_prefixes if len(p) >= depth}
        open_prefixes = {p for p in open_prefixes if len(p) < depth}
        if len(open_prefixes) + len(closed_prefixes) > 4 * _MAX_PREFIXES:
            return set(), {p[: depth - 1] for p in open_prefixes | closed_prefixes} if depth > 1 else {""}
    return open_prefixes, closed_prefixes


def _find_unextendable_prefixes(open_prefixes: set[str], chars: frozenset[str]) -> set[str]:
    """Return the prefixes after which too many letters may follow; they are left as they are."""
    many = len(chars) > _MAX_BRANCHING
    return {p for p in open_prefixes if many and (p or any(map(str.isalpha, chars)))}


def _append_char(prefix: str, char: str, from_first_letter: bool) -> str:
    """Return the prefix with one more character; before the first letter it stays empty."""
    return "" if from_first_letter and not prefix and not char.isalpha() else prefix + char


def _extend_by_branches(
    branches: Iterable[Items], open_prefixes: set[str], depth: int, from_first_letter: bool
) -> tuple[set[str], set[str]]:
    """Extend the prefixes by each branch of an alternation; return open and closed ones."""
    extended, closed_prefixes = set[str](), set[str]()
    for branch in branches:
        grown, newly_closed = _extend_prefixes(branch, open_prefixes, depth, from_first_letter)
        extended, closed_prefixes = extended | grown, closed_prefixes | newly_closed
    return extended, closed_prefixes


def _extend_by_repeat(
    repeat: Repeat, open_prefixes: set[str], depth: int, from_first_letter: bool
) -> tuple[set[str], set[str]]:
    """Extend the prefixes by a repeated item; return open and closed ones."""
    extended, closed_prefixes, current = set(open_prefixes) if repeat.least == 0 else set(), set[str](), open_prefixes
    for count in range(1, min(repeat.most, depth + repeat.least) + 1):
        current, newly_closed = _extend_prefixes(repeat.items, current, depth, from_first_letter)
        closed_prefixes |= newly_closed
        if count >= repeat.least:
            extended |= current
    return extended, closed_prefixes


def _collect_required_words(items: Items) -> frozenset[str] | None:
    """Return the most selective set of words of which one stands in every match, or None."""
    best_words: frozenset[str] | None = None
    literal = ""
    for item in (*items, ZeroWidth()):
        if isinstance(item, Chars) and item.chars is not None and len(item.chars) == 1:
            literal += min(item.chars)
            continue
        words: frozenset[str] | None = None
        if isinstance(item, Alternatives):
            parts = [_collect_required_words(branch) for branch in item.branches]
            words = None if None in parts else frozenset().union(*(part for part in parts if part))
        elif isinstance(item, Repeat) and item.least > 0:
            words = _collect_required_words(item.items)
        for candidate in (frozenset({literal}) if literal else None, words):
            if candidate and _rank_words(candidate) > _rank_words(best_words):
                best_words = candidate
        literal = ""
    return best_words


def _rank_words(words: frozenset[str] | None) -> tuple[int, int]:
    """Return a sort key that prefers longer words, then fewer."""
    return (min(3, *map(len, words), 3), -len(words)) if words else (0, 0)
