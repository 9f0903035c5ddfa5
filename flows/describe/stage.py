"""Describe stage: tables in, tables out."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from flows.describe.document_fields import DocumentDescription, describe_document
from flows.describe.document_view import VIEWED_COLUMNS, Candidate, MarkColumns, build_view_from_columns
from flows.describe.language import detect_languages
from flows.outlets import load_registry
from schemas.stage_tables import EVIDENCE_FOUND, MARKS, METADATA


class DescribedBatch(NamedTuple):
    """Result of a batch: METADATA, EVIDENCE_FOUND, and the MARKS that override clean's."""

    metadata: pa.Table
    evidence: pa.Table
    marks: pa.Table


def describe_documents(documents: pa.Table, marks: pa.Table, candidates: pa.Table) -> DescribedBatch:
    """Describe every row of DOCUMENTS by its MARKS and CANDIDATES.

    The description of a document depends on its own rows alone.
    """
    outlet_registry = load_registry()
    select_marks = _group_by_document(marks, VIEWED_COLUMNS)
    candidates_by_document: dict[int, list[Candidate]] = defaultdict(list)
    for doc, *candidate in zip(*(candidates[name].to_pylist() for name in ("doc", *Candidate._fields)), strict=True):
        candidates_by_document[doc].append(Candidate(*candidate))
    descriptions: list[tuple[int, DocumentDescription]] = []
    columns = ("doc", "text", "identity", "url", "fetched_at", "recovered_lines")
    rows = (documents[name].to_pylist() for name in columns)
    for doc, text, identity, url, fetched_at, recovered_lines in zip(*rows, strict=True):
        view = build_view_from_columns(text, select_marks(doc), candidates_by_document[doc], url, recovered_lines)
        descriptions.append((doc, describe_document(view, identity, url, fetched_at, outlet_registry)))
    detected = detect_languages([description.body_sample for _, description in descriptions])
    metadata_rows = [
        {"doc": doc, **description.metadata, "language": code, "language_score": score}
        for (doc, description), (code, score) in zip(descriptions, detected, strict=True)
    ]
    return DescribedBatch(
        _build_table([tuple(map(row.__getitem__, METADATA.names)) for row in metadata_rows], METADATA),
        _build_table(
            [(doc, *evidence) for doc, description in descriptions for evidence in description.evidence], EVIDENCE_FOUND
        ),
        _build_table([(doc, *mark) for doc, description in descriptions for mark in description.marks], MARKS),
    )


def _group_by_document(table: pa.Table, names: Sequence[str]) -> Callable[[int], MarkColumns]:
    """Return a function from a document's number to its rows, as one list of values for each column."""
    doc_numbers = table["doc"].to_numpy()
    if len(doc_numbers) and (np.diff(doc_numbers) < 0).any():
        table = table.take(np.argsort(doc_numbers, kind="stable"))
        doc_numbers = table["doc"].to_numpy()
    columns = [_decode_column(table[name].combine_chunks()) for name in names]
    row_bounds = np.searchsorted(doc_numbers, np.arange(doc_numbers[-1] + 2 if len(doc_numbers) else 1)).tolist()

    def slice_columns(doc: int) -> MarkColumns:
        """Return the columns of one document's rows; empty lists without rows."""
        start, end = row_bounds[doc : doc + 2] if doc + 1 < len(row_bounds) else (0, 0)
        return [column[start:end] for column in columns]

    return slice_columns


def _decode_column(column: pa.Array) -> list[Any]:
    """Return the values of a column; strings go through a dictionary, much faster where few are distinct."""
    if not pa.types.is_string(column.type):
        return list(column.to_numpy().tolist())
    encoded = column.dictionary_encode()
    distinct_strings = encoded.dictionary.to_pylist()
    return [distinct_strings[code] for code in encoded.indices.to_numpy().tolist()]


def _build_table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    """Build a table of this schema from rows."""
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
