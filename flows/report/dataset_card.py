"""README.md: the dataset card, with front matter for Hugging Face."""

import json
import re
from typing import Any, Final

from flows.report.escaping import escape_markdown
from flows.report.reading_recipes import READING
from flows.report.statistics import ReleaseStatistics
from schemas import reader_schemas
from schemas.columns import ARTICLES
from schemas.vocabulary import OPS

_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
_MAX_OUTLETS: Final = 20
# Upper bounds of the Hub's size classes.
_SIZE_CATEGORIES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)

_LIMITATIONS = """## Known limits

- A date marked `inferred` was taken from the story: the day of an event it tells of, which is often the day before.
- Where an article begins and ends is a judgement. Every span that was cut is in `lineage/spans.parquet` with the rule
  that cut it; the words behind every value are in `lineage/evidence.parquet`.
- Where a document does not say, the value is null. Nobody filled it in.
- `language` is a classifier's answer and `language_score` how sure it was.
- The articles are what was scraped. They are no sample of what the outlets published.

## Whose the texts are

The texts belong to their publishers. This dataset gives no licence to them: whoever uses or passes them on needs the
publishers' permission or an exception in the law that applies. Names in `authors` and `editors` are of real people.

To have an article taken out, write to whoever gave you this release and name its `article_id`. A later release can
leave it out; copies already made cannot be called back from here.
"""


def _render_front_matter(statistics: ReleaseStatistics, title: str) -> str:
    """Render the YAML front matter."""
    size = next((name for bound, name in _SIZE_CATEGORIES if statistics.articles < bound), "n>10M")
    languages = sorted(
        code for code in statistics.languages if code and _LANGUAGE_CODE.fullmatch(code) and code != "und"
    )
    lines = [
        "---",
        f"pretty_name: {json.dumps(title)}",
        "license: other",
        "license_name: texts-belong-to-their-publishers",
    ]
    if languages:
        lines += ["language:", *(f"- {json.dumps(code)}" for code in languages)]
    lines += [
        "size_categories:",
        f"- {size}",
        "tags:",
        "- news",
        "configs:",
        "- config_name: articles",
        "  default: true",
    ]
    lines += ["  data_files:", "  - split: train", f"    path: {reader_schemas.TABLE_PATHS['articles']}", "---"]
    return "\n".join(lines)


def _render_counts(head: str, counts: list[tuple[str, int]]) -> str:
    """Render counts as a table."""
    rows = [f"| {escape_markdown(name)} | {count:,} |" for name, count in counts]
    return "\n".join([f"| {head} | articles |", "| --- | ---: |", *rows])


def _render_outlets(statistics: ReleaseStatistics) -> str:
    """Render the articles by outlet, the largest `_MAX_OUTLETS` by name."""
    ranked = sorted(
        ((str(k), n) for k, n in statistics.outlets.items() if k is not None), key=lambda pair: (-pair[1], pair[0])
    )
    rows = ranked[:_MAX_OUTLETS]
    if len(ranked) > _MAX_OUTLETS:
        rows.append((f"{len(ranked) - _MAX_OUTLETS} others", sum(n for _, n in ranked[_MAX_OUTLETS:])))
    if statistics.outlets[None]:
        rows.append(("not known", statistics.outlets[None]))
    return _render_counts("outlet", rows)


def _describe_date_range(statistics: ReleaseStatistics) -> str:
    """Describe the first and last month, and the number of undated articles."""
    months = sorted(str(month) for month in statistics.months if month is not None)
    if not months:
        return "No article's day is known."
    spread = f"in {months[0]}" if months[0] == months[-1] else f"from {months[0]} to {months[-1]}"
    return f"The known dates lie {spread}. Articles without a known day: {statistics.months[None]:,}."


def _render_coverage(statistics: ReleaseStatistics) -> str:
    """Render how many articles have each value, by basis."""

    def format_count(number: int | None) -> str:
        return "" if number is None else f"{number:,}"

    rows = [
        f"| `{coverage.column}` | {format_count(coverage.stated)} | {format_count(coverage.inferred)} "
        f"| {format_count(coverage.present)} | {coverage.missing:,} |"
        for coverage in statistics.coverage
    ]
    return "\n".join(["| column | stated | inferred | given | missing |", "| --- | ---: | ---: | ---: | ---: |", *rows])


def _render_columns() -> str:
    """Render the columns of articles as a table."""
    types = {row["column"]: row["type"] for row in reader_schemas.build_codebook() if row["table"] == "articles"}
    rows = [
        f"| `{column.name}` | `{types[column.name]}`{', null' if column.nullable else ''} | {column.meaning} |"
        for column in ARTICLES
    ]
    return "\n".join(["| column | type | meaning |", "| --- | --- | --- |", *rows])


def _describe_changes(counts: dict[str, int]) -> str:
    """Describe the counts of changes in one phrase."""
    return ", ".join(f"{counts[op]:,} {op}" for op in OPS)


def _describe_provenance(manifest: dict[str, Any]) -> str:
    """Describe version, parent, takedown, accepted drift and checks."""
    parent = manifest["parent"]
    lineage = (
        f"It follows {escape_markdown(parent)}: {_describe_changes(manifest['changes'])}; "
        "`diff/changes.parquet` names them."
        if parent
        else "It is the first release."
    )
    if manifest.get("remakes"):
        lineage += f" It was made from {escape_markdown(manifest['remakes'])}, without an article that was taken down."
    if manifest.get("accepted_drift"):
        lineage += f" It was published in spite of drift: {escape_markdown(manifest['accepted_drift'])}."
    checks = manifest["checks"]
    failed = [check for check in checks if not check["passed"]]
    lines = [
        f"Version {escape_markdown(manifest['version'])} of {escape_markdown(manifest['dataset'])}, schema "
        f"{escape_markdown(manifest['schema_version'])}. {lineage}",
        f"Of {len(checks)} checks {len(checks) - len(failed)} passed and {len(failed)} failed"
        + (":" if failed else "."),
        *(
            f"- {escape_markdown(check['name'])} ({check['severity']}): {escape_markdown(check['sentence'])}"
            for check in failed
        ),
        "",
        "`manifest.json` has the inputs, the parameters, the code and the checks; `validation/` every result in full.",
    ]
    return "\n".join(lines)


def render_card(statistics: ReleaseStatistics, manifest: dict[str, Any]) -> str:
    """Render the card as Markdown that ends in a line break."""
    counts = manifest["counts"]
    title = f"{manifest['dataset']} {manifest['version']}"
    dropped, rejected = sum(counts["dropped"].values()), sum(counts["rejected"].values())
    return f"""{_render_front_matter(statistics, title)}

# {escape_markdown(title)}

News articles, each cut out of the page or text it was scraped as, filed under outlet, authors and date, and checked.

| | documents |
| --- | ---: |
| read | {counts["documents_in"]:,} |
| carried over from the parent release | {counts["carried_over"]:,} |
| published | {counts["published"]:,} |
| of these, repeats of another article (`duplicate_of`) | {statistics.duplicates:,} |
| dropped as duplicates | {dropped:,} |
| rejected, each with its reason in `rejects/rejects.parquet` | {rejected:,} |

{_describe_date_range(statistics)}

{_render_outlets(statistics)}

In how many articles a value is known. Stated: the document says it of itself. Inferred: taken from the story or from a
sign-off. Given: it is there, and no column says on what basis.

{_render_coverage(statistics)}

{READING}
## Columns of articles

{_render_columns()}

The columns of the other tables are in `codebook.csv`, and all of them in `schema.json`.

{_LIMITATIONS}
## How it was made

{_describe_provenance(manifest)}
"""
