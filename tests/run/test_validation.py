"""Rows are validated in ranges of article_id, of a bounded number of rows and characters."""

import datetime as dt
import itertools

import pytest

from flows import validate
from flows.run import validation
from schemas import arrow
from tests.makers import story
from tests.run.test_partitioning import clean_texts


@pytest.mark.parametrize(
    ("limits", "sizes"),
    [({}, [7]), ({"_PART_ROWS": 3}, [3, 3, 1]), ({"_PART_ROWS": 7}, [7]), ({"_PART_CHARS": 1}, [1] * 7)],
)
def test_rows_are_validated_in_parts_in_the_order_of_their_ids(tmp_path, monkeypatch, limits, sizes):
    state, _ = clean_texts(tmp_path / "run", {number: story(number) for number in range(7)})
    for name, limit in limits.items():
        monkeypatch.setattr(validation, name, limit)
    parts, check = [], validate.check_article_batches
    monkeypatch.setattr(
        validate, "check_article_batches", lambda views: check(parts.append(each) or each for each in views)
    )
    validated, verdict = validation.validate_rows(state, dt.date(2026, 1, 1), tmp_path)
    assert [part.num_rows for part in parts] == sizes and verdict.document["rows"] == 7
    ids = [[*part["article_id"].to_pylist()] for part in parts]
    assert sorted(itertools.chain(*ids)) == sorted(state.articles["article_id"].to_pylist())
    assert all(max(before) < min(after) for before, after in itertools.pairwise(ids))
    assert validated.articles.num_rows == 7


@pytest.mark.parametrize(
    ("reasons", "documents", "compared"),
    [
        ([], 10, (10, 0)),
        (["empty", "binary", "duplicate", "same_article"], 10, (10, 2)),  # what is dropped is not rejected
        (["withdrawn", "withdrawn", "empty"], 10, (8, 1)),
        (["withdrawn", "withdrawn"], 1, (0, 0)),
    ],
)
def test_documents_that_were_taken_down_count_on_no_side_of_a_comparison(reasons, documents, compared):
    rows = [
        {"source_id": str(number), "source_uri": "u", "raw_sha256": None, "stage": "clean", "reason": reason,
         "detail": "Why.", "preview": None} for number, reason in enumerate(reasons)
    ]  # fmt: skip
    statistics = validate.collect_drift_statistics(arrow.make_empty_table(validate.DRIFT_SCHEMA))
    side = validation._build_drift_side(statistics, arrow.build_table(arrow.REJECTS, rows), documents)
    assert (side.documents, side.rejected) == compared
