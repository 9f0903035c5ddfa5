"""Parser of the regex syntax that rules use, into items from which prefilters are derived.

Python's own parser is private (`re._parser`). Rules need less: literals, classes, groups, alternatives, repeats,
anchors and assertions. Other syntax (flags for the whole pattern, conditions) is refused with a sentence. A pattern
must compile: its errors are found by `re.compile`. Case is left aside: prefilters are compared with text in lower case.
"""

import re
from typing import Final, NamedTuple, TypeAlias

_HEX_DIGITS: Final = {"x": 2, "u": 4, "U": 8}
_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_MANY: Final = 40  # a range of at least so many characters is not listed
DIGITS: Final = frozenset("0123456789")
UNBOUNDED: Final = 1 << 32
_BRACES: Final = re.compile(r"\{(\d{0,9})(,?)(\d{0,9})\}")
_GROUP_OPENING: Final = re.compile(r"\(\?(?:[aimsu-]*:|>|<?[=!]|P<\w+>)|\((?!\?)")


class Chars(NamedTuple):
    """One character: of these, in lower case, or (None) of many."""

    chars: frozenset[str] | None


class ZeroWidth(NamedTuple):
    """An anchor or an assertion, which takes no character."""


class Alternatives(NamedTuple):
    """One of several sequences."""

    branches: tuple["Items", ...]


class Repeat(NamedTuple):
    """A sequence that is repeated from `least` to `most` times."""

    least: int
    most: int
    items: "Items"


class Unknown(NamedTuple):
    """Any text: a reference to what a group matched."""


Item: TypeAlias = Chars | ZeroWidth | Alternatives | Repeat | Unknown
Items: TypeAlias = tuple[Item, ...]


def parse_pattern(pattern: str) -> Items:
    """Parse a regex. Raises ValueError with a sentence for syntax that rules do not use."""
    re.compile(pattern)
    parser = _PatternParser(pattern)
    items = parser.parse_alternatives()
    if parser.at < len(pattern):
        raise parser.refuse()
    return items


class _PatternParser:
    def __init__(self, pattern: str) -> None:
        self.pattern, self.at = pattern, 0

    def refuse(self) -> ValueError:
        return ValueError(
            f"The pattern {self.pattern!r} uses {self.pattern[self.at : self.at + 4]!r} at {self.at}, which prefilters "
            "do not read: write it with groups, classes and repeats."
        )

    def parse_alternatives(self) -> Items:
        branches = [self._parse_sequence()]
        while self.pattern.startswith("|", self.at):
            self.at += 1
            branches.append(self._parse_sequence())
        return branches[0] if len(branches) == 1 else (Alternatives(tuple(branches)),)

    def _parse_sequence(self) -> Items:
        items: list[Item] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            items += self._parse_repeats(self._parse_atom())
        return tuple(items)

    def _parse_atom(self) -> Items:
        char = self.pattern[self.at]
        if char == "(":
            return self._parse_group()
        self.at += 1
        if char == "[":
            return (self._parse_class(),)
        if char == "\\":
            return (self._parse_escape(),)
        if char in "^$":
            return (ZeroWidth(),)
        return (Chars(None if char == "." else frozenset(char.lower())),)

    def _parse_group(self) -> Items:
        opening = _GROUP_OPENING.match(self.pattern, self.at)
        if opening is None:
            raise self.refuse()
        self.at = opening.end()
        items = self.parse_alternatives()
        self.at += 1  # the closing bracket
        return (ZeroWidth(),) if opening[0][-1] in "=!" else items

    def _parse_repeats(self, items: Items) -> Items:
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            braces = _BRACES.match(self.pattern, self.at)
            if char in "*+?":
                least, most = {"*": (0, UNBOUNDED), "+": (1, UNBOUNDED), "?": (0, 1)}[char]
                self.at += 1
            elif braces is not None and (braces[1] or braces[3]):
                least = int(braces[1] or 0)
                most = int(braces[3] or UNBOUNDED) if braces[2] else least
                self.at = braces.end()
            else:
                break
            if self.pattern[self.at : self.at + 1] in ("?", "+"):  # lazy or possessive
                self.at += 1
            items = (Repeat(least, most, items),)
        return items

    def _parse_class(self) -> Chars:
        is_negated = self.pattern.startswith("^", self.at)
        self.at += is_negated
        chars: set[str] | None = set()
        first = self.at
        while self.pattern[self.at] != "]" or self.at == first:
            low = self._parse_class_char()
            if low is not None and len(low) == 1 and re.match(r"-[^\]]", self.pattern[self.at : self.at + 2]):
                self.at += 1
                high = self._parse_class_char()
                codes = range(ord(min(low)), ord(min(high or low)) + 1)
                low = frozenset(map(chr, codes)) if len(codes) <= _MANY else None
            chars = None if chars is None or low is None else chars | low
        self.at += 1
        return Chars(None if is_negated or chars is None else frozenset(char.lower() for char in chars))

    def _parse_class_char(self) -> frozenset[str] | None:
        char = self.pattern[self.at]
        self.at += 1
        if char != "\\":
            return frozenset(char)
        if self.pattern.startswith("b", self.at):  # within a class a backspace
            self.at += 1
            return frozenset("\b")
        escape = self._parse_escape(is_lowered=False)
        return escape.chars if isinstance(escape, Chars) else None

    def _parse_escape(self, *, is_lowered: bool = True) -> Item:
        char = self.pattern[self.at]
        self.at += 1
        if char in "bBAZ":
            return ZeroWidth()
        if char in "wWsSD":
            return Chars(None)
        if char == "d":
            return Chars(DIGITS)
        if char.isdigit():
            return Unknown()
        if char in _HEX_DIGITS:
            code = self.pattern[self.at : self.at + _HEX_DIGITS[char]]
            self.at += _HEX_DIGITS[char]
            char = chr(int(code, 16))
        elif char in _CONTROLS:
            char = _CONTROLS[char]
        elif char.isalpha():
            self.at -= 2
            raise self.refuse()
        return Chars(frozenset(char.lower() if is_lowered else char))
