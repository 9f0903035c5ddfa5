"""Batches: order, size, accounting."""

import gzip
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.read import Limits, SourceError, read_batches
from schemas import stage_tables
from schemas.vocabulary import REASONS


@pytest.fixture
def mixed(tmp_path):
    """Seven files and records, four of them bad."""
    (tmp_path / "a.txt").write_text("Hujan turun.")
    (tmp_path / "b.jsonl").write_text('{"id": 1, "text": "a"}\n{"id":\n\n{"id": 3}\n{"id": 4, "text": "d"}\n')
    (tmp_path / "c.txt").write_text("")
    (tmp_path / "d.pdf").write_bytes(b"%PDF-1.4")
    return tmp_path


def _no_hint(url, head):
    return None


def _all(source, **options):
    batches = list(read_batches(source, guess_outlet=_no_hint, **options))
    return (
        [row for batch in batches for row in batch.documents.to_pylist()],
        [row for batch in batches for row in batch.rejects.to_pylist()],
    )


def test_the_tables_are_of_the_named_schemas(mixed):
    for batch in read_batches(mixed, guess_outlet=_no_hint, batch_documents=2):
        assert batch.documents.schema == stage_tables.RAW
        assert batch.rejects.schema == stage_tables.READ_REJECTS


def test_every_document_is_one_row_in_order(mixed):
    documents, rejects = _all(mixed)
    assert [d["source_id"] for d in documents] == ["a.txt", "1", "4"]
    assert [r["source_id"] for r in rejects] == ["b.jsonl#L2", "3", "c.txt", "d.pdf"]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_the_size_of_batches_changes_nothing(mixed, size):
    assert _all(mixed, batch_documents=size) == _all(mixed)
    assert _all(mixed, limits=Limits(batch_bytes=size)) == _all(mixed)
    for batch in read_batches(mixed, guess_outlet=_no_hint, batch_documents=size):
        assert 1 <= batch.documents.num_rows + batch.rejects.num_rows <= size


def test_batches_are_cut_by_bytes(tmp_path):
    for n in range(10):
        (tmp_path / f"{n}.txt").write_text("x" * 400)
    sizes = [
        b.documents.num_rows for b in read_batches(tmp_path, guess_outlet=_no_hint, limits=Limits(batch_bytes=1000))
    ]
    assert sizes == [3, 3, 3, 1]


@pytest.mark.parametrize("limit", [0, 1, 3, 7, 50])
def test_the_limit_counts_rejects_too(mixed, limit):
    documents, rejects = _all(mixed, limit=limit)
    assert len(documents) + len(rejects) == min(limit, 7)


def test_a_missing_source_is_told_at_once(tmp_path):
    with pytest.raises(SourceError):
        read_batches(tmp_path / "nowhere")


def test_the_seeds_are_five_texts():
    documents, rejects = _all(Path(__file__).parents[2] / "seeds")
    assert len(documents) == 5
    assert {d["media"] for d in documents} == {"text"}
    assert not rejects


def _judge(name, data):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(data)
        documents, rejects = _all(folder)
    assert {r["reason"] for r in rejects} <= set(REASONS)
    assert all(d["raw"] for d in documents)
    return len(documents) + len(rejects)


_openings = st.sampled_from(
    [b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08", b"<p>"]
)


@settings(max_examples=200, deadline=None)
@given(opening=_openings, data=st.binary(max_size=400), packed=st.booleans())
def test_any_bytes_are_one_document_or_one_reject(opening, data, packed):
    data = opening + data
    if b"{" in data or b"[" in data:  # may be JSONL: the next test
        data = data.replace(b"{", b"(").replace(b"[", b"(")
    assert _judge("a.txt", gzip.compress(data) if packed else data) == 1


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_keys = st.sampled_from(["id", "text", "html", "url", "fetched_at", "title", "authors", "date", "other"])
_blanks = st.sampled_from([b"", b" ", b"\t \t", b"\xc2\xa0"])
_lines = st.one_of(
    st.dictionaries(_keys, _json).map(lambda record: json.dumps(record).encode()),
    _json.map(lambda value: json.dumps(value).encode()),
    st.binary(max_size=60).map(lambda data: b"x" + data.replace(b"\n", b"")),
    _blanks,
)


@settings(max_examples=200, deadline=None)
@given(lines=st.lists(_lines, max_size=12), feed=st.sampled_from([b"\n", b"\r\n"]))
def test_any_lines_are_each_one_document_or_one_reject(lines, feed):
    lines = [b'{"id": 1, "text": "Hujan."}', *lines]
    expected = sum(1 for line in lines if line.decode("utf-8", "replace").strip())
    assert _judge("a.jsonl", feed.join(lines)) == expected
