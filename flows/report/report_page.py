"""report.html: the whole release on one self-contained page. templates/report.html.j2 is its layout."""

import base64
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from flows.report import article_html, svg_charts
from flows.report.article_sample import TracedArticle
from flows.report.statistics import COUNTED_BY_OUTLET, LENGTH_LIMITS, ReleaseStatistics
from flows.report.templating import format_count, render_html
from schemas import vocabulary
from schemas.reader_schemas import TABLE_PATHS

# A release costs what is new, its page included: at most this many articles, and none beyond this much markup.
MAX_ARTICLES: Final = 40
MAX_MARKUP_BYTES: Final = 600_000
MAX_BARS: Final = 24
MAX_UNUSED_KEYS: Final = 100

_HERE = Path(__file__).parent
_LINKED_FILES = (
    ("README.md", "the dataset card"),
    ("manifest.json", "the record of the run"),
    ("data/", "articles as Parquet"),
    ("csv/", "the same as CSV, and without text for spreadsheets"),
    ("codebook.csv", "every column explained"),
    ("SHA256SUMS", "to check the files"),
)


def render_report(statistics: ReleaseStatistics, sample: list[TracedArticle], manifest: dict[str, Any]) -> str:
    """Render the page as one HTML document that ends in a line break."""
    counts = manifest["counts"]
    return render_page(
        "report.html.j2",
        f"{manifest['dataset']} {manifest['version']}",
        script=(_HERE / "report_page.js").read_text(encoding="utf-8"),
        manifest=manifest,
        statistics=statistics,
        dropped=sum(counts["dropped"].values()),
        rejected=sum(counts["rejected"].values()),
        charts=_draw_charts(statistics),
        coverage=_list_coverage(statistics),
        outlet_table=_build_outlet_table(statistics),
        reasons=list_reasons(statistics),
        unused_keys=list_unused_keys(manifest),
        **split_checks(manifest["checks"]),
        changes_chart=_draw_changes(statistics),
        changes_path=TABLE_PATHS["changes"],
        articles=_render_articles(sample),
        max_articles=MAX_ARTICLES,
        kinds=[(kind, meaning) for kind, meaning in vocabulary.KINDS.items() if kind != "body"],
        linked_files=_LINKED_FILES,
    )


def render_page(template: str, title: str, *, script: str = "", **values: Any) -> str:  # noqa: ANN401
    """Render a template that extends page.html.j2: it gets the style, and a policy that lets only these two act."""
    style = (_HERE / "report_page.css").read_text(encoding="utf-8")
    sources = f"style-src {_format_csp_hash(style)}; script-src {_format_csp_hash(script)}"
    # The policy holds the digests of style and script, so both are included unescaped.
    return render_html(
        template,
        title=title,
        policy=f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'",
        style=Markup(style),  # noqa: S704 (a file of the checkout)
        script=Markup(script),  # noqa: S704 (likewise)
        rejects_path=TABLE_PATHS["rejects"],
        **values,
    )


def _format_csp_hash(content: str) -> str:
    """Return the hash of a style or script as a source of the Content-Security-Policy."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


def list_reasons(statistics: ReleaseStatistics) -> list[dict[str, Any]]:
    """List the reasons of rejection, most frequent first, each with its meaning, count, outcome and examples."""
    ranked = sorted(statistics.reasons.items(), key=lambda item: (-item[1].count, item[0]))
    return [
        {
            "name": name,
            "meaning": vocabulary.REASONS.get(name, "a reason this page does not know"),
            "outcome": "dropped" if name in vocabulary.DROPPED else "rejected",
            "count": reason.count,
            "examples": reason.examples,
        }
        for name, reason in ranked
    ]


def list_unused_keys(manifest: dict[str, Any]) -> list[list[str]]:
    """List the keys of the source's records that stated nothing, and how many records fill each, most first."""
    keys = manifest.get("records", {}).get("keys", {})
    unused = [(name, usage["filled"]) for name, usage in keys.items() if usage["filled"] and not usage["states"]]
    ranked = sorted(unused, key=lambda pair: (-pair[1], pair[0]))[:MAX_UNUSED_KEYS]
    return [[name, format_count(filled)] for name, filled in ranked]


def split_checks(checks: list[dict[str, Any]]) -> dict[str, list[list[str]]]:
    """Split the checks into table rows of those that failed and those that passed."""
    rows: dict[str, list[list[str]]] = {"failed": [], "passed": []}
    for check in checks:
        rows["passed" if check["passed"] else "failed"].append([check["name"], check["severity"], check["sentence"]])
    return rows


