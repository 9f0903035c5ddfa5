"""Rows of the parent release, found by way of its index: which of them stay in the coming release, and their KEYS."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import release
from flows.release.filesystem import hash_file
from flows.run.keys_table import build_keys_table, select_key_columns
from flows.run.segment_index import (
    IndexFolder,
    SegmentIndex,
    encode_ids,
    split_ids,
)
from schemas import SCHEMA_VERSION, arrow, stage_tables

_KEY_COLUMNS = [
    "article_id", "source_id", "source_uri", "raw_sha256", "fetched_at", "url", "published_at", "date", "date_basis",
    "char_count", "boilerplate_share", "duplicate_of", "content_hash", "outlet", "title", "authors",
]  # fmt: skip

_ID_PATTERN: Final = "^[0-9a-f]{32}$"
Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RowPlaces:
    """Places of rows in the segments of a release: number of the segment (-1: nowhere) and row in it."""

    segments: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]

    @property
    def exists(self) -> Mask:
        """Return the mask of the rows that the release has."""
        return np.asarray(self.segments >= 0)


@dataclass(frozen=True)
class ParentRows:
    """The parent release, and the rows of it that stay: one mask for each segment.

    Segments of published articles come first, then those of dropped duplicates.
    `links` maps (segment, row) of a row that stays to its new duplicate_of, where that changed. `index_folder` is where
    the indexes were opened.
    """

    path: Path
    indexes: tuple[SegmentIndex, ...]
    stays: tuple[Mask, ...]
    index_folder: IndexFolder
    can_share: bool
    links: dict[tuple[int, int], str | None] = field(default_factory=dict)

    @property
    def segments(self) -> tuple[release.Segment, ...]:
        """Return the segments of the release."""
        return tuple(index.segment for index in self.indexes)

    @property
    def is_dropped(self) -> Mask:
        """Return the mask of the segments of dropped duplicates."""
        return np.array([index.segment.is_dropped for index in self.indexes], bool)

    def list_numbers(self, *, is_dropped: bool) -> list[int]:
        """List the numbers of the segments of published articles, or of dropped duplicates."""
        return [int(number) for number in np.flatnonzero(self.is_dropped == is_dropped)]

    def find_ids(self, ids: pa.Array | pa.ChunkedArray) -> RowPlaces:
        """Find rows by article_id; what does not have the form of an id is nowhere."""
        places = RowPlaces(np.full(len(ids), -1, np.int32), np.zeros(len(ids), np.int32))
        is_id = np.asarray(pc.fill_null(pc.match_substring_regex(ids, _ID_PATTERN), False), np.bool_)
        given_rows = np.flatnonzero(is_id)
        needles = split_ids(ids.filter(pa.array(is_id)))
        if not len(needles):
            return places
        order = np.argsort(needles[:, 0], kind="stable")
        sorted_needles = needles[order]
        for number, index in enumerate(self.indexes):
            segment_ids = index.ids
            slots = np.searchsorted(sorted_needles[:, 0], segment_ids[:, 0])
            slots[slots == len(sorted_needles)] = 0
            rows = np.flatnonzero((sorted_needles[slots] == segment_ids).all(axis=1))
            matches = given_rows[order[slots[rows]]]
            places.segments[matches], places.rows[matches] = number, rows
        return places

    def find_published_ids(self, ids: pa.Array | pa.ChunkedArray) -> Mask:
        """Return the mask of the ids that are of published articles."""
        places = self.find_ids(ids)
        return np.asarray(places.exists & ~np.append(self.is_dropped, False)[places.segments])

    def find_values(self, column: str, values: pa.Array) -> list[Positions]:
        """Return the rows of each segment whose value of an index column is one of these."""
        return [
            np.flatnonzero(np.asarray(pc.is_in(index.read_column(column), value_set=values), np.bool_))
            for index in self.indexes
        ]

    def without_rows(self, positions: Iterable[tuple[int, Positions]]) -> "ParentRows":
        """Return the parent without some rows, given by segment."""
        stays = [mask.copy() for mask in self.stays]
        for number, rows in positions:
            stays[number][rows] = False
        return replace(self, stays=tuple(stays))

    def count_rows(self, *, is_dropped: bool) -> int:
        """Count the published articles that stay, or the dropped duplicates."""
        return sum(int(self.stays[number].sum()) for number in self.list_numbers(is_dropped=is_dropped))

    def load_keys(self, number: int, rows: Positions) -> pa.Table:
        """Load KEYS of some rows of a segment; `row` is their place in it, and their links are the current ones."""
        segment = self.segments[number]
        tables, batch_start = [], 0
        for batch in release.read_file_batches(segment.list_files("articles"), "articles", _KEY_COLUMNS):
            low, high = np.searchsorted(rows, [batch_start, batch_start + batch.num_rows])
            if low < high:
                selected = batch.take(pa.array(rows[low:high] - batch_start))
                table = release.upgrade_batch("articles", selected, segment.release, _KEY_COLUMNS)
                tables.append(select_key_columns(table).drop_columns(["has_url"]))
            batch_start += batch.num_rows
        if not tables:
            return arrow.make_empty_table(stage_tables.KEYS)
        articles = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
        columns = {name: articles[name] for name in articles.column_names}
        links = {row: link for (segment_number, row), link in self.links.items() if segment_number == number}
        if links:
            values = articles["duplicate_of"].to_pylist()
            values = [links.get(row, value) for row, value in zip(rows.tolist(), values, strict=True)]
            columns["duplicate_of"] = pa.chunked_array([pa.array(values, pa.string())])
        shards = np.full(len(rows), stage_tables.PARENT - number)
        return build_keys_table(columns, rows, shards, rows)


def open_parent(path: Path, index_folder: IndexFolder) -> ParentRows:
    """Open a release as parent; no row stays yet. Raises ReleaseError where a file of it is not as published."""
    manifest = release.read_manifest(path)
    segments = [*release.list_segments(path, manifest), *release.list_dropped_segments(path, manifest)]
    sizes = {file["path"]: (file["bytes"], file["sha256"]) for file in manifest["files"]}
    indexes = []
    for segment in segments:
        index = index_folder.open_index(segment)
        _check_stamps(segment, index, sizes)
        indexes.append(index)
    can_share = "segments" in manifest and manifest["schema_version"] == SCHEMA_VERSION
    stays = tuple(np.zeros(index.rows.table.num_rows, bool) for index in indexes)
    return ParentRows(path, tuple(indexes), stays, index_folder, can_share)


def read_stamps(segment: release.Segment) -> dict[str, list[int]]:
    """Return size and mtime (ns) of each file of a segment."""
    statuses = {path: (segment.release / path).stat() for path in segment.list_paths()}
    return {path: [status.st_size, status.st_mtime_ns] for path, status in statuses.items()}


def _check_stamps(segment: release.Segment, index: SegmentIndex, sizes: dict[str, tuple[int, str]]) -> None:
    """Check that no file of a segment changed since it was published; one whose size or mtime did is digested.

    Raises ReleaseError.
    """
    stamps = index.record.get("stamps", {})
    for path in segment.list_paths():
        file = segment.release / path
        try:
            status = file.stat()
            is_same = stamps.get(path) == [status.st_size, status.st_mtime_ns]
            is_sound = status.st_size == sizes[path][0] and (
                is_same or path not in stamps or hash_file(file) == sizes[path][1]
            )
        except OSError:
            is_sound = False
        if not is_sound:
            raise release.ReleaseError(
                f"{file} is not what was published, and the new release would share it: `kliping verify` names the "
                "releases that hold it, `kliping verify --restore FOLDER` puts a good copy back."
            )


def find_withdrawn_rows(parent: ParentRows, withdrawals: Sequence[release.Withdrawal]) -> list[tuple[int, Positions]]:
    """Find the rows of a release that withdrawals match: by id, bytes or text."""
    if not withdrawals:
        return []
    places = parent.find_ids(pa.array([one.article_id for one in withdrawals], pa.string()))
    by_column = {
        "raw_sha256": {digest for one in withdrawals for digest in one.raw_sha256},
        "text_digest": {digest for one in withdrawals for digest in one.text_digests},
    }
    matches = [[places.rows[places.segments == number].astype(np.int64)] for number in range(len(parent.indexes))]
    for column, digests in by_column.items():
        if digests:
            values = encode_ids(pa.array(sorted(digests), pa.string())).cast(
                stage_tables.SEGMENT_INDEX.field(column).type
            )
            for number, rows in enumerate(parent.find_values(column, values)):
                matches[number].append(rows)
    return [(number, np.unique(np.concatenate(rows))) for number, rows in enumerate(matches) if sum(map(len, rows))]


def list_ids(parent: ParentRows, positions: Iterable[tuple[int, Positions]]) -> set[str]:
    """Return the article_ids of some rows of a release."""
    return {
        key.hex()
        for number, rows in positions
        for key in parent.indexes[number].read_column("article_id").take(pa.array(rows)).to_pylist()
    }


def group_by_segment(places: RowPlaces) -> list[tuple[int, Positions]]:
    """Return the rows of each segment, sorted."""
    return [
        (number, np.sort(places.rows[places.segments == number]).astype(np.int64))
        for number in np.unique(places.segments[places.exists]).tolist()
    ]


def find_rows_by_ids(parent: ParentRows, ids: AbstractSet[str]) -> list[tuple[int, Positions]]:
    """Find the rows with these article_ids, by segment."""
    return group_by_segment(parent.find_ids(pa.array(sorted(ids), pa.string())))
