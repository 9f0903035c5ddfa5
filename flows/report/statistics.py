"""What the tables of a release say in figures. Reads narrow columns, batch by batch."""

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

# A value and the column that says whether the document states it.
BASES: Final[dict[str, str]] = {"outlet": "outlet_basis", "authors": "author_basis", "date": "date_basis"}
UNMARKED: Final[tuple[str, ...]] = (
    "title", "subtitle", "editors", "agency", "cited_sources", "published_at", "place", "url", "fetched_at",
)  # fmt: skip
SENTENCES: Final = 3
# Upper ends of the classes of length, in words; the last class has none.
LENGTHS: Final = (50, 100, 150, 200, 300, 400, 500, 750, 1000, 2000)
# What is counted by outlet: whether it is stated, inferred, or missing.
BY_OUTLET: Final[dict[str, str]] = {"date": "date_basis", "authors": "author_basis"}


@dataclass(frozen=True)
class Given:
    """Of one column, in how many articles the value is stated, inferred, there without a basis column, missing."""

    column: str
    stated: int | None
    inferred: int | None
    given: int | None
    missing: int


@dataclass
class Reason:
    """One reason of rejection: how many documents, and what was said of the first ones (source_id, detail)."""

    count: int = 0
    first: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Facts:
    """The figures of a release. The key None stands for articles where the value is not known."""

    articles: int = 0
    words: int = 0
    partial: int = 0
    duplicates: int = 0
    outlets: Counter[str | None] = field(default_factory=Counter)
    months: Counter[str | None] = field(default_factory=Counter)
    languages: Counter[str | None] = field(default_factory=Counter)
    given: list[Given] = field(default_factory=list)
    reasons: dict[str, Reason] = field(default_factory=dict)
    changed: dict[str, Counter[str]] = field(default_factory=dict)  # op -> column -> articles; "" counts articles
    cuts: Counter[str] = field(default_factory=Counter)  # kind -> spans
    lengths: Counter[int] = field(default_factory=Counter)  # class of LENGTHS -> articles
    clutter: Counter[int] = field(default_factory=Counter)  # tenth of boilerplate_share -> articles
    by_outlet: dict[str, Counter[tuple[str | None, str | None]]] = field(default_factory=dict)  # (outlet, basis)


def parts(folder: Path, table: str) -> list[Path]:
    """The Parquet files of a published table in a release folder, in order; none where it was not written."""
    return sorted(folder.glob(reader_schemas.PLACES[table]))


def batches(folder: Path, table: str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows of a published table, these columns alone, some 64 thousand at a time."""
    for path in parts(folder, table):
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(columns=columns)


def _counted(values: pa.Array) -> Counter[str | None]:
    return Counter({row["values"]: row["counts"] for row in pc.value_counts(values).to_pylist()})


def _known(values: pa.Array) -> int:
    if pa.types.is_list(values.type):
        return int(pc.sum(pc.greater(pc.list_value_length(values), 0)).as_py() or 0)
    return int(len(values) - values.null_count)


def _articles(folder: Path, facts: Facts) -> None:
    columns = [*BASES, *BASES.values(), *UNMARKED, "language", "word_count", "is_partial", "duplicate_of"]
    columns.append("boilerplate_share")
    facts.by_outlet = {column: Counter() for column in BY_OUTLET}
    bases: dict[str, Counter[str | None]] = {column: Counter() for column in BASES}
    known: Counter[str] = Counter()
    for batch in batches(folder, "articles", columns):
        facts.articles += len(batch)
        facts.words += pc.sum(batch["word_count"]).as_py() or 0
        facts.partial += pc.sum(batch["is_partial"]).as_py() or 0
        facts.duplicates += _known(batch["duplicate_of"])
        facts.outlets += _counted(batch["outlet"])
        facts.months += _counted(pc.strftime(batch["date"], format="%Y-%m"))
        facts.languages += _counted(batch["language"])
        facts.lengths.update(bisect_left(LENGTHS, words) for words in batch["word_count"].to_pylist())
        facts.clutter.update(min(int(share * 10), 9) for share in batch["boilerplate_share"].to_pylist())
        for column, basis in BY_OUTLET.items():
            facts.by_outlet[column].update(zip(batch["outlet"].to_pylist(), batch[basis].to_pylist(), strict=True))
        for column, basis in BASES.items():
            bases[column] += _counted(batch[basis])
        for column in UNMARKED:
            known[column] += _known(batch[column])
    for column, counts in bases.items():
        stated, inferred = counts["stated"], counts["inferred"]
        facts.given.append(Given(column, stated, inferred, None, facts.articles - stated - inferred))
    for column in UNMARKED:
        facts.given.append(Given(column, None, None, known[column], facts.articles - known[column]))


def _rejects(folder: Path, facts: Facts) -> None:
    for batch in batches(folder, "rejects", ["reason", "source_id", "detail"]):
        for reason, count in _counted(batch["reason"]).items():
            facts.reasons.setdefault(str(reason), Reason()).count += count
        for reason, said in facts.reasons.items():
            wanted = SENTENCES - len(said.first)
            if wanted > 0:
                rows = batch.filter(pc.equal(batch["reason"], reason)).slice(0, wanted)
                said.first += [(row["source_id"], row["detail"]) for row in rows.to_pylist()]


def _changes(folder: Path, facts: Facts) -> None:
    for op in vocabulary.OPS:
        facts.changed[op] = Counter()
    for batch in batches(folder, "changes", ["op", "fields"]):
        for op, counts in facts.changed.items():
            rows = batch.filter(pc.equal(batch["op"], op))
            counts.update({"": len(rows)})
            counts.update({str(k): n for k, n in _counted(pc.list_flatten(rows["fields"])).items()})


def gather(folder: Path) -> Facts:
    """Count what lies in the release folder. A table that is not there counts as empty."""
    facts = Facts()
    _articles(folder, facts)
    _rejects(folder, facts)
    _changes(folder, facts)
    for batch in batches(folder, "spans", ["kind"]):
        facts.cuts.update({str(kind): n for kind, n in _counted(batch["kind"]).items() if kind != "body"})
    return facts
