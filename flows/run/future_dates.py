"""Dates that no document can have: after the day it was fetched, or else after the day of the run.

A wrong date must not cost an article. Outcomes are cached without the day of a run, so such a date is removed from the
keys of the run, and its evidence wherever lineage is read.
"""

from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import validate
from flows.run.claimed_ids import set_key_columns
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
    mask = np.zeros(keys.num_rows, np.bool_)
    mask[late_places] = True
    cleared = {
        name: pc.if_else(pa.array(mask), pa.scalar(None, keys.schema.field(name).type), keys[name])
        for name in _DATE_COLUMNS
    }
    state = replace(state, articles=set_key_columns(keys, cleared))
    return replace(state, articles=set_key_columns(state.articles, {"content_hash": _hash_again(state, late_places)}))


def _hash_again(state: RunState, places: npt.NDArray[np.int64]) -> pa.Array:
    """Return content_hash of all articles, computed again for those at these places."""
    changed = replace(state, articles=state.articles.take(pa.array(places)))
    hashes = {
        row["row"]: batch_processing.hash_content(row)
        for table in changed.stream_articles([*batch_processing.PUBLISHED_VALUES])
        for row in table.to_pylist()
    }
    rows, old_hashes = state.articles["row"].to_pylist(), state.articles["content_hash"].to_pylist()
    return pa.array([hashes.get(row, old) for row, old in zip(rows, old_hashes, strict=True)], pa.string())
