"""A release of invented articles on disk: two plain ones, a duplicate, a hostile one."""

import datetime as dt
import hashlib

import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest

from schemas import SCHEMA_VERSION, arrow
from tests.makers import complete_row

UTC = dt.UTC
HOSTILE = "<script>alert(1)</script>"
BREAKER = "\"><img src=x onerror='alert(2)'>"
TURNED = "abc\u202edcba\u2066x"
ESCAPE = "\x1b[31mred\x07\x9b2J"


def key(n):
    return hashlib.blake2b(str(n).encode(), digest_size=16).hexdigest()


def row(n, **values):
    text = values.get("text", "Dermaga baru di Teluk Senja dibuka pada Senin.\nNelayan setempat menyambutnya.")
    made = {
        "article_id": key(n), "source_id": f"{n:04}.txt", "source_uri": f"scrapes/{n:04}.txt", "raw_sha256": "ab" * 32,
        "authors": [], "editors": [], "cited_sources": [], "language": "id", "language_score": 0.98, "text": text,
        "is_partial": False, "word_count": len(text.split()), "char_count": len(text), "raw_char_count": len(text) + 40,
        "boilerplate_share": 0.25, "content_hash": key(f"content {n}"),
    }  # fmt: skip
    return complete_row("articles", made) | values


def span(n, line, start, words, kind="body", rule="body.paragraph", score=None):
    cut = None if kind == "body" else words
    return {
        "article_id": key(n), "line": line, "start": start, "end": start + len(words), "kind": kind, "rule": rule,
        "score": score, "text": cut,
    }  # fmt: skip


PLAIN = row(
    1, outlet="Warta Pesisir", outlet_domain="example.com", outlet_basis="stated", title="Dermaga Baru Dibuka",
    authors=["Ratna Wulandari"], author_basis="stated", editors=["Bagus Prakoso"], date=dt.date(2024, 3, 4),
    date_basis="stated", published_at=dt.datetime(2024, 3, 4, 10, 33, tzinfo=UTC), dateline="TELUK SENJA -",
    place="TELUK SENJA", url="https://example.com/dermaga", cited_sources=["Kantor Berita Laut"],
)  # fmt: skip
SIGNED = row(
    2, outlet="Kabar Bukit", outlet_domain="example.org", outlet_basis="inferred", authors=["Sari"],
    author_basis="inferred", date=dt.date(2024, 2, 29), date_basis="inferred",
    text="Kebun teh di lereng utara dipanen lebih awal tahun ini.", is_partial=True,
)  # fmt: skip
TWIN = row(3, duplicate_of=key(1))
ATTACK = row(
    4, outlet=f"Evil {HOSTILE}|`x`", outlet_domain="example.net", outlet_basis="stated", title=HOSTILE + BREAKER,
    subtitle=TURNED, authors=[BREAKER, "javascript:alert(3)"], author_basis="stated", place=ESCAPE,
    url="javascript:alert(4)", source_id=f"x{BREAKER}.txt", source_uri=f"scrapes/{TURNED}", language="en",
    text=f"Body {HOSTILE} {BREAKER}\n{TURNED} and {ESCAPE}</mark></details></body>",
)  # fmt: skip

