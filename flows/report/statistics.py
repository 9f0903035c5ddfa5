"""Statistics over the tables of a release. Reads narrow columns, batch by batch.

Statistics of articles and spans are sums over the segments of a release. Those of a segment never change, so they can
be stored, and a release is summed up without reading the segments that it shares with its parent.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas import reader_schemas, vocabulary

# Columns with a basis column, which distinguishes stated and inferred.
BASIS_COLUMNS: Final[dict[str, str]] = {"outlet": "outlet_basis", "authors": "author_basis", "date": "date_basis"}
COLUMNS_WITHOUT_BASIS: Final[tuple[str, ...]] = (
    "title", "subtitle", "editors", "agency", "cited_sources", "published_at", "place", "url", "fetched_at",
)  # fmt: skip
EXAMPLES_PER_REASON: Final = 3
# Upper limits of the classes of length, in words; the last class has no limit.
LENGTH_LIMITS: Final = (50, 100, 150, 200, 300, 400, 500, 750, 1000, 2000)
# Columns whose basis is counted by outlet: stated, inferred or missing.
COUNTED_BY_OUTLET: Final[dict[str, str]] = {"date": "date_basis", "authors": "author_basis"}


@dataclass(frozen=True)
class ColumnCoverage:
    """For one column, the articles whose value is stated, inferred, present (no basis column), missing."""

    column: str
    stated: int | None
    inferred: int | None
    present: int | None
    missing: int


@dataclass
class ReasonCount:
    """One reason of rejection: the number of documents and the first examples (source_id, detail)."""

    count: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class SegmentStatistics:
    """Counts over the articles and spans of a segment, or of several. The key None counts articles without the value.

    The keys of `by_outlet` are (outlet, basis).
    """

    articles: int = 0
    words: int = 0
    partial_articles: int = 0
    duplicates: int = 0
    outlets: Counter[str | None] = field(default_factory=Counter)
    months: Counter[str | None] = field(default_factory=Counter)
    languages: Counter[str | None] = field(default_factory=Counter)
    cuts: Counter[str] = field(default_factory=Counter)  # kind -> spans
    lengths: Counter[int] = field(default_factory=Counter)  # class of LENGTH_LIMITS -> articles
    boilerplate_tenths: Counter[int] = field(default_factory=Counter)  # tenth of boilerplate_share -> articles
    present: Counter[str] = field(default_factory=Counter)  # column of COLUMNS_WITHOUT_BASIS -> articles
    basis: dict[str, Counter[str | None]] = field(default_factory=lambda: {name: Counter() for name in BASIS_COLUMNS})
    by_outlet: dict[str, Counter[tuple[str | None, str | None]]] = field(
        default_factory=lambda: {name: Counter() for name in COUNTED_BY_OUTLET}
    )

    def add(self, other: "SegmentStatistics") -> None:
        """Add the counts of another segment."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for name in _COUNTERS_BY_COLUMN:
            for column, counts in getattr(self, name).items():
                counts.update(getattr(other, name)[column])

    def to_json(self) -> dict[str, Any]:
        """Convert to JSON; counters become sorted lists of [key, count]."""
        return {
            **{name: getattr(self, name) for name in _NUMBERS},
            **{name: _list_counts(getattr(self, name)) for name in _COUNTERS},
            **{
                name: {column: _list_counts(counts) for column, counts in getattr(self, name).items()}
                for name in _COUNTERS_BY_COLUMN
            },
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "SegmentStatistics":
        """Create the statistics from JSON."""
        fields: dict[str, Any] = {name: value[name] for name in _NUMBERS}
        fields |= {name: _restore_counts(value[name]) for name in _COUNTERS}
        for name in _COUNTERS_BY_COLUMN:
            fields[name] = {column: _restore_counts(counts) for column, counts in value[name].items()}
        return cls(**fields)


_NUMBERS: Final = ("articles", "words", "partial_articles", "duplicates")
_COUNTERS: Final = ("outlets", "months", "languages", "cuts", "lengths", "boilerplate_tenths", "present")
_COUNTERS_BY_COLUMN: Final = ("basis", "by_outlet")


def _list_counts(counts: Counter[Any]) -> list[list[Any]]:
    return sorted(([key, count] for key, count in counts.items()), key=str)


def _restore_counts(pairs: list[list[Any]]) -> Counter[Any]:
    return Counter({tuple(key) if isinstance(key, list) else key: count for key, count in pairs})


@dataclass
class ReleaseStatistics(SegmentStatistics):
    """Counts over a release."""

    coverage: list[ColumnCoverage] = field(default_factory=list)
    reasons: dict[str, ReasonCount] = field(default_factory=dict)
    changes: dict[str, Counter[str]] = field(default_factory=dict)  # op -> column -> articles; "" counts articles


def list_table_files(folder: Path, table: str) -> list[Path]:
    """List the Parquet files of a published table in order; empty where the table was not written."""
    return sorted(folder.glob(reader_schemas.TABLE_PATHS[table]))


def read_batches(folder: Path, table: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield batches of some columns of a published table, some 64 thousand rows each."""
    yield from read_file_batches(list_table_files(folder, table), columns)


def read_file_batches(paths: Sequence[Path], columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield batches of some columns of some files of a published table."""
    for path in paths:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(columns=columns)


def _count_distinct(values: pa.Array) -> Counter[str | None]:
    """Count the rows by value."""
    return Counter({row["values"]: row["counts"] for row in pc.value_counts(values).to_pylist()})


def _count_present(values: pa.Array) -> int:
    """Count the rows whose value is neither null nor an empty list."""
    if pa.types.is_list(values.type):
        return int(pc.sum(pc.greater(pc.list_value_length(values), 0)).as_py() or 0)
    return int(len(values) - values.null_count)


def collect_segment_statistics(article_paths: Sequence[Path], span_paths: Sequence[Path]) -> SegmentStatistics:
    """Collect the statistics of some files of articles and of spans."""
    statistics = SegmentStatistics()
    columns = [
        *BASIS_COLUMNS,
        *BASIS_COLUMNS.values(),
        *COLUMNS_WITHOUT_BASIS,
        "language",
        "word_count",
        "is_partial",
        "duplicate_of",
        "boilerplate_share",
    ]
    for batch in read_file_batches(article_paths, columns):
        statistics.articles += len(batch)
        statistics.words += pc.sum(batch["word_count"]).as_py() or 0
        statistics.partial_articles += pc.sum(batch["is_partial"]).as_py() or 0
        statistics.duplicates += _count_present(batch["duplicate_of"])
        statistics.outlets += _count_distinct(batch["outlet"])
        statistics.months += _count_distinct(pc.strftime(batch["date"], format="%Y-%m"))
        statistics.languages += _count_distinct(batch["language"])
        statistics.lengths.update(bisect_left(LENGTH_LIMITS, words) for words in batch["word_count"].to_pylist())
        statistics.boilerplate_tenths.update(
            min(int(share * 10), 9) for share in batch["boilerplate_share"].to_pylist()
        )
        for column, basis in COUNTED_BY_OUTLET.items():
            statistics.by_outlet[column].update(zip(batch["outlet"].to_pylist(), batch[basis].to_pylist(), strict=True))
        for column, basis in BASIS_COLUMNS.items():
            statistics.basis[column] += _count_distinct(batch[basis])
        for column in COLUMNS_WITHOUT_BASIS:
            statistics.present[column] += _count_present(batch[column])
    for batch in read_file_batches(span_paths, ["kind"]):
        statistics.cuts.update({str(kind): n for kind, n in _count_distinct(batch["kind"]).items() if kind != "body"})
    return statistics


def _describe_coverage(statistics: SegmentStatistics) -> list[ColumnCoverage]:
    """Describe for each column how many articles have a value, and on what basis."""
    coverage = []
    for column, counts in statistics.basis.items():
        stated, inferred = counts["stated"], counts["inferred"]
        coverage.append(ColumnCoverage(column, stated, inferred, None, statistics.articles - stated - inferred))
    for column in COLUMNS_WITHOUT_BASIS:
        present = statistics.present[column]
        coverage.append(ColumnCoverage(column, None, None, present, statistics.articles - present))
    return coverage


def _count_rejects(folder: Path, statistics: ReleaseStatistics) -> None:
    """Add the counts over rejects, with the first examples, to `statistics`."""
    for batch in read_batches(folder, "rejects", ["reason", "source_id", "detail"]):
        for reason, count in _count_distinct(batch["reason"]).items():
            statistics.reasons.setdefault(str(reason), ReasonCount()).count += count
        for reason, reason_count in statistics.reasons.items():
            missing_examples = EXAMPLES_PER_REASON - len(reason_count.examples)
            if missing_examples > 0:
                rows = batch.filter(pc.equal(batch["reason"], reason)).slice(0, missing_examples)
                reason_count.examples += [(row["source_id"], row["detail"]) for row in rows.to_pylist()]


def _count_changes(folder: Path, statistics: ReleaseStatistics) -> None:
    """Add the counts over changes to `statistics`."""
    for op in vocabulary.OPS:
        statistics.changes[op] = Counter()
    for batch in read_batches(folder, "changes", ["op", "fields"]):
        for op, counts in statistics.changes.items():
            rows = batch.filter(pc.equal(batch["op"], op))
            counts.update({"": len(rows)})
            counts.update({str(k): n for k, n in _count_distinct(pc.list_flatten(rows["fields"])).items()})


def collect_statistics(folder: Path, stored: dict[str, Any] | None = None) -> ReleaseStatistics:
    """Collect the statistics of the release in `folder`. A missing table counts as empty.

    `stored` maps the names of segments to the JSON of their statistics; those that are missing are collected from the
    files and added to it.
    """
    stored = {} if stored is None else stored
    statistics = ReleaseStatistics()
    for name, article_paths, span_paths in _list_segment_files(folder):
        if name not in stored:
            stored[name] = collect_segment_statistics(article_paths, span_paths).to_json()
        statistics.add(SegmentStatistics.from_json(stored[name]))
    statistics.coverage = _describe_coverage(statistics)
    _count_rejects(folder, statistics)
    _count_changes(folder, statistics)
    return statistics


def _list_segment_files(folder: Path) -> Iterator[tuple[str, list[Path], list[Path]]]:
    """Yield (name of a segment, its files of articles, its files of spans); layout 1 has one file of all spans."""
    span_paths = {path.stem.removeprefix("spans").lstrip("-"): path for path in list_table_files(folder, "spans")}
    for path in list_table_files(folder, "articles"):
        name = path.stem.removeprefix("articles-")
        yield name, [path], [span_paths.pop(name)] if name in span_paths else []
    for name, path in span_paths.items():
        yield name, [], [path]
