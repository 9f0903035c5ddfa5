import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import expectations
from flows.validate import ReleaseFacts, check_release
from flows.validate.checks import validate_frame

SOUND = ReleaseFacts(
    documents_in=10, carried_over=0, published=8, dropped=1, rejected=1, parent_articles=8, article_ids_repeated=0,
    source_ids_repeated=0, links_unresolved=0, links_chained=0, schema_version="1.0.0",
)  # fmt: skip


def expectation(name: str, type_: str, scope: str = "row", severity: str = "critical", **kwargs: Any) -> dict[str, Any]:
    meta = {"name": name, "scope": scope, "why": "A test.", "expected": "what is expected"}
    return {"meta": meta, "severity": severity, "type": f"expect_{type_}", "kwargs": kwargs}


def suite(*each: dict[str, Any]) -> dict[str, Any]:
    return {"name": "invented", "meta": {}, "expectations": list(each)}


LONG = expectation("word.long", "column_value_lengths_to_be_between", column="word", min_value=3)
PLAIN = expectation("word.plain", "column_values_to_match_regex", column="word", regex="^[a-z]*\\Z")
FRAME = pd.DataFrame({"article_id": ["1", "2", "3"], "word": pd.Series(["kapal", "A", "Ombak"], dtype=object)})


def test_rows_that_fail_are_named_once_with_the_first_of_the_suite() -> None:
    verdict = validate_frame(suite(LONG, PLAIN), FRAME)
    assert {key: name for key, (name, _) in verdict.failing.items()} == {"2": "word.long", "3": "word.plain"}
    assert {key: name for key, (name, _) in validate_frame(suite(PLAIN, LONG), FRAME).failing.items()} == {
        "2": "word.plain",
        "3": "word.plain",
    }
    assert verdict.failing["3"][1] == "Expected what is expected; found word = Ombak."
    assert verdict.refused == ()


def test_a_check_says_what_was_expected_and_what_was_found() -> None:
    (check,) = validate_frame(suite(PLAIN), FRAME).checks
    assert (check.passed, check.failed_rows, check.crashed) == (False, 2, False)
    assert check.sentence == "Expected what is expected; not so in 2 of 3 rows, for example word = A."


def test_a_share_that_is_allowed_passes_and_is_told() -> None:
    most = expectation(
        "word.most", "column_values_to_match_regex", "table", "warning", column="word", regex="^[A-Z]", mostly=0.6
    )
    (check,) = validate_frame(suite(most), FRAME).checks
    assert (check.passed, check.failed_rows) == (True, 1)
    assert check.sentence.endswith("not so in 1 of 3 rows, for example word = kapal. Allowed: 40% of the rows.")


@pytest.mark.parametrize("severity", ["critical", "warning", "info"])
@pytest.mark.parametrize("scope", ["row", "table", "drift"])
def test_an_expectation_that_crashes_is_an_error_and_no_rows_fault(severity: str, scope: str) -> None:
    broken = expectation("word.broken", "column_values_to_not_be_null", scope, severity, column="no_such_column")
    verdict = validate_frame(suite(broken, LONG), FRAME, drift_accepted=True)
    crashed, other = verdict.checks
    assert (crashed.crashed, crashed.passed, crashed.failed_rows) == (True, False, 0)
    assert "no_such_column" in crashed.sentence
    assert verdict.refused == (crashed,)
    assert set(verdict.failing) == {"2"}
    assert not other.crashed
    assert "no_such_column" in verdict.document["results"][0]["exception"]
    assert "Traceback" not in json.dumps(verdict.document)


def test_a_crash_within_the_judging_is_an_error_too() -> None:
    broken = expectation("word.broken", "column_values_to_be_between", column="word", min_value=3)
    (check,) = validate_frame(suite(broken), FRAME).refused
    assert check.crashed


def test_a_critical_failure_of_the_table_refuses() -> None:
    table = expectation("word.unique", "column_values_to_be_unique", "table", column="word")
    twice = FRAME.assign(word=pd.Series(["kapal", "kapal", "ombak"], dtype=object))
    verdict = validate_frame(suite(table), twice)
    assert [check.name for check in verdict.refused] == ["word.unique"]
    assert verdict.failing == {}


def test_a_figure_of_the_whole_table_is_told() -> None:
    few = expectation("word.few", "table_row_count_to_be_between", "table", min_value=5)
    verdict = validate_frame(suite(few), FRAME)
    (check,) = verdict.refused
    assert (check.failed_rows, check.sentence) == (0, "Expected what is expected; found 3.")


