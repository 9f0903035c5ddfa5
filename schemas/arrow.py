"""Arrow schemas of the published tables, with the meaning of each column as field metadata."""

from typing import Final

import pyarrow as pa

from schemas import SCHEMA_VERSION, columns


def _build_schema(name: str) -> pa.Schema:
    fields = [
        pa.field(column.name, column.type, column.nullable, {"description": column.meaning})
        for column in columns.PUBLISHED[name]
    ]
    return pa.schema(fields, {"kliping.table": name, "kliping.schema_version": SCHEMA_VERSION})


ARTICLES: Final = _build_schema("articles")
REJECTS: Final = _build_schema("rejects")
CHANGES: Final = _build_schema("changes")
SPANS: Final = _build_schema("spans")
EVIDENCE: Final = _build_schema("evidence")


def make_empty_table(schema: pa.Schema) -> pa.Table:
    """Return a table with this schema and no rows."""
    return schema.empty_table()


def build_table(schema: pa.Schema, rows: list[dict[str, object]]) -> pa.Table:
    """Build a table of exactly this schema from rows.

    Raises pyarrow.ArrowInvalid where a value does not fit, ValueError for a null in a column that may not be null.
    """
    table = pa.Table.from_pylist(rows, schema=schema)
    for field in schema:
        if not field.nullable and table.column(field.name).null_count:
            raise ValueError(f"{field.name} may not be null, and is in {table.column(field.name).null_count} rows")
    return table


def replace_column(table: pa.Table, name: str, values: object) -> pa.Table:
    """Return the table with other values in one column: an Arrow array, or anything that becomes one of its type."""
    column_index = table.schema.get_field_index(name)
    field = table.schema.field(column_index)
    is_arrow = isinstance(values, pa.Array | pa.ChunkedArray)
    return table.set_column(column_index, field, values if is_arrow else pa.array(values, field.type))
