"""What Great Expectations says of an expectation that all rows pass, in a hundredth of its time.

Most runs of tests publish rows that pass, and evaluating that takes most of their time. None is returned for whatever
may fail, for values of unusual types, and for what no expectation of our suites has: Great Expectations itself judges
that, once for the same columns. tests/validate and tests/expectations compare the answers with its own.
"""

import copy
import datetime as dt
import pickle
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from flows.validate.gx_engine import ExpectationOutcome, to_json_value

Kwargs = Mapping[str, Any]
RunSuite = Callable[..., dict[str, ExpectationOutcome]]


def lies_between(value: Any, kwargs: Kwargs) -> bool:
    """Compare a number with numbers, or a day with days as text."""
    low, high = kwargs.get("min_value"), kwargs.get("max_value")
    if isinstance(value, dt.date):
        low, high = (bound and dt.date.fromisoformat(bound) for bound in (low, high))
    return (low is None or value >= low) and (high is None or value <= high)


ROW_TESTS: dict[str, Callable[[Any, Kwargs], bool]] = {
    "expect_column_values_to_be_between": lies_between,
    "expect_column_value_lengths_to_be_between": lambda value, kwargs: lies_between(len(value), kwargs),
    "expect_column_values_to_be_in_set": lambda value, kwargs: value in kwargs["value_set"],
    "expect_column_values_to_not_be_in_set": lambda value, kwargs: value not in kwargs["value_set"],
    "expect_column_values_to_match_regex": lambda value, kwargs: re.search(kwargs["regex"], value) is not None,
    "expect_column_values_to_not_match_regex": lambda value, kwargs: re.search(kwargs["regex"], value) is None,
}
COLUMN_KWARGS = {"column", "min_value", "max_value", "value_set", "regex", "mostly"}
PAIR_KWARGS = {"column_A", "column_B", "or_equal", "ignore_row_if"}


def judge_passing(
    expectation: Kwargs, frame: pd.DataFrame, parameters: Mapping[str, float]
) -> ExpectationOutcome | None:
    """Return the outcome of an expectation that all rows pass; None where Great Expectations must judge it."""
    kwargs = fill_kwargs(expectation, parameters)
    try:
        missing_count = count_missing(expectation["type"], kwargs, frame)
    except (KeyError, TypeError, ValueError):
        return None
    if missing_count is None or len(frame) == 0:
        return None
    is_judged = missing_count < len(frame)
    result = {"element_count": len(frame), "missing_count": missing_count, "unexpected_count": 0,
              "unexpected_percent": 0.0 if is_judged else None}  # fmt: skip
    if expectation["type"] == "expect_column_values_to_not_be_null":
        del result["missing_count"]
    return ExpectationOutcome(True, to_json_value(kwargs), result, [], "")


def fill_kwargs(expectation: Kwargs, parameters: Mapping[str, float]) -> dict[str, Any]:
    """Fill in the parameters, in the order and with the types in which Great Expectations reports arguments."""
    words = sorted(expectation["kwargs"], key=lambda word: (word != "column", word != "mostly"))
    kwargs = {word: expectation["kwargs"][word] for word in words}
    kwargs |= {word: parameters[value["$PARAMETER"]] for word, value in kwargs.items() if isinstance(value, dict)}
    if expectation["type"] == "expect_column_values_to_be_between":
        kwargs |= {word: float(value) for word, value in kwargs.items() if isinstance(value, int)}
    return kwargs


def count_missing(kind: str, kwargs: Kwargs, frame: pd.DataFrame) -> int | None:
    """Count the rows without a value, where all others pass; None where one may fail."""
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        pairs = list(zip(frame[kwargs["column_A"]], frame[kwargs["column_B"]], strict=True))
        is_passed = (
            set(kwargs) <= PAIR_KWARGS and kwargs["or_equal"] and all(first >= second for first, second in pairs)
        )
        return 0 if is_passed else None
    if not set(kwargs) <= COLUMN_KWARGS:
        return None
    cells = frame[kwargs["column"]]
    values = cells[cells.notna()].tolist()
    match kind:
        case "expect_column_values_to_not_be_null":
            is_passed = len(values) == len(cells)
        case "expect_column_values_to_be_unique":
            is_passed = len(set(values)) == len(values)
        case _:
            is_passed = all(ROW_TESTS[kind](value, kwargs) for value in values)
    return len(cells) - len(values) if is_passed else None


def answer_quickly(run_suite: RunSuite) -> RunSuite:
    """Wrap gx_engine.run_suite: it runs only the expectations that may fail and were not asked of the same columns."""
    remembered: dict[bytes, ExpectationOutcome] = {}

    def run_suite_quickly(suite, frame, parameters, *, rows=False, key="article_id"):
        answers, questions = {}, {}
        for each in suite["expectations"]:
            name = each["meta"]["name"]
            if not rows and (outcome := judge_passing(each, frame, parameters)):
                answers[name] = outcome
                continue
            columns = [column for word, column in each["kwargs"].items() if word.startswith("column")] + [key] * rows
            cells = [
                (column, str(frame[column].dtype), frame[column].tolist()) for column in columns if column in frame
            ]
            questions[name] = pickle.dumps((each, cells, sorted(parameters.items()), rows))
        new = {name for name, question in questions.items() if question not in remembered}
        asked = [each for each in suite["expectations"] if each["meta"]["name"] in new]
        if asked:
            outcomes = run_suite({**suite, "expectations": asked}, frame, parameters, rows=rows, key=key)
            remembered.update((questions[name], outcome) for name, outcome in outcomes.items())
        answers |= {name: copy.deepcopy(remembered[question]) for name, question in questions.items()}
        return {each["meta"]["name"]: answers[each["meta"]["name"]] for each in suite["expectations"]}

    return run_suite_quickly


def compare_answers(run_suite: RunSuite) -> RunSuite:
    """Wrap gx_engine.run_suite: what judge_passing answers must be what it answers."""

    def run_suite_and_compare(suite, frame, parameters, **options):
        outcomes = run_suite(suite, frame, parameters, **options)
        for each in suite["expectations"] if not options.get("rows") else ():
            quick = judge_passing(each, frame, parameters)
            assert repr(quick) in ("None", repr(outcomes[each["meta"]["name"]])), each  # in the same order too
        return outcomes

    return run_suite_and_compare
