"""Raw bytes are kept once, whole or not at all, and come back as they were."""

import hashlib
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.release import (
    RawStoreWriter,
    ReleaseError,
    delete_raw_bytes,
    iterate_raw_bytes,
    publisher_lock,
    raw_store,
)


def pair(content):
    return hashlib.sha256(content).hexdigest(), content


def store_raw_bytes(dataset, documents):
    """Store a table, or (digest, bytes) pairs; returns the number of new documents."""
    with RawStoreWriter(dataset) as writer:
        if isinstance(documents, pa.Table):
            writer.add_table(documents)
        else:
            for digest, raw in documents:
                writer.add_document(digest, raw)
    return writer.new_count


def read_raw_bytes(dataset, digest):
    """The bytes of one digest; None where they are not stored."""
    return dict(iterate_raw_bytes(dataset, {digest})).get(digest)


CONTENTS = [
    b"",
    b"\x00\xff\xfe biner",
    "Berita é".encode(),
    b"x" * 100_000,
    *(f"kabar {n}".encode() for n in range(1500)),
]


def packs(dataset):
    return sorted(path.name for path in dataset.raw.iterdir())


def test_every_byte_comes_back(dataset):
    assert store_raw_bytes(dataset, [pair(content) for content in CONTENTS]) == len(CONTENTS)
    for content in CONTENTS[:6] + CONTENTS[-2:]:
        assert read_raw_bytes(dataset, pair(content)[0]) == content
    assert read_raw_bytes(dataset, "0" * 64) is None and read_raw_bytes(dataset, "g" * 64) is None


def test_nothing_kept_is_nothing_found(dataset):
    assert read_raw_bytes(dataset, "0" * 64) is None
    assert store_raw_bytes(dataset, []) == 0 and packs(dataset) == []


def test_keeping_again_adds_only_what_is_new(dataset):
    store_raw_bytes(dataset, [pair(b"a"), pair(b"b"), pair(b"a")])
    first = packs(dataset)
    assert len(first) == 1
    assert store_raw_bytes(dataset, [pair(b"b"), pair(b"a")]) == 0 and packs(dataset) == first
    assert store_raw_bytes(dataset, [pair(b"c"), pair(b"a")]) == 1 and len(packs(dataset)) == 2
    assert [read_raw_bytes(dataset, pair(content)[0]) for content in (b"a", b"b", b"c")] == [b"a", b"b", b"c"]


def test_a_table_adds_what_is_new_once_among_what_is_stored(dataset):
    old, new = [pair(content) for content in CONTENTS[:8]], [pair(content) for content in CONTENTS[8:11]]
    store_raw_bytes(dataset, old)
    mixed = [new[0], old[3], new[1], new[0], old[7], old[0], new[2]]
    table = pa.table(
        {"raw_sha256": [digest for digest, _ in mixed], "raw": pa.array([r for _, r in mixed], "large_binary")}
    )
    assert store_raw_bytes(dataset, table) == 3
    assert [read_raw_bytes(dataset, digest) for digest, _ in old + new] == CONTENTS[:11]
    assert store_raw_bytes(dataset, table) == 0
    assert store_raw_bytes(dataset, mixed) == 0


@pytest.mark.parametrize("as_table", [False, True])
def test_bytes_of_an_earlier_pack_of_the_run_are_not_stored_again(dataset, monkeypatch, as_table):
    monkeypatch.setattr(raw_store, "_PACK_ROWS", 3)
    documents = [pair(str(number).encode()) for number in range(20)]
    if as_table:
        digests, contents = zip(*documents, documents[7], *documents, strict=True)
        repeated = pa.table({"raw_sha256": digests, "raw": pa.array(contents, "large_binary")})
    else:
        repeated = [*documents, *documents[::-1], documents[7]]
    assert store_raw_bytes(dataset, repeated) == 20
    stored = dict(iterate_raw_bytes(dataset, {digest for digest, _ in documents}))
    assert stored == dict(documents)
    assert sum(pq.read_metadata(path).num_rows for path in dataset.raw.iterdir()) == 20


def test_what_is_stored_takes_few_bytes_of_memory(dataset):
    count = 20_000
    store_raw_bytes(dataset, [pair(str(number).encode()) for number in range(count)])
    tracemalloc.start()
    try:
        with RawStoreWriter(dataset) as writer:
            held, _ = tracemalloc.get_traced_memory()
            writer.add_document(*pair(b"7"))
    finally:
        tracemalloc.stop()
    assert writer.new_count == 0
    assert held < 40 * count


def test_a_table_of_rejects_may_have_no_bytes(dataset):
    digest, content = pair(b"isi")
    table = pa.table(
        {"raw_sha256": [digest, None, "0" * 64], "raw": pa.array([content, b"?", None], pa.large_binary())}
    )
    assert store_raw_bytes(dataset, table) == 1 and read_raw_bytes(dataset, digest) == content


