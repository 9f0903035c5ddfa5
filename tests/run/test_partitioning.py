"""The rows of a segment come in order, whatever the size of the partitions, and from wherever they are."""

import json

import pyarrow as pa
import pytest

from flows import cache, read, release, run
from flows.parameters import Publish
from flows.run import ordered_tables, partitioning
from flows.run.publish_run import run_publish
from tests.makers import dump, story


def clean_texts(folder, texts, **more):
    """Return the state of a run over these texts, and its job."""
    folder.mkdir()
    source = folder / "drop.jsonl"
    rows = [{"id": f"n{number}", "text": text} for number, text in texts.items()]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    job = Publish(source=str(source), output=str(folder.parent / "output"), **more)
    work = folder / "work"
    work.mkdir()
    cached = run.look_up_cached_results(job, read.survey_source(job.source), cache.EMPTY_INDEX, work, 0)
    return run.resolve_id_conflicts(run.clean_documents(job, cached, work, None, lambda *_: None)), job


def read_sorted_tables(state, folder):
    """Return all rows of the tables of a release, in its order."""
    folder.mkdir()
    tables = {"articles": ordered_tables.sort_articles(state, folder)}
    tables |= {name: ordered_tables.sort_lineage(state, name, folder) for name in ("spans", "evidence")}
    return {name: pa.concat_tables(sorted_rows.pieces).to_pylist() for name, sorted_rows in tables.items()}


@pytest.fixture(params=[1, 3, 100])
def bucket(request, monkeypatch):
    """Number of articles in a partition."""
    monkeypatch.setattr(
        partitioning, "_PARTITION_SIZES", dict.fromkeys(("articles", "spans", "evidence"), request.param)
    )
    return request.param


def assert_in_order(tables):
    order = [(row["date"] is None, str(row["date"]), row["article_id"]) for row in tables["articles"]]
    assert order == sorted(order)
    ids = {row["article_id"] for row in tables["articles"]}
    for name in ("spans", "evidence"):
        rows = [tuple(str(row[key]).zfill(40) for key in release.SORT_KEYS[name]) for row in tables[name]]
        assert [row[0] for row in rows] == sorted(row[0] for row in rows)
        assert {row["article_id"] for row in tables[name]} <= ids
    assert {row["article_id"] for row in tables["spans"]} == ids


def test_rows_of_many_partitions_are_those_of_one(tmp_path, bucket):
    texts = {number: story(number, day=1 + number) for number in range(7)} | {7: dump(7), 8: "Tanpa tanggal. " * 40}
    state, _ = clean_texts(tmp_path / "run", texts)
    assert state.articles.num_rows >= 8 and state.articles["date"].null_count >= 1
    tables = read_sorted_tables(state, tmp_path / "out")
    assert_in_order(tables)
    assert len(tables["articles"]) == state.articles.num_rows
    lost = dict.fromkeys(state.articles["row"].to_pylist()[1:4:2], ("expectation_failed", "why"))
    fewer = read_sorted_tables(state.reject_rows(lost, "validate"), tmp_path / "fewer")
    assert_in_order(fewer)
    ids = {row["article_id"] for row in fewer["articles"]}
    assert len(ids) == state.articles.num_rows - 2
    for name, rows in fewer.items():
        assert rows == [row for row in tables[name] if row["article_id"] in ids]


def test_rows_that_stay_are_merged_with_new_ones(tmp_path, bucket, monkeypatch):
    monkeypatch.setattr(ordered_tables, "_MERGED_ARTICLES", bucket)
    old, job = clean_texts(tmp_path / "old", {number: story(number, day=1 + number) for number in range(5)})
    path = run_publish(job).release
    new, _ = clean_texts(tmp_path / "new", {number: story(number, day=1 + number) for number in range(5, 9)})
    parent = run.open_parent(path, run.IndexFolder(tmp_path / "index"))
    state = run.plan_segments(run.match_parent(new, parent, [], "x", append=True))
    assert state.carried_count == old.articles.num_rows == 5
    assert len(state.kept_segments) == 1 and len(state.pieces) == 1  # two segments: too few to be merged
    state = run.load_all_keys(state)
    tables = read_sorted_tables(state, tmp_path / "both")
    assert_in_order(tables)
    assert len(tables["articles"]) == 9
    for name in ("articles", "spans", "evidence"):
        published = release.load_table(path, name).to_pylist()
        ids = {row["article_id"] for row in published if name == "articles"} or {
            row["article_id"] for row in release.load_table(path, "articles").to_pylist()
        }
        assert [row for row in tables[name] if row["article_id"] in ids] == published


def test_a_few_short_articles_are_one_partition():
    sizes = pa.table(
        {
            "article_id": [f"{number:032x}" for number in range(5)],
            "date": pa.array([None] * 5, pa.date32()),
            "char_count": pa.array([900] * 5, pa.int32()),
        }
    )
    assert len(partitioning._plan_edges(sizes, "articles")) == 0
