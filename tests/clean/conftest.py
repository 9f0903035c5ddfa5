"""Rows of RAW for the tests of clean."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from flows.clean import CleanedBatch, clean_documents
from schemas.stage_tables import RAW


def raw_rows(*contents: bytes | str, **fields: Any) -> pa.Table:
    rows = []
    for number, content in enumerate(contents):
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        row = {
            "source_id": f"doc-{number}", "source_uri": f"file:doc-{number}", "raw_sha256": "0" * 64, "raw": raw,
            "content": None, "media": "text", "encoding": None, "identity": f"doc-{number}", "url": None,
            "fetched_at": None, "outlet_hint": None, "stated": [],
        }  # fmt: skip
        rows.append(row | fields)
    return pa.Table.from_pylist(rows, RAW)


@pytest.fixture
def cleaned() -> Callable[..., CleanedBatch]:
    """Clean these contents: `cleaned("text", b"bytes", media="html")`."""

    def run(*contents: bytes | str, **fields: Any) -> CleanedBatch:
        return clean_documents(raw_rows(*contents, **fields))

    return run
