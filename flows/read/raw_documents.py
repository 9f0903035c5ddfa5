"""Rows that read/ produces, raw documents and rejects, and the limits on their size."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Final

import pyarrow as pa

from flows.read import lenient_decoding
from schemas import arrow, stage_tables

# (canonical URL or None, first characters of the text) -> registered domain of an outlet, or None.
OutletGuesser = Callable[[str | None, str], str | None]

HINT_CHARACTERS: Final = 1600


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in bytes on one document, one record and one batch; `max_expansion` is a ratio for compressed files."""

    document_bytes: int = 10_000_000
    record_bytes: int = 10_000_000
    batch_bytes: int = 16 << 20
    max_expansion: int = 1000

    @property
    def whole_bytes(self) -> int:
        """Return how many bytes a file may have that can only be read whole: a spreadsheet unpacked, a feed."""
        return 5 * self.document_bytes

    @property
    def head_bytes(self) -> int:
        """Return how many bytes of a file are read at first: one more than the limit, to detect a file beyond it."""
        return max(self.document_bytes, self.record_bytes) + 1


@dataclass(frozen=True, slots=True)
class StatedField:
    """Value that a record states for its article: the published column, and the words."""

    field: str
    value: str
    where: str = "record"


@dataclass(frozen=True, slots=True)
class RawDocument:
    """Raw document: a row of schemas.stage_tables.RAW."""

    source_id: str
    source_uri: str
    raw: bytes
    content: bytes | None
    media: str
    identity: str
    raw_sha256: str
    encoding: str | None = None
    url: str | None = None
    fetched_at: datetime | None = None
    outlet_hint: str | None = None
    stated: tuple[StatedField, ...] = ()

    @property
    def byte_count(self) -> int:
        """Return the number of bytes in memory."""
        return len(self.raw) + len(self.content or b"")


@dataclass(frozen=True, slots=True)
class Reject:
    """Reject: a row of schemas.stage_tables.READ_REJECTS; `raw` is None where the bytes are too many or unreadable."""

    source_id: str
    source_uri: str
    reason: str
    detail: str
    raw_sha256: str | None = None
    preview: str | None = None
    raw: bytes | None = None
    stage: str = "read"

    @property
    def byte_count(self) -> int:
        """Return the number of bytes in memory."""
        return len(self.raw or b"")


def hash_bytes(data: bytes) -> str:
    """Return the SHA-256 of bytes as hex."""
    return hashlib.sha256(data).hexdigest()


def guess_outlet_hint(guess_outlet: OutletGuesser | None, url: str | None, content: bytes, media: str) -> str | None:
    """Guess the outlet of a document from its URL and, for a text, its first characters; a page has markup there."""
    return guess_outlet and guess_outlet(
        url, lenient_decoding.decode_head(content, HINT_CHARACTERS) if media == "text" else ""
    )


def build_documents_table(rows: Sequence[RawDocument]) -> pa.Table:
    """Build a table of schemas.stage_tables.RAW."""
    stated = [[{"field": s.field, "where": s.where, "value": s.value} for s in row.stated] for row in rows]
    columns = [
        stated if field.name == "stated" else [getattr(row, field.name) for row in rows] for field in stage_tables.RAW
    ]
    return _build_table(columns, stage_tables.RAW)


def build_rejects_table(rows: Sequence[Reject]) -> pa.Table:
    """Build a table of schemas.stage_tables.READ_REJECTS."""
    columns = [[getattr(row, field.name) for row in rows] for field in stage_tables.READ_REJECTS]
    return _build_table(columns, stage_tables.READ_REJECTS)


def _build_table(columns: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


@cache
def load_outlet_guesser() -> OutletGuesser:
    """Load the guesser of the outlet registry."""
    from flows.outlets import guess_domain

    guesser: OutletGuesser = guess_domain
    return guesser


def add_outlet_hints(raw: pa.Table) -> pa.Table:
    """Add the outlet hints of the registry to RAW rows that have none yet."""
    if not raw["outlet_hint"].null_count:
        return raw
    rows = raw.select(["url", "content", "raw", "media", "outlet_hint"]).to_pylist()
    outlet_hints = [
        row["outlet_hint"]
        or guess_outlet_hint(
            load_outlet_guesser(), row["url"], row["raw"] if row["content"] is None else row["content"], row["media"]
        )
        for row in rows
    ]
    return arrow.replace_column(raw, "outlet_hint", outlet_hints)
