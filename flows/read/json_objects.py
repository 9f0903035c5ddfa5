"""JSON objects in which a key may stand twice: no value takes the place of another of its name.

Python's decoder keeps the last value of a repeated key, so a text that stands first would be lost without a word. All
records are decoded here instead, also when they are read again from state/raw.
"""

import json
from typing import Any, Final

from flows.read.table_columns import number_repeats


def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object from its pairs; a repeated key gets its number behind it, as a column of a table does.

    A value that is empty or equal to an earlier one of the same key says nothing new, and is left out.
    """
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    values_by_key: dict[str, dict[str, Any]] = {}  # each value by its print, which is hashable
    for key, value in pairs:
        values = values_by_key.setdefault(key, {})
        if not _is_empty(value):
            values.setdefault(repr(value), value)
    unique_pairs = [
        (key, value) for key, values in values_by_key.items() for value in (values.values() or [fields[key]])
    ]
    names = number_repeats([key for key, _ in unique_pairs])
    return dict(zip(names, [value for _, value in unique_pairs], strict=True))


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


DECODER: Final = json.JSONDecoder(strict=False, object_pairs_hook=build_object)
