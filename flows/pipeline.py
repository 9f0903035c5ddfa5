"""The story of one batch of documents: clean, describe, put together. Pure and picklable; workers run it.

`process` turns a RAW table into an `Outcome` of published tables. Every document of the batch is afterwards exactly one
row of `articles` or of `rejects`. A batch that makes a stage fail is halved until the document that does it stands
alone; that one is rejected as `crashed` and the others go on.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.clean import Effort, clean, clutter_hits, cut, settle
from flows.dedupe import prints_of
from flows.describe import describe
from schemas import arrow, stages

# Columns whose change makes an article a changed one: all that it says, nothing of where it came from.
PUBLISHED_VALUES = (
    "url", "outlet", "outlet_domain", "outlet_basis", "title", "subtitle", "authors", "author_basis", "editors",
    "agency", "cited_sources", "published_at", "date", "date_basis", "dateline", "place", "language", "text",
    "is_partial",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of a batch: RUN_ARTICLES, REJECTS, RUN_SPANS, RUN_EVIDENCE, and the articles' PRINTS.

    `row` counts from 0 in each outcome.
    """

    articles: pa.Table
    rejects: pa.Table
    spans: pa.Table
    evidence: pa.Table
    prints: pa.Table


TABLES = ("articles", "rejects", "spans", "evidence", "prints")
NOTHING = Outcome(
    arrow.empty(stages.RUN_ARTICLES),
    arrow.empty(arrow.REJECTS),
    arrow.empty(stages.RUN_SPANS),
    arrow.empty(stages.RUN_EVIDENCE),
    arrow.empty(stages.PRINTS),
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
    """Outcomes one after another, their rows numbered through."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in TABLES}
    first = 0
    for outcome in outcomes:
        parts["rejects"].append(outcome.rejects)
        parts["prints"].append(outcome.prints)
        for name in ("articles", "spans", "evidence"):
            table: pa.Table = getattr(outcome, name)
            place = table.schema.get_field_index("row")
            parts[name].append(table.set_column(place, table.schema.field(place), pc.add(table["row"], first)))
        first += outcome.articles.num_rows
    return Outcome(**{name: pa.concat_tables(tables) for name, tables in parts.items()})


def process_rows(source: Path, target: Path, first: int, count: int, html: Effort = "quality") -> None:
    """The same for a worker: some RAW rows of an Arrow file -> a folder of Arrow files, put in place by rename."""
    with pa.memory_map(str(source)) as file:
        write_outcome(process(pa.ipc.open_file(file).read_all().slice(first, count), html), target)


def write_outcome(outcome: Outcome, target: Path) -> None:
    """Write an outcome as uncompressed Arrow files, which can be mapped instead of read."""
    aside = target.with_name(target.name + ".part")
    aside.mkdir(parents=True)
    for name in TABLES:
        table: pa.Table = getattr(outcome, name)
        with pa.OSFile(str(aside / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    aside.rename(target)


def read_outcome(folder: Path) -> Outcome:
    """An outcome that was written, mapped and not read."""
    tables = {name: pa.ipc.open_file(pa.memory_map(str(folder / f"{name}.arrow"))).read_all() for name in TABLES}
    return Outcome(**tables)


def content_hash(row: dict[str, Any]) -> str:
    """Digest of the published values of one article; hex, 32 digits."""
    said = json.dumps({name: row[name] for name in PUBLISHED_VALUES}, default=str)
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _process(raw: pa.Table, html: Effort) -> Outcome:
    cleaned = clean(raw, html)
    documents = cleaned.documents
    described = describe(documents, cleaned.marks, cleaned.candidates)
    spans = settle(documents, cleaned.marks, described.marks)
    texts = cut(documents, spans)
    articles: list[dict[str, Any]] = []
    lost: list[dict[str, Any]] = []
    ids: dict[int, tuple[str, int]] = {}  # doc -> article_id, row
    solid, body = _solid_characters(spans)
    rows = documents.to_pylist(), described.metadata.to_pylist(), texts, clutter_hits(texts)
    for document, metadata, text, hits in zip(*rows, strict=True):
        if not text:
            lost.append(_no_article(document))
            continue
        doc, whole = document["doc"], document["text"]
        ids[doc] = metadata["article_id"], len(articles)
        row = {
            **{name: document[name] for name in ("source_id", "source_uri", "raw_sha256", "fetched_at")},
            **{name: value for name, value in metadata.items() if name != "doc"},
            "text": text,
            "word_count": len(text.split()),
            "char_count": len(text),
            "raw_char_count": len(whole),
            "boilerplate_share": 1 - body[doc] / solid[doc],
            "duplicate_of": None,
        }
        ours = {"content_hash": content_hash(row), "clutter_hits": hits, "row": len(articles)}
        articles.append({**row, **ours})
    rejects = pa.concat_tables([cleaned.rejects, arrow.table(arrow.REJECTS, lost)])
    made = arrow.table(stages.RUN_ARTICLES, articles)
    return Outcome(made, rejects, _spans(documents, spans, ids), _evidence(described.evidence, ids), prints_of(made))


def _solid_characters(spans: pa.Table) -> tuple[Counter[int], Counter[int]]:
    """Characters of each document that lie in spans, and those of them that are body."""
    solid, body = Counter[int](), Counter[int]()
    columns = (spans.column(name).to_pylist() for name in ("doc", "kind", "start", "end"))
    for doc, kind, start, end in zip(*columns, strict=True):
        solid[doc] += end - start
        if kind == "body":
            body[doc] += end - start
    return solid, body


def _spans(documents: pa.Table, spans: pa.Table, ids: dict[int, tuple[str, int]]) -> pa.Table:
    texts = documents.column("text").to_pylist()
    rows = [
        {
            "article_id": ids[span["doc"]][0],
            "row": ids[span["doc"]][1],
            **{name: span[name] for name in ("line", "start", "end", "kind", "rule", "score")},
            "text": None if span["kind"] == "body" else texts[span["doc"]][span["start"] : span["end"]],
        }
        for span in spans.to_pylist()
        if span["doc"] in ids
    ]
    return arrow.table(stages.RUN_SPANS, rows)


def _evidence(found: pa.Table, ids: dict[int, tuple[str, int]]) -> pa.Table:
    rows = [
        {
            "article_id": ids[row["doc"]][0],
            "row": ids[row["doc"]][1],
            **{name: value for name, value in row.items() if name != "doc"},
        }
        for row in found.to_pylist()
        if row["doc"] in ids
    ]
    return arrow.table(stages.RUN_EVIDENCE, rows)


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
    return replace(NOTHING, rejects=arrow.table(arrow.REJECTS, [row]))


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
