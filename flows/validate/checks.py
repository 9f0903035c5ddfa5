"""Validation of a frame by a suite: outcomes become checks, failing rows, refusals and the published document."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

import expectations
from flows.validate import gx_engine
from flows.validate.release_facts import ReleaseFacts, build_facts_frame
from flows.validate.row_view import build_view_frame
from flows.validate.verdict import Check, Verdict

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class PartOutcome:
    """Outcome of a suite over a part of a frame: by expectation, its report, and the rows that it rejects."""

    row_count: int
    outcomes: dict[str, gx_engine.ExpectationOutcome]
    failing_rows: dict[str, list[dict[str, Any]]]

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> PartOutcome:
        """Create an outcome from JSON."""
        outcomes = {name: gx_engine.ExpectationOutcome(**outcome) for name, outcome in value["outcomes"].items()}
        return cls(value["row_count"], outcomes, value["failing_rows"])


def check_articles(view: pa.Table) -> Verdict:
    """Check VIEW by expectations/articles.json. No rows at all pass."""
    return validate_frame(expectations.load("articles"), build_view_frame(view))


def check_article_batches(views: Iterable[pa.Table]) -> Verdict:
    """Check VIEW in batches by expectations/articles.json; each continues the article_ids of the one before.

    The verdict is that of check_articles, except that a source_id is unique within each batch only.
    """
    return judge_articles(map(check_view_part, views))


def check_view_part(view: pa.Table) -> PartOutcome:
    """Check one batch of VIEW by expectations/articles.json: a part of what `judge_articles` judges."""
    suite = expectations.load("articles")
    return _run_part(suite, build_view_frame(view), dict(suite["meta"].get("parameters", {})))


def judge_articles(parts: Iterable[PartOutcome]) -> Verdict:
    """Return the verdict on batches of VIEW, at least one; each continues the article_ids of the one before."""
    suite = expectations.load("articles")
    return _judge_parts(suite, dict(suite["meta"].get("parameters", {})), list(parts), drift_accepted=False)


def check_release(facts: ReleaseFacts, bounds: Mapping[str, float] | None = None) -> Verdict:
    """Check the facts of a release by expectations/release.json.

    `bounds` overrides bounds of the suite's meta by name; raises ValueError where the suite has none of that name.
    Accepted drift still fails in `checks` and `document`, and is not in `refused`.
    """
    return validate_frame(
        expectations.load("release"), build_facts_frame(facts), bounds, drift_accepted=facts.drift_accepted
    )


def validate_frame(
    suite: Mapping[str, Any],
    frame: pd.DataFrame,
    bounds: Mapping[str, float] | None = None,
    *,
    drift_accepted: bool = False,
) -> Verdict:
    """Validate a frame by a suite. Row-level failures need a column article_id."""
    return validate_frames(suite, [frame], bounds, drift_accepted=drift_accepted)


def validate_frames(
    suite: Mapping[str, Any],
    frames: Iterable[pd.DataFrame],
    bounds: Mapping[str, float] | None = None,
    *,
    drift_accepted: bool = False,
) -> Verdict:
    """Validate a frame that comes in parts (at least one), with one part in memory at a time.

    With several parts the suite may hold row conditions only.
    """
    parameters = dict(suite["meta"].get("parameters", {}))
    for name, bound in (bounds or {}).items():
        if name not in parameters:
            raise ValueError(f"the suite {suite['name']} has no bound {name}; it has {', '.join(parameters)}")
        parameters[name] = bound

    parts = [_run_part(suite, frame, parameters) for frame in frames]
    return _judge_parts(suite, parameters, parts, drift_accepted=drift_accepted)


def _run_part(suite: Mapping[str, Any], full_frame: pd.DataFrame, parameters: Mapping[str, float]) -> PartOutcome:
    """Run a suite over one part of a frame."""
    judged_columns = {
        value
        for expectation in suite["expectations"]
        for key, value in expectation["kwargs"].items()
        if key.startswith("column")
    }
    # Great Expectations hashes the whole frame, so only the columns of the suite are passed.
    frame = full_frame[[name for name in full_frame.columns if name in judged_columns | {"article_id"}]]
    gc.collect()  # Great Expectations keeps earlier frames in reference cycles
    outcomes = gx_engine.run_suite(suite, frame, parameters)
    # Only failed expectations run again, to list their rows: listing costs far more than counting.
    failed = [
        expectation
        for expectation in suite["expectations"]
        if _has_rejected_rows(expectation, outcomes[expectation["meta"]["name"]])
    ]
    detailed = gx_engine.run_suite({**suite, "expectations": failed}, frame, parameters, rows=True) if failed else {}
    return PartOutcome(len(frame), outcomes, {name: outcome.rows for name, outcome in detailed.items()})


def _judge_parts(
    suite: Mapping[str, Any], parameters: Mapping[str, float], parts: list[PartOutcome], *, drift_accepted: bool
) -> Verdict:
    """Merge the outcomes of all parts, and judge them."""
    outcomes = {name: gx_engine.merge_outcomes([part.outcomes[name] for part in parts]) for name in parts[0].outcomes}
    rows_by_expectation: dict[str, list[dict[str, Any]]] = {}
    for part in parts:
        for name, part_rows in part.failing_rows.items():
            rows_by_expectation.setdefault(name, []).extend(part_rows)

    checks: list[Check] = []
    refused: list[Check] = []
    failing: dict[str, tuple[str, str]] = {}
    results: list[dict[str, Any]] = []
    for expectation in suite["expectations"]:
        meta, outcome = expectation["meta"], outcomes[expectation["meta"]["name"]]
        accepted = drift_accepted and meta["scope"] == "drift"
        check = _build_check(expectation, outcome, accepted=accepted)
        checks.append(check)
        failing_rows = _has_rejected_rows(expectation, outcome)
        rows = rows_by_expectation.get(meta["name"], []) if failing_rows else []
        for row in rows:
            if row["article_id"] is not None:
                failing.setdefault(row["article_id"], (meta["name"], _explain_rejected_row(meta, row)))
        refuses = expectation["severity"] == "critical" and meta["scope"] != "row" and not accepted
        # Failed rows without an article_id cannot be rejected, so the release is refused.
        unnamed = failing_rows and len(rows) != check.failed_rows
        if check.crashed or unnamed or (refuses and not check.passed):
            refused.append(check)
        results.append(_build_result_document(expectation, outcome, check, rows))

    document = {
        "suite": suite["name"],
        "rows": sum(part.row_count for part in parts),
        "passed": sum(check.passed for check in checks),
        "failed": sum(not check.passed for check in checks),
        "parameters": dict(parameters),
        "rows_failing": len(failing),
        "refused": [check.name for check in refused],
        "results": results,
    }
    return Verdict(tuple(checks), dict(sorted(failing.items())), tuple(refused), document)


def _has_rejected_rows(expectation: Mapping[str, Any], outcome: gx_engine.ExpectationOutcome) -> bool:
    """Return whether an expectation rejects rows: it is critical, of scope `row`, and failed without a crash."""
    critical_row = expectation["severity"] == "critical" and expectation["meta"]["scope"] == "row"
    return critical_row and not outcome.success and not outcome.crash


def _build_check(expectation: Mapping[str, Any], outcome: gx_engine.ExpectationOutcome, *, accepted: bool) -> Check:
    """Build the check of one expectation, with a sentence on what was expected and found."""
    meta, result = expectation["meta"], outcome.result
    expected = meta["expected"] + _describe_bounds(expectation, outcome)
    failed_rows = 0 if outcome.crash else int(result.get("unexpected_count") or 0)
    example = ""
    if outcome.crash:
        example = f": {outcome.crash}"
        sentence = (
            f"Could not be evaluated{example}. Expected {expected}. "
            "This is a defect of Kliping or of the suite, not of the documents; please report it."
        )
    elif outcome.success and not failed_rows:
        sentence = f"As expected: {expected}."
    else:
        example = _format_example(outcome, failed_rows)
        sentence = f"Expected {expected}; {_describe_failure(outcome, failed_rows)}{example}."
        if outcome.success:
            sentence += f" Allowed: {1 - float(outcome.kwargs['mostly']):.0%} of the rows."
        elif accepted:
            sentence += " Accepted as drift by the operator."
    passed = outcome.success and not outcome.crash
    return Check(meta["name"], expectation["severity"], passed, failed_rows, sentence, bool(outcome.crash), example)


def _describe_bounds(expectation: Mapping[str, Any], outcome: gx_engine.ExpectationOutcome) -> str:
    """Return the bounds that the suite leaves open, as they were set: " (min_rows = 1)"."""
    argument_names = {
        value["$PARAMETER"]: key for key, value in expectation["kwargs"].items() if isinstance(value, dict)
    }
    return (
        f" ({', '.join(f'{name} = {format_value(outcome.kwargs[key])}' for name, key in argument_names.items())})"
        if argument_names
        else ""
    )


def _describe_failure(outcome: gx_engine.ExpectationOutcome, failed_rows: int) -> str:
    """Describe a failed outcome: the observed value, or the number of failed rows."""
    result = outcome.result
    if not failed_rows:
        return f"found {format_value(result.get('observed_value'))}"
    if result["element_count"] == 1:
        return f"found {_format_examined_values(outcome)}"
    return f"not so in {failed_rows:,} of {result['element_count']:,} rows"


def _format_example(outcome: gx_engine.ExpectationOutcome, failed_rows: int) -> str:
    """Quote the first failed row; empty where no row failed or the frame has one row of facts alone."""
    if not failed_rows or outcome.result["element_count"] == 1:
        return ""
    return f", for example {_format_examined_values(outcome)}"


def _format_examined_values(outcome: gx_engine.ExpectationOutcome) -> str:
    """Format the columns of the first failed row as `column = value`."""
    columns = [value for key, value in outcome.kwargs.items() if key.startswith("column")]
    example = outcome.result.get("examples", [None])[0]
    values = example if isinstance(example, list) else [example]
    return ", ".join(f"{column} = {format_value(value)}" for column, value in zip(columns, values, strict=False))


def _explain_rejected_row(meta: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Return the sentence on one rejected row."""
    formatted_values = ", ".join(
        f"{column} = {format_value(value)}" for column, value in row.items() if column != "article_id"
    )
    return (
        f"Expected {meta['expected']}; found {formatted_values or 'article_id = ' + format_value(row['article_id'])}."
    )


def format_value(value: object) -> str:
    """Return a value as text: numbers rounded to four digits, no line breaks or control characters."""
    if isinstance(value, float):
        value = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return "null" if value is None else "".join(c if c.isprintable() else " " for c in str(value))


def _build_result_document(
    expectation: Mapping[str, Any], outcome: gx_engine.ExpectationOutcome, check: Check, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    """Build the published entry of one expectation."""
    return {
        **expectation["meta"],
        "severity": expectation["severity"],
        "type": expectation["type"],
        "kwargs": outcome.kwargs,
        "passed": check.passed,
        "sentence": check.sentence,
        "result": outcome.result,
        "failing": rows[: gx_engine.MAX_EXAMPLES],
        "exception": outcome.crash or None,
    }
