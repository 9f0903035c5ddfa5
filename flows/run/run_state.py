"""`RunState`: in-memory index of the release being built."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, release
from flows.run.canonical_overrides import override_evidence, override_urls
from flows.run.keys_table import filter_keys
from flows.run.parent_rows import ParentRows
from flows.workers import batch_processing
from schemas import arrow, stage_tables
from schemas.vocabulary import DROPPED

# Of a row group of articles, and of lineage, so much is in memory at a time, for each segment that is merged.
_ARTICLE_PARTS: Final = 20
_LINEAGE_PARTS: Final = 4
_DATE_FIELDS: Final = ("published_at", "date")
RejectionsByRow = dict[int, tuple[str, str]]  # row -> reason, sentence


@dataclass(frozen=True)
class SegmentPiece:
    """A segment to be written: the places of its rows in `RunState.articles`, and the parent's segments they are from.

    `number` is the number in its name. The rows of a segment of dropped duplicates are in `RunState.dropped`.
    """

    number: int
    places: npt.NDArray[np.int64]
    parent_segments: tuple[int, ...]
    is_dropped: bool = False


@dataclass(frozen=True)
class RunState:
    """Articles (KEYS) and REJECTS of the release being built; all other columns stay in the shards.

    - `shards`: the shards that the column `shard` of KEYS numbers; `used_places` are the positions that documents of
      this run have in them, by number.
    - `parent`: the parent release and the rows of it that stay (flows/run/parent_rows.py); of these, `carried_count`
      are of documents that this source does not hold. Rows that stay are not in `articles` until segments are planned.
    - `dropped`: KEYS of duplicates that are dropped, but for those that stay dropped in the parent as they are.
    - `kept_segments`: segments of the parent that the release shares; `pieces`: for each segment to be written, the
      rows of `articles` in it (flows/run/segment_plan.py).
    - `cleaned_count`: documents cleaned in this run; `cached_count`: documents whose outcome came from the cache.
    - `own_urls`: rows whose declared canonical URL belongs to another document, and their own URL or None instead.
    - `renamed_ids`: article_ids of the parent, by an older identity rule, and those of the same documents now.
    - `purged_digests`: raw_sha256 of the documents of this run that a purge forgets.
    - `keys_folder`: where KEYS of many articles are, which are mapped; without it they are in memory.
    - `key_usage`: keys of the records read, with what each stated, and files that are no documents.
    """

    articles: pa.Table
    rejects: pa.Table
    documents_in: int
    dropped: pa.Table = field(default_factory=lambda: arrow.make_empty_table(stage_tables.KEYS))
    carried_count: int = 0
    shards: tuple[cache.Shard, ...] = ()
    parent: ParentRows | None = None
    kept_segments: tuple[release.Segment, ...] = ()
    pieces: tuple[SegmentPiece, ...] | None = None
    used_places: dict[int, npt.NDArray[np.int32]] = field(default_factory=dict)
    cleaned_count: int = 0
    cached_count: int = 0
    own_urls: Mapping[int, str | None] = field(default_factory=dict)
    renamed_ids: Mapping[str, str] = field(default_factory=dict)
    purged_digests: frozenset[str] = frozenset()
    keys_folder: Path | None = None
    key_usage: Mapping[str, Any] = field(default_factory=dict)

    def count_published(self) -> int:
        """Count the articles of the release: rows of `articles`, and rows of the parent that are not among them."""
        return self._count_rows(self.articles, is_dropped=False)

    def count_dropped(self) -> dict[str, int]:
        """Count the documents dropped as duplicates, by reason; those that an earlier release dropped count too."""
        counts = {k: n for k, n in batch_processing.count_reasons(self.rejects).items() if k in DROPPED}
        duplicates = self._count_rows(self.dropped, is_dropped=True)
        return {**counts, "duplicate": duplicates} if duplicates else counts

    def count_dropped_before(self) -> int:
        """Count the dropped duplicates that an earlier release dropped: these have no row in rejects."""
        newly_dropped = batch_processing.count_reasons(self.rejects).get("duplicate", 0)
        return self._count_rows(self.dropped, is_dropped=True) - newly_dropped

    def _count_rows(self, rows: pa.Table, *, is_dropped: bool) -> int:
        """Count `rows`, and rows of the parent that are not among them."""
        if self.pieces is not None:
            return int(rows.num_rows) + sum(
                segment.rows for segment in self.kept_segments if segment.is_dropped == is_dropped
            )
        return int(rows.num_rows) + (self.parent.count_rows(is_dropped=is_dropped) if self.parent else 0)

    def count_rejected(self) -> dict[str, int]:
        """Count the rejected documents, by reason; dropped duplicates are not among them."""
        return {k: n for k, n in batch_processing.count_reasons(self.rejects).items() if k not in DROPPED}

    def reject_rows(self, rejections: RejectionsByRow, stage: str) -> "RunState":
        """Return a state in which these articles are rejects of `stage`."""
        if not rejections:
            return self
        is_rejected = pc.is_in(self.articles["row"], pa.array(sorted(rejections), pa.int64()))
        rejected_state = replace(self, articles=self.articles.filter(is_rejected))
        previews = rejected_state.read_previews(
            [row for row, rejection in rejections.items() if rejection[0] != "withdrawn"]
        )
        rows = [
            {
                **{name: row[name] for name in ("source_id", "source_uri", "raw_sha256")},
                "stage": stage,
                "reason": rejections[row["row"]][0],
                "detail": rejections[row["row"]][1],
                "preview": previews.get(row["row"]),
            }
            for row in rejected_state.articles.select(["row", "source_id", "source_uri", "raw_sha256"]).to_pylist()
        ]
        return replace(
            self,
            articles=filter_keys(self.articles, pc.invert(is_rejected), self.keys_folder),
            rejects=pa.concat_tables([self.rejects, arrow.build_table(arrow.REJECTS, rows)]),
        )

    def read_previews(self, rows: Sequence[int]) -> dict[int, str]:
        """Read the first 200 characters of articles, by row."""
        articles = self.articles.filter(pc.is_in(self.articles["row"], pa.array(rows, pa.int64())))
        return {
            row: " ".join(text[:400].split())[:200]
            for table in replace(self, articles=articles).stream_articles(["text"])
            for row, text in zip(table["row"].to_pylist(), table["text"].to_pylist(), strict=True)
        }

    def map_ids_to_rows(self, rejections: dict[str, tuple[str, str]]) -> RejectionsByRow:
        """Map article_id -> rejection to row -> rejection; each article_id must have one row."""
        matches = self.articles.filter(pc.is_in(self.articles["article_id"], pa.array(sorted(rejections), pa.string())))
        ids = zip(matches["article_id"].to_pylist(), matches["row"].to_pylist(), strict=True)
        return {row: rejections[key] for key, row in ids}

    def stream_articles(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield `columns` of the articles (of RUN_ARTICLES) and their `row`: shard by shard, carried articles last.

        Columns of KEYS are taken from there. Carried articles have the published columns only.
        """
        key_columns = [
            name for name in columns if name in stage_tables.KEYS.names and name not in ("shard", "at", "outlet")
        ]
        stored_columns = [name for name in columns if name not in key_columns]
        for number, places in self._group_by_shard():
            keys = self.articles.take(places)
            if not stored_columns:
                yield keys.select([*dict.fromkeys([*columns, "row"])])
            elif number > stage_tables.PARENT:
                stored = self.shards[number].read_table("articles", stored_columns).take(keys["at"])
                yield override_urls(_merge_columns(keys, stored, columns), self.own_urls)
            else:
                yield from self._read_carried(number, keys, stored_columns, columns)

    def stream_lineage(self, name: str) -> Iterator[tuple[npt.NDArray[np.int64], pa.Table]]:
        """Yield (places, SPANS or EVIDENCE without article_id): shard by shard, lineage of carried articles last.

        `places` has, for each row of the table, the place of its article in `articles`.
        """
        schema = release.SCHEMAS[name].remove_metadata()
        schema = schema.remove(schema.get_field_index("article_id"))
        for number, shard_places in self._group_by_shard():
            if number > stage_tables.PARENT:
                place_array = shard_places.to_numpy()
                table = self.shards[number].read_table(name, [*schema.names, "row"])
                indices, counts = _locate_ranges(
                    table["row"].to_numpy(), self.articles["at"].take(shard_places).to_numpy()
                )
                places = np.repeat(place_array, counts)
                lineage = table.select(schema.names).take(pa.array(indices)).cast(schema)
                if name == "evidence":
                    places, lineage = self._override_evidence(places, lineage)
                yield places, lineage
            else:
                yield from self._read_carried_lineage(name, number, shard_places, schema)

    def _override_evidence(
        self, places: npt.NDArray[np.int64], evidence: pa.Table
    ) -> tuple[npt.NDArray[np.int64], pa.Table]:
        """Return evidence of the articles at these places as the run sees it: own URLs, no removed dates."""
        if self.own_urls:
            evidence = override_evidence(evidence, self.articles["row"].to_numpy()[places], self.own_urls)
        is_of_date = pc.is_in(evidence["field"], pa.array(_DATE_FIELDS))
        is_removed = np.asarray(is_of_date) & np.asarray(pc.is_null(self.articles["date"]))[places]
        if not is_removed.any():
            return places, evidence
        return places[~is_removed], evidence.filter(pa.array(~is_removed))

    def _read_carried_lineage(
        self, name: str, number: int, shard_places: pa.Array, schema: pa.Schema
    ) -> Iterator[tuple[npt.NDArray[np.int64], pa.Table]]:
        """Yield lineage of carried articles of one segment, in the order of its file."""
        segment = self._find_segment(number)
        ids = self.articles["article_id"].take(shard_places).combine_chunks()
        place_array = shard_places.to_numpy()
        for batch in release.read_file_batches(segment.list_files(name), name, None, _LINEAGE_PARTS):
            indices = np.asarray(pc.fill_null(pc.index_in(batch.column("article_id"), value_set=ids), -1), np.int64)
            matches = np.flatnonzero(indices >= 0)
            if len(matches):
                lineage = release.upgrade_batch(name, batch.take(pa.array(matches)), segment.release)
                yield place_array[indices[matches]], lineage.select(schema.names).cast(schema)

    def _find_segment(self, number: int) -> release.Segment:
        """Return the segment of the parent that a number of a shard stands for."""
        assert self.parent is not None
        return self.parent.segments[stage_tables.PARENT - number]

    def _group_by_shard(self) -> Iterator[tuple[int, pa.Array]]:
        """Yield (number of a shard, places of its rows in `articles`); segments of the parent come last, in order."""
        shard_numbers = self.articles["shard"].to_numpy()
        order = np.argsort(shard_numbers, kind="stable")
        if not len(order):
            return
        starts = np.flatnonzero(np.diff(shard_numbers[order], prepend=np.iinfo(np.int32).min)).tolist()
        groups = [
            (int(shard_numbers[order[a]]), order[a:b]) for a, b in zip(starts, [*starts[1:], len(order)], strict=True)
        ]
        for number, places in sorted(groups, key=lambda group: (group[0] < 0, abs(group[0]))):
            yield number, pa.array(places)

    def _read_carried(
        self, number: int, keys: pa.Table, stored_columns: list[str], columns: Sequence[str]
    ) -> Iterator[pa.Table]:
        """Yield columns of the carried articles of one segment, one batch at a time, in the order of its file."""
        segment = self._find_segment(number)
        keys = keys.sort_by("at")
        positions = keys["at"].to_numpy()
        batch_start = 0
        for batch in release.read_file_batches(segment.list_files("articles"), "articles", None, _ARTICLE_PARTS):
            low, high = np.searchsorted(positions, [batch_start, batch_start + batch.num_rows])
            if low < high:
                rows = batch.take(pa.array(positions[low:high] - batch_start))
                stored = release.upgrade_batch("articles", rows, segment.release).select(stored_columns)
                yield _merge_columns(keys.slice(low, high - low), stored, columns)
            batch_start += batch.num_rows


def _merge_columns(keys: pa.Table, stored: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Merge columns of KEYS and of the shard into one table, in the order of `columns`, then `row`."""
    names = [*dict.fromkeys([*columns, "row"])]
    return pa.table([keys[name] if name not in stored.column_names else stored[name] for name in names], names)


def _locate_ranges(
    rows: npt.NDArray[np.int64], numbers: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the indices in sorted `rows` of each number of `numbers`, one after another, and their counts."""
    starts = np.searchsorted(rows, numbers, side="left")
    counts = np.searchsorted(rows, numbers, side="right") - starts
    total = int(counts.sum())
    preceding = np.cumsum(counts) - counts
    return np.repeat(starts - preceding, counts) + np.arange(total), counts
