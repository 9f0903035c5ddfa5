"""Literal prefilters for regexes: prefixes of their matches, and words that every match contains.

Most lines match no cue, and running its regex is the most expensive step. Prefilters are derived from the parsed
pattern, so they cannot disagree with it. They are in lower case: compare with `text.lower()`.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple

MAX_OPENING_CHARS: Final = 4
MAX_LETTER_CHARS: Final = 8
_MAX_PREFIXES: Final = 600
_MAX_BRANCHING: Final = 8  # above so many alternative characters a prefix is not extended
_DIGITS: Final = "0123456789"
_REPEAT_OPS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_ZERO_WIDTH: Final = (sre.AT, sre.ASSERT, sre.ASSERT_NOT)

Items = Sequence[tuple[Any, Any]]


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
    items = parser.parse(pattern)
    for depth in range(MAX_OPENING_CHARS, 0, -1):
        open_prefixes, closed_prefixes = _extend_prefixes(items, {""}, depth)
        prefixes = open_prefixes | closed_prefixes
        if len(prefixes) <= _MAX_PREFIXES:
            return _drop_extended_prefixes(prefixes)
    return frozenset({""})


@cache
def find_letter_prefixes(pattern: str) -> LetterPrefixes:
    """Return the prefixes of whole matches from their first letter on."""
    items = parser.parse(pattern)
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
    return _collect_required_words(parser.parse(pattern)) or frozenset({""})


def _extend_prefixes(
    items: Items, open_prefixes: set[str], depth: int, from_first_letter: bool = False
) -> tuple[set[str], set[str]]:
    """Return the prefixes that may still grow after these regex items, and those that may not.

    `from_first_letter`: prefixes begin at the first letter of the match.
    """
    closed_prefixes: set[str] = set()
    for op, argument in items:
        if not open_prefixes:
            break
        if op in _ZERO_WIDTH:
            continue
        if op is sre.BRANCH:
            open_prefixes, newly_closed = _extend_by_branches(argument[1], open_prefixes, depth, from_first_letter)
        elif op is sre.SUBPATTERN:
            open_prefixes, newly_closed = _extend_prefixes(argument[3], open_prefixes, depth, from_first_letter)
        elif op is sre.ATOMIC_GROUP:
            open_prefixes, newly_closed = _extend_prefixes(argument, open_prefixes, depth, from_first_letter)
        elif op in _REPEAT_OPS:
            open_prefixes, newly_closed = _extend_by_repeat(
                argument[0], argument[1], argument[2], open_prefixes, depth, from_first_letter
            )
        else:
            chars = _list_chars(op, argument)
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


def _find_unextendable_prefixes(open_prefixes: set[str], chars: set[str]) -> set[str]:
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
    min_count: int, max_count: int, body: Items, open_prefixes: set[str], depth: int, from_first_letter: bool
) -> tuple[set[str], set[str]]:
    """Extend the prefixes by a repeated item; return open and closed ones."""
    extended, closed_prefixes, current = set(open_prefixes) if min_count == 0 else set(), set[str](), open_prefixes
    for repeat in range(1, min(int(max_count), depth + min_count) + 1):
        current, newly_closed = _extend_prefixes(body, current, depth, from_first_letter)
        closed_prefixes |= newly_closed
        if repeat >= min_count:
            extended |= current
    return extended, closed_prefixes


def _list_chars(op: object, argument: Any) -> set[str] | None:  # noqa: ANN401
    """Return the characters that a regex item matches, in lower case, or None where they are many."""
    if op is sre.LITERAL:
        return {chr(argument).lower()}
    if op is not sre.IN:
        return None
    chars: set[str] = set()
    for kind, value in argument:
        if kind is sre.LITERAL:
            chars.add(chr(value).lower())
        elif kind is sre.RANGE and value[1] - value[0] < 40:
            chars |= {chr(code).lower() for code in range(value[0], value[1] + 1)}
        elif kind is sre.CATEGORY and value is sre.CATEGORY_SPACE:
            return None
        elif kind is sre.CATEGORY and value is sre.CATEGORY_DIGIT:
            chars |= set(_DIGITS)
        else:
            return None
    return chars


def _collect_required_words(items: Items) -> frozenset[str] | None:
    """Return the most selective set of words of which one stands in every match, or None."""
    best_words: frozenset[str] | None = None
    literal = ""
    for op, argument in [*items, (None, None)]:
        if op is sre.LITERAL:
            literal += chr(argument).lower()
            continue
        words: frozenset[str] | None = None
        if op is sre.BRANCH:
            parts = [_collect_required_words(branch) for branch in argument[1]]
            words = None if None in parts else frozenset().union(*(part for part in parts if part))
        elif op is sre.SUBPATTERN:
            words = _collect_required_words(argument[3])
        elif op is sre.ATOMIC_GROUP:
            words = _collect_required_words(argument)
        elif op in _REPEAT_OPS and argument[0] > 0:
            words = _collect_required_words(argument[2])
        for candidate in (frozenset({literal}) if literal else None, words):
            if candidate and _rank_words(candidate) > _rank_words(best_words):
                best_words = candidate
        literal = ""
    return best_words


def _rank_words(words: frozenset[str] | None) -> tuple[int, int]:
    """Return a sort key that prefers longer words, then fewer."""
    return (min(3, *map(len, words), 3), -len(words)) if words else (0, 0)
