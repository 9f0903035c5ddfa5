"""Rows that a run with --append carries over from the parent release."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from flows.release import parquet_tables
from flows.release.errors import ReleaseError
from schemas.columns import PUBLISHED


@dataclass(frozen=True)
class CarriedRows:
    """Articles of the parent release with their spans and evidence, in the current schema and the parent's order."""

    articles: pa.Table
    spans: pa.Table
    evidence: pa.Table


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


def carry_over_rows(parent: Path, superseded_ids: AbstractSet[str]) -> CarriedRows:
    """Return the parent's articles whose article_id is not in `superseded_ids`, with their spans and evidence.

    `superseded_ids` holds the ids of this source's documents and of the withdrawn articles. duplicate_of is copied from
    the parent; it may refer to an article that is not carried over, so the caller must compute it again. Raises
    ReleaseError where the parent's schema cannot be converted to the current one.
    """
    excluded_ids = pa.array(sorted(superseded_ids), pa.string())
    carried_tables = {}
    for name in ("articles", "spans", "evidence"):
        chunks = [parquet_tables.SCHEMAS[name].empty_table()]
        for batch in parquet_tables.read_batches(parent, name):
            carried_batch = batch.filter(pc.invert(pc.is_in(batch.column("article_id"), value_set=excluded_ids)))
            if carried_batch.num_rows:
                chunks.append(upgrade_batch(name, carried_batch, parent))
        carried_tables[name] = pa.concat_tables(chunks)
    return CarriedRows(**carried_tables)
