"""Part of a run's state on its way to a worker: the same rows, wherever they lie."""

import json
from dataclasses import replace

import numpy as np
import pytest

from flows import run
from flows.run.shard_requests import can_request, load_requested_state, write_state_request
from schemas import stage_tables
from tests.makers import story
from tests.run.test_partitioning import clean_texts
from tests.run.test_segments import Nights


@pytest.fixture
def state(tmp_path):
    """Articles of this run, and rows of two segments of a parent."""
    nights = Nights(tmp_path)
    nights.deliver({f"a{number}": story(number) for number in range(3)})
    nights.deliver({f"b{number}": story(20 + number) for number in range(2)})
    parent = run.open_parent(nights.latest, run.IndexFolder(nights.dataset.state / "index"))
    parent = replace(parent, stays=tuple(np.ones(len(mask), bool) for mask in parent.stays))
    own, _ = clean_texts(tmp_path / "run", {number: story(40 + number) for number in range(3)})
    state = run.load_all_keys(run.plan_segments(replace(own, parent=parent)))
    assert {*state.articles["shard"].to_pylist()} > {stage_tables.PARENT, stage_tables.PARENT - 1}
    return state


def read_rows(state):
    return {
        row["article_id"]: (row["text"], row["url"], row["source_id"])
        for table in state.stream_articles(["article_id", "text", "url", "source_id"]) for row in table.to_pylist()
    }  # fmt: skip


def read_lineage(state, name):
    ids = state.articles["article_id"].to_pylist()
    return sorted(
        (ids[place], str(row)) for places, table in state.stream_lineage(name)
        for place, row in zip(places.tolist(), table.to_pylist(), strict=True)
    )  # fmt: skip


@pytest.mark.parametrize("choose", [lambda n: [*range(n)], lambda n: [n - 1, 0, 3], lambda n: [1], lambda n: []])
def test_the_rows_of_a_request_are_those_of_their_places(state, tmp_path, choose):
    places = choose(state.articles.num_rows)
    request = write_state_request(state, np.array(places, np.int64), tmp_path, "keys")
    loaded = load_requested_state(json.loads(json.dumps(request)))  # as a worker gets it
    ids = [state.articles["article_id"][place].as_py() for place in places]
    assert loaded.articles["article_id"].to_pylist() == ids
    whole = read_rows(state)
    assert read_rows(loaded) == {article_id: whole[article_id] for article_id in ids}
    for name in ("spans", "evidence"):
        assert read_lineage(loaded, name) == [row for row in read_lineage(state, name) if row[0] in ids]


def test_own_urls_of_these_rows_alone_go_along(state, tmp_path):
    rows = state.articles["row"].to_pylist()
    changed = replace(state, own_urls={rows[0]: "https://a.id/1", rows[1]: None, 10**6: "x"})
    request = write_state_request(changed, np.array([0]), tmp_path, "keys")
    assert load_requested_state(request).own_urls == {rows[0]: "https://a.id/1"}


def test_rows_in_memory_or_of_an_older_layout_cannot_be_requested(state):
    assert can_request(state)
    assert not can_request(replace(state, shards=(*state.shards, object())))
    index = state.parent.indexes[0]
    nameless = replace(index, segment=replace(index.segment, name=""))
    assert not can_request(replace(state, parent=replace(state.parent, indexes=(nameless, *state.parent.indexes[1:]))))
    assert can_request(replace(state, parent=None))
