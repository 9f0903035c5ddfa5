"""The state of a run: in which order its rows come, and what of a text a reject shows."""

from dataclasses import replace

import numpy as np
import pyarrow as pa

from schemas import stage_tables
from tests.makers import story
from tests.run.test_partitioning import clean_texts


def test_rows_come_shard_by_shard_and_those_of_the_parent_last(tmp_path):
    state, _ = clean_texts(tmp_path / "run", {number: story(number) for number in range(6)})
    assert state.articles.num_rows == 6
    shards = [stage_tables.PARENT - 1, 2, stage_tables.PARENT, 0, 2, stage_tables.PARENT - 1]
    column = state.articles.schema.get_field_index("shard")
    keys = state.articles.set_column(column, state.articles.schema.field(column), pa.array(np.array(shards, np.int32)))
    tables = list(replace(state, articles=keys).stream_articles(["article_id"]))
    order = [3, 1, 4, 2, 0, 5]  # shards 0 and 2, then the first and the second segment of the parent
    assert [table.num_rows for table in tables] == [1, 2, 1, 2]
    ids = state.articles["article_id"].to_pylist()
    assert pa.concat_tables(tables)["article_id"].to_pylist() == [ids[place] for place in order]


def test_a_reject_shows_the_first_200_characters_with_single_blanks(tmp_path):
    state, _ = clean_texts(tmp_path / "run", {1: story(1), 2: story(2)})
    (row, text), (other_row, _) = (
        (row, text)
        for table in state.stream_articles(["text"])
        for row, text in zip(table["row"].to_pylist(), table["text"].to_pylist(), strict=True)
    )
    assert len(text) > 200 and "\n" in text[:400]
    rejected = state.reject_rows({row: ("expectation_failed", "A rule."), other_row: ("withdrawn", "Asked.")}, "x")
    assert rejected.articles.num_rows == 0
    previews = {reject["reason"]: reject["preview"] for reject in rejected.rejects.to_pylist()}
    words = " ".join(text.split())
    assert previews == {"expectation_failed": words[:200], "withdrawn": None}
