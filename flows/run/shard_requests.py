"""Part of a run's state as a request for a worker: KEYS as a file, and paths of what they are in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows import cache, release
from flows.run.parent_rows import ParentRows
from flows.run.run_state import RunState
from flows.run.segment_index import IndexFolder
from schemas import arrow, arrow_files, stage_tables


def can_request(state: RunState) -> bool:
    """Return whether the rows of a state can be read elsewhere: all shards are stored, all segments have names."""
    are_stored = all(isinstance(shard, cache.StoredShard) for shard in state.shards)
    return are_stored and (state.parent is None or all(segment.name for segment in state.parent.segments))


def write_state_request(state: RunState, places: npt.NDArray[np.int64], folder: Path, name: str) -> dict[str, Any]:
    """Write KEYS of the articles at these places as a file; return them with the paths of shards and segments.

    Only what these articles are in is named, numbered anew.
    """
    articles = state.articles.take(pa.array(places))
    shards = articles["shard"].to_numpy()
    used = np.unique(shards)
    own, carried = used[used > stage_tables.PARENT], used[used <= stage_tables.PARENT][::-1]
    renumbered = np.where(
        shards > stage_tables.PARENT,
        np.searchsorted(own, shards),
        stage_tables.PARENT - np.searchsorted(-carried, -shards),
    ).astype(np.int32)
    path = folder / f"{name}.arrow"
    keys = arrow.replace_column(articles, "shard", renumbered)
    arrow_files.write_table(path, keys.unify_dictionaries().combine_chunks())
    parent = state.parent
    rows = set(articles["row"].to_pylist()) if state.own_urls else set()
    return {
        "keys": str(path.absolute()),
        "shards": [_find_shard_path(state.shards[number]) for number in own.tolist()],
        "indexes": str(parent.index_folder.folder.absolute()) if parent else "",
        "segments": [
            _describe_segment(parent.segments[stage_tables.PARENT - number]) for number in carried.tolist() if parent
        ],
        "own_urls": [(row, url) for row, url in state.own_urls.items() if row in rows],
    }


def load_requested_state(request: Mapping[str, Any]) -> RunState:
    """Load the state of a request: its articles, with the shards and segments that they are in."""
    parent = None
    if request["segments"]:
        index_folder = IndexFolder(Path(request["indexes"]))
        indexes = tuple(index_folder.open_index(_load_segment(segment)) for segment in request["segments"])
        parent = ParentRows(Path(), indexes, (), index_folder, can_share=True)
    return RunState(
        arrow_files.read_table(Path(request["keys"])),
        arrow.make_empty_table(arrow.REJECTS),
        documents_in=0,
        shards=tuple(cache.StoredShard(Path(path)) for path in request["shards"]),
        parent=parent,
        own_urls=dict(request["own_urls"]),
    )


def _find_shard_path(shard: cache.Shard) -> str:
    assert isinstance(shard, cache.StoredShard)
    return str(shard.path.absolute())


def _describe_segment(segment: release.Segment) -> dict[str, Any]:
    values = {name: getattr(segment, name) for name in ("name", "rows", "code", "settings", "is_dropped")}
    return {**values, "release": str(segment.release.absolute())}


def _load_segment(value: Mapping[str, Any]) -> release.Segment:
    code, settings = tuple(value["code"]), tuple(value["settings"])
    return release.Segment(Path(value["release"]), value["name"], value["rows"], code, settings, value["is_dropped"])
