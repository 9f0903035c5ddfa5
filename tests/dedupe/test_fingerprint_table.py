"""Prints by row: what a sketch rules out is never alike, and pages are given back."""

import random

import numpy as np
import pyarrow as pa
import pytest

from flows.dedupe.fingerprint_table import PrintTable
from flows.dedupe.repetition import is_repetition
from flows.dedupe.shingles import BANDS, SAMPLE_SIZE, Digests, compute_jaccard
from schemas import stage_tables


def table(texts: list[Digests]) -> pa.Table:
    return pa.table(
        {
            "content_hash": [f"{n:064x}" for n in range(len(texts))],
            "text_digest": ["x"] * len(texts),
            "bands": [np.full(BANDS, n, np.uint64).tobytes() for n in range(len(texts))],
            "shingles": [text.tobytes() for text in texts],
        },
        schema=stage_tables.PRINTS,
    )


def digests(count: int, picks: random.Random) -> Digests:
    return np.array(sorted({picks.getrandbits(64) for _ in range(count)}), np.uint64)


def near(text: Digests, share: float, picks: random.Random) -> Digests:
    """The same with a share of its shingles replaced, and a few more or less."""
    kept = [digest for digest in text.tolist() if picks.random() >= share]
    more = digests(max(len(text) - len(kept) + picks.randrange(-3, 4), 1), picks)
    return np.unique(np.array([*kept, *more.tolist()], np.uint64))


def repeats(text: Digests, other: Digests) -> bool:
    shared = len(set(text.tolist()) & set(other.tolist()))
    is_near = shared / len({*text.tolist(), *other.tolist()}) >= 0.7
    return is_near or (len(text) != len(other) and shared / min(len(text), len(other)) >= 0.8)


@pytest.mark.parametrize("length", [1, 7, 60, 450, 3000])
def test_no_two_that_are_alike_are_ruled_out(length: int) -> None:
    picks = random.Random(length)
    first = digests(length, picks)
    texts = [first, *(near(first, picks.random() / 2, picks) for _ in range(200))]
    prints = PrintTable(table(texts))
    others = np.arange(1, len(texts))
    prints.build_sketches(np.arange(len(texts)))
    likely = prints.screen_candidates(0, others)
    alike = np.array([repeats(first, text) for text in texts[1:]])
    assert 10 < alike.sum() < 190 or length == 1
    assert not (alike & ~likely).any()
    assert [is_repetition(*prints.compare_rows(0, row)) for row in others.tolist()] == alike.tolist()


def test_texts_of_a_usual_length_that_share_half_are_ruled_out() -> None:
    """Bulletins are filled into one form: thousands of them share bands, and none is another's copy."""
    picks = random.Random(1)
    first = digests(450, picks)
    texts = [first, *(near(first, 0.33, picks) for _ in range(100))]
    assert all(0.4 < compute_jaccard(first, text) < 0.62 for text in texts[1:])
    prints = PrintTable(table(texts))
    prints.build_sketches(np.arange(len(texts)))
    assert prints.screen_candidates(0, np.arange(1, len(texts))).sum() == 0


def test_pages_are_given_back_while_many_texts_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.dedupe.fingerprint_table._MAX_MAPPED_BYTES", 100_000)
    picks, rests = random.Random(2), []
    texts = [digests(300, picks) for _ in range(400)]  # of 2,400 bytes each
    prints = PrintTable(table(texts), lambda: rests.append(1))
    prints.build_sketches(np.arange(len(texts)))
    assert 8 <= len(rests) <= 10
    assert len(list(prints.iterate_band_keys(np.arange(len(texts))))) == BANDS


def cut(prints: pa.Table, sizes: list[int]) -> pa.Table:
    """The same rows in chunks of these sizes, each a slice of a longer array."""
    starts = np.cumsum([0, *sizes])
    return pa.concat_tables([prints.slice(start, size) for start, size in zip(starts, sizes, strict=False)])


@pytest.mark.parametrize("sizes", [[6], [2, 4], [1, 0, 3, 2], [1, 1, 1, 1, 1, 1]])
def test_rows_are_read_wherever_their_chunks_begin(sizes: list[int]) -> None:
    picks = random.Random(3)
    texts = [digests(count, picks) for count in (3, 40, 16, 17, 1, 100)]
    prints = PrintTable(cut(table(texts), sizes))
    rows = np.array([5, 0, 3, 1, 4, 2])
    assert prints.count_shingles(rows).tolist() == [len(texts[row]) for row in rows]
    places, keys = prints.read_samples(rows)
    for place, row in enumerate(rows.tolist()):
        assert keys[places == place].tolist() == texts[row][:SAMPLE_SIZE].tolist()
    assert [prints.compare_rows(row, row) for row in range(6)] == [(len(text),) * 3 for text in texts]
    bands = list(prints.iterate_band_keys(rows))
    assert len(bands) == BANDS and all(band.tolist() == rows.tolist() for band in bands)


def test_digests_of_some_parts_are_together_those_of_all() -> None:
    picks = random.Random(4)
    texts = [digests(count, picks) for count in (30, 5, 50)]
    prints, rows = PrintTable(table(texts)), np.array([2, 0, 1])
    whole = sorted(zip(*(each.tolist() for each in prints.read_samples(rows)), strict=True))
    parts = [prints.read_samples(rows, part, 3) for part in range(3)]
    assert sorted(pair for part in parts for pair in zip(*(each.tolist() for each in part), strict=True)) == whole
    assert all((keys % np.uint64(3) == number).all() for number, (_, keys) in enumerate(parts))
    assert [len(each) for each in prints.read_samples(np.empty(0, np.int64))] == [0, 0]


def test_texts_without_shingles_have_no_bands() -> None:
    prints = table([digests(5, random.Random(5))] * 3).to_pylist()
    prints[1] |= {"bands": None, "shingles": None, "text_digest": ""}
    found = PrintTable(pa.Table.from_pylist(prints, stage_tables.PRINTS))
    assert found.has_bands(np.array([2, 1, 0, 1])).tolist() == [True, False, True, False]
    assert found.count_shingles(np.array([0, 1, 2])).tolist() == [5, 0, 5]
