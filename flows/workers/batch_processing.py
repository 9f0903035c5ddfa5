"""The story of one batch of documents: clean, describe, put together. Pure and picklable; workers run it.

`process` turns a RAW table into an `Outcome` of published tables. Every document of the batch is afterwards exactly one
row of `articles` or of `rejects`. A batch that makes a stage fail is halved until the document that does it stands
alone; that one is rejected as `crashed` and the others go on.
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
from flows.clean import Effort, clean, clutter_hits, cut, settle
from flows.dedupe import prints_of
from flows.describe import describe
from flows.outlets import registry
from schemas import arrow, stage_tables

# Columns whose change makes an article a changed one: all that it says, nothing of where it came from.
PUBLISHED_VALUES = (
    "url", "outlet", "outlet_domain", "outlet_basis", "title", "subtitle", "authors", "author_basis", "editors",
    "agency", "cited_sources", "published_at", "date", "date_basis", "dateline", "place", "language", "text",
    "is_partial",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of a batch: RUN_ARTICLES, RUN_REJECTS, RUN_SPANS, RUN_EVIDENCE, and the articles' PRINTS.

    `row` counts the articles from 0 in each outcome, `doc` the documents.
    """

    articles: pa.Table
    rejects: pa.Table
    spans: pa.Table
    evidence: pa.Table
    prints: pa.Table


TABLES = ("articles", "rejects", "spans", "evidence", "prints")
NOTHING = Outcome(
    arrow.empty(stage_tables.RUN_ARTICLES),
    arrow.empty(stage_tables.RUN_REJECTS),
    arrow.empty(stage_tables.RUN_SPANS),
    arrow.empty(stage_tables.RUN_EVIDENCE),
    arrow.empty(stage_tables.PRINTS),
)


def process(raw: pa.Table, html: Effort = "quality") -> Outcome:
    """RAW rows -> Outcome. Never raises for what a document holds. `html`: how much effort a page is worth."""
    try:
        return _process(raw, html)
    except Exception as error:  # a defect of ours: keep it to the one document that shows it
        if raw.num_rows > 1:
            half = raw.num_rows // 2
            return joined([process(raw.slice(0, half), html), process(raw.slice(half), html)])
        return _crashed(raw, error)


