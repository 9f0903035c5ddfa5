"""report.html: the whole release on one page that needs nothing but itself."""

import base64
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any, Final

from flows.report import article_html, svg_charts
from flows.report.article_sample import Article
from flows.report.escaping import Html, join, tag
from flows.report.statistics import BY_OUTLET, LENGTHS, Facts
from schemas import vocabulary

# The page stays under 5 MB: at most this many articles, and no further one once their markup has reached the weight.
MOST_ARTICLES: Final = 200
HEAVIEST: Final = 4_000_000
MOST_BARS: Final = 24

_HERE = Path(__file__).parent
_FILES = (
    ("README.md", "the dataset card"),
    ("manifest.json", "the record of the run"),
    ("csv/articles.csv", "articles as CSV"),
    ("csv/metadata.csv", "the same without text, for spreadsheets"),
    ("codebook.csv", "every column explained"),
    ("SHA256SUMS", "to check the files"),
)


def _digest(content: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode() + "'"


def _head(title: str, style: str, script: str) -> Html:
    allowed = f"style-src {_digest(style)}; script-src {_digest(script)}"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        # Our own two files, whose digests stand in the policy: they go in as they are.
        Html(f"<style>{style}</style>"),
    )


def _table(caption: str, heads: list[tuple[str, str]], rows: list[list[str]]) -> Html:
    """A table whose first cell of a row names the row. `heads` are (words, class)."""
    top = tag("tr", *(tag("th", words, scope="col", class_=css or None) for words, css in heads))
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row", dir="auto"),
            *(tag("td", cell, class_=css or None) for cell, (_, css) in zip(row[1:], heads[1:], strict=True)),
        )
        for row in rows
    ]
    named = [tag("caption", caption)] if caption else []
    return tag("div", tag("table", *named, tag("thead", top), tag("tbody", *body)), class_="wide")


def _ranked(counts: Counter[str | None], unknown: str) -> list[tuple[str, int]]:
    """Largest first, ties by name; beyond the room there is, one row for all others; what is not known last."""
    named = sorted(((str(k), n) for k, n in counts.items() if k is not None), key=lambda pair: (-pair[1], pair[0]))
    shown = named[:MOST_BARS]
    if len(named) > MOST_BARS:
        shown.append((f"{len(named) - MOST_BARS} others", sum(n for _, n in named[MOST_BARS:])))
    return [*shown, (unknown, counts[None])] if counts[None] else shown


def _lengths(facts: Facts) -> list[tuple[str, int]]:
    names = [f"≤{end}" for end in LENGTHS] + [f">{LENGTHS[-1]}"]
    return [(name, facts.lengths[number]) for number, name in enumerate(names)]


def _clutter(facts: Facts) -> list[tuple[str, int]]:
    return [(f"{10 * tenth}–{10 * tenth + 10} %", facts.clutter[tenth]) for tenth in range(10)]


def _contents(facts: Facts, manifest: dict[str, Any]) -> Html:
    counts = manifest["counts"]
    dropped, rejected = sum(counts["dropped"].values()), sum(counts["rejected"].values())
    tiles = [
        ("documents in", counts["documents_in"]), ("carried over", counts["carried_over"]),
        ("published", counts["published"]), ("duplicates dropped", dropped), ("rejected", rejected),
    ]  # fmt: skip
    unit, months = svg_charts.by_time(facts.months, MOST_BARS)
    undated = f" ({facts.months[None]:,} undated)" if facts.months[None] else ""
    return tag(
        "section",
        tag("h2", "What is in it"),
        tag("dl", *(tag("div", tag("dt", name), tag("dd", f"{n:,}")) for name, n in tiles), class_="tiles"),
        tag(
            "p",
            f"{counts['documents_in']:,} documents in + {counts['carried_over']:,} carried over = "
            f"{counts['published']:,} published + {dropped:,} dropped + {rejected:,} rejected. Words in "
            f"all: {facts.words:,}. Repeats of another article of this release: {facts.duplicates:,}. Articles that "
            f"say they go on elsewhere: {facts.partial:,}.",
        ),
        tag(
            "div",
            svg_charts.columns(f"Articles by {unit}{undated}", unit, "articles", months),
            svg_charts.columns("Articles by length", "words of the text", "articles", _lengths(facts)),
            svg_charts.columns("Articles by share of clutter", "share that was cut", "articles", _clutter(facts)),
            svg_charts.rows("Articles by language", "articles", _ranked(facts.languages, "not known")),
            svg_charts.rows("Articles by outlet", "articles", _ranked(facts.outlets, "not known")),
            svg_charts.rows("What was cut, by kind", "spans", sorted(facts.cuts.items(), key=lambda p: (-p[1], p[0]))),
            class_="columns",
        ),
        id="contents",
    )


def _by_outlet(facts: Facts) -> Html:
    """Of each outlet's articles, how many dates and authors are stated, inferred, missing."""
    heads = [("outlet", ""), ("articles", "number")]
    heads += [(f"{name}: {how}", "number") for name in BY_OUTLET for how in ("stated", "inferred", "missing")]
    rows = []
    for outlet, articles in sorted(facts.outlets.items(), key=lambda pair: (-pair[1], str(pair[0])))[:MOST_BARS]:
        cells = [
            f"{facts.by_outlet[name][outlet, basis] / articles:.0%}"
            for name in BY_OUTLET
            for basis in ("stated", "inferred", None)
        ]
        rows.append(["not known" if outlet is None else outlet, f"{articles:,}", *cells])
    left = max(len(facts.outlets) - MOST_BARS, 0)
    caption = "Dates and authors by outlet" + (f"; {left:,} smaller outlets are left out" if left else "")
    return _table(caption, heads, rows)


