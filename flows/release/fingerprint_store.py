"""What is compared of the texts that the latest release carried over: state/prints.arrow, one row a content_hash.

What is compared of all others lies beside what their documents became (flows/cache).

A help and no record: named by content_hash, a row stays true whatever becomes of a release; without the file, or with
one of another version, the prints are made again from the texts. It holds rows of the latest release and no others, so
it neither grows nor remembers what was taken down. Uncompressed, so that it is mapped and not read; digests do not
compress anyway.
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
from flows.release.memory_maps import Mapped, mapped
from schemas import arrow, stage_tables

_NAME: Final = "prints.arrow"
_VERSION: Final = b"kliping.prints"
_ROWS: Final = 4096


def kept_prints(dataset: Dataset, version: int) -> pa.Table:
    """The PRINTS that were kept, mapped from disk; none where they are missing, damaged or of another version."""
    found = mapped_prints(dataset, version)
    return arrow.empty(stage_tables.PRINTS) if found is None else found.table.replace_schema_metadata()


def mapped_prints(dataset: Dataset, version: int) -> Mapped | None:
    """The same as the file they lie in, None where there are none."""
    try:
        found = mapped(_path(dataset))
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    schema = found.table.schema
    same = (schema.metadata or {}).get(_VERSION) == str(version).encode() and schema.equals(stage_tables.PRINTS)
    return found if same else None


def keep_prints(
    dataset: Dataset,
    prints: pa.Table,
    content_hashes: pa.ChunkedArray,
    version: int,
    rest: Callable[[], None] = lambda: None,
) -> None:
    """Keep the prints of these articles in place of those kept before.

    A disk that has no room for them is no reason to fail a run that has published. `rest` is called now and then, to
    give back pages of mapped prints.
    """
    path = _path(dataset)
    aside = path.with_name(f".{_NAME}.new")
    try:
        _write(aside, prints, content_hashes, version, rest)
        aside.replace(path)
    except OSError:
        with suppress(OSError):
            aside.unlink()


def _write(
    aside: Path, prints: pa.Table, content_hashes: pa.ChunkedArray, version: int, rest: Callable[[], None]
) -> None:
    schema = stage_tables.PRINTS.with_metadata({_VERSION: str(version).encode()})
    wanted = np.empty(0, np.int64)
    if len(content_hashes):
        places = pc.index_in(pc.unique(content_hashes), value_set=prints["content_hash"]).drop_null()
        wanted = np.sort(np.asarray(places, np.int64))
    batches = prints.to_batches(max_chunksize=_ROWS)
    starts = list(accumulate((batch.num_rows for batch in batches), initial=0))
    with pa.OSFile(str(aside), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for batch, (start, end) in zip(batches, pairwise(starts), strict=True):
            first, last = np.searchsorted(wanted, [start, end])
            if first < last:
                writer.write_batch(
                    batch.take(pa.array(wanted[first:last] - start)).replace_schema_metadata(schema.metadata)
                )
                rest()


def _path(dataset: Dataset) -> Path:
    return dataset.state / _NAME
