"""Description of the columns for readers: JSON Schema, codebook, data package, Croissant.

Each is generated from `schemas.columns` and from the table _TYPE_FORMS, which maps an Arrow type to its name in each
format. A column of a new type needs one row there; the functions depend on no single column.
"""

from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from schemas import SCHEMA_VERSION
from schemas.columns import PUBLISHED, STRINGS, UTC_MICROS, Column

# Table name -> the meaning of one row; table name -> the path or glob pattern of its files in a release.
ROW_MEANINGS: Final[dict[str, str]] = {
    "articles": "One published article.",
    "rejects": "One document that left the run without becoming an article, and why.",
    "changes": "One difference from the parent release.",
    "spans": "One span of a non-blank line of a published article's document: kept as body, or cut.",
    "evidence": "The words that support one value of one article.",
}
TABLE_PATHS: Final[dict[str, str]] = {
    "articles": "data/articles-*.parquet",
    "rejects": "rejects/rejects.parquet",
    "changes": "diff/changes.parquet",
    "spans": "lineage/spans*.parquet",
    "evidence": "lineage/evidence*.parquet",
}


@dataclass(frozen=True)
class _TypeForms:
    """Names of one Arrow type: in the codebook, as JSON Schema, in a Table Schema, in Croissant."""

    word: str
    json: dict[str, object]
    table_schema: str
    croissant: str


_TYPE_FORMS: Final[dict[pa.DataType, _TypeForms]] = {
    pa.string(): _TypeForms("string", {"type": "string"}, "string", "sc:Text"),
    pa.bool_(): _TypeForms("boolean", {"type": "boolean"}, "boolean", "sc:Boolean"),
    pa.int32(): _TypeForms(
        "int32", {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}, "integer", "sc:Integer"
    ),
    pa.float32(): _TypeForms("float32", {"type": "number"}, "number", "sc:Float"),
    pa.date32(): _TypeForms("date32", {"type": "string", "format": "date"}, "date", "sc:Date"),
    UTC_MICROS: _TypeForms("timestamp[us, UTC]", {"type": "string", "format": "date-time"}, "datetime", "sc:DateTime"),
    STRINGS: _TypeForms("list<string>", {"type": "array", "items": {"type": "string"}}, "array", "sc:Text"),
}


def _build_json_property(column: Column) -> dict[str, object]:
    json_property: dict[str, object] = {"description": column.meaning, **_TYPE_FORMS[column.type].json}
    if column.nullable:
        json_property["type"] = [json_property["type"], "null"]
    if column.one_of:
        json_property["enum"] = [*column.one_of, *([None] if column.nullable else [])]
    if column.pattern:
        json_property["pattern"] = column.pattern
    return json_property


def build_json_schema(table: str) -> dict[str, object]:
    """Build the JSON Schema (2020-12) of one row of a published table.

    Every column is required: a null is written as null, not left out. Days are RFC 3339 full-dates, instants RFC 3339
    date-times. Raises KeyError for a table that is not published.
    """
    columns = PUBLISHED[table]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": table,
        "description": ROW_MEANINGS[table],
        "type": "object",
        "properties": {column.name: _build_json_property(column) for column in columns},
        "required": [column.name for column in columns],
        "additionalProperties": False,
    }


def build_json_schemas() -> dict[str, object]:
    """Build one JSON Schema document of all published tables; its root describes a row of articles."""
    schemas = {name: build_json_schema(name) for name in PUBLISHED}
    for schema in schemas.values():
        del schema["$schema"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kliping: rows of the published tables",
        "$comment": f"schema version {SCHEMA_VERSION}",
        "$ref": "#/$defs/articles",
        "$defs": schemas,
    }


def build_codebook() -> list[dict[str, str]]:
    """Build the codebook, one row for each column: table, column, type, nullable (yes|no), allowed, meaning.

    `allowed` holds the closed list of words joined by ` | `, or the regex, or nothing.
    """
    return [
        {
            "table": table,
            "column": column.name,
            "type": _TYPE_FORMS[column.type].word,
            "nullable": "yes" if column.nullable else "no",
            "allowed": " | ".join(column.one_of) or column.pattern,
            "meaning": column.meaning,
        }
        for table, columns in PUBLISHED.items()
        for column in columns
    ]


def build_datapackage_fields(table: str) -> list[dict[str, object]]:
    """Build the fields of a Frictionless Table Schema, in the table's order. Lists are JSON arrays, as in the CSV."""
    fields: list[dict[str, object]] = []
    for column in PUBLISHED[table]:
        constraints: dict[str, object] = {} if column.nullable else {"required": True}
        if column.one_of:
            constraints["enum"] = list(column.one_of)
        if column.pattern:
            constraints["pattern"] = column.pattern
        field = {"name": column.name, "type": _TYPE_FORMS[column.type].table_schema, "description": column.meaning}
        fields.append(field | ({"constraints": constraints} if constraints else {}))
    return fields


def build_croissant_fields(table: str, source: dict[str, object]) -> list[dict[str, object]]:
    """Build the fields of a Croissant 1.0 record set. `source` names the file object or set with the columns."""
    return [
        {
            "@type": "cr:Field",
            "@id": f"{table}/{column.name}",
            "name": column.name,
            "description": column.meaning,
            "dataType": _TYPE_FORMS[column.type].croissant,
            **({"repeated": True} if column.type == STRINGS else {}),
            "source": {**source, "extract": {"column": column.name}},
        }
        for column in PUBLISHED[table]
    ]
