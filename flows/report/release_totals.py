"""Totals of one release, a few kilobytes as JSON: what the index of a dataset shows of each of its releases.

They are added up from facts of each file of `data/` and `rejects/`, which the caller keeps by the file's digest: a
release costs no more to count than the files that are new in it. Totals stay after the files are pruned.
"""

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.report.article_choice import STRATA_COLUMNS, choose_articles, choose_sample_rows

DAYS_SHOWN: Final = 60
MAX_ARTICLES: Final = 400
MAX_REJECTS: Final = 200
_COLUMNS: Final = ["article_id", "outlet", "date", "title", "authors", "boilerplate_share", "duplicate_of"]
_SAMPLE_COLUMNS: Final = ["article_id", "title", "outlet", "date", "source_id", "url"]


@dataclass
class ReleaseTotals:
    """Totals of a release.

    `titled`, `authored` and `dated` count articles with the value, `cut` is the mean share of a document that was cut,
    `outlets` maps an outlet ("" where it is unknown) to [articles, titled, authored, dated], `drift` lists the drift
    checks that failed.
    """

    version: str
    created_at: str
    articles: int = 0
    titled: int = 0
    authored: int = 0
    dated: int = 0
    duplicates: int = 0
    cut: float = 0.0
    rejected: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    outlets: dict[str, list[int]] = field(default_factory=dict)
    drift: list[str] = field(default_factory=list)
    accepted_drift: str = ""
    seconds: float | None = None
    bytes: int = 0

    def to_json(self) -> dict[str, Any]:
        """Convert the totals to JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ReleaseTotals":
        """Create totals from JSON; keys that a later Kliping may add are ignored."""
        return cls(**{name: value[name] for name in cls.__dataclass_fields__ if name in value})


@dataclass
class FileFacts:
    """Facts of one Parquet file of articles or of rejects, with a sample of its rows for the search.

    `days` maps each of the last DAYS_SHOWN days to the articles of each outlet.
    """

    outlets: dict[str, list[int]] = field(default_factory=dict)
    days: dict[str, dict[str, int]] = field(default_factory=dict)
    duplicates: int = 0
    cut: float = 0.0
    sample: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Convert the facts to JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "FileFacts":
        """Create facts from JSON."""
        return cls(**value)


@dataclass(frozen=True)
class IndexSample:
    """Articles and rejects of the latest release, a few of each outlet and month, and of each reason.

    `days` maps each of the last DAYS_SHOWN days to the articles of each outlet.
    """

    articles: list[dict[str, Any]]
    rejects: list[dict[str, Any]]
    days: dict[str, dict[str, int]] = field(default_factory=dict)


def count_articles_file(path: Path) -> FileFacts:
    """Count one file of articles, and sample its outlets and months in turns."""
    facts = FileFacts()
    outlets: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    days: Counter[tuple[date, str]] = Counter()
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=_COLUMNS):
            facts.cut += pc.sum(batch["boilerplate_share"]).as_py() or 0.0
            facts.duplicates += len(batch) - batch["duplicate_of"].null_count
            for row in _group_by_outlet(batch):
                counts = outlets[row["outlet"] or ""]
                for position, name in enumerate(("articles_sum", "titled_sum", "authored_sum", "dated_sum")):
                    counts[position] += row[name]
            for row in _group_by_day(batch):
                days[row["date"], row["outlet"] or ""] += row["date_count"]
            days = _keep_last_days(days)
        is_chosen = pa.array(choose_articles(file.iter_batches(columns=STRATA_COLUMNS), MAX_ARTICLES), pa.string())
        for batch in file.iter_batches(columns=_SAMPLE_COLUMNS):
            facts.sample += batch.filter(pc.is_in(batch["article_id"], value_set=is_chosen)).to_pylist()
    for row in facts.sample:
        row["date"] = row["date"] and row["date"].isoformat()
    facts.outlets = dict(sorted(outlets.items()))
    facts.days = _format_days(days)
    return facts


def sample_rejects_file(path: Path) -> FileFacts:
    """Sample one file of rejects: the first documents of each reason, round by round."""
    rejects: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["source_id", "reason", "detail"]):
            for reason in pc.unique(batch["reason"]).to_pylist():
                missing_count = MAX_REJECTS - len(rejects[reason])
                if missing_count > 0:
                    rows = batch.filter(pc.equal(batch["reason"], reason)).slice(0, missing_count)
                    rejects[reason] += rows.to_pylist()
    return FileFacts(sample=_deal_rounds(list(rejects.values()), MAX_REJECTS))


def add_totals(manifest: dict[str, Any], files: list[FileFacts], seconds: float | None = None) -> ReleaseTotals:
    """Add up the facts of a release's files; `seconds` is how long its run took, where that is known."""
    outlets: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for facts in files:
        for outlet, counts in facts.outlets.items():
            outlets[outlet] = [total + count for total, count in zip(outlets[outlet], counts, strict=True)]
    articles, titled, authored, dated = (sum(counts[position] for counts in outlets.values()) for position in range(4))
    return ReleaseTotals(
        version=manifest["version"],
        created_at=manifest["created_at"],
        articles=articles,
        titled=titled,
        authored=authored,
        dated=dated,
        duplicates=sum(facts.duplicates for facts in files),
        cut=round(sum(facts.cut for facts in files) / articles, 4) if articles else 0.0,
        rejected=manifest["counts"]["rejected"],
        dropped=manifest["counts"]["dropped"],
        changes=manifest["changes"],
        outlets=dict(sorted(outlets.items())),
        drift=[check["name"] for check in manifest["checks"] if "drift" in check["name"] and not check["passed"]],
        accepted_drift=manifest.get("accepted_drift", ""),
        seconds=seconds,
        bytes=sum(file["bytes"] for file in manifest["files"]),
    )


