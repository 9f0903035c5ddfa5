"""index.html of a dataset: quality over all its releases, and a search over the latest, on one self-contained page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from flows.report.escaping import tag
from flows.report.line_charts import SERIES_STYLES, draw_line_chart
from flows.report.release_totals import IndexSample, ReleaseTotals
from flows.report.report_page import render_page

MAX_OUTLETS: Final = 200
_ROWS_OPEN: Final = 30  # rows of a long table that are shown before it is unfolded
_SCRIPT: Final = Path(__file__).parent / "report_page.js"


@dataclass(frozen=True)
class IndexedRun:
    """One entry of versions.json as the index lists it; `href` is None where its files are gone."""

    name: str
    status: str
    started_at: str
    href: str | None
    why: str
    counts: dict[str, int]


def render_index(dataset: str, runs: list[IndexedRun], totals: list[ReleaseTotals], sample: IndexSample) -> str:
    """Render the page. `runs` are newest first, `totals` oldest first; both may be empty."""
    latest = totals[-1] if totals else None
    before = totals[-2] if len(totals) > 1 else None
    return render_page(
        "index.html.j2",
        f"Dataset {dataset}",
        script=_SCRIPT.read_text(encoding="utf-8"),
        dataset=dataset,
        latest=latest,
        release_count=len(totals),
        rows_open=_ROWS_OPEN,
        charts=[*_draw_charts(totals), _draw_days(sample.days)] if totals else [],
        run_rows=[_build_run_row(run) for run in runs],
        articles=sample.articles,
        rejects=sample.rejects,
        left_out=sum(latest.rejected.values()) + sum(latest.dropped.values()) if latest else 0,
        **_build_outlet_rows(latest, before),
    )


def _draw_charts(totals: list[ReleaseTotals]) -> list[Markup]:
    """Draw the charts over all releases; there is at least one."""
    labels = [total.version for total in totals]
    by_reason: dict[str, list[float | None]] = {
        reason: [float(total.rejected.get(reason, 0)) for total in totals] for reason in _rank_reasons(totals)
    }
    seconds = [None if total.seconds is None else round(total.seconds / 60, 2) for total in totals]
    shares: dict[str, list[float | None]] = {
        "title": [_divide(total.titled, total.articles) for total in totals],
        "author": [_divide(total.authored, total.articles) for total in totals],
        "date": [_divide(total.dated, total.articles) for total in totals],
        "cut from documents": [total.cut for total in totals],
    }
    changes: dict[str, list[float | None]] = {
        op: [float(total.changes.get(op, 0)) for total in totals] for op in ("added", "changed", "removed")
    }
    duplicates: dict[str, list[float | None]] = {
        "marked": [float(total.duplicates) for total in totals],
        "dropped": [float(sum(total.dropped.values())) for total in totals],
    }
    return [
        draw_line_chart("Articles", labels, {"articles": [float(total.articles) for total in totals]}),
        draw_line_chart("Changes since the release before", labels, changes),
        draw_line_chart("Share of articles with a value, and share cut", labels, shares, percent=True),
        draw_line_chart("Rejected documents by reason", labels, by_reason),
        draw_line_chart("Articles that repeat another", labels, duplicates),
        draw_line_chart("Drift checks that failed", labels, {"failed": [float(len(total.drift)) for total in totals]}),
        draw_line_chart("Minutes a run took", labels, {"minutes": seconds}),
    ]


def _draw_days(counts_by_day: dict[str, dict[str, int]]) -> Markup:
    """Draw the articles a day of the latest release, for its largest outlets and the sum of the others."""
    days = sorted(counts_by_day)
    sizes: dict[str, int] = {}
    for counts in counts_by_day.values():
        for outlet, count in counts.items():
            sizes[outlet] = sizes.get(outlet, 0) + count
    largest = sorted(sizes, key=lambda outlet: (-sizes[outlet], outlet))
    named = largest if len(largest) <= SERIES_STYLES else largest[: SERIES_STYLES - 1]
    series: dict[str, list[float | None]] = {
        outlet or "not known": [float(counts_by_day[day].get(outlet, 0)) for day in days] for outlet in named
    }
    if other_outlets := largest[len(named) :]:
        series[f"{len(other_outlets)} others"] = [
            float(sum(counts_by_day[day].get(outlet, 0) for outlet in other_outlets)) for day in days
        ]
    return draw_line_chart("Articles a day by outlet, latest release", days, series)


def _rank_reasons(totals: list[ReleaseTotals]) -> list[str]:
    sums: dict[str, int] = {}
    for total in totals:
        for reason, count in total.rejected.items():
            sums[reason] = sums.get(reason, 0) + count
    return sorted(sums, key=lambda reason: (-sums[reason], reason))


def _build_outlet_rows(latest: ReleaseTotals | None, before: ReleaseTotals | None) -> dict[str, Any]:
    """Build the table of outlets of the latest release, beside the release before."""
    if latest is None:
        return {"outlet_caption": "", "outlet_rows": [], "gone_outlets": []}
    ranked = sorted(latest.outlets.items(), key=lambda item: (-item[1][0], item[0]))
    rows = []
    for outlet, (articles, titled, authored, dated) in ranked[:MAX_OUTLETS]:
        past = before.outlets.get(outlet, [0])[0] if before else None
        difference = "–" if past is None else f"{articles - past:+,}"
        shares = [f"{_divide(count, articles):.0%}" for count in (titled, authored, dated)]
        rows.append([outlet or "not known", f"{articles:,}", difference, *shares])
    omitted_count = len(ranked) - MAX_OUTLETS
    caption = f"Outlets of {latest.version}" + (
        f"; {omitted_count:,} smaller ones are left out" if omitted_count > 0 else ""
    )
    missing_outlets = sorted(set(before.outlets) - set(latest.outlets)) if before else []
    return {
        "outlet_caption": caption,
        "outlet_rows": rows,
        "gone_outlets": [outlet or "not known" for outlet in missing_outlets[:20]],
    }


def _build_run_row(run: IndexedRun) -> list[str]:
    """Build the row of one run, with a link to its report where that is there."""
    counts = [f"{run.counts.get(name, 0):,}" for name in ("published", "rejected", "added", "removed")]
    name = tag("a", run.name, href=run.href) if run.href else run.name
    return [name, run.status, run.started_at[:16].replace("T", " "), *counts, run.why]


def _divide(count: int, total: int) -> float:
    return count / total if total else 0.0
