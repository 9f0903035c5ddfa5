"""Dates that no document can have: after the day it was fetched, or else after the day of the run.

A wrong date must not cost an article. Outcomes are cached without the day of a run, so such a date is removed from the
keys of the run, and its evidence wherever lineage is read.
"""

from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import validate
from flows.run.keys_table import replace_values
from flows.run.run_state import RunState
from flows.workers import batch_processing
from schemas import stage_tables

_DATE_COLUMNS: Final = ("published_at", "date", "date_basis")


def clear_future_dates(state: RunState, run_day: date) -> RunState:
    """Return a state in which no article of this run has a date after the latest possible day; `run_day` is in UTC."""
    keys = state.articles
    is_late = pc.and_(
        pc.greater(keys["shard"], stage_tables.PARENT),
        pc.greater(keys["date"], validate.compute_latest_days(keys["fetched_at"], run_day)),
    )
    late_places = np.flatnonzero(np.asarray(pc.fill_null(is_late, fill_value=False), np.bool_))
    if not len(late_places):
        return state
    late_rows = keys["row"].take(pa.array(late_places)).to_pylist()
    for name in _DATE_COLUMNS:
        keys = replace_values(keys, name, dict.fromkeys(late_rows))
    undated = replace(state, articles=keys.take(pa.array(late_places)))
    hashes = {
        row["row"]: batch_processing.hash_content(row)
        for table in undated.stream_articles(batch_processing.PUBLISHED_VALUES)
        for row in table.to_pylist()
    }
    return replace(state, articles=replace_values(keys, "content_hash", hashes))
