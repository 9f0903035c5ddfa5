"""Reading of one range of lines in a worker: its documents as RAW tables, and what the index of the source holds of it.

A folder holds what was read of a range: `arrivals.arrow` (ARRIVALS of its documents), `rejects.arrow` (READ_REJECTS),
and the documents themselves in `<number>.raw.arrow` files of about as many rows as a batch. The answer of the call
counts them. A range that the worker cannot read has no folder: the answer is None, and its owner reads it.
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pyarrow as pa

from flows import read
from flows.cache.cache_key import compute_document_key
from flows.clean import Effort
from flows.describe import compute_article_id
from schemas import arrow_files, stage_tables

_BATCH_DOCUMENTS: Final = 256  # about as many in a RAW table; the documents of a range are divided evenly


@dataclass(frozen=True)
class ReadSettings:
    """Settings of a run that decide what is read of a line, in values that JSON can hold."""

    html: Effort
    max_mb: int
    field_map: Sequence[str]
    split: str
    table: str
    has_one_file: bool

    def build_limits(self) -> read.Limits:
        """Build the limits of read/."""
        return read.Limits(document_bytes=self.max_mb * 1_000_000, record_bytes=self.max_mb * 1_000_000)

    def build_options(self) -> read.ReadOptions:
        """Build the options of read/."""
        return read.ReadOptions(read.FieldMap.parse(list(self.field_map)), self.split, self.table)


def read_range(line_range: Sequence[Any], settings: dict[str, Any], target: str) -> dict[str, Any] | None:
    """Read a range of a file by its path into the folder `target`; return its counts, or None if it cannot be read."""
    place = read.LineRange(*line_range)
    read_settings, tally = ReadSettings(**settings), read.KeyTally()
    try:
        rows = read.read_line_range(place, read_settings.build_limits(), read_settings.build_options(), tally)
    except read.LineRangeError:
        return None
    return write_rows(rows, place.relative, read_settings, tally, Path(target))


def write_rows(
    rows: Sequence[read.RawDocument | read.Reject],
    relative: str,
    settings: ReadSettings,
    tally: read.KeyTally,
    target: Path,
) -> dict[str, Any]:
    """Write the rows of a range of the file `relative` as a folder, put in place by rename; return their counts."""
    if not settings.has_one_file:
        rows = [qualify_source_id(row, relative) for row in rows]
    documents = [row for row in rows if isinstance(row, read.RawDocument)]
    part_count = max(1, round(len(documents) / _BATCH_DOCUMENTS)) if documents else 0
    partial = target.with_name(f".{target.name}.{uuid4().hex[:12]}")
    partial.mkdir(parents=True)
    for number in range(part_count):
        first, end = (len(documents) * edge // part_count for edge in (number, number + 1))
        table = read.build_documents_table(documents[first:end])
        arrow_files.write_table(partial / f"{number:04d}.raw.arrow", table, packed=False)
    arrow_files.write_table(partial / "arrivals.arrow", _build_arrivals(documents, settings.html), packed=False)
    rejects = read.build_rejects_table([row for row in rows if isinstance(row, read.Reject)])
    arrow_files.write_table(partial / "rejects.arrow", rejects, packed=False)
    try:
        partial.rename(target)
    except OSError:
        if not target.exists():
            raise
        shutil.rmtree(partial)  # a worker that was thought dead wrote the same
    return {"documents": len(documents), "rejects": rejects.num_rows, "tally": tally.as_json()}


def build_arrival(document: read.RawDocument, html: Effort) -> tuple[Any, ...]:
    """Build the row of ARRIVALS of a document."""
    bare_id = compute_article_id(None, document.identity)
    key = compute_document_key(document, html)
    return (document.source_id, document.source_uri, document.raw_sha256, document.fetched_at, bare_id, key)


def qualify_source_id(row: read.RawDocument | read.Reject, path: str) -> read.RawDocument | read.Reject:
    """Return a row of the file `path`, one of several, with the path in its source_id: ids are unique within a file."""
    is_qualified = row.source_id == path or row.source_id.startswith((f"{path}#", f"{path}!"))
    return row if is_qualified else replace(row, source_id=f"{path}#{row.source_id}")


def _build_arrivals(documents: Sequence[read.RawDocument], html: Effort) -> pa.Table:
    if not documents:
        return stage_tables.ARRIVALS.empty_table()
    columns = zip(*(build_arrival(document, html) for document in documents), strict=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, stage_tables.ARRIVALS, strict=True)]
    return pa.table(arrays, schema=stage_tables.ARRIVALS)
