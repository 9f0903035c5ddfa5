"""Validation of many rows by the workers: parts of at least 20,000 rows, so that each worker imports once.

    assemble_views    shards -> VIEW of some shards, in files by range of article_id      one call for some shards
    check_view_files  files of one range -> outcomes of the suite                         one call for each range

A part is a range of article_id, so outcomes do not depend on the order of the rows, nor on the number of workers.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from flows import validate
from flows.parameters import Publish
from flows.run.calls import run_calls
from flows.run.run_state import RunState
from flows.run.shard_requests import load_requested_state, write_state_request
from flows.workers.function_calls import write_call
from schemas import arrow, arrow_files, stage_tables

VALIDATED_COLUMNS: Final = [
    *(name for name in stage_tables.VIEW.names if name in arrow.ARTICLES.names),
    "authors",
    "editors",
    *stage_tables.MEASURES.names,
]


def check_parts(
    state: RunState, run_day: date, folder: Path, job: Publish, part_count: int
) -> Iterator[validate.PartOutcome]:
    """Check the articles of a state in parts, and yield the outcomes in the order of article_id."""
    work = folder / "checks"
    work.mkdir()
    edges = _choose_edges(state, part_count)
    shards = state.articles["shard"].to_numpy()
    groups = np.array_split(np.unique(shards), part_count)
    view_calls = [
        write_call(
            work,
            f"views-{number:05d}",
            assemble_views,
            {
                "request": write_state_request(
                    state, np.flatnonzero(np.isin(shards, group)), work, f"keys-{number:05d}"
                ),
                "run_day": run_day.isoformat(),
                "edges": edges,
                "target": str((work / f"view-{number:05d}").absolute()),
            },
        )
        for number, group in enumerate(groups)
        if len(group)
    ]
    files: list[list[str]] = [[] for _ in range(part_count)]
    for paths in run_calls(job, view_calls):
        for part, path in paths:
            files[part].append(path)
    check_calls = [
        write_call(work, f"check-{part:05d}", check_view_files, {"paths": part_files})
        for part, part_files in enumerate(files)
        if part_files
    ]
    yield from map(validate.PartOutcome.from_json, run_calls(job, check_calls))


def assemble_views(request: dict[str, Any], run_day: str, edges: Sequence[str], target: str) -> list[tuple[int, str]]:
    """Assemble VIEW of the articles of a request in a worker; return (part, path) of each file that it wrote."""
    state = load_requested_state(request)
    first_ids = np.array(edges, "S32")
    tables: dict[int, list[pa.Table]] = {}
    for articles in state.stream_articles(VALIDATED_COLUMNS):
        view = validate.assemble_row_view(articles, date.fromisoformat(run_day))
        ids = np.array(view["article_id"].to_pylist(), "S32")
        parts = np.searchsorted(first_ids, ids, side="right")
        for part in np.unique(parts).tolist():
            tables.setdefault(part, []).append(view.filter(pa.array(parts == part)))
    written = []
    for part, views in sorted(tables.items()):
        path = Path(f"{target}-{part:05d}.arrow")
        arrow_files.write_table(path, pa.concat_tables(views))
        written.append((part, str(path)))
    return written


def check_view_files(paths: Sequence[str]) -> dict[str, Any]:
    """Check VIEW of one part in a worker."""
    view = pa.concat_tables([arrow_files.read_table(Path(path)) for path in paths])
    return validate.check_view_part(view).to_json()


def _choose_edges(state: RunState, part_count: int) -> list[str]:
    """Return the first article_id of each part but the first."""
    ids = pc.take(state.articles["article_id"], pc.sort_indices(state.articles["article_id"]))
    starts = [len(ids) * part // part_count for part in range(1, part_count)]
    edges: list[str] = ids.take(pa.array(starts, pa.int64())).to_pylist()
    return edges
