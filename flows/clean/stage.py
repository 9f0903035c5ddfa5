"""The clean stage: RAW -> documents, marks, candidates, rejects."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from flows.clean.decoding import decode_bytes
from flows.clean.html.effort import Effort
from flows.clean.line_limits import TooManyLines, explain_too_many_lines
from flows.clean.lines.line_table import normalize_blanks
from flows.clean.rejection import explain_missing_article
from flows.clean.spans import DocumentMarks, build_marks_table
from flows.clean.text.text_marks import MarkedText, batch_texts, mark_texts
from schemas.arrow import REJECTS
from schemas.stage_tables import CANDIDATES, DOCUMENTS

_PREVIEW_CHARS: Final = 200
_UNDECODABLE: Final = (
    "Read {size:,} bytes that neither UTF-8, UTF-16, windows-1252 nor a detected encoding reads as text; "
    "expected text or HTML. Name its encoding in the record, or save it as UTF-8."
)


@dataclass(frozen=True, slots=True)
class CleanedBatch:
    """Output of `clean_documents`: DOCUMENTS, MARKS that tile them, CANDIDATES, and REJECTS of stage `clean`."""

    documents: pa.Table
    marks: pa.Table
    candidates: pa.Table
    rejects: pa.Table


def clean_documents(raw: pa.Table, html: Effort = "quality") -> CleanedBatch:
    """Clean a batch of RAW. Every row becomes one row of documents or one row of rejects, in the given order."""
    accepted: list[tuple[int, str, list[int] | None]] = []
    marks: list[DocumentMarks] = []
    candidates: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    rows = raw.to_pylist()
    texts = [_decode_row(row) for row in rows]
    plain_texts = ((index, text) for index, text in enumerate(texts) if rows[index]["media"] != "html")
    line_excess = {index: explain_too_many_lines(text) for index, text in plain_texts if text is not None}
    plain_indices = [index for index, explanation in line_excess.items() if explanation is None]
    marked_texts = dict(
        zip(
            plain_indices,
            _mark_plain_texts([(texts[index] or "", rows[index]["outlet_hint"]) for index in plain_indices]),
            strict=True,
        )
    )
    for index, (row, text) in enumerate(zip(rows, texts, strict=True)):
        if text is None:
            content = _select_content(row)
            detail = _UNDECODABLE.format(size=len(content))
            rejects.append(
                _build_reject(row, "undecodable", detail, content[:_PREVIEW_CHARS].decode("ascii", "replace"))
            )
            continue
        stated: list[tuple[str, str, str]] = []
        if explanation := line_excess.get(index):
            rejects.append(_build_reject(row, "too_large", explanation, text))
            continue
        if index in marked_texts:
            document_marks = marked_texts[index].marks
            explanation = explain_missing_article(document_marks, marked_texts[index].body)
        else:
            from flows.clean.html.page_marks import read_page
            from flows.clean.html.page_tree import PageTooDeep

            try:
                page = read_page(text, row["url"], row["outlet_hint"], html)
            except (PageTooDeep, TooManyLines) as error:
                reason = "too_deep" if isinstance(error, PageTooDeep) else "too_large"
                rejects.append(_build_reject(row, reason, str(error), text))
                continue
            text, document_marks, stated = page.text, page.marks, page.stated_values
            explanation = explain_missing_article(
                document_marks, page.body, page.link_lists, page.stands_in_script, page.site_page
            )
        if explanation is not None:
            rejects.append(_build_reject(row, "no_article", explanation, text))
            continue
        doc = len(accepted)
        layout = marked_texts[index].layout if index in marked_texts else None
        accepted.append((index, text, layout.list_bounds() if layout else None))
        marks.append(document_marks)
        stated = [(item["field"], item["where"], item["value"]) for item in row["stated"]] + stated
        candidates.extend({"doc": doc, "field": f, "where": where, "value": value} for f, where, value in stated)
    if html == "quality" and any(row["media"] == "html" for row in rows):
        from flows.clean.html.trafilatura_votes import reset_trafilatura_caches

        reset_trafilatura_caches()
    return CleanedBatch(
        _build_documents_table(raw, accepted),
        build_marks_table(marks),
        pa.Table.from_pylist(candidates, CANDIDATES),
        pa.Table.from_pylist(rejects, REJECTS),
    )


def _build_documents_table(raw: pa.Table, accepted: list[tuple[int, str, list[int] | None]]) -> pa.Table:
    """Return the accepted rows of RAW with their texts and recovered lines as a table of DOCUMENTS."""
    indices, texts, lines = zip(*accepted, strict=True) if accepted else ((), (), ())
    new_columns = {"doc": range(len(accepted)), "text": texts, "recovered_lines": lines}
    raw_columns = raw.select([name for name in DOCUMENTS.names if name not in new_columns])
    raw_columns = raw_columns.take(pa.array(indices, pa.int64()))
    columns = [
        pa.array(new_columns[field.name], field.type) if field.name in new_columns else raw_columns.column(field.name)
        for field in DOCUMENTS
    ]
    return pa.table(columns, schema=DOCUMENTS)


def _select_content(row: dict[str, Any]) -> bytes:
    """Return the bytes to decode: the content of a record where it has one, else the raw bytes."""
    content: bytes = row["raw"] if row["content"] is None else row["content"]
    return content


def _decode_row(row: dict[str, Any]) -> str | None:
    """Return the decoded text of a RAW row, or None where no encoding reads it."""
    return decode_bytes(_select_content(row), declared=row["encoding"], html=row["media"] == "html")


def _mark_plain_texts(texts: list[tuple[str, str | None]]) -> Iterator[MarkedText]:
    """Yield the marks of each (text, outlet hint), computed in small batches."""
    for batch in batch_texts([text for text, _ in texts]):
        yield from mark_texts(*zip(*texts[batch], strict=True))


def _build_reject(row: dict[str, Any], reason: str, detail: str, preview_text: str) -> dict[str, Any]:
    """Return a row of REJECTS."""
    return {
        "source_id": row["source_id"],
        "source_uri": row["source_uri"],
        "raw_sha256": row["raw_sha256"],
        "stage": "clean",
        "reason": reason,
        "detail": detail,
        "preview": normalize_blanks(preview_text[: _PREVIEW_CHARS * 10])[:_PREVIEW_CHARS] or None,
    }
