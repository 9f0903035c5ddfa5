import json
import re
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import expectations
from flows.validate import ReleaseFacts, Verdict, check_articles, check_release
from flows.validate.row_view import build_view_frame
from schemas import SCHEMA_VERSION, stage_tables
from tests.makers import complete_row

HERE = Path(__file__).parent
SUITES = {name: expectations.load(name) for name in ("articles", "release")}
NAMES = {name: [one["meta"]["name"] for one in suite["expectations"]] for name, suite in SUITES.items()}


def read(suite: str, name: str) -> Any:
    return json.loads((HERE / suite / f"{name}.json").read_text(encoding="utf-8"))


def cell(field: pa.Field, value: Any) -> Any:
    if value is not None and pa.types.is_timestamp(field.type):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if value is not None and pa.types.is_date(field.type) else value


def view(changes: list[dict[str, Any]]) -> pa.Table:
    rows = [complete_row("articles", read("articles", "base")) | change for change in changes]
    return pa.table(
        [pa.array([cell(f, row[f.name]) for row in rows], f.type) for f in stage_tables.VIEW], schema=stage_tables.VIEW
    )


def facts(change: dict[str, Any]) -> ReleaseFacts:
    return ReleaseFacts(**(read("release", "base") | change))


def fallen(verdict: Verdict) -> list[str]:
    assert not [check.sentence for check in verdict.checks if check.crashed]
    return [check.name for check in verdict.checks if not check.passed]


def scope(suite: str, name: str) -> str:
    return next(one["meta"]["scope"] for one in SUITES[suite]["expectations"] if one["meta"]["name"] == name)


@cache
def all_counterexamples() -> tuple[Verdict, dict[str, str]]:
    """The counterexamples of critical rows in one table, each under an id of its own: as in a real batch."""
    rows, names = [], {}
    for number, one in enumerate(SUITES["articles"]["expectations"], start=100):
        name = one["meta"]["name"]
        if one["severity"] == "critical" and one["meta"]["scope"] == "row":
            change = dict(read("articles", name)["fails"][0])
            change = {"article_id": f"{number:032x}", "source_id": f"source {number}"} | change
            rows.append(change)
            names[change["article_id"]] = name
    return check_articles(view(rows)), names


CRITICAL_ROWS = [
    one["meta"]["name"]
    for one in SUITES["articles"]["expectations"]
    if one["severity"] == "critical" and one["meta"]["scope"] == "row"
]
OTHERS = [name for name in NAMES["articles"] if name not in CRITICAL_ROWS]


@pytest.mark.parametrize("suite", SUITES)
def test_every_expectation_has_its_example_and_no_file_is_idle(suite: str) -> None:
    assert {path.stem for path in (HERE / suite).glob("*.json")} == {*NAMES[suite], "base"}


def test_the_examples_pass_together() -> None:
    """All rows of all examples, each under keys of its own, as they would stand in one batch."""
    rows = [row for name in NAMES["articles"] for row in read("articles", name)["passes"]]
    assert len(rows) >= len(NAMES["articles"])
    keys = [{"article_id": f"{number:032x}", "source_id": f"source {number}"} for number in range(len(rows))]
    verdict = check_articles(view([row | key for row, key in zip(rows, keys, strict=True)]))
    assert verdict.failing == {}
    assert fallen(verdict) == []
    assert verdict.refused == ()


@pytest.mark.parametrize("name", CRITICAL_ROWS)
def test_a_counterexample_of_a_row_fails_with_exactly_that_name(name: str) -> None:
    verdict, names = all_counterexamples()
    broken = {
        result["name"]
        for result in verdict.document["results"]
        for row in result["failing"]
        if names[row["article_id"]] == name
    }
    assert broken == {name}
    article_id = next(key for key, value in names.items() if value == name)
    assert verdict.failing[article_id][0] == name


@pytest.mark.parametrize("name", OTHERS)
def test_a_counterexample_of_a_table_fails_with_exactly_that_name(name: str) -> None:
    verdict = check_articles(view(read("articles", name)["fails"]))
    assert fallen(verdict) == [name]
    critical = next(check for check in verdict.checks if check.name == name).severity == "critical"
    assert [check.name for check in verdict.refused] == ([name] if critical else [])
    assert verdict.failing == {}


@pytest.mark.parametrize("name", NAMES["release"])
def test_a_release_passes_and_fails_with_exactly_that_name(name: str) -> None:
    example = read("release", name)
    passed, failed = check_release(facts(example["passes"])), check_release(facts(example["fails"]))
    also = example.get("also", [])  # a looser bound on the same figure, which only warns
    assert fallen(passed) == also
    assert fallen(failed) == [*also, name]
    critical = next(check for check in failed.checks if check.name == name).severity == "critical"
    assert [check.name for check in failed.refused] == ([name] if critical else [])


@pytest.mark.parametrize("suite", SUITES)
def test_a_suite_says_what_a_reader_needs_and_carries_no_ids(suite: str) -> None:
    assert len(NAMES[suite]) == len(set(NAMES[suite]))
    for one in SUITES[suite]["expectations"]:
        assert set(one) == {"meta", "severity", "type", "kwargs"}
        assert list(one["meta"]) == ["name", "scope", "why", "expected"]
        assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", one["meta"]["name"])
        assert one["meta"]["scope"] in ("row", "table", "drift")
        assert one["severity"] in ("critical", "warning", "info")
        assert one["meta"]["why"].endswith(".")
        if one["meta"]["scope"] == "row":
            assert one["severity"] == "critical", "a row is rejected or it is not: what only warns judges the table"
            assert "mostly" not in one["kwargs"], "a share judges the table: it cannot name a row to reject"


def test_the_order_of_rows_does_not_matter() -> None:
    rows = [{"article_id": f"{number:032x}", "source_id": str(number), "language": "ind"} for number in range(40)]
    forwards, backwards = check_articles(view(rows)), check_articles(view(rows[::-1]))
    assert forwards == backwards
    assert list(forwards.failing) == [row["article_id"] for row in rows]


def test_every_column_named_is_in_the_frame() -> None:
    columns = set(build_view_frame(view([{}])).columns)
    named = {
        value
        for one in SUITES["articles"]["expectations"]
        for key, value in one["kwargs"].items()
        if key.startswith("column")
    }
    assert named <= columns


def test_the_code_writes_the_schema_version_the_suite_asks_for() -> None:
    assert fallen(check_release(facts({"schema_version": SCHEMA_VERSION}))) == []
