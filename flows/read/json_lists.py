"""What a JSON list holds beside records: a header of names, and values that are no records, which are counted."""

import re
from typing import Any, Final

from flows.read.field_aliases import knows_key
from flows.read.json_cursor import EXPECTED

# A list that holds an object behind a few other values.
LIST_WITH_OBJECTS: Final = re.compile(
    r"""
      \[\s{0,100}
      (?:(?:"(?:[^"\\]|\\.){0,1000}"|[^\s,\[\]{}"]{1,40}|\[\s{0,100}\])\s{0,100},\s{0,100}){1,20}
      \{
    """,
    re.DOTALL | re.VERBOSE,
)
_LONGEST_NAME: Final = 64  # of a column
_MIN_KNOWN_NAMES: Final = 2  # in a list of names of columns


class PassedValues:
    """A run of values in a list that are no records: their number, and their texts up to a limit of characters."""

    def __init__(self, limit: int) -> None:
        self.count = 0
        self._limit, self._size = limit, 0
        self._texts: list[str] = []

    def add_text(self, text: str) -> None:
        """Count a value, and keep its text within the limit."""
        self.count += 1
        self._size += len(text) + 2
        if self._size <= self._limit or not self._texts:
            self._texts.append(text.strip())

    def join_texts(self) -> str:
        """Return the texts that were kept, as a list has them."""
        return ", ".join(self._texts)

    def describe(self) -> str:
        """Describe the run: the rest of a sentence that begins with the first value's name."""
        if self.count == 1:
            return f"is no JSON object, {EXPECTED}."
        return f"is the first of {self.count:,} values that are no JSON objects, {EXPECTED}."


def names_columns(row: list[Any]) -> bool:
    """Return whether a list holds short names alone, two of them known keys."""
    names = [cell for cell in row if isinstance(cell, str) and len(cell) <= _LONGEST_NAME]
    return len(names) == len(row) and sum(map(knows_key, names)) >= _MIN_KNOWN_NAMES
