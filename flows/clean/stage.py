"""The stage: RAW -> documents, marks, candidates, rejects."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from flows.clean.decoding import decode
from flows.clean.html.effort import Effort
from flows.clean.line_limits import TooLarge, too_large
from flows.clean.lines.line_table import squeeze
from flows.clean.rejection import no_article
from flows.clean.spans import Marks, table_of
from flows.clean.text.text_marks import Found, find, together
from schemas.arrow import REJECTS
from schemas.stage_tables import CANDIDATES, DOCUMENTS

_PREVIEW: Final = 200
_UNDECODABLE: Final = (
    "Read {size:,} bytes that neither UTF-8, UTF-16, windows-1252 nor a detected encoding reads as text; "
    "expected text or HTML. Name its encoding in the record, or save it as UTF-8."
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What clean gives: DOCUMENTS, MARKS that tile them, CANDIDATES, and REJECTS of stage `clean`."""

    documents: pa.Table
    marks: pa.Table
    candidates: pa.Table
    rejects: pa.Table


def clean(raw: pa.Table, html: Effort = "quality") -> Cleaned:
    """Clean a batch of RAW. Every row becomes one row of documents or one of rejects, in the order given."""
    kept: list[tuple[int, str]] = []
    marks: list[Marks] = []
    candidates: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    rows = raw.to_pylist()
    texts = [_text(row) for row in rows]
    plain_texts = ((index, text) for index, text in enumerate(texts) if rows[index]["media"] != "html")
    bounds = {index: too_large(text) for index, text in plain_texts if text is not None}
    plain = [index for index, why in bounds.items() if why is None]
    found = dict(zip(plain, _found([(texts[index] or "", rows[index]["outlet_hint"]) for index in plain]), strict=True))
    for index, (row, text) in enumerate(zip(rows, texts, strict=True)):
        if text is None:
            content = _content(row)
            detail = _UNDECODABLE.format(size=len(content))
            rejects.append(_reject(row, "undecodable", detail, content[:_PREVIEW].decode("ascii", "replace")))
            continue
        stated: list[tuple[str, str, str]] = []
        if why := bounds.get(index):
            rejects.append(_reject(row, "too_large", why, text))
            continue
        if index in found:
            spans = found[index].marks
            why = no_article(spans, found[index].body)
        else:
            from flows.clean.html.page_marks import TooDeep, read_page

            try:
                text, spans, stated, body, lists = read_page(text, row["url"], row["outlet_hint"], html)
            except (TooDeep, TooLarge) as error:
                reason = "too_deep" if isinstance(error, TooDeep) else "too_large"
                rejects.append(_reject(row, reason, str(error), text))
                continue
            why = no_article(spans, body, lists)
        if why is not None:
            rejects.append(_reject(row, "no_article", why, text))
            continue
        doc = len(kept)
        kept.append((index, text))
        marks.append(spans)
        stated = [(item["field"], item["where"], item["value"]) for item in row["stated"]] + stated
        candidates.extend({"doc": doc, "field": f, "where": where, "value": value} for f, where, value in stated)
    if html == "quality" and any(row["media"] == "html" for row in rows):
        from flows.clean.html.trafilatura_votes import forget

        forget()
    return Cleaned(
        _documents(raw, kept),
        table_of(marks),
        pa.Table.from_pylist(candidates, CANDIDATES),
        pa.Table.from_pylist(rejects, REJECTS),
    )


def _documents(raw: pa.Table, kept: list[tuple[int, str]]) -> pa.Table:
    """The rows of RAW that are kept, with their texts."""
    own = {"doc": range(len(kept)), "text": [text for _, text in kept]}
    taken = raw.select([name for name in DOCUMENTS.names if name not in own])
    taken = taken.take(pa.array([index for index, _ in kept], pa.int64()))
    columns = [
        pa.array(own[field.name], field.type) if field.name in own else taken.column(field.name) for field in DOCUMENTS
    ]
    return pa.table(columns, schema=DOCUMENTS)


def _content(row: dict[str, Any]) -> bytes:
    content: bytes = row["raw"] if row["content"] is None else row["content"]
    return content


def _text(row: dict[str, Any]) -> str | None:
    return decode(_content(row), declared=row["encoding"], html=row["media"] == "html")


def _found(texts: list[tuple[str, str | None]]) -> Iterator[Found]:
    """What is found in each text, a few at a time."""
    for some in together([text for text, _ in texts]):
        yield from find(*zip(*texts[some], strict=True))


def _reject(row: dict[str, Any], reason: str, detail: str, shown: str) -> dict[str, Any]:
    return {
        "source_id": row["source_id"],
        "source_uri": row["source_uri"],
        "raw_sha256": row["raw_sha256"],
        "stage": "clean",
        "reason": reason,
        "detail": detail,
        "preview": squeeze(shown[: _PREVIEW * 10])[:_PREVIEW] or None,
    }
