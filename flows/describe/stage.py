"""The stage: tables in, tables out."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from flows.describe.document_fields import Description, describe_one
from flows.describe.document_view import Columns, Mark, Stated, sheet_of
from flows.describe.language import languages
from flows.outlets import registry
from schemas.stage_tables import EVIDENCE_FOUND, MARKS, METADATA


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
    marks_of = _columns(marks, Mark._fields)
    stated_of: dict[int, list[Stated]] = defaultdict(list)
    for doc, *stated in zip(*(candidates[name].to_pylist() for name in ("doc", *Stated._fields)), strict=True):
        stated_of[doc].append(Stated(*stated))
    found: list[tuple[int, Description]] = []
    rows = (documents[name].to_pylist() for name in ("doc", "text", "identity", "url", "fetched_at"))
    for doc, text, identity, url, fetched in zip(*rows, strict=True):
        lines = sheet_of(text, marks_of(doc), stated_of[doc], url)
        found.append((doc, describe_one(lines, identity, url, fetched, known)))
    tongues = languages([one.sample for _, one in found])
    rows_of = [
        {"doc": doc, **one.values, "language": code, "language_score": score}
        for (doc, one), (code, score) in zip(found, tongues, strict=True)
    ]
    return Described(
        _table([tuple(map(row.__getitem__, METADATA.names)) for row in rows_of], METADATA),
        _table([(doc, *evidence) for doc, one in found for evidence in one.evidence], EVIDENCE_FOUND),
        _table([(doc, *mark, None) for doc, one in found for mark in one.marks], MARKS),
    )


def _columns(table: pa.Table, names: Sequence[str]) -> Callable[[int], Columns]:
    """A function: document -> its rows' values, a list a column."""
    docs = table["doc"].to_numpy()
    if len(docs) and (np.diff(docs) < 0).any():
        table = table.take(np.argsort(docs, kind="stable"))
        docs = table["doc"].to_numpy()
    columns = [_values(table[name].combine_chunks()) for name in names]
    bounds = np.searchsorted(docs, np.arange(docs[-1] + 2 if len(docs) else 1)).tolist()

    def of(doc: int) -> Columns:
        first, end = bounds[doc : doc + 2] if doc + 1 < len(bounds) else (0, 0)
        return [column[first:end] for column in columns]

    return of


def _values(column: pa.Array) -> list[Any]:
    """What a column holds; numbers and words of which there are few come much faster so."""
    if not pa.types.is_string(column.type):
        return list(column.to_numpy().tolist())
    coded = column.dictionary_encode()
    words = coded.dictionary.to_pylist()
    return [words[code] for code in coded.indices.to_numpy().tolist()]


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table([pa.array(column, of.type) for column, of in zip(columns, schema, strict=True)], schema=schema)
