"""The store: what was put in is found by its key, what was damaged is not."""

import numpy as np
import pyarrow as pa
import pytest

from flows import cache, read
from flows.cache import retention, shard_files
from flows.workers import batch_processing
from schemas import arrow_files
from tests.makers import story

VERSION = cache.CodeVersion("c0de", {"republika": "1", "okezone": "1"})


def keys(*numbers):
    return [bytes([number]) * 16 for number in numbers]


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    for number in range(3):
        (folder / f"{number}.txt").write_text(story(number) if number != 1 else "Login\nDaftar\n", encoding="utf-8")
    return batch_processing.process_batch(
        pa.concat_tables([batch.documents for batch in read.read_batches(str(folder))])
    )


@pytest.fixture
def state(tmp_path, outcome):
    store = cache.OutcomeStore(tmp_path / "outcomes", VERSION)
    for first in (0, 3):
        batch_processing.write_outcome(outcome, tmp_path / "made")
        # Two shards of one content would have one name.
        arrow_files.write_table(
            tmp_path / "made" / "evidence.arrow", outcome.evidence.slice(0, outcome.evidence.num_rows - first)
        )
        store.add_outcome(tmp_path / "made", keys(first, first + 1, first + 2))
    return tmp_path


def opened(state, version=VERSION):
    return cache.OutcomeStore(state / "outcomes", version)


def test_each_document_is_found_where_it_ended(state):
    store = opened(state)
    locations = store.find_outcomes(keys(5, 9, 1, 0))
    assert locations.is_cached.tolist() == [True, False, True, True]
    assert locations.positions.tolist()[2:] == [-1, 0] and locations.positions[0] == 1
    row = (
        store.shards[locations.shard_numbers[0]]
        .read_table("articles", ["source_id"])
        .to_pylist()[locations.positions[0]]
    )
    assert row == {"source_id": "2.txt"}
    assert store.find_outcomes([]).is_cached.tolist() == []


def test_other_code_finds_nothing(state):
    assert not opened(state, cache.CodeVersion("other", VERSION.profiles)).find_outcomes(keys(0)).is_cached.any()


def test_a_profile_makes_stale_those_that_consulted_it_alone(state):
    assert opened(state, cache.CodeVersion("c0de", {"republika": "1"})).find_outcomes(keys(0, 1, 2)).is_cached.all()
    store = opened(state, cache.CodeVersion("c0de", {"republika": "2"}))
    assert store.find_outcomes(keys(0, 1, 2)).is_cached.tolist() == [False, True, False] and store.stale == 4


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
    assert np.count_nonzero(store.find_outcomes(keys(0, 1, 2, 3, 4, 5)).is_cached) == 3


def test_what_the_machine_may_have_caused_is_tried_again(tmp_path, outcome):
    at = outcome.rejects.schema.get_field_index("reason")
    slow = outcome.rejects.set_column(at, outcome.rejects.schema.field(at), pa.array(["too_slow"]))
    store = cache.OutcomeStore(tmp_path / "outcomes", VERSION)
    batch_processing.write_outcome(batch_processing.replace(outcome, rejects=slow), tmp_path / "made")
    store.add_outcome(tmp_path / "made", keys(0, 1, 2))
    assert store.find_outcomes(keys(0, 1, 2)).is_cached.all()  # in this run it is what became of it
    assert opened(tmp_path).find_outcomes(keys(0, 1, 2)).is_cached.tolist() == [True, False, True]


