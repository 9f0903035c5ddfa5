"""validate: rows, then the release, checked by the suites in expectations/.

    build_row_view(articles, evidence, clutter_hits, run_day) -> VIEW   input of the row suite; pure, for workers
    measure_articles(articles, evidence, clutter_hits) -> MEASURES      the part of it that needs texts and evidence
    assemble_row_view(articles, run_day) -> VIEW                        the rest, for articles with MEASURES
    compute_latest_days(fetched_at, run_day) -> days                    after which no document can be dated
    start_gx_import()                                                   begins a slow import in the background
    check_articles(view) -> Verdict                                     rows, before duplicates are dropped
    check_article_batches(views) -> Verdict                             the same in batches
    check_view_part(view) -> PartOutcome, judge_articles(parts)         the same with each batch in another process
    ReleaseFacts.from_keys(keys, ...) -> ReleaseFacts                   the whole release in one row
    check_release(facts) -> Verdict                                     once, before it is published
    check_drift(parent, release) -> Verdict                             the release compared with its parent
    collect_drift_statistics(articles) -> DriftStatistics               what it compares; additive, by segment

Fields of a verdict:
- `failing` holds the rows that broke a critical expectation of scope `row`: they go to rejects with the
  expectation's name. The verdict on a row is independent of other rows.
- `refused` holds the checks that refuse the release: a critical failure of scope `table`, of scope `drift` unless the
  drift was accepted, and every expectation that crashed, whatever its severity: it has not passed.
- Warnings and infos are reported in `checks` and change nothing.
- `document` is the full result for validation/<suite>.json: a function of the rows and the suite alone. It holds no
  run id, time, path or version, and does not depend on the order of the rows.

Great Expectations is imported inside the checks (2 to 4 s), so call them in the main process, or in a worker for
20,000 rows and more. 100,000 rows take about 2 s and 300 MB, in proportion to the rows: pass more than some ten
thousand rows to check_article_batches, range by range of article_id. The verdict is the same, except that other keys
are unique within a batch only; check_release checks all of them.
"""

from flows.validate.checks import (
    PartOutcome,
    check_article_batches,
    check_articles,
    check_release,
    check_view_part,
    judge_articles,
)
from flows.validate.drift import DRIFT_INPUT_COLUMNS, DRIFT_SCHEMA, ComparedRelease, check_drift, select_drift_columns
from flows.validate.drift_statistics import DriftStatistics, add_statistics, collect_drift_statistics
from flows.validate.gx_engine import start_gx_import
from flows.validate.release_facts import OtherKeys, ReleaseFacts
from flows.validate.row_view import assemble_row_view, build_row_view, compute_latest_days, measure_articles
from flows.validate.verdict import Check, Verdict

__all__ = [
    "DRIFT_INPUT_COLUMNS",
    "DRIFT_SCHEMA",
    "Check",
    "ComparedRelease",
    "DriftStatistics",
    "OtherKeys",
    "PartOutcome",
    "ReleaseFacts",
    "Verdict",
    "add_statistics",
    "assemble_row_view",
    "build_row_view",
    "check_article_batches",
    "check_articles",
    "check_drift",
    "check_release",
    "check_view_part",
    "collect_drift_statistics",
    "compute_latest_days",
    "judge_articles",
    "measure_articles",
    "select_drift_columns",
    "start_gx_import",
]