def test_packs_are_cut_by_size_and_what_was_written_before_a_failure_is_good(dataset, monkeypatch):
    monkeypatch.setattr(raw_store, "_PACK_BYTES", 1000)
    with pytest.raises(ZeroDivisionError), RawStoreWriter(dataset) as keeper:
        for n in range(15):
            keeper.add_document(*pair(b"%03d" % n * 40))
        raise ZeroDivisionError
    assert len(packs(dataset)) == 1
    assert read_raw_bytes(dataset, pair(b"000" * 40)[0]) == b"000" * 40
    assert read_raw_bytes(dataset, pair(b"014" * 40)[0]) is None
    assert store_raw_bytes(dataset, [pair(b"%03d" % n * 40) for n in range(15)]) == 6


def test_a_half_written_pack_is_neither_read_nor_kept(dataset):
    store_raw_bytes(dataset, [pair(b"a")])
    (dataset.raw / ".abc.new").write_bytes(b"setengah")
    assert read_raw_bytes(dataset, "0" * 64) is None
    with publisher_lock(dataset, 0):
        assert not (dataset.raw / ".abc.new").exists() and len(packs(dataset)) == 1


def test_a_damaged_pack_is_named(dataset):
    store_raw_bytes(dataset, [pair(b"a")])
    (path,) = dataset.raw.glob("*.parquet")
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ReleaseError, match=path.name):
        read_raw_bytes(dataset, pair(b"a")[0])
    with pytest.raises(ReleaseError, match=path.name):
        store_raw_bytes(dataset, [pair(b"b")])


def test_other_bytes_under_a_digest_are_not_given_out(dataset):
    store_raw_bytes(dataset, [("0" * 64, b"palsu")])
    with pytest.raises(ReleaseError, match="another SHA-256"):
        read_raw_bytes(dataset, "0" * 64)


def test_forgetting_removes_these_bytes_alone(dataset):
    contents = [f"dokumen {n}".encode() for n in range(1500)]
    pairs = [(hashlib.sha256(content).hexdigest(), content) for content in contents]
    store_raw_bytes(dataset, pairs[:1200])
    store_raw_bytes(dataset, pairs[1200:])
    assert delete_raw_bytes(dataset, {pairs[3][0], pairs[1201][0], "0" * 64}) == 2
    assert delete_raw_bytes(dataset, {pairs[3][0]}) == 0
    assert read_raw_bytes(dataset, pairs[3][0]) is None and read_raw_bytes(dataset, pairs[1201][0]) is None
    assert all(read_raw_bytes(dataset, digest) == raw for digest, raw in (pairs[2], pairs[4], pairs[1202], pairs[1499]))
    assert contents[3] not in b"".join(path.read_bytes() for path in dataset.raw.iterdir())
    assert delete_raw_bytes(dataset, {digest for digest, _ in pairs}) == 1498
    assert list(dataset.raw.iterdir()) == []


@pytest.fixture
def four(monkeypatch):
    """Four small packs are many."""
    monkeypatch.setattr(raw_store, "_MAX_SMALL_PACKS", 4)


def test_many_runs_leave_few_packs_and_every_byte(dataset, four):
    contents = [f"terbitan {n}".encode() for n in range(12)]
    counts = []
    for content in contents:
        store_raw_bytes(dataset, [pair(content)])
        counts.append(len(packs(dataset)))
    assert max(counts) == 3
    assert all(read_raw_bytes(dataset, pair(content)[0]) == content for content in contents)


def test_full_packs_are_not_written_again(dataset, four, monkeypatch):
    monkeypatch.setattr(raw_store, "_PACK_BYTES", 1000)
    for n in range(6):
        store_raw_bytes(dataset, [pair(b"%03d" % n * 200)])
    assert len(packs(dataset)) == 6


def test_killed_while_packs_are_put_together_nothing_is_lost_and_the_next_run_ends_it(dataset, four, monkeypatch):
    contents = [b"satu", b"dua", b"tiga", b"empat"]
    for content in contents[:3]:
        store_raw_bytes(dataset, [pair(content)])
    with monkeypatch.context() as killed, pytest.raises(ZeroDivisionError):
        killed.setattr("pathlib.Path.unlink", lambda path: 1 / 0)
        store_raw_bytes(dataset, [pair(contents[3])])
    assert len(packs(dataset)) == 5  # all of them, and what they were put together into
    assert all(read_raw_bytes(dataset, pair(content)[0]) == content for content in contents)
    assert store_raw_bytes(dataset, [pair(b"dua")]) == 0 and len(packs(dataset)) == 1
    assert delete_raw_bytes(dataset, {pair(b"dua")[0]}) == 1
    assert read_raw_bytes(dataset, pair(b"dua")[0]) is None and read_raw_bytes(dataset, pair(b"tiga")[0]) == b"tiga"


def test_a_damaged_pack_is_not_put_together(dataset, four):
    store_raw_bytes(dataset, [("0" * 64, b"palsu")])
    (damaged,) = packs(dataset)
    for n in range(6):
        store_raw_bytes(dataset, [pair(b"%d" % n)])
    assert damaged in packs(dataset) and len(packs(dataset)) < 4
    with pytest.raises(ReleaseError, match="another SHA-256"):
        read_raw_bytes(dataset, "0" * 64)
