"""Cache of the near-duplicate fingerprints (PRINTS) of carried-over articles: state/prints.arrow.

The file has one row for each content_hash. The fingerprints of all other articles are in the cache of processed
documents (flows/cache).

The file is only a cache: a row is keyed by content_hash and stays valid whatever happens to a release. Without the
file, or with one of another version, fingerprints are computed again from the texts. It holds rows of the latest
release only, so it does not grow and keeps nothing of withdrawn articles. It is uncompressed so that it can be memory
mapped; digests do not compress anyway.
"""

from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows.release.layout import Dataset
from flows.release.memory_maps import MappedTable, map_table
from schemas import arrow, arrow_files, stage_tables

_FILE_NAME: Final = "prints.arrow"
_VERSION_KEY: Final = b"kliping.prints"
_BATCH_ROWS: Final = 4096


def load_prints(dataset: Dataset, version: int) -> pa.Table:
    """Load the saved PRINTS, mapped from disk; no rows where the file is missing, damaged or of another version."""
    mapped_prints = map_prints(dataset, version)
    return (
        arrow.make_empty_table(stage_tables.PRINTS)
        if mapped_prints is None
        else mapped_prints.table.replace_schema_metadata()
    )


def map_prints(dataset: Dataset, version: int) -> MappedTable | None:
    """Map the file of saved PRINTS; return None where it is missing, damaged or of another version."""
    try:
        mapped_prints = map_table(_prints_path(dataset))
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    schema = mapped_prints.table.schema
    is_current = (schema.metadata or {}).get(_VERSION_KEY) == str(version).encode() and schema.equals(
        stage_tables.PRINTS
    )
    return mapped_prints if is_current else None


def save_prints(
    dataset: Dataset,
    prints: pa.Table,
    content_hashes: pa.ChunkedArray,
    version: int,
    release_pages: Callable[[], None] = lambda: None,
) -> None:
    """Save the prints of the articles with these content hashes, in place of the file saved before.

    Errors of the disk are ignored, because the run has already published. `release_pages` is called after each batch,
    to release the memory pages of mapped prints.
    """
    path = _prints_path(dataset)
    temporary = path.with_name(f".{_FILE_NAME}.new")
    try:
        _write_prints(temporary, prints, content_hashes, version, release_pages)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()


def _write_prints(
    temporary: Path, prints: pa.Table, content_hashes: pa.ChunkedArray, version: int, release_pages: Callable[[], None]
) -> None:
    schema = stage_tables.PRINTS.with_metadata({_VERSION_KEY: str(version).encode()})
    rows = np.empty(0, np.int64)
    if len(content_hashes):
        positions = pc.index_in(pc.unique(content_hashes), value_set=prints["content_hash"]).drop_null()
        rows = np.sort(np.asarray(positions, np.int64))
    batches = prints.to_batches(max_chunksize=_BATCH_ROWS)
    starts = list(accumulate((batch.num_rows for batch in batches), initial=0))
    with arrow_files.open_writer(temporary, schema, packed=False) as writer:
        for batch, (start, end) in zip(batches, pairwise(starts), strict=True):
            first, last = np.searchsorted(rows, [start, end])
            if first < last:
                writer.write_batch(
                    batch.take(pa.array(rows[first:last] - start)).replace_schema_metadata(schema.metadata)
                )
                release_pages()


def _prints_path(dataset: Dataset) -> Path:
    return dataset.state / _FILE_NAME
