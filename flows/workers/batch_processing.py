"""Processing of one batch: clean, describe, assemble. Pure and picklable; it runs in a worker process.

`process_batch` turns a RAW table into a `BatchOutcome` of published tables. Each document of the batch becomes exactly
one row of `articles` or of `rejects`. If a stage fails, the batch is halved until the failing document stands alone;
that document is rejected as `crashed` and the others are processed.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import read, validate
from flows.clean import Effort, clean_documents, count_clutter_lines, extract_body_texts, overlay_marks
from flows.dedupe import compute_prints
from flows.describe import describe_documents
from flows.outlets import load_registry
from schemas import arrow, arrow_files, stage_tables
from schemas.word_count import count_words

# An article counts as changed if one of these columns changes: its content, without its origin.
PUBLISHED_VALUES = (
    "url", "outlet", "outlet_domain", "outlet_basis", "title", "subtitle", "authors", "author_basis", "editors",
    "agency", "cited_sources", "published_at", "date", "date_basis", "dateline", "place", "language", "text",
    "is_partial",
)  # fmt: skip


@dataclass(frozen=True)
class BatchOutcome:
    """Processed batch: RUN_ARTICLES, RUN_REJECTS, RUN_SPANS, RUN_EVIDENCE, and the articles' PRINTS.

    `row` numbers the articles of the outcome from 0, `doc` its documents.
    """

    articles: pa.Table
    rejects: pa.Table
    spans: pa.Table
    evidence: pa.Table
    prints: pa.Table


OUTCOME_TABLES = ("articles", "rejects", "spans", "evidence", "prints")
EMPTY_OUTCOME = BatchOutcome(
    arrow.make_empty_table(stage_tables.RUN_ARTICLES),
    arrow.make_empty_table(stage_tables.RUN_REJECTS),
    arrow.make_empty_table(stage_tables.RUN_SPANS),
    arrow.make_empty_table(stage_tables.RUN_EVIDENCE),
    arrow.make_empty_table(stage_tables.PRINTS),
)


def process_batch(raw: pa.Table, html: Effort = "quality") -> BatchOutcome:
    """Process RAW rows. Never raises because of a document. `html` is the effort spent on a page."""
    try:
        return _run_stages(raw, html)
    except Exception as error:  # a defect of Kliping: reject only the document that triggers it
        if raw.num_rows > 1:
            half = raw.num_rows // 2
            return concatenate_outcomes([process_batch(raw.slice(0, half), html), process_batch(raw.slice(half), html)])
        return _build_failure_outcome(raw, error)


def concatenate_outcomes(outcomes: list[BatchOutcome]) -> BatchOutcome:
    """Concatenate outcomes; their rows and documents are renumbered consecutively."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in OUTCOME_TABLES}
    rows = documents = 0
    for outcome in outcomes:
        for name in OUTCOME_TABLES:
            table: pa.Table = getattr(outcome, name)
            parts[name].append(_shift_column(_shift_column(table, "row", rows), "doc", documents))
        rows += outcome.articles.num_rows
        documents += outcome.articles.num_rows + outcome.rejects.num_rows
    return BatchOutcome(**{name: pa.concat_tables(tables) for name, tables in parts.items()})


def _shift_column(table: pa.Table, name: str, offset: int) -> pa.Table:
    if name not in table.column_names or not offset:
        return table
    return arrow.replace_column(table, name, pc.add(table[name], pa.scalar(offset, table.schema.field(name).type)))


def process_rows(source: Path, target: Path, first: int, count: int, html: Effort = "quality") -> None:
    """Process some RAW rows of an Arrow file in a worker; write the outcome's folder, put in place by rename."""
    write_outcome(process_batch(arrow_files.read_mapped_table(source).slice(first, count), html), target)


def write_outcome(outcome: BatchOutcome, target: Path) -> None:
    """Write an outcome as Arrow files; PRINTS is uncompressed, so that it can be memory-mapped."""
    partial = target.with_name(target.name + ".part")
    partial.mkdir(parents=True)
    for name in OUTCOME_TABLES:
        table: pa.Table = getattr(outcome, name)
        arrow_files.write_table(partial / f"{name}.arrow", table.combine_chunks(), packed=name != "prints")
    partial.rename(target)


def read_outcome(folder: Path) -> BatchOutcome:
    """Read an outcome written by `write_outcome`."""
    return BatchOutcome(**{name: arrow_files.read_mapped_table(folder / f"{name}.arrow") for name in OUTCOME_TABLES})


def hash_content(row: dict[str, Any]) -> str:
    """Return the digest of the published values of one article: 32 hex digits."""
    encoded = _values_encoder.encode({name: row[name] for name in PUBLISHED_VALUES})
    return hashlib.blake2b(encoded.encode(), digest_size=16).hexdigest()


