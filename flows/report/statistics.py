"""Statistics over the tables of a release. Reads narrow columns, batch by batch."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

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
class ReleaseStatistics:
    """Counts over a release. The key None counts articles without the value."""

    articles: int = 0
    words: int = 0
    partial_articles: int = 0
    duplicates: int = 0
    outlets: Counter[str | None] = field(default_factory=Counter)
    months: Counter[str | None] = field(default_factory=Counter)
    languages: Counter[str | None] = field(default_factory=Counter)
    coverage: list[ColumnCoverage] = field(default_factory=list)
    reasons: dict[str, ReasonCount] = field(default_factory=dict)
    changes: dict[str, Counter[str]] = field(default_factory=dict)  # op -> column -> articles; "" counts articles
    cuts: Counter[str] = field(default_factory=Counter)  # kind -> spans
    lengths: Counter[int] = field(default_factory=Counter)  # class of LENGTH_LIMITS -> articles
    boilerplate_tenths: Counter[int] = field(default_factory=Counter)  # tenth of boilerplate_share -> articles
    by_outlet: dict[str, Counter[tuple[str | None, str | None]]] = field(default_factory=dict)  # (outlet, basis)


def list_table_files(folder: Path, table: str) -> list[Path]:
    """List the Parquet files of a published table in order; empty where the table was not written."""
    return sorted(folder.glob(reader_schemas.TABLE_PATHS[table]))


def read_batches(folder: Path, table: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Yield batches of some columns of a published table, some 64 thousand rows each."""
    for path in list_table_files(folder, table):
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


def _count_articles(folder: Path, statistics: ReleaseStatistics) -> None:
    """Add the counts over articles to `statistics`."""
    columns = [
        *BASIS_COLUMNS,
        *BASIS_COLUMNS.values(),
        *COLUMNS_WITHOUT_BASIS,
        "language",
        "word_count",
        "is_partial",
        "duplicate_of",
    ]
    columns.append("boilerplate_share")
    statistics.by_outlet = {column: Counter() for column in COUNTED_BY_OUTLET}
    basis_counts: dict[str, Counter[str | None]] = {column: Counter() for column in BASIS_COLUMNS}
    present_counts: Counter[str] = Counter()
    for batch in read_batches(folder, "articles", columns):
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
            basis_counts[column] += _count_distinct(batch[basis])
        for column in COLUMNS_WITHOUT_BASIS:
            present_counts[column] += _count_present(batch[column])
    for column, counts in basis_counts.items():
        stated, inferred = counts["stated"], counts["inferred"]
        statistics.coverage.append(
            ColumnCoverage(column, stated, inferred, None, statistics.articles - stated - inferred)
        )
    for column in COLUMNS_WITHOUT_BASIS:
        statistics.coverage.append(
            ColumnCoverage(column, None, None, present_counts[column], statistics.articles - present_counts[column])
        )


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


def collect_statistics(folder: Path) -> ReleaseStatistics:
    """Collect the statistics of the release in `folder`. A missing table counts as empty."""
    statistics = ReleaseStatistics()
    _count_articles(folder, statistics)
    _count_rejects(folder, statistics)
    _count_changes(folder, statistics)
    for batch in read_batches(folder, "spans", ["kind"]):
        statistics.cuts.update({str(kind): n for kind, n in _count_distinct(batch["kind"]).items() if kind != "body"})
    return statistics
