"""What read/ makes: one Document or one Reject for every document that goes in, and the limits they are held to."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyarrow as pa

from flows.read import lenient_decoding
from schemas import stage_tables

# (canonical URL or None, the first characters of the text) -> registered domain of an outlet, or None.
Hint = Callable[[str | None, str], str | None]

HINT_HEAD: Final = 1600


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one document, one batch and one packed file may hold; bytes, but for `expansion`, a ratio."""

    document_bytes: int = 10_000_000
    record_bytes: int = 10_000_000
    batch_bytes: int = 16 << 20
    expansion: int = 1000

    @property
    def look(self) -> int:
        """How much of a file is held at once: one byte more than fits, to see that it does not."""
        return max(self.document_bytes, self.record_bytes) + 1


@dataclass(frozen=True, slots=True)
class Stated:
    """A value that a record states of its article: the published column, and the words."""

    field: str
    value: str
    where: str = "record"


@dataclass(frozen=True, slots=True)
class Document:
    """A row of schemas.stage_tables.RAW."""

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
    stated: tuple[Stated, ...] = ()

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.raw) + len(self.content or b"")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row of schemas.stage_tables.READ_REJECTS; `raw` is None where the bytes are too many or could not be read."""

    source_id: str
    source_uri: str
    reason: str
    detail: str
    raw_sha256: str | None = None
    preview: str | None = None
    raw: bytes | None = None
    stage: str = "read"

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.raw or b"")


def sha256(data: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()


def hinted(hint: Hint | None, url: str | None, content: bytes, media: str) -> str | None:
    """The outlet hint of a document: a page has markup where a text has its dateline, so only its URL counts."""
    return hint and hint(url, lenient_decoding.head(content, HINT_HEAD) if media == "text" else "")


def documents_table(rows: Sequence[Document]) -> pa.Table:
    """Documents as a table of schemas.stage_tables.RAW."""
    stated = [[{"field": s.field, "where": s.where, "value": s.value} for s in row.stated] for row in rows]
    columns = [
        stated if field.name == "stated" else [getattr(row, field.name) for row in rows] for field in stage_tables.RAW
    ]
    return _table(columns, stage_tables.RAW)


def rejects_table(rows: Sequence[Reject]) -> pa.Table:
    """Rejects as a table of schemas.stage_tables.READ_REJECTS."""
    columns = [[getattr(row, field.name) for row in rows] for field in stage_tables.READ_REJECTS]
    return _table(columns, stage_tables.READ_REJECTS)


def _table(columns: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def hints(raw: pa.Table, hint: Hint) -> pa.Table:
    """RAW rows with their outlet hints, those that are there left as they are."""
    if not raw["outlet_hint"].null_count:
        return raw
    rows = raw.select(["url", "content", "raw", "media", "outlet_hint"]).to_pylist()
    made = [
        row["outlet_hint"]
        or hinted(hint, row["url"], row["raw"] if row["content"] is None else row["content"], row["media"])
        for row in rows
    ]
    place = raw.schema.get_field_index("outlet_hint")
    return raw.set_column(place, raw.schema.field(place), pa.array(made, pa.string()))