_values_encoder = json.JSONEncoder(default=str)
_ORIGIN_COLUMNS = ("source_id", "source_uri", "raw_sha256")


def _run_stages(raw: pa.Table, html: Effort) -> BatchOutcome:
    raw = read.add_outlet_hints(raw)
    # Row numbers replace the URIs during cleaning, so the result cannot depend on the file path.
    row_numbers = pa.array(map(str, range(raw.num_rows)), pa.string())
    cleaned = clean_documents(arrow.replace_column(raw, "source_uri", row_numbers), html)
    documents = cleaned.documents
    described = describe_documents(documents, cleaned.marks, cleaned.candidates)
    spans = overlay_marks(documents, cleaned.marks, described.marks)
    texts = extract_body_texts(documents, spans)
    docs = pc.cast(documents["source_uri"], pa.int32()).to_numpy()
    article_indices = np.flatnonzero(np.fromiter(map(bool, texts), bool, len(texts)))
    articles = _build_articles(raw, docs[article_indices], documents, described.metadata, spans, texts, article_indices)
    rows = np.full(len(texts), -1, np.int64)
    rows[article_indices] = np.arange(len(article_indices))
    ids = articles["article_id"]
    evidence = _select_article_rows(described.evidence, rows, ids, stage_tables.RUN_EVIDENCE)
    clutter_counts = count_clutter_lines([texts[doc] for doc in article_indices])
    measures = validate.measure_articles(articles, evidence, clutter_counts)
    hints = raw["outlet_hint"].to_pylist()
    consulted_profiles = list_consulted_profiles(
        (hints[doc], name) for doc, name in zip(docs.tolist(), described.metadata["outlet"].to_pylist(), strict=True)
    )
    profiles = [consulted_profiles[doc] for doc in article_indices]
    identity = described.metadata.select(stage_tables.IDENTITY.names).take(article_indices)
    columns = [
        *articles.columns, *measures.columns, *identity.columns, profiles, docs[article_indices],
        np.arange(len(article_indices)),
    ]  # fmt: skip
    article_rows = pa.table(columns, schema=stage_tables.RUN_ARTICLES)
    return BatchOutcome(
        article_rows,
        _build_rejects(
            raw,
            cleaned.rejects,
            documents,
            [(doc, consulted_profiles[doc]) for doc, text in enumerate(texts) if not text],
        ),
        _build_spans(documents, spans, rows, ids),
        evidence,
        compute_prints(article_rows),
    )


def _build_articles(
    raw: pa.Table,
    docs: np.ndarray,
    documents: pa.Table,
    metadata: pa.Table,
    spans: pa.Table,
    texts: list[str],
    article_indices: np.ndarray,
) -> pa.Table:
    """Build ARTICLES of the documents `article_indices`, which are the rows `docs` of RAW."""
    article_metadata = metadata.take(article_indices)
    article_texts = [texts[doc] for doc in article_indices]
    share = _compute_boilerplate_shares(spans, len(texts))[article_indices]
    lengths = pc.utf8_length(documents["text"]).to_numpy()[article_indices]
    rows = article_metadata.select([name for name in PUBLISHED_VALUES if name != "text"]).to_pylist()
    hashes = [hash_content({**row, "text": text}) for row, text in zip(rows, article_texts, strict=True)]
    origin = raw.select([*_ORIGIN_COLUMNS, "fetched_at"]).take(docs)
    columns_by_name: dict[str, object] = {
        **{name: origin[name] for name in origin.column_names},
        "text": article_texts,
        "word_count": [count_words(text) for text in article_texts],
        "char_count": [len(text) for text in article_texts],
        "raw_char_count": lengths.astype(np.int32),
        "boilerplate_share": share.astype(np.float32),
        "duplicate_of": pa.nulls(len(article_texts), pa.string()),
        "content_hash": hashes,
    }
    columns = [
        columns_by_name[field.name] if field.name in columns_by_name else article_metadata[field.name]
        for field in arrow.ARTICLES
    ]
    return pa.table(columns, schema=arrow.ARTICLES.remove_metadata())


def _compute_boilerplate_shares(spans: pa.Table, count: int) -> np.ndarray:
    """Compute for each document the share of its characters in spans that is not body."""
    doc = spans["doc"].to_numpy()
    lengths = spans["end"].to_numpy().astype(np.int64) - spans["start"].to_numpy()
    solid = np.bincount(doc, lengths, count)
    body = np.bincount(doc, lengths * pc.equal(spans["kind"], "body").to_numpy(), count)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - body / solid)


