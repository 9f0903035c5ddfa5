"""Articles of a run beside the parent's rows that stay."""

import pytest

from flows import run
from tests.makers import story
from tests.run.test_partitioning import clean_texts
from tests.run.test_segments import Nights


@pytest.fixture
def parent(tmp_path):
    nights = Nights(tmp_path)
    path = nights.deliver({"n7": story(1), "n8": story(2)}).release
    return run.open_parent(path, run.IndexFolder(nights.dataset.state / "index"))


@pytest.mark.parametrize("append", [True, False])
def test_an_article_gives_way_on_a_source_id_that_a_carried_row_has(parent, tmp_path, append):
    state, _ = clean_texts(tmp_path / "new", {7: story(3), 9: story(4)})
    matched = run.match_parent(state, parent, [], "other settings", append=append)
    ids = dict(zip(matched.articles["source_id"].to_pylist(), matched.articles["article_id"].to_pylist(), strict=True))
    own_ids = dict(zip(state.articles["source_id"].to_pylist(), state.articles["article_id"].to_pylist(), strict=True))
    assert own_ids.keys() == {"n7", "n9"}
    if append:
        assert ids == {f"n7~{own_ids['n7']}": own_ids["n7"], "n9": own_ids["n9"]}
        assert [stays.tolist() for stays in matched.parent.stays] == [[True, True]] and matched.carried_count == 2
    else:  # the rows that have the id go
        assert ids == own_ids
        assert [stays.tolist() for stays in matched.parent.stays] == [[False, False]] and matched.carried_count == 0


def test_without_an_article_of_its_own_a_run_carries_all_rows(parent, tmp_path):
    state, _ = clean_texts(tmp_path / "new", {7: story(3)})
    nothing = state.reject_rows(dict.fromkeys(state.articles["row"].to_pylist(), ("empty", "why")), "clean")
    matched = run.match_parent(nothing, parent, [], "other settings", append=True)
    assert matched.articles.num_rows == 0 and matched.carried_count == 2
