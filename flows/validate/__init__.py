"""Judges rows, then the release, by the suites in expectations/.

    view_of(articles, evidence, clutter_hits, run_day) -> VIEW        what the rows are judged on; pure, for workers
    measures_of(articles, evidence, clutter_hits) -> MEASURES         what it asks of texts; measured_view does the rest
    prepare()                                                         begins an import, beside other work
    check_articles(view) -> Verdict                                   rows, before duplicates are dropped
    check_parts(views) -> Verdict                                     the same, a part at a time
    ReleaseFacts.of(keys, ...) -> ReleaseFacts                        the whole release in one row
    check_release(facts) -> Verdict                                   once, before it is published
    check_drift(parent, release) -> Verdict                           the same release beside its parent

What a verdict means:
- `failing` holds the rows that broke a critical expectation of scope `row`: they go to rejects with the
  expectation's name. One row's verdict never hangs on another row.
- `refused` holds what refuses the release: a critical failure of scope `table`, of scope `drift` unless the drift
  was accepted, and every expectation that crashed, whatever its severity: what could not be judged has not passed.
- Warnings and infos are reported in `checks` and change nothing.
- `document` is the full result for validation/<suite>.json: a function of the rows and the suite alone. It holds no
  run id, time, path or version, and does not hang on the order of the rows.

Great Expectations is imported inside the checks (it takes 2 to 4 s), so call them where that is paid once: in
the main process, never in a worker per batch. 100,000 rows take about 2 s and 300 MB, and grow in proportion: beyond
some ten thousand rows give them to check_parts, range by range of article_id: it says the same of them. Other keys are
then unique within a part, and check_release looks at all of them.
"""

from flows.validate.checks import check_articles, check_parts, check_release
from flows.validate.drift import COLUMNS, NARROW, Side, check_drift, narrow
from flows.validate.gx_engine import prepare
from flows.validate.release_facts import ReleaseFacts
from flows.validate.row_view import measured_view, measures_of, view_of
from flows.validate.verdict import Check, Verdict

__all__ = [
    "COLUMNS",
    "NARROW",
    "Check",
    "ReleaseFacts",
    "Side",
    "Verdict",
    "check_articles",
    "check_drift",
    "check_parts",
    "check_release",
    "measured_view",
    "measures_of",
    "narrow",
    "prepare",
    "view_of",
]
