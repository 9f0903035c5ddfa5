"""What a pattern cannot match without: how its matches begin, and which words stand in each.

Most lines cannot be any cue, and asking a pattern costs more than everything else; all answers are read off the
parsed pattern, so that they cannot disagree with it. They are in small letters: compare with `text.lower()`.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple

DEPTH: Final = 4
WIDTH: Final = 8
_MANY: Final = 600
_WIDEST: Final = 8  # of how many characters each is followed as a beginning of its own
_DIGITS: Final = "0123456789"
_REPEATS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
_NOTHING: Final = (sre.AT, sre.ASSERT, sre.ASSERT_NOT)

Items = Sequence[tuple[Any, Any]]


class Initials(NamedTuple):
    """How matches go on from their first letter: so and anyhow further, or just so.

    At most WIDTH characters; "" in `going`: nothing can be said; "" in `just`: a match may have no letter at all.
    """

    going: frozenset[str]
    just: frozenset[str]


@cache
def openings(pattern: str) -> frozenset[str]:
    """First characters (at most DEPTH) of which every match has one; {""} where matches begin anyhow."""
    items = parser.parse(pattern)
    for depth in range(DEPTH, 0, -1):
        live, done = _grow(items, {""}, depth)
        found = live | done
        if len(found) <= _MANY:
            return _shortest(found)
    return frozenset({""})


@cache
def initials(pattern: str) -> Initials:
    """What stands from the first letter on in whole matches."""
    items = parser.parse(pattern)
    for depth in range(WIDTH, 0, -1):
        just, going = _grow(items, {""}, depth, letters=True)
        if len(going) + len(just) <= _MANY:
            return Initials(_shortest(going), frozenset(just))
    return Initials(frozenset({""}), frozenset())


def _shortest(found: set[str]) -> frozenset[str]:
    return frozenset(p for p in found if not any(p[:n] in found for n in range(len(p))))


@cache
def needs(pattern: str) -> frozenset[str]:
    """Words of which every match contains one; {""} where nothing can be said."""
    return _needs(parser.parse(pattern)) or frozenset({""})


def _grow(items: Items, live: set[str], depth: int, letters: bool = False) -> tuple[set[str], set[str]]:
    """Beginnings that may go on after these items, and those that may not. `letters`: from the first letter on."""
    done: set[str] = set()
    for op, argument in items:
        if not live:
            break
        if op in _NOTHING:
            continue
        if op is sre.BRANCH:
            live, ended = _either(argument[1], live, depth, letters)
        elif op is sre.SUBPATTERN:
            live, ended = _grow(argument[3], live, depth, letters)
        elif op is sre.ATOMIC_GROUP:
            live, ended = _grow(argument, live, depth, letters)
        elif op in _REPEATS:
            live, ended = _again(argument[0], argument[1], argument[2], live, depth, letters)
        else:
            chars = _chars(op, argument)
            ended = set(live) if chars is None else _open(live, chars) if letters else set()
            live = {_longer(p, c, letters) for p in live - ended for c in chars or ()}
        done |= ended | {p for p in live if len(p) >= depth}
        live = {p for p in live if len(p) < depth}
        if len(live) + len(done) > 4 * _MANY:
            return set(), {p[: depth - 1] for p in live | done} if depth > 1 else {""}
    return live, done


def _open(live: set[str], chars: set[str]) -> set[str]:
    """The beginnings for which too many letters may stand next: they are left as they are."""
    many = len(chars) > _WIDEST
    return {p for p in live if many and (p or any(map(str.isalpha, chars)))}


def _longer(beginning: str, char: str, letters: bool) -> str:
    return "" if letters and not beginning and not char.isalpha() else beginning + char


def _either(branches: Iterable[Items], live: set[str], depth: int, letters: bool) -> tuple[set[str], set[str]]:
    on, done = set[str](), set[str]()
    for branch in branches:
        grown, ended = _grow(branch, live, depth, letters)
        on, done = on | grown, done | ended
    return on, done


def _again(least: int, most: int, body: Items, live: set[str], depth: int, letters: bool) -> tuple[set[str], set[str]]:
    on, done, now = set(live) if least == 0 else set(), set[str](), live
    for turn in range(1, min(int(most), depth + least) + 1):
        now, ended = _grow(body, now, depth, letters)
        done |= ended
        if turn >= least:
            on |= now
    return on, done


def _chars(op: object, argument: Any) -> set[str] | None:  # noqa: ANN401
    """The characters that an item stands for, or None where they are many."""
    if op is sre.LITERAL:
        return {chr(argument).lower()}
    if op is not sre.IN:
        return None
    found: set[str] = set()
    for kind, value in argument:
        if kind is sre.LITERAL:
            found.add(chr(value).lower())
        elif kind is sre.RANGE and value[1] - value[0] < 40:
            found |= {chr(code).lower() for code in range(value[0], value[1] + 1)}
        elif kind is sre.CATEGORY and value is sre.CATEGORY_SPACE:
            return None
        elif kind is sre.CATEGORY and value is sre.CATEGORY_DIGIT:
            found |= set(_DIGITS)
        else:
            return None
    return found


def _needs(items: Items) -> frozenset[str] | None:
    best: frozenset[str] | None = None
    run = ""
    for op, argument in [*items, (None, None)]:
        if op is sre.LITERAL:
            run += chr(argument).lower()
            continue
        found: frozenset[str] | None = None
        if op is sre.BRANCH:
            parts = [_needs(branch) for branch in argument[1]]
            found = None if None in parts else frozenset().union(*(part for part in parts if part))
        elif op is sre.SUBPATTERN:
            found = _needs(argument[3])
        elif op is sre.ATOMIC_GROUP:
            found = _needs(argument)
        elif op in _REPEATS and argument[0] > 0:
            found = _needs(argument[2])
        for candidate in (frozenset({run}) if run else None, found):
            if candidate and _worth(candidate) > _worth(best):
                best = candidate
        run = ""
    return best


def _worth(found: frozenset[str] | None) -> tuple[int, int]:
    """Longer words first, then fewer."""
    return (min(3, *map(len, found), 3), -len(found)) if found else (0, 0)
