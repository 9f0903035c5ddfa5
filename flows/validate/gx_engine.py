"""The only module that speaks to Great Expectations: a suite over a frame, quietly, as plain results."""

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

# A published result shows examples, not the data: at most so many, each at most so long.
EXAMPLES: Final = 20
_EXAMPLE_LENGTH: Final = 200

# What a result keeps of what Great Expectations reports; the rest repeats it or hangs on the row order.
_KEPT: Final = ("element_count", "missing_count", "unexpected_count", "unexpected_percent", "observed_value")


@dataclass(frozen=True)
class Outcome:
    """What Great Expectations reported on one expectation, as plain JSON values.

    `kwargs` has its parameters filled in; `rows` are the failing rows (article_id and the judged columns), only where
    they were asked for; `crash` is the message of the exception, else empty.
    """

    success: bool
    kwargs: dict[str, Any]
    result: dict[str, Any]
    rows: list[dict[str, Any]]
    crash: str


@cache
def prepare() -> Thread:
    """Begin to import Great Expectations, which takes some seconds, beside whatever goes on; returns who does it."""
    thread = Thread(target=_load, name="great-expectations", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    with _quiet():
        import great_expectations  # noqa: F401
    # It leaves some hundred thousand objects that stay: looking through them for garbage, and once more when the
    # process ends, takes most of a second.
    gc.freeze()


def run(
    suite: Mapping[str, Any],
    frame: pd.DataFrame,
    parameters: Mapping[str, float],
    *,
    rows: bool = False,
    key: str = "article_id",
) -> dict[str, Outcome]:
    """Runs every expectation of the suite over the frame; the outcomes by `meta.name`.

    `rows` also lists every failing row by its `key`, which is slow where many fail. An expectation that crashes
    is an outcome too (`crash`); what Great Expectations cannot even read as a suite raises its own exception.
    """
    prepare().join()
    with _quiet():
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        asset = context.data_sources.add_pandas("frames").add_dataframe_asset(suite["name"])
        batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
        wanted: dict[str, Any] = {"result_format": "BASIC", "partial_unexpected_count": EXAMPLES}
        if rows:
            wanted |= {"result_format": "COMPLETE", "unexpected_index_column_names": [key]}
        report = batch.validate(
            gx.ExpectationSuite(**suite), result_format=wanted, expectation_parameters=dict(parameters)
        )
        return {one.expectation_config.meta["name"]: _outcome(one.to_json_dict()) for one in report.results}


def merged(parts: list[Outcome]) -> Outcome:
    """The outcome of one expectation over all parts of a frame; of one that looks at each row by itself."""
    first = parts[0]
    crash = "; ".join(sorted({part.crash for part in parts if part.crash}))
    if len(parts) == 1 or crash or not all("unexpected_count" in part.result for part in parts):
        return Outcome(all(p.success for p in parts), first.kwargs, first.result, first.rows, crash)
    counts: dict[str, int] = {
        key: sum(part.result.get(key) or 0 for part in parts)
        for key in ("element_count", "missing_count", "unexpected_count")
        if key in first.result
    }
    judged = counts["element_count"] - counts.get("missing_count", 0)
    result = {**first.result, **counts}
    if "unexpected_percent" in result:
        result["unexpected_percent"] = 100 * counts["unexpected_count"] / judged if judged else None
    if examples := [one for part in parts for one in part.result.get("examples", ())][:EXAMPLES]:
        result["examples"] = examples
    enough = not judged or (judged - counts["unexpected_count"]) / judged >= float(first.kwargs.get("mostly", 1))
    return Outcome(bool(enough), first.kwargs, result, [row for part in parts for row in part.rows], "")


def _outcome(report: Mapping[str, Any]) -> Outcome:
    found = report["result"]
    result = {key: plain(found[key]) for key in _KEPT if key in found}
    if examples := found.get("partial_unexpected_list"):
        result["examples"] = plain(examples)
    kwargs = {key: plain(value) for key, value in report["expectation_config"]["kwargs"].items() if key != "batch_id"}
    rows = [plain(row) for row in found.get("unexpected_index_list") or ()]
    return Outcome(bool(report["success"]), kwargs, result, rows, _crash(report["exception_info"]))


def _crash(info: Mapping[str, Any]) -> str:
    # One exception stands flat; those of metrics stand under the metric's name, which holds ids of this run.
    each = [info, *(value for value in info.values() if isinstance(value, Mapping))]
    messages = {str(one.get("exception_message") or "no message") for one in each if one.get("raised_exception")}
    return "; ".join(sorted(messages))


def plain(value: Any) -> Any:  # noqa: ANN401  (any value a frame can hold)
    """A value of a frame as JSON: numbers, short text, None for what is not a number, days as ISO text."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= _EXAMPLE_LENGTH else text[: _EXAMPLE_LENGTH - 1] + "…"


@contextmanager
def _quiet() -> Iterator[None]:
    """No telemetry, progress bar, warning or log line of the plumbing on the operator's screen."""
    # 1.24.1 sends nothing home; versions that do read this once, when they are imported.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logger = logging.getLogger("great_expectations")
    # Its modules set levels of their own: what they say is kept from rising, not from being said.
    before = logger.propagate
    logger.propagate = False
    logger.addHandler(silence := logging.NullHandler())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.removeHandler(silence)
        logger.propagate = before