def _rank_counts(counts: Counter[str | None], unknown: str) -> list[tuple[str, int]]:
    """Sort counts, largest first, ties by name; sum those beyond MAX_BARS as one row; put unknown last."""
    ranked = sorted(((str(k), n) for k, n in counts.items() if k is not None), key=lambda pair: (-pair[1], pair[0]))
    rows = ranked[:MAX_BARS]
    if len(ranked) > MAX_BARS:
        rows.append((f"{len(ranked) - MAX_BARS} others", sum(n for _, n in ranked[MAX_BARS:])))
    return [*rows, (unknown, counts[None])] if counts[None] else rows


def _draw_charts(statistics: ReleaseStatistics) -> list[Markup]:
    unit, months = svg_charts.group_by_period(statistics.months, MAX_BARS)
    undated = f" ({statistics.months[None]:,} undated)" if statistics.months[None] else ""
    length_names = [f"≤{limit}" for limit in LENGTH_LIMITS] + [f">{LENGTH_LIMITS[-1]}"]
    lengths = [(name, statistics.lengths[number]) for number, name in enumerate(length_names)]
    shares = [(f"{10 * tenth}–{10 * tenth + 10} %", statistics.boilerplate_tenths[tenth]) for tenth in range(10)]
    cuts = sorted(statistics.cuts.items(), key=lambda pair: (-pair[1], pair[0]))
    draw_columns, draw_bars = svg_charts.draw_column_chart, svg_charts.draw_bar_chart
    return [
        draw_columns(f"Articles by {unit}{undated}", unit, "articles", months),
        draw_columns("Articles by length", "words of the text", "articles", lengths),
        draw_columns("Articles by share of clutter", "share that was cut", "articles", shares),
        draw_bars("Articles by language", "articles", _rank_counts(statistics.languages, "not known")),
        draw_bars("Articles by outlet", "articles", _rank_counts(statistics.outlets, "not known")),
        draw_bars("What was cut, by kind", "spans", cuts),
    ]


def _draw_changes(statistics: ReleaseStatistics) -> Markup | None:
    """Draw how many articles changed in each column; None where none did."""
    columns = {name: n for name, n in statistics.changes.get("changed", Counter()).items() if name}
    rows = sorted(columns.items(), key=lambda pair: (-pair[1], pair[0]))
    return svg_charts.draw_bar_chart("Changed articles by column", "articles", rows) if rows else None


def _list_coverage(statistics: ReleaseStatistics) -> list[list[str]]:
    """List how many articles have each value, by basis."""
    return [
        [
            coverage.column,
            *(
                "–" if number is None else format_count(number)
                for number in (coverage.stated, coverage.inferred, coverage.present, coverage.missing)
            ),
        ]
        for coverage in statistics.coverage
    ]


def _build_outlet_table(statistics: ReleaseStatistics) -> dict[str, Any]:
    """Build, for each outlet, the shares of dates and authors that are stated, inferred, missing."""
    labels = {"stated": "stated", "inferred": "inferred", None: "missing"}
    heads = [("outlet", ""), ("articles", "number")]
    heads += [(f"{name}: {label}", "number") for name in COUNTED_BY_OUTLET for label in labels.values()]
    rows = []
    for outlet, articles in sorted(statistics.outlets.items(), key=lambda pair: (-pair[1], str(pair[0])))[:MAX_BARS]:
        shares = [
            f"{statistics.by_outlet[name][outlet, basis] / articles:.0%}"
            for name in COUNTED_BY_OUTLET
            for basis in labels
        ]
        rows.append(["not known" if outlet is None else outlet, format_count(articles), *shares])
    omitted_count = max(len(statistics.outlets) - MAX_BARS, 0)
    omitted = f"; {omitted_count:,} smaller outlets are left out" if omitted_count else ""
    return {"caption": f"Dates and authors by outlet{omitted}", "heads": heads, "rows": rows}


def _render_articles(sample: list[TracedArticle]) -> list[Markup]:
    """Render the sample of articles, up to MAX_MARKUP_BYTES."""
    rendered, markup_bytes = [], 0
    for article in sample:
        markup = article_html.render_article(article)
        markup_bytes += len(markup.encode())
        if markup_bytes > MAX_MARKUP_BYTES:
            break
        rendered.append(markup)
    return rendered
