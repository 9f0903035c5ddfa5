"""A source -> batches."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa

from flows.read import file_reader, source_walk
from flows.read.raw_documents import Document, Hint, Limits, Reject, documents_table, hints, rejects_table
from flows.read.source_file import Found


@dataclass(frozen=True)
class Batch:
    """Documents (schemas.stage_tables.RAW) and rejects (schemas.stage_tables.READ_REJECTS) that stood next to each other."""

    documents: pa.Table
    rejects: pa.Table


def read(
    source: str | Path,
    *,
    limits: Limits | None = None,
    limit: int | None = None,
    batch_documents: int = 256,
    hint: Hint | None = None,
) -> Iterator[Batch]:
    """The documents of a source, in a stable order.

    `limit` stops after so many documents, rejects among them; a batch is cut at `batch_documents` of them or at
    limits.batch_bytes, whichever comes first. `hint` guesses an outlet from a URL and the first 400 characters of a
    text; without it the outlet registry does.
    Raises SourceError at once where the source is missing or holds no file.
    """
    bounds = limits or Limits()
    ask = hint or _registry_hint()
    rows = chain.from_iterable(file_reader.rows(found, bounds, ask) for found in source_walk.find(source))
    return _batches(islice(rows, limit), batch_documents, bounds.batch_bytes)


def files_of(source: str | Path) -> Iterator[Found]:
    """The files of a source, in a stable order. Raises SourceError at once where there is none."""
    return source_walk.find(source)


def rows_of(found: Found, limits: Limits) -> Iterator[Document | Reject]:
    """The documents of one file, in its order, without outlet hints: see `hinted`."""
    return file_reader.rows(found, limits, None)


def _batches(rows: Iterator[Document | Reject], most: int, most_bytes: int) -> Iterator[Batch]:
    documents: list[Document] = []
    rejects: list[Reject] = []
    held = 0
    for row in rows:
        if isinstance(row, Document):
            documents.append(row)
        else:
            rejects.append(row)
        held += row.size
        if len(documents) + len(rejects) >= most or held >= most_bytes:
            yield Batch(documents_table(documents), rejects_table(rejects))
            documents, rejects, held = [], [], 0
    if documents or rejects:
        yield Batch(documents_table(documents), rejects_table(rejects))


def hinted(raw: pa.Table) -> pa.Table:
    """RAW rows with the outlet hints of the registry, where they have none yet."""
    return hints(raw, _registry_hint())


@cache
def _registry_hint() -> Hint:
    from flows.outlets import guess_domain

    hint: Hint = guess_domain
    return hint
