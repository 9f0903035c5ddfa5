"""Small invented drafts, and a publisher to run in a process of its own and kill.

python release_drafts.py ROOT RUN DAY STEP    publishes a draft; dies without a word after STEP
"""

import hashlib
import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from flows.release import (
    Dataset,
    Draft,
    RunFacts,
    SegmentTables,
    allocate_version,
    commit_release,
    publisher_lock,
    read_manifest,
    stage_release,
)
from flows.workers.batch_processing import PUBLISHED_VALUES
from schemas import arrow
from tests.makers import complete_row

STARTED = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Read:
    uri: str = "file:///korpus"
    digest: str = "a" * 64
    files: int = 4
    bytes: int = 4096


def key(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=16).hexdigest()


def article(name: str, **values: object) -> dict[str, object]:
    row: dict[str, object] = {
        "article_id": key(name),
        "source_id": f"{name}.txt",
        "source_uri": f"file:///korpus/{name}.txt",
        "raw_sha256": hashlib.sha256(name.encode()).hexdigest(),
        "fetched_at": datetime(2026, 11, 20, 1, 2, 3, 456789, tzinfo=UTC),
        "url": f"https://warta.example/{name}",
        "outlet": "Warta Contoh",
        "outlet_domain": "warta.example",
        "outlet_basis": "stated",
        "title": f"Judul {name}",
        "subtitle": None,
        "authors": ["Sari Dewi"],
        "author_basis": "stated",
        "editors": [],
        "agency": None,
        "cited_sources": [],
        "published_at": datetime(2026, 11, 19, 10, 0, tzinfo=UTC),
        "date": date(2026, 11, 19),
        "date_basis": "stated",
        "dateline": None,
        "place": "Bandung",
        "language": "id",
        "language_score": 0.98,
        "text": f"Warga {name} bergotong royong.\nAcara itu selesai sore hari.",
        "is_partial": False,
        "word_count": 9,
        "char_count": 60,
        "raw_char_count": 90,
        "boilerplate_share": 0.1,
        "duplicate_of": None,
    }
    # As flows.workers.batch_processing has it: where it is the same, the values are.
    published_values = {column: value for column, value in (row | values).items() if column in PUBLISHED_VALUES}
    return complete_row("articles", row) | {"content_hash": key(repr(published_values))} | values


ARTICLES = (
    article("banjir", title='Banjir, "terparah" sejak 2002', date=date(2026, 11, 21)),
    article("pasar", date=None, date_basis=None, published_at=None, authors=[], author_basis=None, title=None),
    article("pemilu", cited_sources=["ANTARA", 'Koran "Kota"'], title="=HYPERLINK(1)"),
    article("salinan", duplicate_of=key("banjir")),
)
REJECTS = (
    {"source_id": "kosong.txt", "source_uri": "file:///korpus/kosong.txt", "raw_sha256": "e" * 64, "stage": "clean",
     "reason": "empty", "detail": "Nothing in it but blanks.", "preview": None},
)  # fmt: skip


def span(name: str, start: int) -> dict[str, object]:
    return {
        "article_id": key(name), "line": 1, "start": start, "end": start + 5, "kind": "related",
        "rule": "related.baca-juga", "score": None, "text": "Baca:",
    }  # fmt: skip


def proof(name: str, field: str) -> dict[str, object]:
    return {"article_id": key(name), "field": field, "rule": "title.first-line", "line": 1, "quote": "Judul",
            "sure": "likely"}  # fmt: skip


def facts(**values: object) -> RunFacts:
    defaults: dict[str, object] = {
        "dataset": "news",
        "run_id": "run-1",
        "started_at": STARTED,
        "inputs": Read(),
        "documents_in": 5,
        "carried_over": 0,
        "parameters": {"html": "quality", "append": False},
        "code_digest": "c" * 64,
        "lock_digest": "d" * 64,
        "withdrawn_digest": "f" * 64,
        "host": "mesin",
        "rejected": {"empty": 1},
        "checks": ({"name": "rows", "ok": True},),
        "libraries": {"pyarrow": "26"},
    }
    return RunFacts(**(defaults | values))


def draft(articles=ARTICLES, rejects=REJECTS, spans=None, evidence=None, **values) -> Draft:
    ids = {row["article_id"] for row in articles}
    spans = [span("pemilu", 9), span("banjir", 0), span("pemilu", 0)] if spans is None else spans
    evidence = [proof("pemilu", "title"), proof("banjir", "date")] if evidence is None else evidence
    values = {"documents_in": len(articles) + len(rejects)} | values
    segment = SegmentTables(
        1,
        arrow.build_table(arrow.ARTICLES, list(articles)),
        arrow.build_table(arrow.SPANS, [row for row in spans if row["article_id"] in ids]),
        arrow.build_table(arrow.EVIDENCE, [row for row in evidence if row["article_id"] in ids]),
        ("c" * 64,),
    )
    return Draft(
        segments=[segment],
        rejects=arrow.build_table(arrow.REJECTS, list(rejects)),
        facts=facts(**values),
        validation={"articles": {"success": True}, "release": {"success": True}},
    )


def find_file(release: Path, path: str) -> Path:
    """Return the file of a release by its path without the name of its segment, as `lineage/spans.parquet`."""
    (match,) = (file for file in release.rglob("*") if unname(file.relative_to(release).as_posix()) == path)
    return match


def unname(path: str) -> str:
    """Return a path without the name of a segment."""
    return re.sub(r"-[0-9]{6}-[0-9a-f]{12}", "", path)


def publish(dataset: Dataset, new_draft: Draft, today: date = TODAY, step=lambda _word: None) -> Path:
    folder = stage_release(dataset, new_draft, allocate_version(dataset, today))
    return commit_release(dataset, folder, read_manifest(folder), step=step)


def _main(root: str, run: str, day: str, last: str) -> None:
    def step(word: str) -> None:
        if word == last:
            os._exit(9)

    dataset = Dataset(Path(root))
    with publisher_lock(dataset, 30, run_id=run):
        new_draft = draft(run_id=run, parent=dataset.read_latest_version())
        if last == "staging":
            stage_release(dataset, new_draft, "2026.11.22.9", lambda _folder, _manifest: os._exit(9))
        publish(dataset, new_draft, date.fromisoformat(day), step)


if __name__ == "__main__":
    _main(*sys.argv[1:])


class Died(Exception):
    """Simulated death of a publisher, raised by a step."""


def dying(last):
    """Return a step callback that raises Died at a word."""

    def step(word):
        if word == last:
            raise Died

    return step