def _values(facts: Facts) -> Html:
    def cell(number: int | None) -> str:
        return "–" if number is None else f"{number:,}"

    heads = [("column", ""), ("stated", "number"), ("inferred", "number"), ("given", "number"), ("missing", "number")]
    rows = [[g.column, cell(g.stated), cell(g.inferred), cell(g.given), cell(g.missing)] for g in facts.given]
    return tag(
        "section",
        tag("h2", "How much is known"),
        tag(
            "p",
            "Stated: the document says it of itself. Inferred: taken from the story or from a sign-off. Given: the "
            "value is there, and its column has no basis beside it. Missing: null or an empty list, because null is "
            "better than wrong.",
        ),
        _table("Articles by how each value is known", heads, rows),
        _by_outlet(facts),
        id="values",
    )


def _rejected(facts: Facts) -> Html:
    parts = [tag("h2", "What was left out, and why")]
    if not facts.reasons:
        return tag("section", *parts, tag("p", "Nothing was left out."), id="rejected")
    rows: list[list[str]] = []
    for reason, said in sorted(facts.reasons.items(), key=lambda item: (-item[1].count, item[0])):
        first = [tag("li", tag("code", source), ": ", detail, dir="auto") for source, detail in said.first]
        meaning = tag("span", f"– {vocabulary.REASONS.get(reason, 'a reason this page does not know')}", class_="soft")
        outcome = "dropped" if reason in vocabulary.DROPPED else "rejected"
        # One column for the words, or a phone shows the figures and hides the sentences.
        words = join([tag("code", reason), meaning, tag("ul", *first, class_="said")], " ")
        rows.append([words, f"{said.count:,}", outcome])
    heads = [("reason, and what was said of the first", ""), ("documents", "number"), ("outcome", "word")]
    caption = "Every one of these documents is in rejects/rejects.parquet"
    return tag("section", *parts, _table(caption, heads, rows), id="rejected")


def _checks(checks: list[dict[str, Any]]) -> Html:
    parts = [tag("h2", "Validation")]
    if not checks:
        return tag("section", *parts, tag("p", "The manifest records no checks."), id="checks")
    heads = [("check", ""), ("severity", "word"), ("what it found", "prose")]
    rows: dict[bool, list[list[str]]] = {False: [], True: []}
    for check in checks:
        rows[bool(check["passed"])].append([check["name"], check["severity"], check["sentence"]])
    failed, passed = rows[False], rows[True]
    said = f"Of {len(checks)} checks {len(passed)} passed and {len(failed)} failed. All of it is in validation/."
    parts.append(tag("p", said))
    if failed:
        parts.append(_table("Checks that failed", heads, failed))
    if passed:
        parts.append(tag("details", tag("summary", "Checks that passed"), _table("", heads, passed), class_="passed"))
    return tag("section", *parts, id="checks")


def _changes(facts: Facts, manifest: dict[str, Any]) -> Html:
    parent, changes = manifest["parent"], manifest["changes"]
    parts = [tag("h2", "Changes since the parent release")]
    if not parent:
        return tag("section", *parts, tag("p", "This is the first release: it has no parent."), id="changes")
    parts.append(
        tag(
            "p",
            f"Since {parent}: {changes['added']:,} added, {changes['changed']:,} changed, "
            f"{changes['removed']:,} removed. "
            "Each is a row of diff/changes.parquet.",
        )
    )
    columns = Counter({name: n for name, n in facts.changed.get("changed", Counter()).items() if name})
    if columns:
        rows = sorted(columns.items(), key=lambda pair: (-pair[1], pair[0]))
        parts.append(svg_charts.rows("Changed articles by column", "articles", rows))
    return tag("section", *parts, id="changes")


def _articles(sample: list[Article], facts: Facts) -> Html:
    rendered, weight = [], 0
    for one in sample:
        markup = article_html.render(one)
        weight += len(markup.encode())
        if weight > HEAVIEST:
            break
        rendered.append(markup)
    if len(rendered) == facts.articles:
        said = f"All {facts.articles:,} articles of this release."
    else:
        said = (
            f"{len(rendered):,} of {facts.articles:,} articles, so that the page stays small: at most {MOST_ARTICLES}, "
            "those with the smallest article_id, which is a digest and so as good as a draw."
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
        tag("p", said),
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


def render(facts: Facts, sample: list[Article], manifest: dict[str, Any]) -> str:
    """The page as one HTML document, ending in a line break."""
    style = (_HERE / "report_page.css").read_text(encoding="utf-8")
    script = (_HERE / "report_page.js").read_text(encoding="utf-8")
    title = f"{manifest['dataset']} {manifest['version']}"
    sections = [("contents", "What is in it"), ("values", "How much is known"), ("rejected", "What was left out"),
                ("checks", "Validation"), ("changes", "Changes"), ("articles", "Articles")]  # fmt: skip
    top = tag(
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
        _contents(facts, manifest),
        _values(facts),
        _rejected(facts),
        _checks(manifest["checks"]),
        _changes(facts, manifest),
        _articles(sample, facts),
    )
    files = tag("ul", *(tag("li", tag("a", path, href=path), f", {what}") for path, what in _FILES), class_="files")
    foot = tag(
        "footer",
        tag("p", "The texts belong to their publishers. Beside this page:"),
        files,
    )
    body = tag("body", join([top, main, foot]), Html(f"<script>{script}</script>"))
    return "<!doctype html>\n" + tag("html", join([_head(title, style, script), body]), lang="en") + "\n"