def joined(outcomes: list[Outcome]) -> Outcome:
    """Outcomes one after another, their rows and documents numbered through."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
    rows = documents = 0
    for outcome in outcomes:
        for name in TABLES:
            table: pa.Table = getattr(outcome, name)
            parts[name].append(_shifted(_shifted(table, "row", rows), "doc", documents))
        rows += outcome.articles.num_rows
        documents += outcome.articles.num_rows + outcome.rejects.num_rows
    return Outcome(**{name: pa.concat_tables(tables) for name, tables in parts.items()})


def _shifted(table: pa.Table, name: str, by: int) -> pa.Table:
    place = table.schema.get_field_index(name)
    if place < 0 or not by:
        return table
    field = table.schema.field(place)
    return table.set_column(place, field, pc.add(table[name], pa.scalar(by, field.type)))


def process_rows(source: Path, target: Path, first: int, count: int, html: Effort = "quality") -> None:
    """The same for a worker: some RAW rows of an Arrow file -> a folder of Arrow files, put in place by rename."""
    with pa.memory_map(str(source)) as file:
        write_outcome(process(pa.ipc.open_file(file).read_all().slice(first, count), html), target)


def write_outcome(outcome: Outcome, target: Path) -> None:
    """Write an outcome as Arrow files; prints are not packed, so that they can be mapped instead of read."""
    aside = target.with_name(target.name + ".part")
    aside.mkdir(parents=True)
    for name in TABLES:
        table: pa.Table = getattr(outcome, name)
        options = pa.ipc.IpcWriteOptions(compression=None if name == "prints" else "lz4")
        path = str(aside / f"{name}.arrow")
        with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, table.schema, options=options) as writer:
            writer.write_table(table.combine_chunks())
    aside.rename(target)


def read_outcome(folder: Path) -> Outcome:
    """An outcome that was written."""
    tables = {name: pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"))).read_all() for name in TABLES}
    return Outcome(**tables)


def content_hash(row: dict[str, Any]) -> str:
    """Digest of the published values of one article; hex, 32 digits."""
    said = _values.encode({name: row[name] for name in PUBLISHED_VALUES})
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


_values = json.JSONEncoder(default=str)
_ORIGIN = ("source_id", "source_uri", "raw_sha256")


def _process(raw: pa.Table, html: Effort) -> Outcome:
    raw = read.hinted(raw)
    # While they are cleaned, documents are called by their row: what becomes of one cannot hang on where it lay.
    cleaned = clean(_set(raw, "source_uri", pa.array(map(str, range(raw.num_rows)), pa.string())), html)
    documents = cleaned.documents
    described = describe(documents, cleaned.marks, cleaned.candidates)
    spans = settle(documents, cleaned.marks, described.marks)
    texts = cut(documents, spans)
    docs = pc.cast(documents["source_uri"], pa.int32()).to_numpy()
    kept = np.flatnonzero(np.fromiter(map(bool, texts), bool, len(texts)))
    articles = _articles(raw, docs[kept], documents, described.metadata, spans, texts, kept)
    rows = np.full(len(texts), -1, np.int64)
    rows[kept] = np.arange(len(kept))
    ids = articles["article_id"]
    found = _of_rows(described.evidence, rows, ids, stage_tables.RUN_EVIDENCE)
    measured = validate.measures_of(articles, found, clutter_hits([texts[doc] for doc in kept]))
    hints = raw["outlet_hint"].to_pylist()
    asked = consulted(
        (hints[doc], name) for doc, name in zip(docs.tolist(), described.metadata["outlet"].to_pylist(), strict=True)
    )
    profiles = [asked[doc] for doc in kept]
    columns = [*articles.columns, *measured.columns, profiles, docs[kept], np.arange(len(kept))]
    made = pa.table(columns, schema=stage_tables.RUN_ARTICLES)
    return Outcome(
        made,
        _rejects(raw, cleaned.rejects, documents, [(doc, asked[doc]) for doc, text in enumerate(texts) if not text]),
        _spans(documents, spans, rows, ids),
        found,
        prints_of(made),
    )


def _set(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), values)


def _articles(
    raw: pa.Table,
    docs: np.ndarray,
    documents: pa.Table,
    metadata: pa.Table,
    spans: pa.Table,
    texts: list[str],
    kept: np.ndarray,
) -> pa.Table:
    """ARTICLES of the documents `kept`, which are the rows `docs` of RAW."""
    found = metadata.take(kept)
    words = [texts[doc] for doc in kept]
    share = _shares(spans, len(texts))[kept]
    lengths = pc.utf8_length(documents["text"]).to_numpy()[kept]
    rows = found.select([name for name in PUBLISHED_VALUES if name != "text"]).to_pylist()
    hashes = [content_hash({**row, "text": text}) for row, text in zip(rows, words, strict=True)]
    origin = raw.select([*_ORIGIN, "fetched_at"]).take(docs)
    made: dict[str, object] = {
        **{name: origin[name] for name in origin.column_names},
        "text": words,
        "word_count": [len(text.split()) for text in words],
        "char_count": [len(text) for text in words],
        "raw_char_count": lengths.astype(np.int32),
        "boilerplate_share": share.astype(np.float32),
        "duplicate_of": pa.nulls(len(words), pa.string()),
        "content_hash": hashes,
    }
    columns = [made[field.name] if field.name in made else found[field.name] for field in arrow.ARTICLES]
    return pa.table(columns, schema=arrow.ARTICLES.remove_metadata())


def _shares(spans: pa.Table, count: int) -> np.ndarray:
    """Of each document, the share of the characters in spans that is not body."""
    doc = spans["doc"].to_numpy()
    lengths = spans["end"].to_numpy().astype(np.int64) - spans["start"].to_numpy()
    solid = np.bincount(doc, lengths, count)
    body = np.bincount(doc, lengths * pc.equal(spans["kind"], "body").to_numpy(), count)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - body / solid)


def _of_rows(found: pa.Table, rows: np.ndarray, ids: pa.ChunkedArray, schema: pa.Schema) -> pa.Table:
    """A table of documents' rows as one of the articles' rows: those of documents without an article go."""
    row = rows[found["doc"].to_numpy()]
    here = np.flatnonzero(row >= 0)
    kept = found.take(here)
    made = {"article_id": ids.take(pa.array(row[here])), "row": pa.array(row[here])}
    return pa.table([made.get(name, kept[name] if name not in made else None) for name in schema.names], schema=schema)


def _spans(documents: pa.Table, spans: pa.Table, rows: np.ndarray, ids: pa.ChunkedArray) -> pa.Table:
    texts = documents["text"].to_pylist()
    columns = (spans[name].to_pylist() for name in ("doc", "start", "end", "kind"))
    words = [None if kind == "body" else texts[doc][start:end] for doc, start, end, kind in zip(*columns, strict=True)]
    return _of_rows(spans.append_column("text", pa.array(words, pa.string())), rows, ids, stage_tables.RUN_SPANS)


def _rejects(raw: pa.Table, of_clean: pa.Table, documents: pa.Table, bare: list[tuple[int, str]]) -> pa.Table:
    """RUN_REJECTS: those of clean, then the documents (with profiles) of which no words of a story were left."""
    some = documents.select([*_ORIGIN, "text"]).take(pa.array([doc for doc, _ in bare], pa.int64())).to_pylist()
    rows = of_clean.to_pylist()
    docs = [int(row["source_uri"]) for row in [*rows, *some]]
    hints = raw["outlet_hint"].to_pylist()
    profiles = [*consulted((hints[doc], None) for doc in docs[: len(rows)]), *(names for _, names in bare)]
    origin = raw.select(list(_ORIGIN)).take(pa.array(docs, pa.int64())).to_pylist()
    made = [
        {**row, **own, "doc": doc, "profiles": names}
        for row, own, doc, names in zip([*rows, *map(_no_article, some)], origin, docs, profiles, strict=True)
    ]
    return arrow.table(stage_tables.RUN_REJECTS, made)


def consulted(documents: Iterable[tuple[str | None, str | None]]) -> list[str]:
    """The profiles that had a say in documents, given as (domain hinted at, outlet found): names joined by commas."""
    known = registry()

    @cache
    def names(hint: str | None, outlet: str | None) -> str:
        both = (known.find_by_domain(hint) if hint else None, known.find_by_name(outlet) if outlet else None)
        return ",".join(sorted({one.profile.name for one in both if one and one.profile}))

    return [names(hint, outlet) for hint, outlet in documents]


def _reject(document: dict[str, Any], reason: str, stage: str, detail: str, preview: str) -> dict[str, Any]:
    return {
        **{name: document[name] for name in ("source_id", "source_uri", "raw_sha256")},
        "stage": stage,
        "reason": reason,
        "detail": detail,
        "preview": preview,
    }


def _no_article(document: dict[str, Any]) -> dict[str, Any]:
    kinds = "after its dateline, title and credits were filed, no words of a story were left"
    detail = (
        f"Read {len(document['text'])} characters and found no article: {kinds}. If there is one, see docs/curator.md."
    )
    return _reject(document, "no_article", "describe", detail, " ".join(document["text"][:400].split())[:200])


def lost(raw: pa.Table, reason: str, detail: str) -> Outcome:
    """The outcome of one document (a RAW table of one row) that no stage could finish."""
    document = raw.select(["source_id", "source_uri", "raw_sha256", "raw"]).to_pylist()[0]
    preview = document["raw"][:200].decode("utf-8", "replace")
    row = _reject(document, reason, "clean", detail, "".join(c if c.isprintable() else " " for c in preview))
    return replace(NOTHING, rejects=arrow.table(stage_tables.RUN_REJECTS, [{**row, "doc": 0, "profiles": ""}]))


def _crashed(raw: pa.Table, error: Exception) -> Outcome:
    detail = (
        f"Kliping failed on this document ({type(error).__name__}); the others went on. "
        "The raw bytes are kept: please report it with raw_sha256."
    )
    return lost(raw, "crashed", detail)


def reasons(rejects: pa.Table) -> dict[str, int]:
    """How many rows of a REJECTS table have each reason, most frequent first."""
    counted = Counter(rejects.column("reason").to_pylist())
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
