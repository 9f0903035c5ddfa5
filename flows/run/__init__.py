"""The steps of one publish as plain functions, in the order in which story.py tells them.

    known, clean_all      the source -> what became of each document: looked up, or cleaned and described now  (collect)
    withhold, one_row_each    what was taken down goes; an article_id and a source_id have one row each         (claims)
    deal_ahead            rows begin to be fetched for the release, beside what follows                        (dealing)
    judge_rows            rows that fail an expectation go                                                       (judge)
    carry_over            with --append, the parent's articles that this source does not hold                    (carry)
    mark_duplicates       what repeats what                                                                 (duplicates)
    judge_release, judge_drift    the whole, and beside its parent                                               (judge)
    draft_of, outcome_of  what is written, and what is told                                              (facts, gather)

What passes from step to step is `Working`: the keys of the articles, the rejects, and where everything else of an
article lies on disk. Every document that came in is at any time exactly one row of `articles` or of `rejects`;
`carried` counts the articles taken over from the parent. Texts, spans and evidence are fetched when the release is
written, and never all at once: memory holds the keys (some 300 bytes an article), the rejects and one bucket of rows.
"""

from flows import dedupe, release
from flows.run.assembly import assembled_of
from flows.run.carry_over import carry_over, release_as_run
from flows.run.cleanup import prune_outcomes, tidy
from flows.run.collect import Known, Progress, clean_all, known, processed
from flows.run.duplicates import keep_prints, mark_duplicates
from flows.run.id_conflicts import article_ids, one_row_each, withdrawn_ids, withhold
from flows.run.ordered_tables import whole
from flows.run.partitioning import deal_ahead
from flows.run.run_facts import draft_of, facts_of, outcome_of
from flows.run.run_state import Working
from flows.run.validation import judge_drift, judge_release, judge_rows, judge_rows_again

__all__ = [
    "Known",
    "Progress",
    "Working",
    "article_ids",
    "assembled_of",
    "carry_over",
    "clean_all",
    "deal_ahead",
    "dedupe",
    "draft_of",
    "facts_of",
    "judge_drift",
    "judge_release",
    "judge_rows",
    "judge_rows_again",
    "keep_prints",
    "known",
    "mark_duplicates",
    "one_row_each",
    "outcome_of",
    "processed",
    "prune_outcomes",
    "release",
    "release_as_run",
    "tidy",
    "whole",
    "withdrawn_ids",
    "withhold",
]
