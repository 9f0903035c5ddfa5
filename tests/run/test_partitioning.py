"""Partitioning in the background gives the same rows as partitioning at the end, whatever rows leave or join."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from flows import cache, read, run
from flows.parameters import Publish
from flows.run import ordered_tables, partitioning
from flows.run.publish_run import run_publish
from schemas import arrow
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


def partition_ahead(state, folder):
    folder.mkdir()
    with ThreadPoolExecutor(1) as executor:
        return run.start_partitioning(state, folder, executor)


def test_what_falls_away_after_is_left_out(tmp_path, bucket):
    texts = {number: story(number, day=1 + number) for number in range(7)} | {7: dump(7), 8: "Tanpa tanggal. " * 40}
    state, _ = clean_texts(tmp_path / "run", texts)
    assert state.articles.num_rows >= 8 and state.articles["date"].null_count >= 1
    ahead = partition_ahead(state, tmp_path / "ahead")
    lost = dict.fromkeys(state.articles["row"].to_pylist()[1:4:2], ("expectation_failed", "why"))
    after, expected = (
        read_sorted_tables(variant.reject_rows(lost, "validate"), tmp_path / name)
        for name, variant in (("a", ahead), ("b", state))
    )
    assert after == expected
    ids = [row["article_id"] for row in expected["articles"]]
    assert len(ids) == state.articles.num_rows - 2
    order = [(row["date"] is None, row["date"], row["article_id"]) for row in expected["articles"]]
    assert order == sorted(order, key=lambda key: (key[0], str(key[1]), key[2]))
    for name in ("spans", "evidence"):
        ids_with_rows = {row["article_id"] for row in expected[name]}
        assert ids_with_rows == set(ids) if name == "spans" else ids_with_rows < set(ids)  # of one nothing is claimed
        assert [row["article_id"] for row in expected[name]] == sorted(row["article_id"] for row in expected[name])


def test_what_keys_learn_after_is_published(tmp_path, bucket):
    state, _ = clean_texts(tmp_path / "run", {number: story(number) for number in range(4)})
    ahead = partition_ahead(state, tmp_path / "ahead")
    first = ahead.articles["article_id"][0].as_py()
    links = pc.if_else(pc.equal(ahead.articles["article_id"], first), pa.scalar(None, pa.string()), first)
    place = ahead.articles.schema.get_field_index("duplicate_of")
    marked = replace(ahead, articles=ahead.articles.set_column(place, arrow.ARTICLES.field("duplicate_of"), links))
    links_by_id = {
        row["article_id"]: row["duplicate_of"] for row in read_sorted_tables(marked, tmp_path / "out")["articles"]
    }
    assert links_by_id == {key: None if key == first else first for key in links_by_id} and len(links_by_id) == 4


def test_what_is_carried_over_comes_in_its_place(tmp_path, bucket):
    old, job = clean_texts(tmp_path / "old", {number: story(number, day=1 + number) for number in range(5)})
    parent = run_publish(job).release
    new, _ = clean_texts(tmp_path / "new", {number: story(number, day=1 + number) for number in range(5, 9)})
    ahead = partition_ahead(new, tmp_path / "ahead")
    both, expected = (
        run.carry_over_articles(variant, parent, run.select_article_ids(new), set()) for variant in (ahead, new)
    )
    assert both.carried_count == old.articles.num_rows
    tables = read_sorted_tables(both, tmp_path / "a")
    assert tables == read_sorted_tables(expected, tmp_path / "b")
    assert len(tables["articles"]) == 9 and {row["article_id"] for row in tables["spans"]} == {
        row["article_id"] for row in tables["articles"]
    }
