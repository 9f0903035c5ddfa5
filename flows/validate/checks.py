"""The two judgements: outcomes of a suite become checks, failing rows, refusals and the published document."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

import expectations
from flows.validate import gx_engine
from flows.validate.release_facts import ReleaseFacts, facts_frame
from flows.validate.row_view import view_frame
from flows.validate.verdict import Check, Verdict

if TYPE_CHECKING:
    import pandas as pd


def check_articles(view: pa.Table) -> Verdict:
    """Judges VIEW by expectations/articles.json. No row at all passes."""
    return judge(expectations.load("articles"), view_frame(view))


def check_parts(views: Iterable[pa.Table]) -> Verdict:
    """Judges VIEW that comes in parts, each with the article_ids that follow those of the part before.

    The same as check_articles of the whole, but that a source_id is unique within each part alone.
    """
    return judge_parts(expectations.load("articles"), map(view_frame, views))


def check_release(facts: ReleaseFacts, bounds: Mapping[str, float] | None = None) -> Verdict:
    """Judges the facts of a release by expectations/release.json.

    `bounds` overrides bounds of the suite's meta by name; raises ValueError where the suite has none of that name.
    Drift that is accepted still fails in `checks` and `document`, and is not in `refused`.
    """
    return judge(expectations.load("release"), facts_frame(facts), bounds, drift_accepted=facts.drift_accepted)


def judge(
    suite: Mapping[str, Any],
    frame: pd.DataFrame,
    bounds: Mapping[str, float] | None = None,
    *,
    drift_accepted: bool = False,
) -> Verdict:
    """Judges a frame by a suite. Row-level failures need a column article_id."""
    return judge_parts(suite, [frame], bounds, drift_accepted=drift_accepted)


def judge_parts(
    suite: Mapping[str, Any],
    frames: Iterable[pd.DataFrame],
    bounds: Mapping[str, float] | None = None,
    *,
    drift_accepted: bool = False,
) -> Verdict:
    """Judges a frame that comes in parts, one at a time in memory; at least one. A suite of row conditions alone."""
    parameters = dict(suite["meta"].get("parameters", {}))
    for name, bound in (bounds or {}).items():
        if name not in parameters:
            raise ValueError(f"the suite {suite['name']} has no bound {name}; it has {', '.join(parameters)}")
        parameters[name] = bound

    parts: list[dict[str, gx_engine.Outcome]] = []
    listed: dict[str, list[dict[str, Any]]] = {}
    count = 0
    asked = {value for one in suite["expectations"] for key, value in one["kwargs"].items() if key.startswith("column")}
    for whole in frames:
        frame = whole[[name for name in whole.columns if name in asked | {"article_id"}]]  # all of it is hashed
        count += len(frame)
        gc.collect()  # Great Expectations holds what it judged before in circles
        parts.append(gx_engine.run(suite, frame, parameters))
        # Only what failed is run again, to learn which rows: listing them costs far more than counting them.
        failed = [one for one in suite["expectations"] if _fails_rows(one, parts[-1][one["meta"]["name"]])]
        if failed:
            for name, found in gx_engine.run({**suite, "expectations": failed}, frame, parameters, rows=True).items():
                listed.setdefault(name, []).extend(found.rows)
    outcomes = {name: gx_engine.merged([part[name] for part in parts]) for name in parts[0]}

    checks: list[Check] = []
    refused: list[Check] = []
    failing: dict[str, tuple[str, str]] = {}
    results: list[dict[str, Any]] = []
    for one in suite["expectations"]:
        meta, outcome = one["meta"], outcomes[one["meta"]["name"]]
        accepted = drift_accepted and meta["scope"] == "drift"
        check = _check(one, outcome, accepted=accepted)
        checks.append(check)
        failing_rows = _fails_rows(one, outcome)
        rows = listed.get(meta["name"], []) if failing_rows else []
        for row in rows:
            if row["article_id"] is not None:
                failing.setdefault(row["article_id"], (meta["name"], _row_sentence(meta, row)))
        refuses = one["severity"] == "critical" and meta["scope"] != "row" and not accepted
        # Rows that failed but could not be named cannot be rejected, so they must not be published either.
        unnamed = failing_rows and len(rows) != check.failed_rows
        if check.crashed or unnamed or (refuses and not check.passed):
            refused.append(check)
        results.append(_published(one, outcome, check, rows))

    document = {
        "suite": suite["name"],
        "rows": count,
        "passed": sum(check.passed for check in checks),
        "failed": sum(not check.passed for check in checks),
        "parameters": parameters,
        "rows_failing": len(failing),
        "refused": [check.name for check in refused],
        "results": results,
    }
    return Verdict(tuple(checks), dict(sorted(failing.items())), tuple(refused), document)


def _fails_rows(expectation: Mapping[str, Any], outcome: gx_engine.Outcome) -> bool:
    critical_row = expectation["severity"] == "critical" and expectation["meta"]["scope"] == "row"
    return critical_row and not outcome.success and not outcome.crash


def _check(expectation: Mapping[str, Any], outcome: gx_engine.Outcome, *, accepted: bool) -> Check:
    meta, result = expectation["meta"], outcome.result
    expected = meta["expected"] + _bounds(expectation, outcome)
    failed_rows = 0 if outcome.crash else int(result.get("unexpected_count") or 0)
    if outcome.crash:
        sentence = (
            f"Could not be judged: {outcome.crash}. Expected {expected}. "
            "This is a defect of Kliping or of the suite, not of the documents; please report it."
        )
    elif outcome.success and not failed_rows:
        sentence = f"As expected: {expected}."
    else:
        sentence = f"Expected {expected}; {_found(outcome, failed_rows)}."
        if outcome.success:
            sentence += f" Allowed: {1 - float(outcome.kwargs['mostly']):.0%} of the rows."
        elif accepted:
            sentence += " Accepted as drift by the operator."
    passed = outcome.success and not outcome.crash
    return Check(meta["name"], expectation["severity"], passed, failed_rows, sentence, bool(outcome.crash))


def _bounds(expectation: Mapping[str, Any], outcome: gx_engine.Outcome) -> str:
    """The bounds that the suite leaves open, as they were set: " (min_rows = 1)"."""
    named = {value["$PARAMETER"]: key for key, value in expectation["kwargs"].items() if isinstance(value, dict)}
    return f" ({', '.join(f'{name} = {outcome.kwargs[key]}' for name, key in named.items())})" if named else ""


def _found(outcome: gx_engine.Outcome, failed_rows: int) -> str:
    result = outcome.result
    if not failed_rows:
        return f"found {_shown(result.get('observed_value'))}"
    columns = [value for key, value in outcome.kwargs.items() if key.startswith("column")]
    example = result.get("examples", [None])[0]
    values = example if isinstance(example, list) else [example]
    shown = ", ".join(f"{column} = {_shown(value)}" for column, value in zip(columns, values, strict=False))
    if result["element_count"] == 1:
        return f"found {shown}"
    return f"not so in {failed_rows:,} of {result['element_count']:,} rows, for example {shown}"


def _row_sentence(meta: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    found = ", ".join(f"{column} = {_shown(value)}" for column, value in row.items() if column != "article_id")
    return f"Expected {meta['expected']}; found {found or 'article_id = ' + _shown(row['article_id'])}."


def _shown(value: object) -> str:
    # Scraped text may hold line breaks and control characters: a sentence stays one line.
    return "nothing" if value is None else "".join(c if c.isprintable() else " " for c in str(value))


def _published(
    expectation: Mapping[str, Any], outcome: gx_engine.Outcome, check: Check, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        **expectation["meta"],
        "severity": expectation["severity"],
        "type": expectation["type"],
        "kwargs": outcome.kwargs,
        "passed": check.passed,
        "sentence": check.sentence,
        "result": outcome.result,
        "failing": rows[: gx_engine.EXAMPLES],
        "exception": outcome.crash or None,
    }
