"""`Working`: a release in the making, as far as it is held in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows import cache, release
from flows.workers import batch_processing
from schemas import arrow, stage_tables
from schemas.vocabulary import DROPPED

Lost = dict[int, tuple[str, str]]  # row -> reason, sentence


@dataclass(frozen=True)
class Working:
    """The articles (KEYS) and REJECTS of a release in the making; all else of an article lies in the shards.

    `shards` are those that `shard` of KEYS numbers; `parent` is the release that rows were carried over from. `carried`
    counts these, `prints` is what is compared of their texts (mapped; `rest` gives its pages back), `used` the places
    in the shards that any document of the run ended in, `cleaned` the documents that were cleaned in this run and
    `kept` those whose outcome was there. `ahead` are rows that are being fetched already (see dealing.py).
    """

    articles: pa.Table
    rejects: pa.Table
    documents_in: int
    carried: int = 0
    shards: tuple[cache.Shard, ...] = ()
    parent: Path | None = None
    prints: pa.Table = field(default_factory=stage_tables.PRINTS.empty_table)
    rest: Callable[[], None] = lambda: None
    used: dict[int, npt.NDArray[np.int32]] = field(default_factory=dict)
    cleaned: int = 0
    kept: int = 0
    ahead: Mapping[str, Future[Any]] = field(default_factory=dict)

    def dropped(self) -> dict[str, int]:
        """Documents dropped as duplicates, by reason."""
        return {k: n for k, n in batch_processing.reasons(self.rejects).items() if k in DROPPED}

    def rejected(self) -> dict[str, int]:
        """Documents rejected, by reason."""
        return {k: n for k, n in batch_processing.reasons(self.rejects).items() if k not in DROPPED}

    def without(self, lost: Lost, stage: str) -> "Working":
        """The same with some articles moved to rejects: row -> (reason, sentence)."""
        if not lost:
            return self
        gone = pc.is_in(self.articles["row"], pa.array(sorted(lost), pa.int64()))
        losing = replace(self, articles=self.articles.filter(gone))
        previews = losing.previews([row for row, why in lost.items() if why[0] != "withdrawn"])
        rows = [
            {
                **{name: row[name] for name in ("source_id", "source_uri", "raw_sha256")},
                "stage": stage,
                "reason": lost[row["row"]][0],
                "detail": lost[row["row"]][1],
                "preview": previews.get(row["row"]),
            }
            for row in losing.articles.select(["row", "source_id", "source_uri", "raw_sha256"]).to_pylist()
        ]
        return replace(
            self,
            articles=self.articles.filter(pc.invert(gone)),
            rejects=pa.concat_tables([self.rejects, arrow.table(arrow.REJECTS, rows)]),
        )

    def previews(self, rows: Sequence[int]) -> dict[int, str]:
        """The first words of articles, by row."""
        wanted = self.articles.filter(pc.is_in(self.articles["row"], pa.array(rows, pa.int64())))
        return {
            row: " ".join(text[:400].split())[:200]
            for table in replace(self, articles=wanted).stream(["text"])
            for row, text in zip(table["row"].to_pylist(), table["text"].to_pylist(), strict=True)
        }

    def rows_of(self, articles: dict[str, tuple[str, str]]) -> Lost:
        """article_id -> value as row -> value, where each article_id has one row."""
        here = self.articles.filter(pc.is_in(self.articles["article_id"], pa.array(sorted(articles), pa.string())))
        ids = zip(here["article_id"].to_pylist(), here["row"].to_pylist(), strict=True)
        return {row: articles[key] for key, row in ids}

    def stream(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """`columns` of the articles (of RUN_ARTICLES) with their `row`, shard by shard, then what was carried over.

        What KEYS holds is taken from there. Carried rows have no more than the published columns.
        """
        held = [name for name in columns if name in stage_tables.KEYS.names and name not in ("shard", "at", "outlet")]
        rest = [name for name in columns if name not in held]
        for number, where in self._by_shard():
            own = self.articles.take(where)
            if not rest:
                yield own.select([*dict.fromkeys([*columns, "row"])])
            elif number != stage_tables.PARENT:
                found = self.shards[number].table("articles", rest).take(own["at"])
                yield _joined(own, found, columns)
            else:
                yield from self._carried(own, rest, columns)

    def lineage(self, name: str) -> Iterator[tuple[npt.NDArray[np.int64], pa.Table]]:
        """SPANS or EVIDENCE of the articles, shard by shard, then those of what was carried over.

        Beside each table, which has no article_id, stands the place in `articles` that each of its rows belongs to.
        """
        schema = release.SCHEMAS[name].remove_metadata()
        schema = schema.remove(schema.get_field_index("article_id"))
        for number, where in self._by_shard():
            if number != stage_tables.PARENT:
                own = where.to_numpy()
                table = self.shards[number].table(name, [*schema.names, "row"])
                at, counts = _ranges(table["row"].to_numpy(), self.articles["at"].take(where).to_numpy())
                yield np.repeat(own, counts), table.select(schema.names).take(pa.array(at)).cast(schema)
            else:
                assert self.parent is not None
                ids = self.articles["article_id"].combine_chunks()
                carried = np.zeros(len(ids) + 1, bool)  # the last is for what is in no article
                carried[where.to_numpy()] = True
                for batch in release.batches(self.parent, name):
                    places = np.asarray(pc.fill_null(pc.index_in(batch.column("article_id"), value_set=ids), -1))
                    mine = np.flatnonzero(carried[places])
                    if len(mine):
                        found = release.complete(name, batch.take(pa.array(mine)), self.parent)
                        yield places[mine].astype(np.int64), found.select(schema.names).cast(schema)

    def _by_shard(self) -> Iterator[tuple[int, pa.Array]]:
        """The shards that rows lie in, with the places of these rows; the parent last."""
        shard = self.articles["shard"].to_numpy()
        order = np.argsort(shard, kind="stable")
        if not len(order):
            return
        edges = np.flatnonzero(np.diff(shard[order], prepend=-2)).tolist()
        parts = [(int(shard[order[a]]), order[a:b]) for a, b in zip(edges, [*edges[1:], len(order)], strict=True)]
        for number, where in sorted(parts, key=lambda part: part[0] == stage_tables.PARENT):
            yield number, pa.array(where)

    def _carried(self, own: pa.Table, rest: list[str], columns: Sequence[str]) -> Iterator[pa.Table]:
        """Columns of the carried rows, from the parent's tables, some thousand rows at a time."""
        assert self.parent is not None
        own = own.sort_by("at")
        at = own["at"].to_numpy()
        first = 0
        for batch in release.batches(self.parent, "articles"):
            low, high = np.searchsorted(at, [first, first + batch.num_rows])
            if low < high:
                some = batch.take(pa.array(at[low:high] - first))
                found = release.complete("articles", some, self.parent).select(rest)
                yield _joined(own.slice(low, high - low), found, columns)
            first += batch.num_rows


def _joined(own: pa.Table, found: pa.Table, columns: Sequence[str]) -> pa.Table:
    names = [*dict.fromkeys([*columns, "row"])]
    return pa.table([own[name] if name not in found.column_names else found[name] for name in names], names)


def _ranges(
    rows: npt.NDArray[np.int64], at: npt.NDArray[np.int32]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The places in sorted `rows` of each number of `at`, one after another; and how many each has."""
    starts = np.searchsorted(rows, at, side="left")
    counts = np.searchsorted(rows, at, side="right") - starts
    total = int(counts.sum())
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(total), counts
