"""A date after the latest possible day costs the date, never the article."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from flows import release
from flows.parameters import Publish
from flows.run.publish_run import run_publish
from flows.workers.batch_processing import hash_content
from tests.makers import story

TODAY = datetime.now(UTC).date()


def write_records(path, **values_by_id):
    lines = [
        json.dumps({"id": key, "text": story(number), **values})
        for number, (key, values) in enumerate(values_by_id.items())
    ]
    path.write_text("\n".join(lines))
    return str(path)


def read_rows(outcome):
    articles = release.load_table(outcome.release, "articles").to_pylist()
    evidence = release.load_table(outcome.release, "evidence").to_pylist()
    source_ids = {row["article_id"]: row["source_id"] for row in articles}
    fields = {}
    for row in evidence:
        fields.setdefault(source_ids[row["article_id"]].rpartition("#")[2], set()).add(row["field"])
    return {row["source_id"].rpartition("#")[2]: row for row in articles}, fields


@pytest.mark.parametrize("workers", [1, 2])
def test_a_date_of_next_year_is_left_out_with_its_evidence(tmp_path, workers):
    late, right = (TODAY + timedelta(days=400)).isoformat(), (TODAY - timedelta(days=400)).isoformat()
    source = write_records(
        tmp_path / "a.jsonl", late={"date": late, "title": "Pasar baru dibuka"}, right={"date": right}
    )
    outcome = run_publish(Publish(source=source, output=str(tmp_path / "out"), workers=workers))
    assert outcome.status == "published" and outcome.rejected == {}
    rows, fields = read_rows(outcome)
    assert (rows["late"]["date"], rows["late"]["date_basis"], rows["late"]["published_at"]) == (None, None, None)
    assert rows["late"]["title"] == "Pasar baru dibuka" and "title" in fields["late"] and "date" not in fields["late"]
    assert rows["right"]["date"].isoformat() == right and "date" in fields["right"]
    assert release.verify_release(outcome.release) == []


def test_a_date_after_the_day_of_fetching_is_left_out(tmp_path):
    fetched = datetime.combine(TODAY - timedelta(days=100), datetime.min.time(), UTC).replace(hour=3)
    dates = {name: (fetched + timedelta(days=days)).date().isoformat() for name, days in (("same", 0), ("later", 1))}
    records = {name: {"date": day, "fetched_at": fetched.isoformat()} for name, day in dates.items()}
    outcome = run_publish(Publish(source=write_records(tmp_path / "a.jsonl", **records), output=str(tmp_path / "out")))
    rows, _ = read_rows(outcome)
    assert outcome.rejected == {} and rows["same"]["date"].isoformat() == dates["same"]
    assert rows["later"]["date"] is None


def test_the_digest_of_the_content_is_that_of_the_published_values(tmp_path):
    late = (TODAY + timedelta(days=400)).isoformat()
    source = write_records(tmp_path / "a.jsonl", record={"date": late}, other={})
    rows, _ = read_rows(run_publish(Publish(source=source, output=str(tmp_path / "out"))))
    assert rows["record"]["date"] is None
    assert {name: hash_content(row) for name, row in rows.items()} == {
        name: row["content_hash"] for name, row in rows.items()
    }
