"""Entry points of read/: batches of a source, its files, the rows of one file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from flows.read import file_reader, source_walk, stored_bytes
from flows.read.raw_documents import (
    Limits,
    OutletGuesser,
    RawDocument,
    Reject,
    build_documents_table,
    build_rejects_table,
    load_outlet_guesser,
)
from flows.read.source_file import SourceFile
from flows.read.source_records import KeyTally, ReadOptions


@dataclass(frozen=True)
class RawBatch:
    """Batch of neighbouring documents (schemas.stage_tables.RAW) and rejects (schemas.stage_tables.READ_REJECTS)."""

    documents: pa.Table
    rejects: pa.Table


def read_batches(
    source: str | Path,
    *,
    limits: Limits | None = None,
    limit: int | None = None,
    batch_documents: int = 256,
    guess_outlet: OutletGuesser | None = None,
    options: ReadOptions | None = None,
) -> Iterator[RawBatch]:
    """Read the documents of a source in batches, in a stable order.

    `limit` stops after so many documents, rejects included. A batch ends at `batch_documents` of them or at
    limits.batch_bytes, whichever comes first. `guess_outlet` guesses an outlet from a URL and the first characters of a
    text; the default is the outlet registry. Raises SourceError at once where the source is missing or has no file.
    """
    applied_limits = limits or Limits()
    guesser = guess_outlet or load_outlet_guesser()
    rows = chain.from_iterable(
        file_reader.read_documents(source_file, applied_limits, guesser, options)
        for source_file in source_walk.find_files(source)
    )
    return group_into_batches(islice(rows, limit), batch_documents, applied_limits.batch_bytes)


def list_files(source: str | Path) -> Iterator[SourceFile]:
    """List the files of a source in a stable order. Raises SourceError at once where there is none."""
    return source_walk.find_files(source)


def read_file(
    source_file: SourceFile,
    limits: Limits,
    options: ReadOptions | None = None,
    tally: KeyTally | None = None,
    on_open: Callable[[BinaryIO], None] | None = None,
) -> Iterator[RawDocument | Reject]:
    """Read the documents and rejects of one file in order, without outlet hints: see `add_outlet_hints`.

    `tally` counts the keys of its records, and the files in it that are no documents. `on_open` receives the open file,
    whose position tells how much of it was read.
    """
    return file_reader.read_documents(source_file, limits, None, options, tally, on_open=on_open)


def read_stored_bytes(
    relative: str, uri: str, raw: bytes, limits: Limits, options: ReadOptions
) -> Iterator[RawDocument | Reject]:
    """Read a document again from its stored raw bytes, under the path and URI that it had (with its place behind `#`).

    Yields nothing where the bytes alone do not say what the document was: a record of a WARC file, a broken row.
    """
    return stored_bytes.read_stored(relative, uri, raw, limits, options, load_outlet_guesser())


def group_into_batches(rows: Iterator[RawDocument | Reject], max_rows: int, max_bytes: int) -> Iterator[RawBatch]:
    """Group rows into batches of at most so many rows or bytes."""
    documents: list[RawDocument] = []
    rejects: list[Reject] = []
    batch_bytes = 0
    for row in rows:
        if isinstance(row, RawDocument):
            documents.append(row)
        else:
            rejects.append(row)
        batch_bytes += row.byte_count
        if len(documents) + len(rejects) >= max_rows or batch_bytes >= max_bytes:
            yield RawBatch(build_documents_table(documents), build_rejects_table(rejects))
            documents, rejects, batch_bytes = [], [], 0
    if documents or rejects:
        yield RawBatch(build_documents_table(documents), build_rejects_table(rejects))
