"""JSON that is not one object a line -> its records, as a stream: arrays, wrapped, concatenated, pretty-printed.

Parsed by Python's own decoder, one value at a time at the place where it begins: ijson was tried and refuses NaN, which
pandas and Python write, and raw tabs, and does not tell where a value's bytes stood. What a value is, its keys say:

- a record: an object that the alias table knows a text of;
- a wrapper: an object with a list of records under some key (`articles`, `data.items`, `hits.hits`), or an object
  whose values are records;
- columns: what `DataFrame.to_json` writes by default, and `orient="split"`. These are read whole, within the limits.

Values that follow one another, with or without a comma or a line break, are read one after another. A record that is
broken is a reject with its number; reading goes on behind it.
"""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from flows.read import lenient_decoding
from flows.read.byte_reader import ByteReader
from flows.read.csv_records import decode_cell, decode_stream
from flows.read.field_mapping import FieldMap, flatten_record, is_prose, knows_key, plan_keys
from flows.read.field_values import parse_json_string
from flows.read.source_records import SourceRecord, encode_record

_DECODER: Final = json.JSONDecoder(strict=False)
_BLANK: Final = re.compile(r"[\s,;\x1e\ufeff\x00]*")
_KEY: Final = re.compile(r"\s*:\s*")
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|"', re.DOTALL)
_EXPECTED: Final = 'a JSON object was expected, such as {"id": "1", "text": "..."}'
_TOO_LARGE: Final = "has {size} characters, at most {most} were expected of one record: split it or raise max_mb."
_OPENED_MOST: Final = 64
_FIRST_LINE: Final = 1 << 24
_WRAPPER_DEPTH: Final = 3
_SAMPLED_ENTRIES: Final = 20
Path = tuple[str, ...]


class _Incomplete(Exception):
    """The value does not end in what was read so far."""


class _Broken(Exception):
    """The value ends, and is no JSON; the message is the rest of a sentence."""

    def __init__(self, end: int, detail: str) -> None:
        super().__init__(detail)
        self.end, self.detail = end, detail


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
    if find_record_lists(value, field_map):
        return "wrapper"
    return "mapping" if _maps_records(value, field_map) else "record"


def _maps_records(value: Mapping[str, object], field_map: FieldMap) -> bool:
    """Return True if the values of an object are records."""
    inner = [entry for entry in itertools.islice(value.values(), _SAMPLED_ENTRIES) if entry is not None]
    return (
        bool(inner)
        and all(isinstance(entry, dict) for entry in inner)
        and any(_states_content(entry, field_map) for entry in inner if isinstance(entry, dict))
    )


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
            sample = inner[:_SAMPLED_ENTRIES]
            if not sample or not all(isinstance(entry, dict) for entry in sample):
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


def holds_records(data: bytes, codec: str, field_map: FieldMap) -> bool:
    """Return whether the first line of seeming JSONL is no record but holds several, as a saved response does."""
    first = data[:_FIRST_LINE].partition("\n".encode(codec))[0]
    if len(first) == _FIRST_LINE:
        return False
    try:
        value = _DECODER.decode(lenient_decoding.decode_leniently(first, None if codec == "utf-8" else codec).strip())
    except (ValueError, RecursionError):
        return False
    return classify_value(value, field_map) in ("wrapper", "mapping", "columns", "split")


def read_json(start: bytes, reader: ByteReader, codec: str, limit: int, field_map: FieldMap) -> Iterator[SourceRecord]:
    """Read the records of JSON whose first bytes are `start`; a record of more than `limit` characters is too large."""
    return _JsonStream(decode_stream(start, reader, codec), limit, field_map).records()


