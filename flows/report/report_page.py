"""report.html: the whole release on one self-contained page."""

import base64
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any, Final

from flows.report import article_html, svg_charts
from flows.report.article_sample import TracedArticle
from flows.report.escaping import Html, join_markup, tag
from flows.report.statistics import COUNTED_BY_OUTLET, LENGTH_LIMITS, ReleaseStatistics
from schemas import vocabulary

# The page stays under 5 MB: at most this many articles, and none beyond this much markup.
MAX_ARTICLES: Final = 200
MAX_MARKUP_BYTES: Final = 4_000_000
MAX_BARS: Final = 24

_HERE = Path(__file__).parent
_LINKED_FILES = (
    ("README.md", "the dataset card"),
    ("manifest.json", "the record of the run"),
    ("csv/articles.csv", "articles as CSV"),
    ("csv/metadata.csv", "the same without text, for spreadsheets"),
    ("codebook.csv", "every column explained"),
    ("SHA256SUMS", "to check the files"),
)


def _format_csp_hash(content: str) -> str:
    """Return the hash of a style or script as a source of the Content-Security-Policy."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


def _render_head(title: str, style: str, script: str) -> Html:
    """Render the head of the page, with its policy and style."""
    sources = f"style-src {_format_csp_hash(style)}; script-src {_format_csp_hash(script)}"
    policy = f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        # The policy holds the digests of style and script, so both are included unescaped.
        Html(f"<style>{style}</style>"),
    )


def _render_table(caption: str, heads: list[tuple[str, str]], rows: list[list[str]]) -> Html:
    """Render a table whose rows begin with their name. `heads` are (words, CSS class)."""
    head_row = tag("tr", *(tag("th", words, scope="col", class_=css or None) for words, css in heads))
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row", dir="auto"),
            *(tag("td", cell, class_=css or None) for cell, (_, css) in zip(row[1:], heads[1:], strict=True)),
        )
        for row in rows
    ]
    captions = [tag("caption", caption)] if caption else []
    return tag("div", tag("table", *captions, tag("thead", head_row), tag("tbody", *body)), class_="wide")


def _rank_counts(counts: Counter[str | None], unknown: str) -> list[tuple[str, int]]:
    """Sort counts, largest first, ties by name; sum those beyond MAX_BARS as one row; put unknown last."""
    ranked = sorted(((str(k), n) for k, n in counts.items() if k is not None), key=lambda pair: (-pair[1], pair[0]))
    rows = ranked[:MAX_BARS]
    if len(ranked) > MAX_BARS:
        rows.append((f"{len(ranked) - MAX_BARS} others", sum(n for _, n in ranked[MAX_BARS:])))
    return [*rows, (unknown, counts[None])] if counts[None] else rows


def _label_lengths(statistics: ReleaseStatistics) -> list[tuple[str, int]]:
    """Return the counts of articles by length, each with the label of its class."""
    names = [f"≤{limit}" for limit in LENGTH_LIMITS] + [f">{LENGTH_LIMITS[-1]}"]
    return [(name, statistics.lengths[number]) for number, name in enumerate(names)]


def _label_boilerplate_shares(statistics: ReleaseStatistics) -> list[tuple[str, int]]:
    """Return the counts of articles by boilerplate share, each with the label of its class."""
    return [(f"{10 * tenth}–{10 * tenth + 10} %", statistics.boilerplate_tenths[tenth]) for tenth in range(10)]


def _render_overview(statistics: ReleaseStatistics, manifest: dict[str, Any]) -> Html:
    """Render the accounting of documents and the charts."""
    counts = manifest["counts"]
    dropped, rejected = sum(counts["dropped"].values()), sum(counts["rejected"].values())
    tiles = [
        ("documents in", counts["documents_in"]), ("carried over", counts["carried_over"]),
        ("published", counts["published"]), ("duplicates dropped", dropped), ("rejected", rejected),
    ]  # fmt: skip
    unit, months = svg_charts.group_by_period(statistics.months, MAX_BARS)
    undated = f" ({statistics.months[None]:,} undated)" if statistics.months[None] else ""
    return tag(
        "section",
        tag("h2", "What is in it"),
        tag("dl", *(tag("div", tag("dt", name), tag("dd", f"{n:,}")) for name, n in tiles), class_="tiles"),
        tag(
            "p",
            f"{counts['documents_in']:,} documents in + {counts['carried_over']:,} carried over = "
            f"{counts['published']:,} published + {dropped:,} dropped + {rejected:,} rejected. Words in "
            f"all: {statistics.words:,}. Repeats of another article of this release: {statistics.duplicates:,}. "
            f"Articles that say they go on elsewhere: {statistics.partial_articles:,}.",
        ),
        tag(
            "div",
            svg_charts.draw_column_chart(f"Articles by {unit}{undated}", unit, "articles", months),
            svg_charts.draw_column_chart(
                "Articles by length", "words of the text", "articles", _label_lengths(statistics)
            ),
            svg_charts.draw_column_chart(
                "Articles by share of clutter", "share that was cut", "articles", _label_boilerplate_shares(statistics)
            ),
            svg_charts.draw_bar_chart(
                "Articles by language", "articles", _rank_counts(statistics.languages, "not known")
            ),
            svg_charts.draw_bar_chart("Articles by outlet", "articles", _rank_counts(statistics.outlets, "not known")),
            svg_charts.draw_bar_chart(
                "What was cut, by kind", "spans", sorted(statistics.cuts.items(), key=lambda p: (-p[1], p[0]))
            ),
            class_="columns",
        ),
        id="contents",
    )


def _render_outlet_table(statistics: ReleaseStatistics) -> Html:
    """Render, for each outlet, the shares of dates and authors that are stated, inferred, missing."""
    heads = [("outlet", ""), ("articles", "number")]
    heads += [
        (f"{name}: {basis_label}", "number")
        for name in COUNTED_BY_OUTLET
        for basis_label in ("stated", "inferred", "missing")
    ]
    rows = []
    for outlet, articles in sorted(statistics.outlets.items(), key=lambda pair: (-pair[1], str(pair[0])))[:MAX_BARS]:
        cells = [
            f"{statistics.by_outlet[name][outlet, basis] / articles:.0%}"
            for name in COUNTED_BY_OUTLET
            for basis in ("stated", "inferred", None)
        ]
        rows.append(["not known" if outlet is None else outlet, f"{articles:,}", *cells])
    omitted_count = max(len(statistics.outlets) - MAX_BARS, 0)
    caption = "Dates and authors by outlet" + (
        f"; {omitted_count:,} smaller outlets are left out" if omitted_count else ""
    )
    return _render_table(caption, heads, rows)


def _render_coverage(statistics: ReleaseStatistics) -> Html:
    """Render how many articles have each value, by basis."""

    def format_count(number: int | None) -> str:
        return "–" if number is None else f"{number:,}"

    heads = [("column", ""), ("stated", "number"), ("inferred", "number"), ("given", "number"), ("missing", "number")]
    rows = [
        [
            coverage.column,
            format_count(coverage.stated),
            format_count(coverage.inferred),
            format_count(coverage.present),
            format_count(coverage.missing),
        ]
        for coverage in statistics.coverage
    ]
    return tag(
        "section",
        tag("h2", "How much is known"),
        tag(
            "p",
            "Stated: the document says it of itself. Inferred: taken from the story or from a sign-off. Given: the "
            "value is there, and its column has no basis beside it. Missing: null or an empty list, because null is "
            "better than wrong.",
        ),
        _render_table("Articles by how each value is known", heads, rows),
        _render_outlet_table(statistics),
        id="values",
    )


def _render_rejects(statistics: ReleaseStatistics) -> Html:
    """Render the reasons of rejection with the first examples of each."""
    elements = [tag("h2", "What was left out, and why")]
    if not statistics.reasons:
        return tag("section", *elements, tag("p", "Nothing was left out."), id="rejected")
    rows: list[list[str]] = []
    for reason, reason_count in sorted(statistics.reasons.items(), key=lambda item: (-item[1].count, item[0])):
        examples = [
            tag("li", tag("code", source), ": ", detail, dir="auto") for source, detail in reason_count.examples
        ]
        meaning = tag("span", f"– {vocabulary.REASONS.get(reason, 'a reason this page does not know')}", class_="soft")
        outcome = "dropped" if reason in vocabulary.DROPPED else "rejected"
        # One column for all words: with two, a phone shows the numbers and hides the sentences.
        words = join_markup([tag("code", reason), meaning, tag("ul", *examples, class_="said")], " ")
        rows.append([words, f"{reason_count.count:,}", outcome])
    heads = [("reason, and what was said of the first", ""), ("documents", "number"), ("outcome", "word")]
    caption = "Every one of these documents is in rejects/rejects.parquet"
    return tag("section", *elements, _render_table(caption, heads, rows), id="rejected")


def _render_checks(checks: list[dict[str, Any]]) -> Html:
    """Render the checks of validation, failed ones first."""
    elements = [tag("h2", "Validation")]
    if not checks:
        return tag("section", *elements, tag("p", "The manifest records no checks."), id="checks")
    heads = [("check", ""), ("severity", "word"), ("what it found", "prose")]
    rows: dict[bool, list[list[str]]] = {False: [], True: []}
    for check in checks:
        rows[bool(check["passed"])].append([check["name"], check["severity"], check["sentence"]])
    failed, passed = rows[False], rows[True]
    summary = f"Of {len(checks)} checks {len(passed)} passed and {len(failed)} failed. All of it is in validation/."
    elements.append(tag("p", summary))
    if failed:
        elements.append(_render_table("Checks that failed", heads, failed))
    if passed:
        elements.append(
            tag("details", tag("summary", "Checks that passed"), _render_table("", heads, passed), class_="passed")
        )
    return tag("section", *elements, id="checks")


def _render_changes(statistics: ReleaseStatistics, manifest: dict[str, Any]) -> Html:
    """Render the changes since the parent release."""
    parent, changes = manifest["parent"], manifest["changes"]
    elements = [tag("h2", "Changes since the parent release")]
    if not parent:
        return tag("section", *elements, tag("p", "This is the first release: it has no parent."), id="changes")
    elements.append(
        tag(
            "p",
            f"Since {parent}: {changes['added']:,} added, {changes['changed']:,} changed, "
            f"{changes['removed']:,} removed. "
            "Each is a row of diff/changes.parquet.",
        )
    )
    columns = Counter({name: n for name, n in statistics.changes.get("changed", Counter()).items() if name})
    if columns:
        rows = sorted(columns.items(), key=lambda pair: (-pair[1], pair[0]))
        elements.append(svg_charts.draw_bar_chart("Changed articles by column", "articles", rows))
    return tag("section", *elements, id="changes")


def _render_articles(sample: list[TracedArticle], statistics: ReleaseStatistics) -> Html:
    """Render the sample of articles, up to MAX_MARKUP_BYTES, and the legend of the kinds."""
    rendered, markup_bytes = [], 0
    for article in sample:
        markup = article_html.render_article(article)
        markup_bytes += len(markup.encode())
        if markup_bytes > MAX_MARKUP_BYTES:
            break
        rendered.append(markup)
    if len(rendered) == statistics.articles:
        summary = f"All {statistics.articles:,} articles of this release."
    else:
        summary = (
            f"{len(rendered):,} of {statistics.articles:,} articles, so that the page stays small: at most "
            f"{MAX_ARTICLES}, those with the smallest article_id, which is a digest and so as good as a draw."
        )
    kinds = [
        tag("li", tag("mark", kind, class_=f"k-{kind}", title=meaning, data_why=meaning, tabindex=0))
        for kind, meaning in vocabulary.KINDS.items()
        if kind != "body"
    ]
    search = tag(
        "div",
        tag("label", "Find among these articles (press /, leave with Escape)", for_="find"),
        tag("input", id="find", type="search", autocomplete="off"),
        tag("p", id="found", class_="soft", role="status"),
        class_="search",
        hidden=True,
    )
    return tag(
        "section",
        tag("h2", "Articles"),
        tag("p", summary),
        tag(
            "p",
            "Each opens on what is claimed of it, the words that say so, and its document: plain lines were kept, "
            "coloured ones were cut, and the rule that cut them stands before them. Point at a span, or step to it "
            "with the Tab key, to read more.",
        ),
        tag("ul", *kinds, class_="key"),
        search,
        *rendered,
        id="articles",
    )


def render_report(statistics: ReleaseStatistics, sample: list[TracedArticle], manifest: dict[str, Any]) -> str:
    """Render the page as one HTML document that ends in a line break."""
    style = (_HERE / "report_page.css").read_text(encoding="utf-8")
    script = (_HERE / "report_page.js").read_text(encoding="utf-8")
    title = f"{manifest['dataset']} {manifest['version']}"
    sections = [("contents", "What is in it"), ("values", "How much is known"), ("rejected", "What was left out"),
                ("checks", "Validation"), ("changes", "Changes"), ("articles", "Articles")]  # fmt: skip
    header = tag(
        "header",
        tag("h1", title),
        tag(
            "p",
            f"Made {manifest['created_at']} by run {manifest['run_id']}, schema {manifest['schema_version']}.",
            class_="soft",
        ),
        tag(
            "nav",
            tag("ul", *(tag("li", tag("a", words, href=f"#{key}")) for key, words in sections)),
            aria_label="Sections",
        ),
    )
    main = tag(
        "main",
        _render_overview(statistics, manifest),
        _render_coverage(statistics),
        _render_rejects(statistics),
        _render_checks(manifest["checks"]),
        _render_changes(statistics, manifest),
        _render_articles(sample, statistics),
    )
    files = tag(
        "ul",
        *(tag("li", tag("a", path, href=path), f", {description}") for path, description in _LINKED_FILES),
        class_="files",
    )
    footer = tag(
        "footer",
        tag("p", "The texts belong to their publishers. Beside this page:"),
        files,
    )
    body = tag("body", join_markup([header, main, footer]), Html(f"<script>{script}</script>"))
    return "<!doctype html>\n" + tag("html", join_markup([_render_head(title, style, script), body]), lang="en") + "\n"
