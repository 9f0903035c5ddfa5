"""The store: what was put in is found by its key, what was damaged is not."""

import numpy as np
import pyarrow as pa
import pytest

from flows import cache, read
from flows.cache import arrow_folders, retention, shard_files
from flows.workers import batch_processing
from tests.makers import story

VERSION = cache.Version("c0de", {"republika": "1", "okezone": "1"})


def keys(*numbers):
    return [bytes([number]) * 16 for number in numbers]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    for number in range(3):
        (folder / f"{number}.txt").write_text(story(number) if number != 1 else "Login\nDaftar\n", encoding="utf-8")
    return batch_processing.process(pa.concat_tables([batch.documents for batch in read.read(str(folder))]))


@pytest.fixture
def state(tmp_path, outcome):
    store = cache.Store(tmp_path / "outcomes", VERSION)
    for first in (0, 3):
        batch_processing.write_outcome(outcome, tmp_path / "made")
        # Two shards of one content would have one name.
        arrow_folders.write(
            tmp_path / "made" / "evidence.arrow", outcome.evidence.slice(0, outcome.evidence.num_rows - first)
        )
        store.adopt(tmp_path / "made", keys(first, first + 1, first + 2))
    return tmp_path


def opened(state, version=VERSION):
    return cache.Store(state / "outcomes", version)


def test_each_document_is_found_where_it_ended(state):
    store = opened(state)
    places = store.find(keys(5, 9, 1, 0))
    assert places.known.tolist() == [True, False, True, True]
    assert places.at.tolist()[2:] == [-1, 0] and places.at[0] == 1
    row = store.shards[places.shard[0]].table("articles", ["source_id"]).to_pylist()[places.at[0]]
    assert row == {"source_id": "2.txt"}
    assert store.find([]).known.tolist() == []


def test_other_code_finds_nothing(state):
    assert not opened(state, cache.Version("other", VERSION.profiles)).find(keys(0)).known.any()


def test_a_profile_makes_stale_those_that_consulted_it_alone(state):
    assert opened(state, cache.Version("c0de", {"republika": "1"})).find(keys(0, 1, 2)).known.all()
    store = opened(state, cache.Version("c0de", {"republika": "2"}))
    assert store.find(keys(0, 1, 2)).known.tolist() == [False, True, False] and store.stale == 4


@pytest.mark.parametrize("table", ["articles", "documents", "prints", "rejects", "spans"])
@pytest.mark.parametrize("harm", ["cut", "flipped", "lost"])
def test_a_damaged_shard_is_noticed_and_removed(state, table, harm):
    path = sorted((state / "outcomes" / "c0de").iterdir())[0]
    file = path / f"{table}.arrow"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content if harm == "flipped" else content[:-9])
    if harm == "lost":
        file.unlink()
    store = opened(state)
    assert store.damaged == 1 and not path.exists()
    assert np.count_nonzero(store.find(keys(0, 1, 2, 3, 4, 5)).known) == 3


def test_what_the_machine_may_have_caused_is_tried_again(tmp_path, outcome):
    at = outcome.rejects.schema.get_field_index("reason")
    slow = outcome.rejects.set_column(at, outcome.rejects.schema.field(at), pa.array(["too_slow"]))
    store = cache.Store(tmp_path / "outcomes", VERSION)
    batch_processing.write_outcome(batch_processing.replace(outcome, rejects=slow), tmp_path / "made")
    store.adopt(tmp_path / "made", keys(0, 1, 2))
    assert store.find(keys(0, 1, 2)).known.all()  # in this run it is what became of it
    assert opened(tmp_path).find(keys(0, 1, 2)).known.tolist() == [True, False, True]


def test_some_documents_of_several_shards_make_one(state, tmp_path):
    store = opened(state)
    parts = [(shard, np.array(mask)) for shard, mask in zip(store.shards, ([1, 0, 0], [0, 1, 1]), strict=True)]
    parts = [(shard, mask.astype(bool)) for shard, mask in parts]
    (tmp_path / "new").mkdir()
    shard_files.write(parts, tmp_path / "new")
    made = cache.Kept(tmp_path / "new")
    assert made.documents()["at"].to_pylist() == [0, -1, 1]
    assert made.table("articles")["source_id"].to_pylist() == ["0.txt", "2.txt"]
    assert made.table("articles")["row"].to_pylist() == [0, 1] and set(made.table("spans")["row"].to_pylist()) == {0, 1}
    whole = store.shards[0].table("spans")
    first = whole.filter(pa.compute.equal(whole["row"], 0))
    assert made.table("spans").slice(0, first.num_rows).drop_columns(["row"]).equals(first.drop_columns(["row"]))


def test_the_bound_spares_what_was_used(state, monkeypatch):
    monkeypatch.setattr(retention, "_FEW", 0)
    store = opened(state)
    assert cache.bound(state, store, {0: np.array([0, -1, 1]), 1: np.array([])}) == 0  # three spare, three used
    gone = cache.bound(state, store, {0: np.array([0, 1])})
    assert gone == 4
    assert np.count_nonzero(opened(state).find(keys(0, 1, 2, 3, 4, 5)).known) == 2


def test_forgetting_reaches_bytes_and_texts(state, outcome):
    raw, text = outcome.articles["raw_sha256"][0].as_py(), outcome.prints["text_digest"][1].as_py()
    assert cache.forget(state, {raw}, {text}) == 4
    store = opened(state)
    assert store.find(keys(0, 1, 2)).known.tolist() == [False, True, False]
    assert not any(shard.table("articles").num_rows for shard in store.shards)


def test_pruning_keeps_what_a_release_needs(state, outcome):
    other = state / "outcomes" / "0ther"
    (other / "x").mkdir(parents=True)
    assert cache.prune(state, "c0de", outcome.articles["raw_sha256"].combine_chunks().slice(0, 1)) == 4
    assert not other.exists()
    assert opened(state).find(keys(0, 1, 2)).known.tolist() == [True, False, False]


def test_of_two_shards_with_one_key_the_older_is_found_whatever_came_since(tmp_path, outcome):
    store = cache.Store(tmp_path / "outcomes", VERSION)
    for number in range(9):
        batch_processing.write_outcome(outcome, tmp_path / "made")
        arrow_folders.write(tmp_path / "made" / "evidence.arrow", outcome.evidence.slice(number))
        store.adopt(tmp_path / "made", [*keys(200 + number, 100 + number), keys(7)[0]])
        found = store.find(keys(7, 200, 200 + number, 99))
        assert found.shard.tolist() == [0, 0, number, -1]
