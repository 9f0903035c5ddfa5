"""Rows of the parent release, in the current schema."""

from pathlib import Path

import pyarrow as pa

from flows.release import parquet_tables
from flows.release.errors import ReleaseError
from schemas.columns import PUBLISHED


def upgrade_batch(name: str, batch: pa.RecordBatch, parent: Path, columns: list[str] | None = None) -> pa.Table:
    """Convert rows of an older release to the current schema, or to `columns` of it.

    Columns that were added since then hold their value for older rows (`Column.older`). Raises ReleaseError where the
    schema of the release cannot be converted: a new column may not be null, or a type does not fit.
    """
    schema = parquet_tables.SCHEMAS[name]
    older = {column.name: column.older for column in PUBLISHED[name]}
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns], schema.metadata)
    arrays = []
    for field in schema:
        if field.name in batch.schema.names:
            arrays.append(batch.column(field.name))
        elif field.nullable or older[field.name] is not None:
            arrays.append(pa.array([older[field.name]] * batch.num_rows, field.type))
        else:
            raise ReleaseError(
                f"The parent release {parent.name} has no column {name}.{field.name}, which may not be null now: "
                "publish the whole source once, without --append."
            )
    try:
        return pa.table(arrays, schema.names).cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ReleaseError(
            f"The table {name} of the parent release {parent.name} does not fit the present schema ({error}): "
            "publish the whole source once, without --append."
        ) from None
