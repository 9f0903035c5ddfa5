"""Rows that are dealt before the judging come out as those that are fetched after it, whatever fell away or came."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from flows import cache, read, run
from flows.parameters import Publish
from flows.run import ordered_tables, partitioning
from flows.run.publish_run import tell
from schemas import arrow
from tests.makers import dump, story


def settled(folder, texts, **more):
    """A run's Working, with the job that made it."""
    folder.mkdir()
    source = folder / "drop.jsonl"
    rows = [{"id": f"n{number}", "text": text} for number, text in texts.items()]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    job = Publish(source=str(source), output=str(folder.parent / "output"), **more)
    work = folder / "work"
    work.mkdir()
    have = run.known(job, read.survey(job.source), cache.NOTHING, work, 0)
    return run.one_row_each(run.clean_all(job, have, work, None, lambda *_: None)), job


def tables(working, folder):
    """All that a release has of the articles, in its order."""
    folder.mkdir()
    made = {"articles": ordered_tables.articles(working, folder)}
    made |= {name: ordered_tables.lineage(working, name, folder) for name in ("spans", "evidence")}
    return {name: pa.concat_tables(each.pieces).to_pylist() for name, each in made.items()}


@pytest.fixture(params=[1, 3, 100])
def bucket(request, monkeypatch):
    """How many articles are in a bucket."""
    monkeypatch.setattr(partitioning, "_SIZES", dict.fromkeys(("articles", "spans", "evidence"), request.param))
    return request.param


def ahead_of(working, folder):
    folder.mkdir()
    with ThreadPoolExecutor(1) as aside:
        return run.deal_ahead(working, folder, aside)


def test_what_falls_away_after_is_left_out(tmp_path, bucket):
    texts = {number: story(number, day=1 + number) for number in range(7)} | {7: dump(7), 8: "Tanpa tanggal. " * 40}
    working, _ = settled(tmp_path / "run", texts)
    assert working.articles.num_rows >= 8 and working.articles["date"].null_count >= 1
    ahead = ahead_of(working, tmp_path / "ahead")
    lost = dict.fromkeys(working.articles["row"].to_pylist()[1:4:2], ("expectation_failed", "why"))
    after, plain = (
        tables(each.without(lost, "validate"), tmp_path / name) for name, each in (("a", ahead), ("b", working))
    )
    assert after == plain
    ids = [row["article_id"] for row in plain["articles"]]
    assert len(ids) == working.articles.num_rows - 2
    order = [(row["date"] is None, row["date"], row["article_id"]) for row in plain["articles"]]
    assert order == sorted(order, key=lambda key: (key[0], str(key[1]), key[2]))
    for name in ("spans", "evidence"):
        told = {row["article_id"] for row in plain[name]}
        assert told == set(ids) if name == "spans" else told < set(ids)  # of one nothing is claimed
        assert [row["article_id"] for row in plain[name]] == sorted(row["article_id"] for row in plain[name])


def test_what_keys_learn_after_is_published(tmp_path, bucket):
    working, _ = settled(tmp_path / "run", {number: story(number) for number in range(4)})
    ahead = ahead_of(working, tmp_path / "ahead")
    first = ahead.articles["article_id"][0].as_py()
    links = pc.if_else(pc.equal(ahead.articles["article_id"], first), pa.scalar(None, pa.string()), first)
    place = ahead.articles.schema.get_field_index("duplicate_of")
    marked = replace(ahead, articles=ahead.articles.set_column(place, arrow.ARTICLES.field("duplicate_of"), links))
    found = {row["article_id"]: row["duplicate_of"] for row in tables(marked, tmp_path / "out")["articles"]}
    assert found == {key: None if key == first else first for key in found} and len(found) == 4


def test_what_is_carried_over_comes_in_its_place(tmp_path, bucket):
    old, job = settled(tmp_path / "old", {number: story(number, day=1 + number) for number in range(5)})
    parent = tell(job).release
    new, _ = settled(tmp_path / "new", {number: story(number, day=1 + number) for number in range(5, 9)})
    ahead = ahead_of(new, tmp_path / "ahead")
    both, plain = (run.carry_over(each, parent, run.article_ids(new), set()) for each in (ahead, new))
    assert both.carried == old.articles.num_rows
    made = tables(both, tmp_path / "a")
    assert made == tables(plain, tmp_path / "b")
    assert len(made["articles"]) == 9 and {row["article_id"] for row in made["spans"]} == {
        row["article_id"] for row in made["articles"]
    }
