"""Adapter to Great Expectations, which no other module imports: a suite over a frame, as plain outcomes."""

from __future__ import annotations

import gc
import logging
import math
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

# A published result shows examples, not the data: limits of their number and of their characters.
MAX_EXAMPLES: Final = 20
_MAX_EXAMPLE_LENGTH: Final = 200

# Reported keys that a result keeps; the others repeat them or depend on the row order.
_REPORTED_KEYS: Final = ("element_count", "missing_count", "unexpected_count", "unexpected_percent", "observed_value")


@dataclass(frozen=True)
class ExpectationOutcome:
    """Report of Great Expectations on one expectation, as plain JSON values.

    `kwargs` has its parameters filled in; `rows` are the failing rows (article_id and the judged columns), only where
    they were requested; `crash` is the message of the exception, else empty.
    """

    success: bool
    kwargs: dict[str, Any]
    result: dict[str, Any]
    rows: list[dict[str, Any]]
    crash: str


@cache
def start_gx_import() -> Thread:
    """Start to import Great Expectations, which takes some seconds, in a background thread; return the thread."""
    thread = Thread(target=_import_great_expectations, name="great-expectations", daemon=True)
    thread.start()
    return thread


def _import_great_expectations() -> None:
    """Import Great Expectations and freeze its objects."""
    with _silence_gx():
        import great_expectations  # noqa: F401
    # The import leaves some hundred thousand permanent objects. Garbage collection of them, and again at exit, takes
    # most of a second.
    gc.freeze()


def run_suite(
    suite: Mapping[str, Any],
    frame: pd.DataFrame,
    parameters: Mapping[str, float],
    *,
    rows: bool = False,
    key: str = "article_id",
) -> dict[str, ExpectationOutcome]:
    """Run every expectation of the suite over the frame; return the outcomes by `meta.name`.

    `rows` also lists every failing row by its `key`, which is slow where many fail. An expectation that crashes has an
    outcome too (`crash`); a suite that Great Expectations cannot read raises its own exception.
    """
    start_gx_import().join()
    with _silence_gx():
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("frames").add_dataframe_asset(suite["name"])
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
        result_format: dict[str, Any] = {"result_format": "BASIC", "partial_unexpected_count": MAX_EXAMPLES}
        if rows:
            result_format |= {"result_format": "COMPLETE", "unexpected_index_column_names": [key]}
        report = batch.validate(
            gx.ExpectationSuite(**suite), result_format=result_format, expectation_parameters=dict(parameters)
        )
        return {
            outcome.expectation_config.meta["name"]: _build_outcome(outcome.to_json_dict())
            for outcome in report.results
        }


def merge_outcomes(parts: list[ExpectationOutcome]) -> ExpectationOutcome:
    """Merge the outcomes of one expectation over all parts of a frame; it must check each row by itself."""
    first = parts[0]
    crash = "; ".join(sorted({part.crash for part in parts if part.crash}))
    if len(parts) == 1 or crash or not all("unexpected_count" in part.result for part in parts):
        return ExpectationOutcome(all(part.success for part in parts), first.kwargs, first.result, first.rows, crash)
    counts: dict[str, int] = {
        key: sum(part.result.get(key) or 0 for part in parts)
        for key in ("element_count", "missing_count", "unexpected_count")
        if key in first.result
    }
    judged = counts["element_count"] - counts.get("missing_count", 0)
    result = {**first.result, **counts}
    if "unexpected_percent" in result:
        result["unexpected_percent"] = counts["unexpected_count"] / judged * 100 if judged else None
    if examples := [example for part in parts for example in part.result.get("examples", ())][:MAX_EXAMPLES]:
        result["examples"] = examples
    is_success = not judged or (judged - counts["unexpected_count"]) / judged >= float(first.kwargs.get("mostly", 1))
    return ExpectationOutcome(bool(is_success), first.kwargs, result, [row for part in parts for row in part.rows], "")


def _build_outcome(report: Mapping[str, Any]) -> ExpectationOutcome:
    """Build an outcome from one expectation's JSON report."""
    reported = report["result"]
    result = {key: to_json_value(reported[key]) for key in _REPORTED_KEYS if key in reported}
    if examples := reported.get("partial_unexpected_list"):
        result["examples"] = to_json_value(examples)
    kwargs = {
        key: to_json_value(value) for key, value in report["expectation_config"]["kwargs"].items() if key != "batch_id"
    }
    rows = [to_json_value(row) for row in reported.get("unexpected_index_list") or ()]
    return ExpectationOutcome(
        bool(report["success"]), kwargs, result, rows, _join_exception_messages(report["exception_info"])
    )


def _join_exception_messages(info: Mapping[str, Any]) -> str:
    # A single exception is flat; those of metrics are keyed by the metric's name, which holds ids of this run.
    """Join the distinct exception messages of a report, sorted; empty without one."""
    exception_infos = [info, *(value for value in info.values() if isinstance(value, Mapping))]
    messages = {
        str(exception.get("exception_message") or "no message")
        for exception in exception_infos
        if exception.get("raised_exception")
    }
    return "; ".join(sorted(messages))


def to_json_value(value: Any) -> Any:  # noqa: ANN401  (any value a frame can hold)
    """Convert a value of a frame to JSON: numbers, short text, None for what is not a number, days as ISO text."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): to_json_value(element) for key, element in value.items()}
    if isinstance(value, list | tuple):
        return [to_json_value(element) for element in value]
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= _MAX_EXAMPLE_LENGTH else text[: _MAX_EXAMPLE_LENGTH - 1] + "…"


@contextmanager
def _silence_gx() -> Iterator[None]:
    """Suppress telemetry, progress bars, warnings and log lines of Great Expectations."""
    # 1.24.1 sends no telemetry; versions that do read this variable once, at import.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logger = logging.getLogger("great_expectations")
    # Its modules set their own levels, so records are kept from propagating rather than from being logged.
    propagated = logger.propagate
    logger.propagate = False
    logger.addHandler(silence := logging.NullHandler())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(silence)
        logger.propagate = propagated
