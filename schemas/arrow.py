"""The published tables as Arrow schemas, with each column's meaning as field metadata."""

from typing import Final

import pyarrow as pa

from schemas import SCHEMA_VERSION, columns


def _schema(name: str) -> pa.Schema:
    fields = [
        pa.field(column.name, column.type, column.nullable, {"description": column.meaning})
        for column in columns.PUBLISHED[name]
    ]
    return pa.schema(fields, {"kliping.table": name, "kliping.schema_version": SCHEMA_VERSION})


ARTICLES: Final = _schema("articles")
REJECTS: Final = _schema("rejects")
CHANGES: Final = _schema("changes")
SPANS: Final = _schema("spans")
EVIDENCE: Final = _schema("evidence")


def empty(schema: pa.Schema) -> pa.Table:
    """A table of no rows."""
    return schema.empty_table()


def table(schema: pa.Schema, rows: list[dict[str, object]]) -> pa.Table:
    """Rows as a table of exactly this schema.

    Raises pyarrow.ArrowInvalid where a value does not fit, ValueError where a column that may not be null is.
    """
    made = pa.Table.from_pylist(rows, schema=schema)
    for field in schema:
        if not field.nullable and made.column(field.name).null_count:
            raise ValueError(f"{field.name} may not be null, and is in {made.column(field.name).null_count} rows")
    return made