def test_some_documents_of_several_shards_make_one(state, tmp_path):
    store = opened(state)
    parts = [(shard, np.array(mask)) for shard, mask in zip(store.shards, ([1, 0, 0], [0, 1, 1]), strict=True)]
    parts = [(shard, mask.astype(bool)) for shard, mask in parts]
    (tmp_path / "new").mkdir()
    shard_files.write_merged_shard(parts, tmp_path / "new")
    made = cache.StoredShard(tmp_path / "new")
    assert made.read_documents()["at"].to_pylist() == [0, -1, 1]
    assert made.read_table("articles")["source_id"].to_pylist() == ["0.txt", "2.txt"]
    assert made.read_table("articles")["row"].to_pylist() == [0, 1] and set(
        made.read_table("spans")["row"].to_pylist()
    ) == {0, 1}
    whole = store.shards[0].read_table("spans")
    first = whole.filter(pa.compute.equal(whole["row"], 0))
    assert made.read_table("spans").slice(0, first.num_rows).drop_columns(["row"]).equals(first.drop_columns(["row"]))


def test_the_bound_spares_what_was_used(state, monkeypatch):
    monkeypatch.setattr(retention, "_MIN_UNUSED_OUTCOMES", 0)
    store = opened(state)
    assert (
        cache.evict_unused_outcomes(state, store, {0: np.array([0, -1, 1]), 1: np.array([])}) == 0
    )  # three spare, three used
    gone = cache.evict_unused_outcomes(state, store, {0: np.array([0, 1])})
    assert gone == 4
    assert np.count_nonzero(opened(state).find_outcomes(keys(0, 1, 2, 3, 4, 5)).is_cached) == 2


def test_forgetting_reaches_bytes_and_texts(state, outcome):
    raw, text = outcome.articles["raw_sha256"][0].as_py(), outcome.prints["text_digest"][1].as_py()
    assert cache.purge_documents(state, {raw}, {text}) == 4
    store = opened(state)
    assert store.find_outcomes(keys(0, 1, 2)).is_cached.tolist() == [False, True, False]
    assert not any(shard.read_table("articles").num_rows for shard in store.shards)


@pytest.mark.parametrize("table", ["articles", "documents", "prints", "rejects", "spans"])
def test_forgetting_is_not_stopped_by_a_damaged_shard(state, outcome, table):
    version = state / "outcomes" / "c0de"
    damaged = sorted(version.iterdir())[0]
    file = damaged / f"{table}.arrow"
    file.write_bytes(file.read_bytes()[:-9])
    version.rename(state / "outcomes" / "0lder")  # a version that no run opens
    raw_sha256 = outcome.articles["raw_sha256"][0].as_py()
    cache.purge_documents(state, {raw_sha256})
    (path,) = (state / "outcomes" / "0lder").iterdir()
    assert raw_sha256 not in shard_files.StoredShard(path).read_table("articles")["raw_sha256"].to_pylist()


@pytest.mark.parametrize("name", [".0123.gone", ".new"])
def test_forgetting_reaches_what_a_killed_run_left(state, outcome, name):
    version = state / "outcomes" / "c0de"
    sorted(version.iterdir())[0].rename(version / name)
    cache.purge_documents(state, {outcome.articles["raw_sha256"][0].as_py()})
    assert not (version / name).exists()


def test_pruning_keeps_what_a_release_needs(state, outcome):
    other = state / "outcomes" / "0ther"
    (other / "x").mkdir(parents=True)
    assert cache.prune_outcomes(state, "c0de", outcome.articles["raw_sha256"].combine_chunks().slice(0, 1)) == 4
    assert not other.exists()
    assert opened(state).find_outcomes(keys(0, 1, 2)).is_cached.tolist() == [True, False, False]


def test_of_two_shards_with_one_key_the_older_is_found_whatever_came_since(tmp_path, outcome):
    store = cache.OutcomeStore(tmp_path / "outcomes", VERSION)
    for number in range(9):
        batch_processing.write_outcome(outcome, tmp_path / "made")
        arrow_files.write_table(tmp_path / "made" / "evidence.arrow", outcome.evidence.slice(number))
        store.add_outcome(tmp_path / "made", [*keys(200 + number, 100 + number), keys(7)[0]])
        found = store.find_outcomes(keys(7, 200, 200 + number, 99))
        assert found.shard_numbers.tolist() == [0, 0, number, -1]
