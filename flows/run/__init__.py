"""The steps of one publish as plain functions; flows/run/publish_run.py calls them in this order.

    look_up_cached_results, clean_documents     source -> outcome of each document, cached or made now   (collect)
    reject_withdrawn, resolve_id_conflicts      reject what was taken down; one row for each id     (id_conflicts)
    match_renamed_articles                      recognise the parent's rows of an older rule    (renamed_articles)
    start_partitioning                          partition rows in the background for the release    (partitioning)
    validate_rows                               reject rows that fail an expectation                  (validation)
    carry_over_articles                         with --append, add the parent's other articles        (carry_over)
    mark_duplicates                             link or drop duplicates                               (duplicates)
    validate_release, validate_drift            check the release, alone and against its parent       (validation)
    build_draft, summarize_run                  tables to write, summary for people    (run_facts, ordered_tables)

`RunState` passes from step to step: the keys of the articles, the rejects, and where all other columns are on disk. At
any time every document of the source is exactly one row of `articles` or of `rejects`; `carried_count` counts the
articles taken over from the parent. Texts, spans and evidence are read when the release is written, one partition at a
time: memory holds the keys (some 300 bytes an article), the rejects and one partition.
"""

from flows import dedupe, release
from flows.run.assembly import assemble_from_outcomes
from flows.run.carry_over import carry_over_articles, load_release_state
from flows.run.cleanup import clean_up_state, prune_unreferenced_outcomes
from flows.run.collect import CachedResults, ProgressCallback, clean_documents, clean_raw_tables, look_up_cached_results
from flows.run.duplicates import mark_duplicates, save_carried_prints
from flows.run.id_conflicts import find_withdrawn_ids, reject_withdrawn, resolve_id_conflicts, select_article_ids
from flows.run.indexes import update_indexes
from flows.run.ordered_tables import load_articles
from flows.run.partitioning import start_partitioning
from flows.run.renamed_articles import list_superseded_ids, match_renamed_articles
from flows.run.run_facts import build_draft, build_facts, summarize_run
from flows.run.run_state import RunState
from flows.run.validation import revalidate_rows, validate_drift, validate_release, validate_rows

__all__ = [
    "CachedResults",
    "ProgressCallback",
    "RunState",
    "assemble_from_outcomes",
    "build_draft",
    "build_facts",
    "carry_over_articles",
    "clean_documents",
    "clean_raw_tables",
    "clean_up_state",
    "dedupe",
    "find_withdrawn_ids",
    "list_superseded_ids",
    "load_articles",
    "load_release_state",
    "look_up_cached_results",
    "mark_duplicates",
    "match_renamed_articles",
    "prune_unreferenced_outcomes",
    "reject_withdrawn",
    "release",
    "resolve_id_conflicts",
    "revalidate_rows",
    "save_carried_prints",
    "select_article_ids",
    "start_partitioning",
    "summarize_run",
    "update_indexes",
    "validate_drift",
    "validate_release",
    "validate_rows",
]