class _JsonStream:
    """A JSON text that comes piece by piece; `self._held[self._at:]` is what was not read yet."""

    def __init__(self, pieces: Iterator[str], limit: int, field_map: FieldMap) -> None:
        self._pieces, self._limit, self._map = pieces, limit, field_map
        self._held, self._at = "", 0
        self._ended = False
        self._number = 0
        self._broke_off = False

    def records(self) -> Iterator[SourceRecord]:
        while self._peek():
            yield from self._read_value()

    def _read_value(self) -> Iterator[SourceRecord]:
        opened = self._held[self._at]
        if opened == "[":
            self._at += 1
            yield from self._read_array()
        elif opened == "{":
            yield from self._read_object()
        else:
            yield from self._read_other()

    def _read_array(self) -> Iterator[SourceRecord]:
        depth = 1
        while depth and self._peek():
            opened = self._held[self._at]
            if opened == "]":
                self._at += 1
                depth -= 1
            elif opened == "[":
                self._at += 1
                depth += 1
            elif opened == "{":
                yield from self._read_object()
            else:
                yield from self._read_others()
        if depth and not self._broke_off:
            self._number += 1
            yield self._report(
                "broken_record", "breaks off: the end of the list is missing; fetch the file again.", None
            )

    def _read_object(self) -> Iterator[SourceRecord]:
        """Read one object: a record, or what holds records."""
        try:
            value, text = self._take_value()
        except _Broken as error:
            self._number += 1
            raw = self._held[self._at : error.end]
            self._at = error.end
            yield self._report("broken_record", error.detail, raw)
            return
        except _Incomplete:
            yield from self._enter_large()
            return
        yield from self._emit(value, text)

    def _emit(self, value: Any, text: str) -> Iterator[SourceRecord]:  # noqa: ANN401 (what JSON holds)
        kind = classify_value(value, self._map)
        if kind == "wrapper":
            for path in find_record_lists(value, self._map):
                inner = value
                for key in path:
                    inner = inner[key]
                yield from self._number_all(inner if isinstance(inner, list) else _list_mapped(inner))
        elif kind == "mapping":
            yield from self._number_all(_list_mapped(value))
        elif kind == "columns":
            names = list(value)
            columns = [list(column.values()) if isinstance(column, dict) else column for column in value.values()]
            yield from self._number_all([dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)])
        elif kind == "split":
            names = list(map(str, value["columns"]))
            yield from self._number_all([dict(zip(names, row, strict=False)) for row in value["data"]])
        else:
            self._number += 1
            if len(text) > self._limit:
                yield self._report("too_large", _TOO_LARGE.format(size=f"{len(text):,}", most=f"{self._limit:,}"), None)
                return
            raw = _encode(text)
            place, label = f"#R{self._number}", f"Record {self._number}"
            if isinstance(value, dict):
                yield SourceRecord(place, label, raw, value)
            else:
                yield SourceRecord(place, label, raw, None, ("broken_record", f"is JSON but no object, {_EXPECTED}."))

    def _number_all(self, values: list[Any]) -> Iterator[SourceRecord]:
        for value in values:
            if isinstance(value, dict) and classify_value(value, self._map) in (
                "wrapper",
                "mapping",
                "columns",
                "split",
            ):
                yield from self._emit(value, "")
                continue
            self._number += 1
            place, label = f"#R{self._number}", f"Record {self._number}"
            if isinstance(value, dict):
                yield SourceRecord(place, label, _encode_loaded(value), value)
            else:
                problem = ("broken_record", f"is JSON but no object, {_EXPECTED}.")
                yield SourceRecord(place, label, _encode_loaded({"": value})[5:-1], None, problem)

    def _enter_large(self) -> Iterator[SourceRecord]:
        """Read an object that is larger than a record may be: a wrapper of a long list, or a record too large."""
        self._at += 1
        opened = 0
        while self._peek():
            mark = self._held[self._at]
            if mark == "}":
                self._at += 1
                return
            if mark != '"':
                break
            try:
                self._take_string()
            except (_Broken, _Incomplete):
                break
            colon = _KEY.match(self._held, self._at)
            if colon is None:
                break
            self._at = colon.end()
            if not self._peek():
                break
            mark = self._held[self._at]
            if mark == "[" and self._peeks_object():
                self._at += 1
                opened += 1
                yield from self._read_array()
            elif mark == "{" and opened < _OPENED_MOST:
                opened += 1
                yield from self._read_object()
            elif not self._skip_scalar():
                break
        else:
            if opened:
                yield self._report_end()
                return
        self._number += 1
        detail = _TOO_LARGE.format(size=f"more than {self._limit:,}", most=f"{self._limit:,}")
        self._skip_balanced(1)
        yield self._report("too_large", detail, None)

    def _report_end(self) -> SourceRecord:
        self._number += 1
        return self._report(
            "broken_record", "breaks off: the end of the object is missing; fetch the file again.", None
        )

    def _peeks_object(self) -> bool:
        blank = _BLANK.match(self._held, self._at + 1)
        assert blank is not None
        return self._held[blank.end() : blank.end() + 1] in ("{", "")

    def _skip_scalar(self) -> bool:
        """Pass over a value that holds no records; False where it is no JSON or too large."""
        try:
            self._take_value()
        except (_Broken, _Incomplete):
            return False
        return True

    def _read_others(self) -> Iterator[SourceRecord]:
        """Values in a list that are no objects: each text of prose is a record, all else one reject."""
        reported = False
        while self._peek() and self._held[self._at] not in "[]{}":
            value: object = None
            if self._held[self._at] == '"':
                try:
                    value = self._take_value()[0]
                except (_Broken, _Incomplete):
                    value = None
            if isinstance(value, str) and (encoded := parse_json_string(value)) is not None:
                yield from self._number_all([encoded])
                continue
            if isinstance(value, str) and is_prose(value):
                self._number += 1
                fields = {"text": value}
                yield SourceRecord(f"#R{self._number}", f"Record {self._number}", encode_record(fields), fields)
                reported = False
                continue
            for record in self._read_other() if value is None else ():
                if not reported:
                    yield record
                else:
                    self._number -= 1
                reported = True

    def _read_other(self) -> Iterator[SourceRecord]:
        """Read a value that is no object: one reject, up to the next object or list."""
        self._number += 1
        try:
            _, text = self._take_value()
        except (_Broken, _Incomplete):
            end = re.compile(r"[{\[\]\n]").search(self._held, self._at + 1)
            stop = end.start() if end else len(self._held)
            text, self._at = self._held[self._at : stop], stop
        yield self._report("broken_record", f"is no JSON object, {_EXPECTED}.", text)

    def _take_value(self) -> tuple[Any, str]:
        """Take the next value and its text. Raises _Broken, or _Incomplete where it goes on beyond the limit."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._held, self._at)
            except (ValueError, RecursionError) as error:
                goes_on = not self._ended and _breaks_off(error, len(self._held))
                end_of_broken = None if goes_on else _find_end(self._held, self._at)
                if end_of_broken is not None and (end_of_broken < len(self._held) or self._ended):
                    raise _Broken(end_of_broken, _explain(error, self._at)) from None
                if len(self._held) - self._at > self._limit:
                    raise _Incomplete from None
                if not self._more():
                    self._broke_off = True
                    raise _Broken(len(self._held), f"breaks off ({_explain(error, self._at)})") from None
                continue
            if end == len(self._held) and not isinstance(value, dict | list | str) and self._more():
                continue  # a number may go on
            text = self._held[self._at : end]
            self._at = end
            return value, text

    def _take_string(self) -> str:
        value, text = self._take_value()
        if not isinstance(value, str):
            raise _Broken(self._at, text)
        return value

    def _peek(self) -> bool:
        """Pass over blanks and commas; whether anything follows."""
        while True:
            blank = _BLANK.match(self._held, self._at)
            assert blank is not None
            self._at = blank.end()
            if self._at < len(self._held):
                return True
            if not self._more():
                return False

    def _more(self) -> bool:
        if self._ended:
            return False
        # At least as much again as is held: a value that goes on is parsed from its start each time.
        wanted_size = max(len(self._held) - self._at, 1)
        pieces = [self._held[self._at :]]
        self._at = 0
        gained = 0
        while gained < wanted_size:
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            pieces.append(piece)
            gained += len(piece)
        self._held = "".join(pieces)
        return gained > 0

    def _skip_balanced(self, depth: int) -> None:
        """Pass over what is left of values that are open, holding none of it."""
        while True:
            at = self._at
            for token in _TOKEN.finditer(self._held, self._at):
                mark = token[0]
                if mark == '"' and not self._ended:
                    break  # a string that goes on
                at = token.end()
                depth += (mark in "{[") - (mark in "}]") if len(mark) == 1 else 0
                if depth <= 0:
                    self._at = at
                    return
            self._at = at
            if len(self._held) - self._at > self._limit:
                self._at = len(self._held)
            if not self._more():
                self._at = len(self._held)
                return

    def _report(self, reason: str, detail: str, raw: str | None) -> SourceRecord:
        data = _encode(raw) if raw is not None and len(raw) <= self._limit else None
        return SourceRecord(f"#R{self._number}", f"Record {self._number}", data, None, (reason, detail))


def _list_mapped(value: Mapping[str, Any]) -> list[Any]:
    """List the records that an object holds by key.

    The key of each is the nearest that there is to an id, but an index of pandas is none.
    """
    return [
        {"id": key, **entry}
        if isinstance(entry, dict) and not key.isdigit() and not any(name in entry for name in ("id", "_id"))
        else entry
        for key, entry in value.items()
    ]


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


def _explain(error: Exception, start: int) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is broken JSON ({error.msg} at its character {error.pos - start + 1}), {_EXPECTED}."
    if isinstance(error, RecursionError):
        return f"is JSON nested too deep, {_EXPECTED}."
    return f"holds a number of thousands of digits, {_EXPECTED}."


def _encode(text: str) -> bytes:
    return decode_cell(text).encode("utf-8", "replace")


def _encode_loaded(value: Mapping[str, object]) -> bytes:
    from flows.read.source_records import convert_value

    return encode_record({str(key): convert_value(inner) for key, inner in value.items()})


__all__ = ["classify_value", "find_record_lists", "holds_records", "read_json"]
