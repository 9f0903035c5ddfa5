"""A record of a file that holds many, and the one way in which it becomes a RawDocument or a Reject.

The contract of a format reader (csv_records, json_records, parquet_records, ...): an iterator of `SourceRecord`, in the
order of the file. Each has a place that names it in the file, and either fields or a problem. It never raises for what
the file holds, holds no more than a record (or a row group) at once, and stops where the file cannot be read on: the
caller tells of that. Everything else, from mapping to raw bytes, is done here.
"""

import base64
import html
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from flows.read import file_kinds, lenient_decoding, light_markup
from flows.read.field_aliases import FieldMap
from flows.read.field_mapping import RecordError, flatten_record, map_record
from flows.read.raw_documents import (
    Limits,
    OutletGuesser,
    RawDocument,
    Reject,
    StatedField,
    guess_outlet_hint,
    hash_bytes,
)
from flows.read.record_identity import build_record_identity
from flows.read.source_file import SourceFile
from flows.read.table_columns import number_repeats

if TYPE_CHECKING:
    from lxml.etree import _Element

_MOST_KEYS: Final = 500


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options for a source: which key states what, how a text of many stories is split, which table is read."""

    field_map: FieldMap = field(default_factory=FieldMap)
    split: str = ""
    table: str = ""


@dataclass(slots=True)
class KeyTally:
    """What was read of one file, for people: its kind, its records, each key's share and use, what was passed over."""

    kind: str = ""
    records: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    columns: dict[str, dict[str, int]] = field(default_factory=dict)
    not_read: dict[str, int] = field(default_factory=dict)
    samples: dict[str, str] | None = None
    lengths: dict[str, list[int]] = field(default_factory=dict)

    def add_record(self, flat: Mapping[str, object], sources: tuple[tuple[str, str], ...]) -> None:
        """Count a record's keys that hold a value, and the fields that they stated."""
        self.records += 1
        filled = self.filled
        for key, value in flat.items():
            if value is not None and value != "":
                filled[key] = filled.get(key, 0) + 1
            elif key not in filled:
                filled[key] = 0
        for key, name in sources:
            uses = self.columns.setdefault(key, {})
            uses[name] = uses.get(name, 0) + 1
        if self.samples is not None:
            for key, value in flat.items():
                if value not in (None, ""):
                    self._add_sample(self.samples, key, str(value))

    def _add_sample(self, samples: dict[str, str], key: str, text: str) -> None:
        """Keep the first value of a key, and the shortest and the longest length in characters."""
        if key not in samples:
            samples[key] = lenient_decoding.make_printable(text[:200])
        shortest, longest = self.lengths.get(key, (len(text), len(text)))
        self.lengths[key] = [min(shortest, len(text)), max(longest, len(text))]

    def skip_file(self, kind: str, count: int = 1) -> None:
        """Count files that are no documents."""
        self.not_read[kind] = self.not_read.get(kind, 0) + count

    def add_counts(self, counts: Mapping[str, Any]) -> None:
        """Add the counts of a later part of the file, as `as_json` returns them."""
        self.records += counts["records"]
        for key, count in counts["filled"].items():
            self.filled[key] = self.filled.get(key, 0) + count
        for key, uses in counts["columns"].items():
            total = self.columns.setdefault(key, {})
            for name, count in uses.items():
                total[name] = total.get(name, 0) + count
        for kind, count in counts["not_read"].items():
            self.skip_file(kind, count)

    def as_json(self) -> dict[str, Any] | None:
        """Return the counts as JSON, or None where there is nothing to tell."""
        if not self.records and not self.not_read:
            return None
        return {"records": self.records, "filled": self.filled, "columns": self.columns, "not_read": self.not_read}


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader needs beside the bytes: the file, the limits, the user's options, and where keys are counted."""

    source_file: SourceFile
    limits: Limits
    options: ReadOptions
    guess_outlet: OutletGuesser | None
    tally: KeyTally


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One record: `place` names it in the file (`#R12`), `label` in a sentence (`Row 12`).

    `raw` is its text where the source has one, else its JSON (`encode_record`). `problem` is a reason of
    schemas.vocabulary and the rest of a sentence; then `raw` may be missing, and `fields` are what could be read.
    """

    place: str
    label: str
    raw: bytes | None
    fields: Mapping[str, object] | None = None
    problem: tuple[str, str] | None = None
    digest: str | None = None
    preview: bytes | None = None

    @property
    def raw_sha256(self) -> str | None:
        """Return the digest of the raw bytes."""
        return self.digest or (hash_bytes(self.raw) if self.raw is not None else None)


def merge_tallies(total: dict[str, Any], tally: Mapping[str, Any]) -> None:
    """Add the counts of one file (`KeyTally.as_json`) to those of a source."""
    total["records"] = total.get("records", 0) + tally["records"]
    keys = total.setdefault("keys", {})
    for key, count in tally["filled"].items():
        if key in keys or len(keys) < _MOST_KEYS:
            entry = keys.setdefault(key, {"filled": 0, "states": {}})
            entry["filled"] += count
            for name, uses in tally["columns"].get(key, {}).items():
                entry["states"][name] = entry["states"].get(name, 0) + uses
    not_read = total.setdefault("not_read", {})
    for kind, count in tally["not_read"].items():
        not_read[kind] = not_read.get(kind, 0) + count


def build_row(context: ReadContext, record: SourceRecord) -> RawDocument | Reject:
    """Build the RawDocument of a record, or the Reject that says why there is none."""
    if record.problem is not None or record.fields is None:
        reason, detail = record.problem or ("broken_record", "holds nothing that can be read.")
        return _build_reject(context, record, reason, detail)
    try:
        return _build_document(context, record, record.fields)
    except RecordError as error:
        return _build_reject(context, record, error.reason, error.detail)


def _build_document(context: ReadContext, record: SourceRecord, fields: Mapping[str, object]) -> RawDocument:
    source_file = context.source_file
    try:
        mapped, flat = map_record(fields, context.options.field_map)
    except RecordError:
        context.tally.add_record(flatten_record(fields), ())
        raise
    context.tally.add_record(flat, mapped.sources)
    text = mapped.content if mapped.media == "html" else light_markup.plain_text(mapped.content)
    content = lenient_decoding.replace_surrogates(text).encode()
    media = "html" if mapped.media == "html" or file_kinds.is_html(content) else "text"
    raw = record.raw if record.raw is not None else b""
    words = [value for column in ("title", "published_at") for name, value in mapped.stated if name == column]
    return RawDocument(
        source_id=mapped.id or _stated_id(fields) or source_file.relative + record.place,
        source_uri=source_file.uri + record.place,
        raw=raw,
        content=content,
        media=media,
        identity=build_record_identity(source_file.relative, mapped.id, [*words, content]),
        raw_sha256=record.raw_sha256 or hash_bytes(raw),
        encoding="utf-8",
        url=mapped.url,
        fetched_at=mapped.fetched_at,
        outlet_hint=guess_outlet_hint(context.guess_outlet, mapped.url, content, media),
        stated=tuple(StatedField(name, value) for name, value in mapped.stated),
    )


def _build_reject(context: ReadContext, record: SourceRecord, reason: str, detail: str) -> Reject:
    source_file = context.source_file
    raw = record.raw
    return Reject(
        source_id=_stated_id(record.fields) or source_file.relative + record.place,
        source_uri=source_file.uri + record.place,
        reason=reason,
        detail=lenient_decoding.make_printable(f"{record.label} of {source_file.display_path} {detail}"),
        raw_sha256=record.raw_sha256,
        preview=lenient_decoding.make_preview(raw or record.preview or b"") or None,
        raw=raw,
    )


def _stated_id(fields: Mapping[str, object] | None) -> str | None:
    value = fields.get("id") if fields else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = lenient_decoding.replace_surrogates(str(value)).strip()
    return text or None


def encode_record(fields: Mapping[str, object]) -> bytes:
    """Encode a record as its JSON: keys as in the source, in its order, UTF-8."""
    try:
        return encode_strictly(fields)
    except UnicodeEncodeError:
        return lenient_decoding.replace_surrogates(_encoder.encode(fields)).encode()


def encode_strictly(fields: Mapping[str, object]) -> bytes:
    """Encode a record as `encode_record` does. Raises UnicodeEncodeError for lone surrogates."""
    pairs = [
        _encode_key(key) + (_encode_text(value) if type(value) is str else _encoder.encode(value).encode())
        for key, value in fields.items()
    ]
    return b"{" + b", ".join(pairs) + b"}"


@lru_cache(maxsize=4096)
def _encode_key(key: str) -> bytes:
    return _encoder.encode(key).encode() + b": "


def _encode_text(text: str) -> bytes:
    """Encode a string as JSON does; long ones by a few passes over their bytes, at half the cost."""
    data = text.encode()
    if len(data) > _LONG_TEXT and len(data.translate(None, _RARE_CONTROLS)) == len(data):
        data = data.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
        return b'"' + data.replace(b"\r", b"\\r").replace(b"\t", b"\\t") + b'"'
    return _encoder.encode(text).encode()


_encoder: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False)
_LONG_TEXT: Final = 100
_RARE_CONTROLS: Final = bytes(set(range(32)) - set(b"\n\r\t"))


def convert_value(value: object) -> object:
    """Convert a typed value to what JSON can hold, in one fixed form."""
    kind = type(value)
    if kind is str or value is None or kind is bool or kind is int:
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        try:
            return data.decode()
        except UnicodeDecodeError:
            if file_kinds.looks_binary(data):
                return {"$base64": base64.b64encode(data).decode()}
            return lenient_decoding.decode_leniently(data)
    if isinstance(value, Mapping):
        return {str(key): convert_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        if value and all(isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) for pair in value):
            keys = number_repeats([key for key, _ in value])  # an Arrow map
            return dict(zip(keys, [convert_value(inner) for _, inner in value], strict=True))
        return [convert_value(item) for item in value]
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else None
    if isinstance(value, timedelta):
        return value.total_seconds()
    return str(value)


def describe_large(size: int, limit: int) -> tuple[str, str]:
    """Return the problem of a record of more bytes than `limit`."""
    return "too_large", f"has {size:,} bytes, at most {limit:,} were expected: split it or raise max_mb."


def format_inner_markup(element: "_Element") -> str:
    """Return the content of an element with its tags, its own words escaped as theirs are."""
    from lxml import etree

    inner = "".join(etree.tostring(child, encoding="unicode", method="html") for child in element)
    return f"{html.escape(element.text or '', quote=False)}{inner}".strip()
