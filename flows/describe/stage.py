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
    for doc, *mark in zip(*(marks[name].to_pylist() for name in ("doc", *Mark._fields)), strict=True):
        marks_of[doc].append(Mark(*mark))
    stated_of: dict[int, list[Stated]] = defaultdict(list)
    for doc, *stated in zip(*(candidates[name].to_pylist() for name in ("doc", *Stated._fields)), strict=True):
        stated_of[doc].append(Stated(*stated))
    found: list[tuple[int, Description]] = []
    rows = documents.select(["doc", "text", "identity", "url", "fetched_at"]).to_pylist()
    for row in rows:
        doc = row["doc"]
        lines = sheet(row["text"], marks_of[doc], stated_of[doc], row["url"])
        found.append((doc, describe_one(lines, row["identity"], row["url"], row["fetched_at"], known)))
    return Described(
        pa.Table.from_pylist([{"doc": doc, **one.values} for doc, one in found], schema=METADATA),
        pa.Table.from_pylist([{"doc": doc, **e._asdict()} for doc, one in found for e in one.evidence], EVIDENCE_FOUND),
        pa.Table.from_pylist(
            [{"doc": doc, **m._asdict(), "score": None} for doc, one in found for m in one.marks], MARKS
        ),
    )
