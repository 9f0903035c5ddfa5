"""Rows that differ between two releases, as one Parquet file: articles with a column `op` before them."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows import release
from flows.release.changes_table import diff_releases
from schemas import arrow
from schemas.vocabulary import OPS

_BATCH_ROWS = 4096  # rows, with their texts, in memory at a time
_SCHEMA = pa.schema([pa.field("op", pa.string(), nullable=False), *arrow.ARTICLES])


def write_changed_rows(before: Path, after: Path, target: Path) -> Counter[str]:
    """Write added and changed rows as they are in `after`, removed ones as in `before`; return counts by op.

    Rows are streamed: memory holds the keys of both releases and one batch. `target` appears when it is complete.
    Raises ReleaseError where the target cannot be written.
    """
    changes = diff_releases(before, after)
    ops = dict(zip(changes["article_id"].to_pylist(), changes["op"].to_pylist(), strict=True))
    staged = target.with_name(f"{target.name}.new")
    counts = Counter(dict.fromkeys(OPS, 0))
    try:
        with pq.ParquetWriter(staged, _SCHEMA, compression="zstd") as writer:
            for folder, wanted_ops in ((after, {"added", "changed"}), (before, {"removed"})):
                for batch in _read_rows(folder, {key: op for key, op in ops.items() if op in wanted_ops}):
                    counts.update(batch["op"].to_pylist())
                    writer.write_table(batch)
    except OSError as error:
        raise release.InvalidRequestError(
            f"Could not write {target}: {error.strerror or error}. Name a file in a folder that may be written."
        ) from None
    staged.replace(target)
    return counts


def _read_rows(folder: Path, ops: dict[str, str]) -> Iterator[pa.Table]:
    """Yield tables of the rows whose article_id is in `ops`, with their op."""
    ids = pa.array(sorted(ops), pa.string())
    for path in sorted((folder / "data").glob("*.parquet")) if ops else []:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH_ROWS):
                selected = batch.filter(pc.is_in(batch["article_id"], value_set=ids))
                rows = release.upgrade_batch("articles", selected, folder)
                if rows.num_rows:
                    words = pa.array([ops[key] for key in rows["article_id"].to_pylist()], pa.string())
                    table = pa.table({"op": words, **{name: rows[name] for name in arrow.ARTICLES.names}})
                    yield table.cast(_SCHEMA)
