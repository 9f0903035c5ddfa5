"""The description of the columns, written for readers: JSON Schema, codebook, data package, Croissant.

Each is made from `schemas.columns` and from one table of forms below, which says how a value of an Arrow type is
called in each language. A column of a new type needs one row there; nothing else here knows any column.
"""

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from schemas import SCHEMA_VERSION
from schemas.columns import PUBLISHED, STRINGS, UTC_MICROS, Column

# What one row of each published table is, and where the table lies in a release.
ROWS: Final[dict[str, str]] = {
    "articles": "One published article.",
    "rejects": "One document that left the run without becoming an article, and why.",
    "changes": "One difference from the parent release.",
    "spans": "One span of a non-blank line of a published article's document: kept as body, or cut.",
    "evidence": "The words that support one value of one article.",
}
PLACES: Final[dict[str, str]] = {
    "articles": "data/articles-*.parquet",
    "rejects": "rejects/rejects.parquet",
    "changes": "diff/changes.parquet",
    "spans": "lineage/spans.parquet",
    "evidence": "lineage/evidence.parquet",
}


@dataclass(frozen=True)
class _Form:
    """How one Arrow type is called: in the codebook, as a JSON value, in a Table Schema, in Croissant."""

    word: str
    json: dict[str, object]
    table_schema: str
    croissant: str


_FORMS: Final[dict[pa.DataType, _Form]] = {
    pa.string(): _Form("string", {"type": "string"}, "string", "sc:Text"),
    pa.bool_(): _Form("boolean", {"type": "boolean"}, "boolean", "sc:Boolean"),
    pa.int32(): _Form("int32", {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}, "integer", "sc:Integer"),
    pa.float32(): _Form("float32", {"type": "number"}, "number", "sc:Float"),
    pa.date32(): _Form("date32", {"type": "string", "format": "date"}, "date", "sc:Date"),
    UTC_MICROS: _Form("timestamp[us, UTC]", {"type": "string", "format": "date-time"}, "datetime", "sc:DateTime"),
    STRINGS: _Form("list<string>", {"type": "array", "items": {"type": "string"}}, "array", "sc:Text"),
}


def _json_property(column: Column) -> dict[str, object]:
    made: dict[str, object] = {"description": column.meaning, **_FORMS[column.type].json}
    if column.nullable:
        made["type"] = [made["type"], "null"]
    if column.one_of:
        made["enum"] = [*column.one_of, *([None] if column.nullable else [])]
    if column.pattern:
        made["pattern"] = column.pattern
    return made


def json_schema(table: str) -> dict[str, object]:
    """One row of a published table, as JSON, in JSON Schema 2020-12.

    Every column is required: a null is written as null, not left out. Days are RFC 3339 full-dates, instants RFC 3339
    date-times. Raises KeyError for a table that is not published.
    """
    columns = PUBLISHED[table]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table,
        "description": ROWS[table],
        "type": "object",
        "properties": {column.name: _json_property(column) for column in columns},
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def json_schemas() -> dict[str, object]:
    """Every published table in one JSON Schema document; by itself it describes a row of articles."""
    schemas = {name: json_schema(name) for name in PUBLISHED}
    for schema in schemas.values():
        del schema["$schema"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kliping: rows of the published tables",
        "$comment": f"schema version {SCHEMA_VERSION}",
        "$ref": "#/$defs/articles",
        "$defs": schemas,
    }


def codebook() -> list[dict[str, str]]:
    """One row a published column: table, column, type, nullable (yes|no), allowed (joined by ` | `), meaning."""
    return [
        {
            "table": table,
            "column": column.name,
            "type": _FORMS[column.type].word,
            "nullable": "yes" if column.nullable else "no",
            "allowed": " | ".join(column.one_of) or column.pattern,
            "meaning": column.meaning,
        }
        for table, columns in PUBLISHED.items()
        for column in columns
    ]


def datapackage_fields(table: str) -> list[dict[str, object]]:
    """The fields of a Frictionless Table Schema, in the table's order. Lists are JSON arrays, as they stand in CSV."""
    fields: list[dict[str, object]] = []
    for column in PUBLISHED[table]:
        constraints: dict[str, object] = {} if column.nullable else {"required": True}
        if column.one_of:
            constraints["enum"] = list(column.one_of)
        if column.pattern:
            constraints["pattern"] = column.pattern
        field = {"name": column.name, "type": _FORMS[column.type].table_schema, "description": column.meaning}
        fields.append(field | ({"constraints": constraints} if constraints else {}))
    return fields


def croissant_fields(table: str, source: dict[str, object]) -> list[dict[str, object]]:
    """The fields of a Croissant 1.0 record set. `source` names the file object or set that the columns stand in."""
    return [
        {
            "@type": "cr:Field",
            "@id": f"{table}/{column.name}",
            "name": column.name,
            "description": column.meaning,
            "dataType": _FORMS[column.type].croissant,
            **({"repeated": True} if column.type == STRINGS else {}),
            "source": {**source, "extract": {"column": column.name}},
        }
        for column in PUBLISHED[table]
    ]