def test_two_columns_are_both_told() -> None:
    pair = expectation("day.order", "column_pair_values_a_to_be_greater_than_b", column_A="first", column_B="second")
    verdict = validate_frame(suite(pair), pd.DataFrame({"article_id": ["1", "2"], "first": [1, 9], "second": [2, 3]}))
    assert verdict.checks[0].sentence.endswith("not so in 1 of 2 rows, for example first = 1, second = 2.")
    assert verdict.failing == {"1": ("day.order", "Expected what is expected; found first = 1, second = 2.")}


def test_rows_that_fail_and_cannot_be_named_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    from flows.validate import gx_engine

    real = gx_engine.run_suite

    def forgetful(*given: Any, rows: bool = False) -> dict[str, gx_engine.ExpectationOutcome]:
        return {name: replace(outcome, rows=[]) for name, outcome in real(*given, rows=rows).items()}

    monkeypatch.setattr(gx_engine, "run_suite", forgetful)
    verdict = validate_frame(suite(PLAIN), FRAME)
    assert [check.name for check in verdict.refused] == ["word.plain"]


def test_hostile_text_stays_one_short_line() -> None:
    hostile = FRAME.assign(word=pd.Series(["x\x1b[31m\nBaca juga", "Z" * 5000, "kapal"], dtype=object))
    verdict = validate_frame(suite(PLAIN), hostile)
    assert verdict.failing["1"][1] == "Expected what is expected; found word = x [31m Baca juga."
    assert len(verdict.failing["2"][1]) < 300
    assert len(json.dumps(verdict.document)) < 5000


def test_no_rows_pass_and_do_not_crash() -> None:
    from flows.validate import check_articles
    from schemas import arrow, stage_tables

    verdict = check_articles(arrow.make_empty_table(stage_tables.VIEW))
    assert all(check.passed for check in verdict.checks)
    assert (verdict.failing, verdict.refused) == ({}, ())


def test_the_same_rows_give_the_same_document_in_a_process_that_says_nothing() -> None:
    """Not a warning, a progress bar or a log line of the plumbing reaches the screen, even where one crashes."""
    broken = expectation("word.broken", "column_values_to_not_be_null", column="no_such_column")
    given, rows = suite(LONG, PLAIN, broken), FRAME.to_dict("list")
    code = (
        "import json, sys; import pandas as pd; from flows.validate.checks import validate_frame; "
        "print(json.dumps(validate_frame(json.loads(sys.argv[1]), pd.DataFrame(json.loads(sys.argv[2]))).document))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(given), json.dumps(rows)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert json.loads(done.stdout) == validate_frame(given, pd.DataFrame(rows)).document


def test_a_document_is_plain_json_and_holds_the_bounds() -> None:
    document = check_release(SOUND).document
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["parameters"] == expectations.load("release")["meta"]["parameters"]
    kept = next(one for one in document["results"] if one["name"] == "drift.rows-kept")
    assert kept["kwargs"] == {"column": "share_of_parent", "min_value": 0.7}


def test_drift_that_is_accepted_is_told_and_does_not_refuse() -> None:
    shrunk = replace(SOUND, documents_in=4, published=2)
    refused = check_release(shrunk)
    assert [check.name for check in refused.refused] == ["drift.rows-kept"]
    accepted = check_release(replace(shrunk, drift_accepted=True))
    assert accepted.refused == ()
    (check,) = [check for check in accepted.checks if check.name == "drift.rows-kept"]
    assert not check.passed
    assert check.sentence == (
        "Expected enough rows compared with the parent release, unless the drift is accepted "
        "(min_share_of_parent = 0.7); found share_of_parent = 0.25. Accepted as drift by the operator."
    )


def test_an_empty_release_is_refused_even_where_drift_is_accepted() -> None:
    empty = replace(SOUND, published=0, rejected=9, drift_accepted=True)
    assert [check.name for check in check_release(empty).refused] == ["rows.not-empty"]


def test_a_bound_can_be_set_by_name_and_by_no_other_name() -> None:
    shrunk = replace(SOUND, documents_in=4, published=2)
    assert check_release(shrunk, {"min_share_of_parent": 0.2}).refused == ()
    with pytest.raises(ValueError, match="no bound min_share; it has min_rows"):
        check_release(shrunk, {"min_share": 0.2})
