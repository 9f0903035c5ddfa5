"""JSON that is not one object a line -> its records, as a stream: arrays, wrapped, concatenated, pretty-printed.

What a value is, its keys say (json_shapes). Values that follow one another, with or without a comma or a line break,
are read one after another. Columns, and what is smaller than a record may be, are read whole; a longer list of records
is entered. A record that is broken is a reject with its number; reading goes on behind it.
"""

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any, Final

from flows.read import lenient_decoding
from flows.read.byte_reader import ByteReader
from flows.read.csv_records import decode_cell, decode_stream
from flows.read.field_aliases import FieldMap
from flows.read.field_mapping import is_prose
from flows.read.field_values import parse_json_string
from flows.read.json_cursor import EXPECTED, BrokenValue, IncompleteValue, JsonCursor, explain_error
from flows.read.json_lists import LIST_WITH_OBJECTS, PassedValues, names_columns
from flows.read.json_objects import DECODER
from flows.read.json_shapes import HOLD_RECORDS, classify_value, list_mapped, list_records
from flows.read.python_literals import parse_dict
from flows.read.source_records import SourceRecord, convert_value, encode_record
from flows.read.table_columns import name_columns

_KEY: Final = re.compile(r"\s{0,100}:\s{0,100}")
_NEXT_VALUE: Final = re.compile(r"[{\[\]\n]")
_TOO_LARGE: Final = "has {size} characters, at most {most} were expected of one record: split it or raise max_mb."
_FIRST_LINE: Final = 1 << 24


def holds_records(data: bytes, codec: str, field_map: FieldMap) -> bool:
    """Return whether the first line of seeming JSONL is no record but holds several, as a saved response does."""
    first = data[:_FIRST_LINE].partition("\n".encode(codec))[0]
    if len(first) == _FIRST_LINE:
        return False
    try:
        text = lenient_decoding.decode_leniently(first, None if codec == "utf-8" else codec)
        return classify_value(DECODER.decode(text.strip()), field_map) in HOLD_RECORDS
    except (ValueError, RecursionError):
        return False


def read_json(start: bytes, reader: ByteReader, codec: str, limit: int, field_map: FieldMap) -> Iterator[SourceRecord]:
    """Read the records of JSON whose first bytes are `start`; a record of more than `limit` characters is too large."""
    return _JsonStream(decode_stream(start, reader, codec), limit, field_map).records()


