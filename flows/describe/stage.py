"""The stage: tables in, tables out."""

from collections import defaultdict
from typing import NamedTuple

import pyarrow as pa

from flows.describe.article import Description, describe_one
from flows.describe.sheet import Mark, Stated, sheet
from flows.outlets import registry
from schemas.stages import EVIDENCE_FOUND, MARKS, METADATA


class Described(NamedTuple):
    """What describing a batch gives: METADATA, EVIDENCE_FOUND and the MARKS that override clean's."""

    metadata: pa.Table
    evidence: pa.Table
    marks: pa.Table


def describe(documents: pa.Table, marks: pa.Table, candidates: pa.Table) -> Described:
    """Describe every row of DOCUMENTS by its MARKS and CANDIDATES.

    A document's description depends on its own rows alone.
    """
    known = registry()
    marks_of: dict[int, list[Mark]] = defaultdict(list)
    fields = (marks[name].to_pylist() for name in Mark._fields)
    for doc, mark in zip(marks["doc"].to_pylist(), map(Mark._make, zip(*fields, strict=True)), strict=True):
        marks_of[doc].append(mark)
    stated_of: dict[int, list[Stated]] = defaultdict(list)
    for doc, *stated in zip(*(candidates[name].to_pylist() for name in ("doc", *Stated._fields)), strict=True):
        stated_of[doc].append(Stated(*stated))
    found: list[tuple[int, Description]] = []
    rows = (documents[name].to_pylist() for name in ("doc", "text", "identity", "url", "fetched_at"))
    for doc, text, identity, url, fetched in zip(*rows, strict=True):
        lines = sheet(text, marks_of[doc], stated_of[doc], url)
        found.append((doc, describe_one(lines, identity, url, fetched, known)))
    return Described(
        pa.Table.from_pylist([{"doc": doc, **one.values} for doc, one in found], schema=METADATA),
        _table([(doc, *evidence) for doc, one in found for evidence in one.evidence], EVIDENCE_FOUND),
        _table([(doc, *mark, None) for doc, one in found for mark in one.marks], MARKS),
    )


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table([pa.array(column, of.type) for column, of in zip(columns, schema, strict=True)], schema=schema)