def merge_samples(articles: list[FileFacts], rejects: list[FileFacts]) -> IndexSample:
    """Merge the samples of a release's files: a few articles of each outlet and month, a few rejects of each reason."""
    by_reason: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for facts in rejects:
        for row in facts.sample:
            by_reason[row["reason"]].append(row)
    return IndexSample(
        choose_sample_rows([row for facts in articles for row in facts.sample], MAX_ARTICLES),
        _deal_rounds([by_reason[key] for key in sorted(by_reason)], MAX_REJECTS),
        _add_days(articles),
    )


def _add_days(files: list[FileFacts]) -> dict[str, dict[str, int]]:
    """Add up the articles of each outlet in the last DAYS_SHOWN days of all files."""
    days: Counter[tuple[date, str]] = Counter()
    for facts in files:
        for day_text, counts in facts.days.items():
            days.update({(date.fromisoformat(day_text), outlet): count for outlet, count in counts.items()})
    return _format_days(_keep_last_days(days))


def _group_by_outlet(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """Count the articles of each outlet, and those with title, author and date."""
    columns = {
        "outlet": batch["outlet"],
        "articles": pa.repeat(1, len(batch)),
        "titled": pc.is_valid(batch["title"]).cast(pa.int64()),
        "authored": pc.greater(pc.list_value_length(batch["authors"]), 0).cast(pa.int64()),
        "dated": pc.is_valid(batch["date"]).cast(pa.int64()),
    }
    sums = [(name, "sum") for name in columns if name != "outlet"]
    rows: list[dict[str, Any]] = pa.table(columns).group_by("outlet").aggregate(sums).to_pylist()
    return rows


def _group_by_day(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    table = pa.table({"outlet": batch["outlet"], "date": batch["date"]})
    dated = table.filter(pc.is_valid(table["date"]))
    rows: list[dict[str, Any]] = dated.group_by(["date", "outlet"]).aggregate([("date", "count")]).to_pylist()
    return rows


def _format_days(days: Counter[tuple[date, str]]) -> dict[str, dict[str, int]]:
    """Convert counts by day and outlet to JSON, the days in order."""
    formatted: dict[str, dict[str, int]] = {}
    for (day, outlet), count in sorted(days.items()):
        formatted.setdefault(day.isoformat(), {})[outlet] = count
    return formatted


def _keep_last_days(days: Counter[tuple[date, str]]) -> Counter[tuple[date, str]]:
    """Drop all but the last DAYS_SHOWN days, so that memory stays small."""
    if not days:
        return days
    first = max(day for day, _ in days) - timedelta(days=DAYS_SHOWN - 1)
    return Counter({key: count for key, count in days.items() if key[0] >= first})


def _deal_rounds(lists: list[Any], most: int) -> list[Any]:
    """Take one of each list in turns until there are `most`."""
    dealt: list[Any] = []
    longest = max((len(rows) for rows in lists), default=0)
    for position in range(longest):
        for rows in lists:
            if position < len(rows) and len(dealt) < most:
                dealt.append(rows[position])
    return dealt
