"""KEYS of articles, built from the published columns and from their places."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.run.table_files import move_to_disk
from schemas import arrow, stage_tables

CHUNK_ROWS: Final = 131_072  # rows of KEYS in memory, of some 400 bytes each, before they are moved to a file


def select_key_columns(table: pa.Table) -> pa.Table:
    """Select from articles the columns that KEYS holds, and add has_title, has_author and has_url."""
    derived = {
        "outlet": pc.dictionary_encode(table["outlet"]),
        "has_title": pc.is_valid(table["title"]),
        "has_author": pc.greater(pc.list_value_length(table["authors"]), 0),
        "has_url": pc.is_valid(table["url"]),
    }
    if "fallback_id" in table.column_names:  # not in a release
        is_declared = pc.not_equal(table["fallback_id"], table["article_id"])
        derived["fallback_id"] = pc.if_else(is_declared, table["fallback_id"], pa.scalar(None, pa.string()))
        derived["has_own_url"] = pc.is_valid(table["own_url"])
    copied_names = [
        name for name in table.column_names if name not in ("url", "outlet", "title", "authors", "own_url", *derived)
    ]
    return pa.table([*(table[name] for name in copied_names), *derived.values()], [*copied_names, *derived])


def build_keys_table(
    columns: dict[str, object], rows: np.ndarray, shard_numbers: np.ndarray, positions: np.ndarray
) -> pa.Table:
    """Build KEYS from its columns and the three numeric ones (row, shard, position).

    Without a `duplicate_of` column in `columns`, no article has a duplicate link.
    """
    all_columns = {
        "duplicate_of": pa.nulls(len(rows), pa.string()),
        "fallback_id": pa.nulls(len(rows), pa.string()),
        "has_own_url": pa.repeat(False, len(rows)),
        **columns,
        "row": pa.array(rows, pa.int64()),
        "shard": pa.array(shard_numbers, pa.int32()),
        "at": pa.array(positions, pa.int32()),
    }
    return pa.table([all_columns[name] for name in stage_tables.KEYS.names], stage_tables.KEYS.names).cast(
        stage_tables.KEYS
    )


def replace_values(keys: pa.Table, name: str, values_by_row: Mapping[int, object]) -> pa.Table:
    """Return KEYS with other values of one column in the rows that `values_by_row` names by their `row`."""
    values = [
        values_by_row.get(row, value)
        for row, value in zip(keys["row"].to_pylist(), keys[name].to_pylist(), strict=True)
    ]
    return arrow.replace_column(keys, name, values)


def filter_keys(keys: pa.Table, mask: pa.ChunkedArray, folder: Path | None = None) -> pa.Table:
    """Return the rows of KEYS that a mask selects. With a `folder` many of them are mapped from files there."""
    if folder is None or keys.num_rows <= CHUNK_ROWS:
        return keys.filter(mask)
    starts = range(0, keys.num_rows, CHUNK_ROWS)
    chunks = (keys.slice(start, CHUNK_ROWS).filter(mask.slice(start, CHUNK_ROWS)) for start in starts)
    return pa.concat_tables([move_to_disk(chunk.combine_chunks(), folder) for chunk in chunks])


def append_keys(articles: pa.Table, carried: pa.Table) -> pa.Table:
    """Append KEYS of rows of the parent, with row numbers of their own."""
    first_row = int(pc.max(articles["row"]).as_py()) + 1 if articles.num_rows else 0
    rows = pa.array(np.arange(first_row, first_row + carried.num_rows), pa.int64())
    carried = carried.set_column(0, stage_tables.KEYS.field("row"), rows)
    return pa.concat_tables([articles, carried]).unify_dictionaries().combine_chunks()
