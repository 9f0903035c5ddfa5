"""Index and statistics of the segments that a run wrote, from its state and from the files."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from flows import release, validate
from flows.run.duplicates import take_from_batches
from flows.run.parent_rows import ParentRows, read_stamps
from flows.run.run_state import RunState
from flows.run.segment_index import (
    INDEXED_COLUMNS,
    LEGACY_NAME,
    IndexFolder,
    build_index_rows,
    encode_ids,
    must_copy_prints,
    split_ids,
    write_arrow_batches,
)
from flows.run.segment_keys import list_bands, list_samples, sort_keys
from schemas import stage_tables

_PRINT_BATCH_ROWS = 4_096


def collect_drift(segment: release.Segment) -> validate.DriftStatistics:
    """Collect the drift statistics of a segment from its articles file."""
    columns = list(validate.DRIFT_INPUT_COLUMNS)
    return validate.add_statistics(
        validate.collect_drift_statistics(
            validate.select_drift_columns(release.upgrade_batch("articles", batch, segment.release, columns))
        )
        for batch in release.read_file_batches(segment.list_files("articles"), "articles", columns)
    )


def load_drift(parent: ParentRows, number: int) -> validate.DriftStatistics:
    """Load the drift statistics of a segment of the parent; collect and record them where they are missing."""
    index = parent.indexes[number]
    recorded = index.record.get("drift")
    if recorded is not None:
        return validate.DriftStatistics.from_json(recorded)
    statistics = collect_drift(index.segment)
    parent.index_folder.update_record(index.segment.name or LEGACY_NAME, drift=statistics.to_json())
    return statistics


def load_statistics(parent: ParentRows) -> dict[str, Any]:
    """Return the recorded statistics of the report for the segments of the parent, by name."""
    return {index.segment.name: index.record["statistics"] for index in parent.indexes if "statistics" in index.record}


def record_stamps(index_folder: IndexFolder, segments: list[release.Segment]) -> None:
    """Record size and mtime of the published files of these segments."""
    for segment in segments:
        index_folder.update_record(segment.name, stamps=read_stamps(segment))


def write_segment_index(
    state: RunState, segment: release.Segment, index_folder: IndexFolder, statistics: Mapping[str, Any] | None
) -> None:
    """Write the index of one segment; the articles of `state` are its rows, in any order.

    `statistics` are those of the report; a segment of dropped duplicates has none.
    """
    batches = release.read_file_batches(segment.list_files("articles"), "articles", INDEXED_COLUMNS)
    articles = pa.Table.from_batches(batches, release.SCHEMAS["articles"].empty_table().select(INDEXED_COLUMNS).schema)
    shards, positions = _locate_rows(state.articles, articles)
    row_count = len(shards)
    file_numbers, print_rows = np.zeros(row_count, np.int32), np.zeros(row_count, np.int32)
    text_digests = np.empty(row_count, object)
    print_paths: list[Path] = []
    bands, samples = [], []
    for number in np.unique(shards).tolist():
        places = np.flatnonzero(shards == number)
        if number > stage_tables.PARENT:
            mapped = state.shards[number].map_prints()
            shard_prints = mapped.table if mapped is not None else state.shards[number].read_table("prints")
            prints = take_from_batches(shard_prints, positions[places])
            text_digests[places] = encode_ids(prints["text_digest"]).to_pylist()
            bands.append(list_bands(prints, places.astype(np.int32)))
            samples.append(list_samples(prints, places.astype(np.int32)))
            continue
        assert state.parent is not None
        index = state.parent.indexes[stage_tables.PARENT - number]
        rows = index.rows.table.select(["text_digest", "print_file", "print_row"]).take(pa.array(positions[places]))
        text_digests[places] = rows["text_digest"].to_pylist()
        print_paths += [path for path in index.print_paths if path not in print_paths]
        numbers = np.array([print_paths.index(path) for path in index.print_paths], np.int32)
        file_numbers[places] = numbers[rows["print_file"].to_numpy()]
        print_rows[places] = rows["print_row"].to_numpy()
        new_rows = np.full(index.rows.table.num_rows, -1, np.int32)
        new_rows[positions[places]] = places
        bands.append(index.read_keys("bands").move_rows(new_rows))
        samples.append(index.read_keys("samples").move_rows(new_rows))
    own_name = f"prints-{segment.name}.arrow"
    is_new = shards > stage_tables.PARENT
    index_folder.folder.mkdir(parents=True, exist_ok=True)
    if must_copy_prints([path.name for path in print_paths], row_count):
        sources = _iterate_prints(state, shards, positions, file_numbers, print_rows, print_paths)
        write_arrow_batches(index_folder.folder / own_name, stage_tables.PRINTS, sources)
        print_names = [own_name]
        file_numbers, print_rows = np.zeros(row_count, np.int32), np.arange(row_count, dtype=np.int32)
    else:
        print_names = [path.name for path in print_paths]
        if is_new.any():
            new_places = np.flatnonzero(is_new)
            sources = _iterate_prints(
                state, shards[new_places], positions[new_places], file_numbers, print_rows, print_paths
            )
            write_arrow_batches(index_folder.folder / own_name, stage_tables.PRINTS, sources)
            file_numbers[new_places] = len(print_names)
            print_rows[new_places] = np.arange(len(new_places))
            print_names.append(own_name)
    index_rows = build_index_rows(articles, pa.array(text_digests.tolist(), pa.binary(16)), file_numbers, print_rows)
    record: dict[str, Any] = {"drift": collect_drift(segment).to_json()}
    if statistics is not None:
        record["statistics"] = statistics
    segment_keys = {"bands": sort_keys(bands), "samples": sort_keys(samples)}
    index_folder.write_index(segment.name, index_rows, segment_keys, print_names, record)


def _locate_rows(keys: pa.Table, articles: pa.Table) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return the shard and the position in it of each article of a file."""
    key_ids, file_ids = split_ids(keys["article_id"]), split_ids(articles["article_id"])
    order = np.argsort(key_ids[:, 0], kind="stable")
    places = order[np.searchsorted(key_ids[order, 0], file_ids[:, 0])] if len(order) else np.empty(0, np.int64)
    return keys["shard"].to_numpy()[places], keys["at"].to_numpy()[places]


def _iterate_prints(
    state: RunState,
    shards: npt.NDArray[np.int32],
    positions: npt.NDArray[np.int32],
    file_numbers: npt.NDArray[np.int32],
    print_rows: npt.NDArray[np.int32],
    print_paths: list[Path],
) -> Iterator[pa.Table]:
    """Yield PRINTS of articles in their order, some at a time."""
    for start in range(0, len(shards), _PRINT_BATCH_ROWS):
        batch_shards = shards[start : start + _PRINT_BATCH_ROWS]
        tables, order = [], []
        is_new = batch_shards > stage_tables.PARENT
        for number in np.unique(batch_shards[is_new]).tolist():
            selected = np.flatnonzero(batch_shards == number)
            mapped = state.shards[number].map_prints()
            prints = mapped.table if mapped is not None else state.shards[number].read_table("prints")
            tables.append(take_from_batches(prints, positions[start + selected]))
            order.append(selected)
        old = np.flatnonzero(~is_new)
        for file_number in np.unique(file_numbers[start + old]).tolist() if len(old) else ():
            selected = old[file_numbers[start + old] == file_number]
            mapped_prints = release.map_table(print_paths[file_number])
            tables.append(take_from_batches(mapped_prints.table, print_rows[start + selected]))
            mapped_prints.release_pages()
            order.append(selected)
        yield pa.concat_tables(tables).combine_chunks().take(pa.array(np.argsort(np.concatenate(order))))
