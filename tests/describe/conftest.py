"""Batches for describe/ made by hand: documents whose lines are marked as a test says."""

import pyarrow as pa
import pytest

from flows.describe import describe_documents
from schemas.stage_tables import CANDIDATES, DOCUMENTS, MARKS

UNCLAIMED = {"title", "subtitle"}  # clean/ leaves headlines and standfirsts as unclaimed lines of the head


def tables(texts, kinds=None, candidates=(), urls=None):
    """DOCUMENTS, MARKS and CANDIDATES of texts whose lines are of the kinds given: line number -> kind (else body)."""
    documents, marks = [], []
    for doc, text in enumerate(texts):
        url = urls[doc] if urls else None
        documents.append(
            {"doc": doc, "source_id": f"d{doc}", "source_uri": f"d{doc}", "raw_sha256": "0" * 64, "identity": f"d{doc}",
             "url": url, "fetched_at": None, "media": "text", "outlet_hint": None, "text": text}
        )  # fmt: skip
        start = 0
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                kind = kinds[doc].get(number, "body") if kinds else "body"
                kind, rule = ("nav", "head.unclaimed") if kind in UNCLAIMED else (kind, f"test.{kind}")
                at = start + len(line) - len(line.lstrip())
                end = at + len(line.strip())
                marks.append(
                    {"doc": doc, "line": number, "start": at, "end": end, "kind": kind, "rule": rule, "score": None}
                )
            start += len(line) + 1
    stated = [{"doc": 0, "field": f, "where": w, "value": v} for f, w, v in candidates]
    return (
        pa.Table.from_pylist(documents, schema=DOCUMENTS),
        pa.Table.from_pylist(marks, schema=MARKS),
        pa.Table.from_pylist(stated, schema=CANDIDATES),
    )


@pytest.fixture
def described():
    """A function: text, kinds by line, candidates, url -> (values, evidence rows, marks) of one document."""

    def run(text, kinds=None, candidates=(), url=None):
        found = describe_documents(*tables([text], [kinds or {}], candidates, [url]))
        return found.metadata.to_pylist()[0], found.evidence.to_pylist(), found.marks.to_pylist()

    return run


@pytest.fixture
def batch():
    """A function: texts -> DOCUMENTS, MARKS (all body) and CANDIDATES of one batch."""
    return tables
