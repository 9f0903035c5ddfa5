"""A JSON text that comes piece by piece, and its values one at a time at the place where each begins.

Parsed by Python's own decoder: ijson was tried and refuses NaN, which pandas and Python write, and raw tabs, and does
not tell where a value's bytes stood.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from flows.read.json_objects import DECODER

_BLANK: Final = re.compile(r"[\s,;\x1e\ufeff\x00]*")
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|"', re.DOTALL)
_STRING_REST: Final = re.compile(r'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)
_NUMBER_REST: Final = re.compile(r"[\d.eE+-]{0,40}\Z")
_EMPTY_LIST: Final = re.compile(r"\[\s*(\]|\Z)")
EXPECTED: Final = 'a JSON object was expected, such as {"id": "1", "text": "..."}'


class IncompleteValue(Exception):
    """The value does not end in what was read so far."""


class BrokenValue(Exception):
    """The value ends, and is no JSON; the message is the rest of a sentence."""

    def __init__(self, end: int, detail: str) -> None:
        super().__init__(detail)
        self.end, self.detail = end, detail


class JsonCursor:
    """A place in a JSON text: `text[at:]` is what was read of it and not taken yet.

    `limit` is how many characters a value may have. `broke_off` is True once the text ended within a value.
    """

    def __init__(self, pieces: Iterator[str], limit: int) -> None:
        self._pieces, self._limit = pieces, limit
        self.text, self.at = "", 0
        self.broke_off = False
        self._ended = False

    @property
    def next_mark(self) -> str:
        """Return the next character."""
        return self.text[self.at]

    def peeks_object(self) -> bool:
        """Return True if what follows the next character is an object, or is not there yet."""
        blank = _BLANK.match(self.text, self.at + 1)
        assert blank is not None
        return self.text[blank.end() : blank.end() + 1] in ("{", "")

    def peeks_empty_list(self) -> bool:
        """Return True if a list without a value follows."""
        while empty := _EMPTY_LIST.match(self.text, self.at):
            if empty[1] or not self._more():
                return bool(empty[1])
        return False

    def skip_to(self, pattern: re.Pattern[str]) -> str:
        """Pass over the next character and what follows up to a match; returns it."""
        stop = pattern.search(self.text, self.at + 1)
        start, self.at = self.at, stop.start() if stop else len(self.text)
        return self.text[start : self.at]

    def skip_to_offset(self, end: int) -> str:
        """Pass over what stands before an offset of `text`; returns it."""
        start, self.at = self.at, end
        return self.text[start:end]

    def skip_match(self, pattern: re.Pattern[str]) -> bool:
        """Pass over what a pattern matches here; returns whether it does."""
        matched = pattern.match(self.text, self.at)
        if matched is not None:
            self.at = matched.end()
        return matched is not None

    def fits_match(self, pattern: re.Pattern[str]) -> bool:
        """Return whether a pattern matches here."""
        return pattern.match(self.text, self.at) is not None

    def take_value(self) -> tuple[Any, str]:
        """Take the next value and its text. Raises BrokenValue; IncompleteValue where it goes on beyond the limit."""
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.at)
            except (ValueError, RecursionError) as error:
                goes_on = not self._ended and _breaks_off(error, len(self.text))
                end_of_broken = None if goes_on else _find_end(self.text, self.at)
                if end_of_broken is not None and (end_of_broken < len(self.text) or self._ended):
                    raise BrokenValue(end_of_broken, explain_error(error, self.at)) from None
                if len(self.text) - self.at > self._limit:
                    raise IncompleteValue from None
                if not self._more():
                    self.broke_off = True
                    raise BrokenValue(len(self.text), f"breaks off ({explain_error(error, self.at)})") from None
                continue
            if not isinstance(value, dict | list | str) and _NUMBER_REST.match(self.text, end) and self._more():
                continue  # a number may go on
            text = self.text[self.at : end]
            self.at = end
            return value, text

    def take_string(self) -> str:
        """Take the next value, a string. Raises BrokenValue, IncompleteValue."""
        value, text = self.take_value()
        if not isinstance(value, str):
            raise BrokenValue(self.at, text)
        return value

    def peek(self) -> bool:
        """Pass over blanks and commas; whether anything follows."""
        while True:
            blank = _BLANK.match(self.text, self.at)
            assert blank is not None
            self.at = blank.end()
            if self.at < len(self.text):
                return True
            if not self._more():
                return False

    def _more(self) -> bool:
        if self._ended:
            return False
        # At least as much again as is held: a value that goes on is parsed from its start each time.
        wanted_size = max(len(self.text) - self.at, 1)
        pieces = [self.text[self.at :]]
        self.at = 0
        gained = 0
        while gained < wanted_size:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            pieces.append(piece)
            gained += len(piece)
        self.text = "".join(pieces)
        return gained > 0

    def skip_balanced(self, depth: int) -> None:
        """Pass over what is left of values that are open, holding none of it."""
        while True:
            at = self.at
            open_string = None
            for token in _TOKEN.finditer(self.text, self.at):
                mark = token[0]
                if mark == '"' and not self._ended:
                    open_string = token.end()
                    break
                at = token.end()
                depth += (mark in "{[") - (mark in "}]") if len(mark) == 1 else 0
                if depth <= 0:
                    self.at = at
                    return
            self.at = at
            if len(self.text) - self.at > self._limit:
                if open_string is not None:
                    self._skip_string(open_string)
                    continue
                self.at = len(self.text)
            if not self._more():
                self.at = len(self.text)
                return

    def _skip_string(self, start: int) -> None:
        """Pass over the rest of a string that was opened before `start`, holding none of it."""
        self.at = start
        while True:
            remainder = _STRING_REST.match(self.text, self.at)
            assert remainder is not None
            self.at = remainder.end()
            if self.text[self.at : self.at + 1] == '"':
                self.at += 1
                return
            if not self._more():
                self.at = len(self.text)
                return


def _find_end(text: str, start: int) -> int | None:
    """Find where the value that begins at `start` ends by its brackets; None if it does not end in `text`."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        mark = token[0]
        if len(mark) > 1:
            continue
        if mark == '"':
            return None
        depth += 1 if mark in "{[" else -1
        if depth <= 0:
            return token.end()
    return None


def _breaks_off(error: Exception, size: int) -> bool:
    """Return True where all of a text of `size` characters is JSON so far, and only its end is missing."""
    return isinstance(error, json.JSONDecodeError) and (
        error.pos >= size or error.msg.startswith("Unterminated string")
    )


def explain_error(error: Exception, start: int) -> str:
    """Explain why a value that begins at `start` cannot be decoded: the rest of a sentence."""
    if isinstance(error, json.JSONDecodeError):
        return f"is broken JSON ({error.msg.removesuffix(' at')} at its character {error.pos - start + 1}), {EXPECTED}."
    if isinstance(error, RecursionError):
        return f"is JSON nested too deep, {EXPECTED}."
    return f"holds a number of thousands of digits, {EXPECTED}."
