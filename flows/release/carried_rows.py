"""What --append takes over from the parent release."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from flows.release import parquet_tables
from flows.release.errors import ReleaseError


@dataclass(frozen=True)
class Carried:
    """Articles of the parent with their spans and evidence, of the present schema, in the parent's order."""

    articles: pa.Table
    spans: pa.Table
    evidence: pa.Table


def complete(name: str, batch: pa.RecordBatch, parent: Path, columns: list[str] | None = None) -> pa.Table:
    """Rows of a release with the present schema (or `columns` of it); columns added since are null where they may be.

    Raises ReleaseError where the release's schema cannot be brought to the present one.
    """
    schema = parquet_tables.SCHEMAS[name]
    if columns is not None:
        schema = pa.schema([schema.field(name) for name in columns], schema.metadata)
    arrays = []
    for field in schema:
        if field.name in batch.schema.names:
            arrays.append(batch.column(field.name))
        elif field.nullable:
            arrays.append(pa.nulls(batch.num_rows, field.type))
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


def carry_over(parent: Path, known: AbstractSet[str]) -> Carried:
    """The parent's articles whose article_id is not in `known`, with their spans and evidence.

    `known` holds the ids of this source's documents and of those withdrawn. duplicate_of stands as in the parent:
    it may name an article that is gone, so it must be made anew. Raises ReleaseError where the parent's schema
    cannot be brought to the present one.
    """
    gone = pa.array(sorted(known), pa.string())
    carried = {}
    for name in ("articles", "spans", "evidence"):
        kept = [parquet_tables.SCHEMAS[name].empty_table()]
        for batch in parquet_tables.batches(parent, name):
            rest = batch.filter(pc.invert(pc.is_in(batch.column("article_id"), value_set=gone)))
            if rest.num_rows:
                kept.append(complete(name, rest, parent))
        carried[name] = pa.concat_tables(kept)
    return Carried(**carried)
