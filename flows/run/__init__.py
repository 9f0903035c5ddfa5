"""The steps of one publish as plain functions; flows/run/publish_run.py calls them in this order.

    look_up_cached_results                      which files must be read, which results are cached  (cached_results)
    clean_documents                             source -> outcome of each document, cached or made now    (collect)
    reject_withdrawn                            reject what was taken down                    (withdrawn_articles)
    resolve_id_conflicts                        one row for each id                                 (id_conflicts)
    remake_carried                              carried rows again, from state/raw (`--remake`)           (remake)
    match_renamed_articles                      recognise the parent's rows of an older rule    (renamed_articles)
    clear_future_dates                          no date after the latest possible day               (future_dates)
    open_parent, match_parent                   find the rows of the parent that stay  (parent_rows, parent_match)
    validate_rows                               reject rows that fail an expectation                  (validation)
    mark_duplicates                             link or drop duplicates                               (duplicates)
    validate_release, validate_drift            check the release, alone and against its parent       (validation)
    plan_segments                               which segments are kept, and which are written      (segment_plan)
    build_draft, stage_segments                 tables to write, the staged release           (run_facts, staging)

`RunState` passes from step to step: the keys of the articles, the rejects, and where all other columns are on disk. At
any time every document of the source is exactly one row of `articles`, of `rejects`, or a row of the parent that stays;
`carried_count` counts the rows that stay of other documents. Dropped duplicates are rows of `dropped`, or of the
parent's segments of dropped duplicates that stay. Texts, spans and evidence are read when a segment is
written, one partition at a time: memory holds the keys of new and changed articles (some 300 bytes each), the rejects
and one partition. Of the parent the index of its segments is mapped (segment_index).
"""

from flows import dedupe, release
from flows.run.assembly import assemble_from_outcomes
from flows.run.cached_results import CachedResults, look_up_cached_results
from flows.run.cleanup import clean_up_state, prune_unreferenced_outcomes
from flows.run.collect import clean_documents, clean_raw_tables
from flows.run.duplicates import mark_duplicates
from flows.run.future_dates import clear_future_dates
from flows.run.id_conflicts import resolve_id_conflicts
from flows.run.indexes import update_indexes
from flows.run.ordered_tables import load_articles
from flows.run.parent_match import match_parent
from flows.run.parent_rows import ParentRows, Positions, find_rows_by_ids, find_withdrawn_rows, list_ids, open_parent
from flows.run.release_state import load_all_keys, load_release_state, remove_returned_rejects
from flows.run.remake import list_remake_notes, remake_carried
from flows.run.renamed_articles import match_renamed_articles
from flows.run.run_facts import build_draft, build_facts, summarize_run
from flows.run.run_state import RunState
from flows.run.segment_index import IndexFolder, SegmentIndex
from flows.run.segment_plan import plan_segments
from flows.run.source_reader import ProgressCallback
from flows.run.staging import finish_indexes, stage_segments
from flows.run.validation import revalidate_rows, validate_drift, validate_release, validate_rows
from flows.run.withdrawn_articles import reject_withdrawn

__all__ = [
    "CachedResults",
    "IndexFolder",
    "ParentRows",
    "Positions",
    "ProgressCallback",
    "RunState",
    "SegmentIndex",
    "assemble_from_outcomes",
    "build_draft",
    "build_facts",
    "clean_documents",
    "clean_raw_tables",
    "clean_up_state",
    "clear_future_dates",
    "dedupe",
    "find_rows_by_ids",
    "find_withdrawn_rows",
    "finish_indexes",
    "list_ids",
    "list_remake_notes",
    "load_all_keys",
    "load_articles",
    "load_release_state",
    "look_up_cached_results",
    "mark_duplicates",
    "match_parent",
    "match_renamed_articles",
    "open_parent",
    "plan_segments",
    "prune_unreferenced_outcomes",
    "reject_withdrawn",
    "release",
    "remake_carried",
    "remove_returned_rejects",
    "resolve_id_conflicts",
    "revalidate_rows",
    "stage_segments",
    "summarize_run",
    "update_indexes",
    "validate_drift",
    "validate_release",
    "validate_rows",
]