SPANS = [
    span(1, 1, 0, "ADVERTISEMENT", "ad", "ad.label"),
    span(1, 3, 20, "Dermaga Baru Dibuka", "title", "title.first-line", 0.02),
    span(1, 5, 50, "TELUK SENJA -", "dateline", "dateline.place"),
    span(1, 5, 64, "Dermaga baru di Teluk Senja dibuka pada Senin."),
    span(1, 7, 120, "Nelayan setempat menyambutnya.", score=0.97),
    span(1, 8, 160, "Baca juga: Pasar ikan ramai", "related", "related.baca-juga"),
    span(2, 1, 0, "Kebun teh di lereng utara dipanen lebih awal tahun ini."),
    span(2, 2, 60, "(Sari)", "credit", "credit.sign-off"),
    span(3, 1, 0, "Semua dalam satu baris saja"),
    span(4, 1, 0, f"{HOSTILE}{TURNED}{ESCAPE}", "ad", f'ad.x" onmouseover="alert(5){HOSTILE}'),
    span(4, 2, 90, "x" * 30),
    span(4, 3, 130, "x" * 30),
]
EVIDENCE = [
    {"article_id": key(1), "field": "title", "rule": "title.first-line", "line": 3, "quote": "Dermaga Baru Dibuka",
     "sure": "stated"},
    {"article_id": key(1), "field": "url", "rule": "record", "line": None, "quote": "https://example.com/dermaga",
     "sure": "stated"},
    {"article_id": key(4), "field": "title", "rule": HOSTILE, "line": 1, "quote": BREAKER + ESCAPE, "sure": "guess"},
]  # fmt: skip
REJECTS = [
    {"source_id": "menu.txt", "source_uri": "scrapes/menu.txt", "raw_sha256": "cd" * 32, "stage": "clean",
     "reason": "no_article", "detail": "menu.txt holds twelve short lines; an article was expected.",
     "preview": "Beranda"},
    {"source_id": HOSTILE, "source_uri": BREAKER, "raw_sha256": None, "stage": "read", "reason": "unreadable",
     "detail": f"{BREAKER} could not be opened. {TURNED}", "preview": ESCAPE},
    {"source_id": "same.txt", "source_uri": "scrapes/same.txt", "raw_sha256": "ef" * 32, "stage": "dedupe",
     "reason": "same_article", "detail": "same.txt has the article_id of 0001.txt, which is newer.", "preview": None},
]  # fmt: skip
CHANGES = [
    {"op": "added", "article_id": key(4), "fields": []},
    {"op": "changed", "article_id": key(1), "fields": ["title", "text"]},
    {"op": "changed", "article_id": key(2), "fields": ["text"]},
    {"op": "removed", "article_id": key(99), "fields": []},
]


def manifest(folder, articles=4, **values):
    files = [
        {
            "path": path.relative_to(folder).as_posix(),
            "rows": pq.read_metadata(path).num_rows,
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(folder.rglob("*.parquet"))
    ]
    return {
        "dataset": "news", "version": "2024.03.05.1", "created_at": "2024-03-05T07:00:00Z", "run_id": "tidy-heron",
        "parent": "2024.03.04.1", "schema_version": SCHEMA_VERSION,
        "counts": {"documents_in": 6, "carried_over": 1, "published": articles, "dropped": {"same_article": 1},
                   "rejected": {"no_article": 1, "unreadable": 1}},
        "changes": {"added": 1, "changed": 2, "removed": 1},
        "inputs": {"uri": "scrapes", "digest": "00" * 32, "files": 6, "bytes": 9000}, "parameters": {},
        "checks": [
            {"name": "articles.key_unique", "severity": "critical", "passed": True, "sentence": "All keys are unique."},
            {"name": "articles.no_clutter", "severity": "warning", "passed": False, "sentence": f"1 row {HOSTILE}"},
        ],
        "files": files,
    } | values  # fmt: skip


def lay(folder, rows, spans=(), evidence=(), rejects=(), changes=(), a_file=250_000):
    """Write the tables of a release in `folder`."""
    for name in ("data", "csv", "rejects", "lineage", "diff"):
        (folder / name).mkdir(parents=True)
    articles = arrow.build_table(arrow.ARTICLES, list(rows))
    count = max(1, -(-len(rows) // a_file))
    for n in range(count):
        part = articles.slice(n * a_file, a_file)
        pq.write_table(part, folder / "data" / f"articles-{n:05}-of-{count:05}.parquet", compression="zstd")
    pq.write_table(arrow.build_table(arrow.REJECTS, list(rejects)), folder / "rejects" / "rejects.parquet")
    pq.write_table(arrow.build_table(arrow.SPANS, list(spans)), folder / "lineage" / "spans.parquet")
    pq.write_table(arrow.build_table(arrow.EVIDENCE, list(evidence)), folder / "lineage" / "evidence.parquet")
    pq.write_table(arrow.build_table(arrow.CHANGES, list(changes)), folder / "diff" / "changes.parquet")
    pc.write_csv(articles.select(["article_id", "title"]), folder / "csv" / "articles.csv")
    return folder


@pytest.fixture(scope="session")
def release(tmp_path_factory):
    """Folder with the tables of four articles and their pages."""
    from flows.report import write_pages

    folder = lay(tmp_path_factory.mktemp("release"), [PLAIN, SIGNED, TWIN, ATTACK], SPANS, EVIDENCE, REJECTS, CHANGES)
    write_pages(folder, manifest(folder))
    return folder


@pytest.fixture
def house():
    """Makers of rows and releases, for tests that need another one."""
    import types

    return types.SimpleNamespace(row=row, span=span, key=key, lay=lay, manifest=manifest)
