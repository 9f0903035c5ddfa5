"""The key of a document: all that decides what it becomes, nothing of where it lay."""

from datetime import UTC, datetime

import pytest

from flows import cache, read
from flows.read.raw_documents import StatedField

BASE = {
    "source_id": "a", "source_uri": "drop.jsonl#L1", "raw": b"{}", "content": b"Satu.", "media": "text",
    "identity": "drop.jsonl#a", "raw_sha256": "0" * 64, "encoding": "utf-8",
}  # fmt: skip


def key(html="quality", **other):
    return cache.compute_document_key(read.RawDocument(**{**BASE, **other}), html)


@pytest.mark.parametrize(
    "other",
    [{"source_id": "b"}, {"source_uri": "x"}, {"identity": "x"}, {"raw_sha256": "1" * 64}, {"raw": b"{ }"}],
    ids=str,
)
def test_where_it_lay_is_not_in_it(other):
    assert key(**other) == key() and len(key()) == 16


@pytest.mark.parametrize(
    "other",
    [
        {"content": b"Dua."}, {"media": "html"}, {"encoding": None}, {"url": "https://a.id/b"},
        {"fetched_at": datetime(2026, 1, 1, tzinfo=UTC)}, {"stated": (StatedField("title", "Judul"),)},
    ],
    ids=str,
)  # fmt: skip
def test_what_decides_is_in_it(other):
    assert key(**other) != key()


def test_the_effort_counts_for_pages_alone():
    assert key(html="fast") == key()
    assert key(html="fast", media="html") != key(media="html")


def test_without_content_the_raw_bytes_are_it():
    assert key(content=None, raw=b"Satu.") == key()
