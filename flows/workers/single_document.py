"""One document in, its article out: the same reading, cleaning and describing as a publish, and nothing stored.

from flows.workers.single_document import clean_document

found = clean_document(Path("page.html").read_bytes(), url="https://news.example.id/a")[0]
print(found.article["title"], found.article["date"], found.article["text"])
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from flows import read
from flows.clean import Effort
from flows.workers import batch_processing
from schemas import arrow

_MOST: Final = 1000
_RELEASE_COLUMNS: Final = {"duplicate_of", "content_hash"}  # published columns that only a release has


@dataclass(frozen=True)
class CleanedDocument:
    """What became of one document.

    `article` holds its published columns, or is None; then `reject` says why. `evidence` says which words claim each
    value, by which rule; `cuts` what was cut, by which rule.
    """

    source_id: str
    article: dict[str, Any] | None = None
    reject: dict[str, Any] | None = None
    evidence: list[dict[str, Any]] = field(default_factory=list)
    cuts: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return all of it as JSON."""
        return {
            "source_id": self.source_id, "article": self.article, "reject": self.reject, "evidence": self.evidence,
            "cuts": self.cuts,
        }  # fmt: skip

    def format_lines(self) -> Iterator[str]:
        """Yield it as lines for a terminal: the values with their evidence, the text, what was cut."""
        if self.article is None:
            reject = self.reject or {}
            yield f"no article ({reject.get('reason')}): {reject.get('detail')}"
            return
        claims: dict[str, dict[str, Any]] = {}
        for evidence in self.evidence:
            claims.setdefault(evidence["field"], evidence)
        for name, value in self.article.items():
            if name == "text" or value in (None, [], ""):
                continue
            claim = claims.get(name)
            why = f"   [{claim['rule']}: {' '.join(str(claim['quote'] or '').split())[:60]}]" if claim else ""
            yield f"{name}: {_format_value(value)}{why}"
        yield ""
        yield from self.article["text"].split("\n")
        if self.cuts:
            yield ""
            yield "cut:"
            for cut in self.cuts:
                yield f"    {cut['kind']} ({cut['rule']}): {' '.join(str(cut['text'] or '').split())[:100]}"


def _format_value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def clean_document(
    document: bytes | str | Path,
    *,
    name: str = "document",
    url: str | None = None,
    html: Effort = "quality",
    field_map: Sequence[str] = (),
    split: str = "",
    table: str = "",
) -> list[CleanedDocument]:
    """Clean one document, or each record of a file that holds several (the first 1,000).

    `document` is the bytes or the words of a page or a text, or the path of a file of any kind that a source may hold.
    `url` is where it was. `field_map` (FIELD=KEY), `split` and `table` are as for `kliping publish`. Nothing is stored.
    Raises OSError where a path cannot be read.
    """
    if isinstance(document, Path):
        data, name = document.read_bytes(), document.name
    else:
        data = document.encode() if isinstance(document, str) else document
    options = read.ReadOptions(read.FieldMap.parse(field_map), split, table)
    source_file = read.SourceFile(Path(name), name, name, opener=lambda: io.BytesIO(data))
    rows = list(islice(read.read_file(source_file, read.Limits(), options), _MOST))
    documents = [_set_url(row, url) for row in rows if isinstance(row, read.RawDocument)]
    rejects = [
        CleanedDocument(row.source_id, reject={"stage": row.stage, "reason": row.reason, "detail": row.detail})
        for row in rows
        if isinstance(row, read.Reject)
    ]
    return [*(_clean_documents(documents, html) if documents else []), *rejects]


def _set_url(document: read.RawDocument, url: str | None) -> read.RawDocument:
    if url is None or document.url is not None:
        return document
    from flows.outlets.canonical_urls import canonicalize_url

    return replace(document, url=canonicalize_url(url))


def _clean_documents(documents: list[read.RawDocument], html: Effort) -> list[CleanedDocument]:
    outcome = batch_processing.process_batch(read.build_documents_table(documents), html)
    evidence = _group_rows(outcome.evidence.to_pylist())
    spans = _group_rows(outcome.spans.to_pylist())
    cleaned: dict[int, CleanedDocument] = {}
    for row in outcome.articles.to_pylist():
        number = row["row"]
        article = {name: row[name] for name in arrow.ARTICLES.names if name not in _RELEASE_COLUMNS}
        cuts = [span for span in spans.get(number, []) if span["kind"] != "body"]
        cleaned[row["doc"]] = CleanedDocument(row["source_id"], article, None, evidence.get(number, []), cuts)
    for row in outcome.rejects.to_pylist():
        reject = {name: row[name] for name in ("stage", "reason", "detail")}
        cleaned[row["doc"]] = CleanedDocument(row["source_id"], reject=reject)
    return [cleaned[number] for number in sorted(cleaned)]


def _group_rows(rows: list[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["row"], []).append({k: v for k, v in row.items() if k not in ("row", "article_id")})
    return groups