def _select_article_rows(table: pa.Table, rows: np.ndarray, ids: pa.ChunkedArray, schema: pa.Schema) -> pa.Table:
    """Convert a table keyed by document to one keyed by article; rows of other documents are dropped."""
    article_row = rows[table["doc"].to_numpy()]
    selected = np.flatnonzero(article_row >= 0)
    selected_rows = table.take(selected)
    replaced_columns = {"article_id": ids.take(pa.array(article_row[selected])), "row": pa.array(article_row[selected])}
    return pa.table(
        [
            replaced_columns.get(name, selected_rows[name] if name not in replaced_columns else None)
            for name in schema.names
        ],
        schema=schema,
    )


def _build_spans(documents: pa.Table, spans: pa.Table, rows: np.ndarray, ids: pa.ChunkedArray) -> pa.Table:
    texts = documents["text"].to_pylist()
    positions = (spans[name].to_numpy().tolist() for name in ("doc", "start", "end"))
    is_body = pc.equal(spans["kind"], "body").to_numpy().tolist()
    cut_texts = [
        None if body else texts[doc][start:end] for doc, start, end, body in zip(*positions, is_body, strict=True)
    ]
    return _select_article_rows(
        spans.append_column("text", pa.array(cut_texts, pa.string())), rows, ids, stage_tables.RUN_SPANS
    )


def _build_rejects(
    raw: pa.Table, clean_rejects: pa.Table, documents: pa.Table, without_article: list[tuple[int, str]]
) -> pa.Table:
    """Build RUN_REJECTS: the rejects of clean, then documents (with profiles) in which no article text was left."""
    bare_documents = (
        documents.select([*_ORIGIN_COLUMNS, "text"])
        .take(pa.array([doc for doc, _ in without_article], pa.int64()))
        .to_pylist()
    )
    rows = clean_rejects.to_pylist()
    docs = [int(row["source_uri"]) for row in [*rows, *bare_documents]]
    hints = raw["outlet_hint"].to_pylist()
    profiles = [
        *list_consulted_profiles((hints[doc], None) for doc in docs[: len(rows)]),
        *(names for _, names in without_article),
    ]
    origin = raw.select(list(_ORIGIN_COLUMNS)).take(pa.array(docs, pa.int64())).to_pylist()
    reject_rows = [
        {**row, **origin_columns, "doc": doc, "profiles": names}
        for row, origin_columns, doc, names in zip(
            [*rows, *map(_build_no_article_row, bare_documents)], origin, docs, profiles, strict=True
        )
    ]
    return arrow.build_table(stage_tables.RUN_REJECTS, reject_rows)


def list_consulted_profiles(documents: Iterable[tuple[str | None, str | None]]) -> list[str]:
    """List the profiles consulted by documents, given as (hinted domain, outlet): names joined by commas."""
    outlets = load_registry()

    @cache
    def join_profile_names(hint: str | None, outlet: str | None) -> str:
        matched_outlets = (
            outlets.find_by_domain(hint) if hint else None,
            outlets.find_by_name(outlet) if outlet else None,
        )
        return ",".join(sorted({matched.profile.name for matched in matched_outlets if matched and matched.profile}))

    return [join_profile_names(hint, outlet) for hint, outlet in documents]


def _build_reject_row(document: dict[str, Any], reason: str, stage: str, detail: str, preview: str) -> dict[str, Any]:
    return {
        **{name: document[name] for name in ("source_id", "source_uri", "raw_sha256")},
        "stage": stage,
        "reason": reason,
        "detail": detail,
        "preview": preview,
    }


def _build_no_article_row(document: dict[str, Any]) -> dict[str, Any]:
    explanation = "after its dateline, title and credits were filed, no words of a story were left"
    detail = (
        f"Read {len(document['text'])} characters and found no article: {explanation}. "
        "If there is one, see docs/how-to/review-cuts.md."
    )
    return _build_reject_row(document, "no_article", "describe", detail, " ".join(document["text"][:400].split())[:200])


def build_reject_outcome(raw: pa.Table, reason: str, detail: str) -> BatchOutcome:
    """Build the outcome of one document (a RAW table of one row) that no stage could process."""
    document = raw.select(["source_id", "source_uri", "raw_sha256", "raw"]).to_pylist()[0]
    preview = document["raw"][:200].decode("utf-8", "replace")
    row = _build_reject_row(document, reason, "clean", detail, "".join(c if c.isprintable() else " " for c in preview))
    return replace(
        EMPTY_OUTCOME, rejects=arrow.build_table(stage_tables.RUN_REJECTS, [{**row, "doc": 0, "profiles": ""}])
    )


def _build_failure_outcome(raw: pa.Table, error: Exception) -> BatchOutcome:
    detail = (
        f"Kliping failed on this document ({type(error).__name__}); the others went on. "
        "The raw bytes are kept: please report it with raw_sha256."
    )
    return build_reject_outcome(raw, "crashed", detail)


def count_reasons(rejects: pa.Table) -> dict[str, int]:
    """Count the rows of a REJECTS table by reason, most frequent first."""
    counts = Counter(rejects.column("reason").to_pylist())
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
