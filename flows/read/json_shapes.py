"""What a JSON value is, by its keys: a record, or what holds records.

- a record: an object that the alias table knows a text of;
- a wrapper: an object with lists of records under some keys (`articles`, `data.items`, `hits.hits`, one for each day);
- a mapping: an object whose values are records;
- columns: what `DataFrame.to_json` writes by default; split: its `orient="split"`.
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flows.read.field_aliases import FieldMap, knows_key, plan_keys
from flows.read.field_mapping import flatten_record
from flows.read.table_columns import name_columns

_WRAPPER_DEPTH: Final = 3
_SAMPLED_ENTRIES: Final = 20
_PARAGRAPH_FIELDS: Final = frozenset({"text", "html", "summary", "id"})
_PARAGRAPH_WORDS: Final = 150  # the most that a paragraph has
Path = tuple[str, ...]


HOLD_RECORDS: Final = ("wrapper", "mapping", "columns", "split")


def classify_value(value: object, field_map: FieldMap) -> str:
    """Tell what a JSON value is: record, wrapper, mapping, columns, split, list or other."""
    if isinstance(value, list):
        return "list"
    if not isinstance(value, dict) or not value:
        return "other"
    if ("nbformat" in value and "cells" in value) or "$schema" in value:
        return "other"
    if (
        isinstance(value.get("columns"), list)
        and isinstance(value.get("data"), list)
        and value["data"]
        and isinstance(value["data"][0], list)
    ):
        return "split"
    if _are_columns(value) and any(knows_key(key) for key in value):
        return "columns"
    if _states_content(value, field_map):
        return "record"
    if paths := find_record_lists(value, field_map):
        return "record" if _holds_paragraphs(value, paths, field_map) else "wrapper"
    return "mapping" if _maps_records(value, field_map) else "record"


def _holds_paragraphs(value: Mapping[str, Any], paths: tuple[Path, ...], field_map: FieldMap) -> bool:
    """Return True if the list in an object with a title holds the paragraphs of one article: short texts alone."""
    if len(paths) != 1 or "title" not in plan_keys(tuple(flatten_record(value)), field_map).candidates:
        return False
    sample = _follow_path(value, paths[0])[:_SAMPLED_ENTRIES]
    return all(
        plan_keys(tuple(flatten_record(entry)), field_map).candidates.keys() <= _PARAGRAPH_FIELDS
        and max((len(text.split()) for text in entry.values() if isinstance(text, str)), default=0) <= _PARAGRAPH_WORDS
        for entry in sample
        if isinstance(entry, dict)
    )


def _maps_records(value: Mapping[str, object], field_map: FieldMap) -> bool:
    """Return True if the values of an object are records; beside two records, fewer values may be none."""
    sample = [entry for entry in itertools.islice(value.values(), _SAMPLED_ENTRIES) if entry is not None]
    objects = [entry for entry in sample if isinstance(entry, dict)]
    with_texts = sum(_states_content(entry, field_map) for entry in objects)
    return with_texts > 0 if len(objects) == len(sample) else 2 * len(objects) >= len(sample) and with_texts > 1


def _states_content(value: Mapping[str, object], field_map: FieldMap) -> bool:
    """Return True if an object has a text of its own: a string or paragraphs, and no list of other records."""
    flat = flatten_record(value)
    plan = plan_keys(tuple(flat), field_map)
    paths = [path for name in ("text", "html", "summary") for _, path in plan.candidates.get(name, ())]
    return any(_may_be_text(flat[path], field_map) for path in paths)


def _may_be_text(value: object, field_map: FieldMap) -> bool:
    if isinstance(value, str):
        return True
    if isinstance(value, list) and value:
        first = value[0]
        if isinstance(first, dict):
            return not (len(first) > 1 and any(key in first for key in ("title", "judul", "url", "link", "headline")))
        return True
    return isinstance(value, dict) and bool(value)


def _are_columns(value: Mapping[str, object]) -> bool:
    """Return True if an object is a table by columns: objects with the same keys, or lists of one length."""
    columns = list(value.values())
    if len(columns) < 2:
        return False
    if all(isinstance(column, dict) and column for column in columns):
        keys = [list(column) for column in columns if isinstance(column, dict)]
        return all(row_keys == keys[0] for row_keys in keys) and all(key.isdigit() for key in keys[0][:5])
    if all(isinstance(column, list) for column in columns):
        lengths = {len(column) for column in columns if isinstance(column, list)}
        return (
            len(lengths) == 1
            and lengths != {0}
            and any(
                isinstance(column, list) and isinstance(column[0], str) and len(column[0]) > 100 for column in columns
            )
        )
    return False


def find_record_lists(value: Mapping[str, Any], field_map: FieldMap) -> tuple[Path, ...]:
    """Find the key, or keys, under each of which a wrapper holds a list of records; empty where it holds none.

    Where some lists hold texts, all of those count (a list for each day, or for each outlet), else the longest list.
    """
    lists = list(_iterate_record_lists(value, field_map, _WRAPPER_DEPTH))
    if with_texts := tuple(path for path, _, states_texts in lists if states_texts):
        return with_texts
    return (max(lists, key=lambda entry: entry[1])[0],) if lists else ()


def _iterate_record_lists(
    value: Mapping[str, Any], field_map: FieldMap, depth: int
) -> Iterator[tuple[Path, int, bool]]:
    """Yield path, length and whether it holds texts of each list of records in a wrapper."""
    for key, inner in value.items():
        if isinstance(inner, list):
            sample = [entry for entry in inner[:_SAMPLED_ENTRIES] if isinstance(entry, dict)]
            if not sample or 2 * len(sample) < len(inner[:_SAMPLED_ENTRIES]):
                continue
            if any(classify_value(entry, field_map) == "record" and _knows_keys(entry, field_map) for entry in sample):
                yield (key,), len(inner), any(_states_content(entry, field_map) for entry in sample)
        elif isinstance(inner, dict) and inner and depth > 1:
            if _maps_records(inner, field_map):
                yield (key,), len(inner), True
                continue
            for path, length, states_texts in _iterate_record_lists(inner, field_map, depth - 1):
                yield (key, *path), length, states_texts


def _knows_keys(value: Mapping[str, object], field_map: FieldMap) -> bool:
    plan = plan_keys(tuple(flatten_record(value)), field_map)
    return len(plan.candidates) >= 2 or bool(plan.candidates.keys() & {"text", "html"})


def list_records(value: Mapping[str, Any], kind: str, field_map: FieldMap) -> list[Any]:
    """List what a value of a kind that holds records holds, in its order; each may hold records itself."""
    if kind == "wrapper":
        return [record for path in find_record_lists(value, field_map) for record in _follow_path(value, path)]
    if kind == "mapping":
        return list_mapped(value)
    if kind == "columns":
        names = list(value)
        columns = [list(column.values()) if isinstance(column, dict) else column for column in value.values()]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    # A row of another width than the header stays a list, which is no record.
    names = list(name_columns(list(map(str, value["columns"]))))
    return [
        dict(zip(names, row, strict=True)) if isinstance(row, list) and len(row) == len(names) else row
        for row in value["data"]
    ]


def _follow_path(value: Mapping[str, Any], path: Path) -> list[Any]:
    """Return the records that lie under a path of `find_record_lists`."""
    inner: Any = value
    for key in path:
        inner = inner[key]
    return inner if isinstance(inner, list) else list_mapped(inner)


def list_mapped(value: Mapping[str, Any]) -> list[Any]:
    """List the records that an object holds by key.

    The key of each is the nearest that there is to an id, but an index of pandas is none.
    """
    return [
        {"id": key, **entry}
        if isinstance(entry, dict) and not key.isdigit() and not any(name in entry for name in ("id", "_id"))
        else entry
        for key, entry in value.items()
    ]