class _JsonStream:
    """The values of a JSON text as records, numbered in their order."""

    def __init__(self, pieces: Iterator[str], limit: int, field_map: FieldMap) -> None:
        self._cursor = JsonCursor(pieces, limit)
        self._limit, self._map = limit, field_map
        self._number = 0

    def records(self) -> Iterator[SourceRecord]:
        while self._cursor.peek():
            yield from self._read_value()

    def _read_value(self) -> Iterator[SourceRecord]:
        opened = self._cursor.next_mark
        if opened == "[":
            self._cursor.at += 1
            yield from self._read_array()
        elif opened == "{":
            yield from self._read_object()
        else:
            yield from self._read_other()

    def _read_array(self) -> Iterator[SourceRecord]:
        depth = 1
        columns: list[str] = []  # of a table whose first row names them

        def fits(row: list[Any]) -> bool:
            """Return whether a list is the next row of the table, though it may be of another width."""
            if not columns:
                return names_columns(row)
            return len(row) == len(columns) or not any(isinstance(cell, dict) for cell in row)

        while depth and self._cursor.peek():
            opened = self._cursor.next_mark
            if opened == "]":
                self._cursor.at += 1
                depth -= 1
            elif opened == "[" and depth == 1 and (row := self._take_row(fits)) is not None:
                if columns:
                    is_whole = len(row) == len(columns)
                    yield from self._number_all([dict(zip(columns, row, strict=True)) if is_whole else row])
                else:
                    columns = list(name_columns(row))
            elif opened == "[" and not self._cursor.peeks_empty_list():
                self._cursor.at += 1
                depth += 1
            elif opened == "{":
                yield from self._read_object()
            elif opened == "}":  # closes nothing that is open here
                yield from self._read_other()
            else:
                yield from self._read_others()
        if depth and not self._cursor.broke_off:
            self._number += 1
            yield self._report(
                "broken_record", "breaks off: the end of the list is missing; fetch the file again.", None
            )

    def _take_row(self, fits: Callable[[list[Any]], bool]) -> list[Any] | None:
        """Take a list that `fits`; None where there is none, which is left in its place."""
        if self._cursor.peeks_object():
            return None
        try:
            value, text = self._cursor.take_value()
        except (BrokenValue, IncompleteValue):
            return None
        if isinstance(value, list) and fits(value):
            return value
        self._cursor.at -= len(text)
        return None

    def _read_object(self, key: str = "") -> Iterator[SourceRecord]:
        """Read one object, which stands under `key`: a record, or what holds records."""
        try:
            value, text = self._cursor.take_value()
        except BrokenValue as error:
            self._number += 1
            raw = self._cursor.skip_to_offset(error.end)
            if (printed := parse_dict(raw)) is not None:
                yield SourceRecord(f"#R{self._number}", f"Record {self._number}", _encode_loaded(printed), printed)
                return
            yield self._report("broken_record", error.detail, raw)
            return
        except IncompleteValue:
            yield from self._enter_large()
            return
        yield from self._emit(value, text, key)

    def _emit(self, value: Any, text: str, key: str = "") -> Iterator[SourceRecord]:  # noqa: ANN401 (what JSON holds)
        try:
            kind = classify_value(value, self._map)
        except RecursionError as error:
            self._number += 1
            yield self._report("broken_record", explain_error(error, 0), text or None)
            return
        if kind in HOLD_RECORDS:
            yield from self._number_all(list_records(value, kind, self._map))
        elif key and len(text) <= self._limit:
            yield from self._number_all(list_mapped({key: value}))
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
                yield SourceRecord(place, label, raw, None, ("broken_record", f"is JSON but no object, {EXPECTED}."))

    def _number_all(self, values: list[Any]) -> Iterator[SourceRecord]:
        for value in values:
            if isinstance(value, dict) and classify_value(value, self._map) in HOLD_RECORDS:
                yield from self._emit(value, "")
                continue
            self._number += 1
            place, label = f"#R{self._number}", f"Record {self._number}"
            if isinstance(value, dict):
                yield SourceRecord(place, label, _encode_loaded(value), value)
            else:
                detail = f"is JSON but no object, {EXPECTED}."
                if value and isinstance(value, list):
                    detail = f"is a list of {len(value):,} values, {EXPECTED}."
                yield SourceRecord(place, label, _encode_loaded({"": value})[5:-1], None, ("broken_record", detail))

    def _enter_large(self) -> Iterator[SourceRecord]:
        """Read an object that is larger than a record may be: a wrapper of a long list, or a record too large."""
        self._cursor.at += 1
        counts = {"list": 0, "object": 0, "other": 0}
        while self._cursor.peek():
            if self._cursor.next_mark == "}":
                self._cursor.at += 1
                if counts["object"] > 1 and counts["other"] and not counts["list"]:  # records by their keys, no wrapper
                    self._number += 1
                    detail = f"counts {counts['other']:,} values beside records that are no JSON objects, {EXPECTED}."
                    yield self._report("broken_record", detail, None)
                return
            key = self._take_key()
            if key is None or not self._cursor.peek():
                break
            kind = yield from self._read_member(key)
            if kind is None:
                break
            counts[kind] += 1
        else:
            if counts["list"] or counts["object"]:
                yield self._report_end()
                return
        self._number += 1
        detail = _TOO_LARGE.format(size=f"more than {self._limit:,}", most=f"{self._limit:,}")
        self._cursor.skip_balanced(1)
        yield self._report("too_large", detail, None)

    def _report_end(self) -> SourceRecord:
        self._number += 1
        return self._report(
            "broken_record", "breaks off: the end of the object is missing; fetch the file again.", None
        )

    def _take_key(self) -> str | None:
        """Take a key and the colon behind it; None where there is none."""
        if self._cursor.next_mark != '"':
            return None
        try:
            key = self._cursor.take_string()
        except (BrokenValue, IncompleteValue):
            return None
        return key if self._cursor.skip_match(_KEY) else None

    def _read_member(self, key: str) -> Generator[SourceRecord, None, str | None]:
        """Read the value under a key of a large object; returns list, object or other, None for what is no JSON.

        A list is one that holds objects; anything else is passed over, unless it is larger than a record may be.
        """
        mark = self._cursor.next_mark
        if mark == "{":
            yield from self._read_object(key)
            return "object"
        if mark != "[" or not self._cursor.peeks_object():
            try:
                value, _ = self._cursor.take_value()
            except BrokenValue:
                return None
            except IncompleteValue:
                if mark != "[" or not self._cursor.fits_match(LIST_WITH_OBJECTS):
                    return None
            else:
                if not isinstance(value, list) or not any(isinstance(entry, dict) for entry in value):
                    return "other"
                yield from self._number_all(value)
                return "list"
        self._cursor.at += 1
        yield from self._read_array()
        return "list"

    def _read_others(self) -> Iterator[SourceRecord]:
        """Read values in a list that are no objects: a text of prose is a record, each run of other values one reject.

        A run takes one number, and its reject says how many values it has.
        """
        passed_over = PassedValues(self._limit)
        while self._cursor.peek() and (self._cursor.next_mark not in "[]{}" or self._cursor.peeks_empty_list()):
            value, text = self._take_other()
            encoded = parse_json_string(value) if isinstance(value, str) else None
            if encoded is None and not (isinstance(value, str) and is_prose(value)):
                passed_over.add_text(text)
                continue
            yield from self._report_passed(passed_over)
            passed_over = PassedValues(self._limit)
            if encoded is not None:
                yield from self._number_all([encoded])
            else:
                self._number += 1
                fields = {"text": value}
                yield SourceRecord(f"#R{self._number}", f"Record {self._number}", encode_record(fields), fields)
        yield from self._report_passed(passed_over)

    def _report_passed(self, passed_over: "PassedValues") -> Iterator[SourceRecord]:
        if passed_over.count:
            self._number += 1
            yield self._report("broken_record", passed_over.describe(), passed_over.join_texts())

    def _read_other(self) -> Iterator[SourceRecord]:
        """Read a value that is no object: one reject, up to the next object or list."""
        self._number += 1
        _, text = self._take_other()
        yield self._report("broken_record", f"is no JSON object, {EXPECTED}.", text)

    def _take_other(self) -> tuple[object, str]:
        """Take a value that is no object, and its text; None for what is no JSON, up to the next object or list."""
        try:
            return self._cursor.take_value()
        except (BrokenValue, IncompleteValue):
            return None, self._cursor.skip_to(_NEXT_VALUE)

    def _report(self, reason: str, detail: str, raw: str | None) -> SourceRecord:
        data = _encode(raw) if raw is not None and len(raw) <= self._limit else None
        return SourceRecord(f"#R{self._number}", f"Record {self._number}", data, None, (reason, detail))


def _encode(text: str) -> bytes:
    return decode_cell(text).encode("utf-8", "replace")


def _encode_loaded(value: Mapping[str, object]) -> bytes:
    return encode_record({str(key): convert_value(inner) for key, inner in value.items()})
