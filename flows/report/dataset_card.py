"""README.md: the dataset card, in the form that Hugging Face reads and a person can."""

import json
import re
from typing import Any, Final

from flows.report.escaping import markdown
from flows.report.reading_recipes import READING
from flows.report.statistics import Facts
from schemas import reader_schemas
from schemas.columns import ARTICLES
from schemas.vocabulary import OPS

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_MOST: Final = 20
# Upper bounds of the Hub's size classes.
_SIZES: Final = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)

_LIMITS = """## Known limits

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


def _front_matter(facts: Facts, title: str) -> str:
    size = next((name for bound, name in _SIZES if facts.articles < bound), "n>10M")
    languages = sorted(code for code in facts.languages if code and _LANGUAGE.fullmatch(code) and code != "und")
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
    lines += ["  data_files:", "  - split: train", f"    path: {reader_schemas.PLACES['articles']}", "---"]
    return "\n".join(lines)


def _counted(head: str, counts: list[tuple[str, int]]) -> str:
    rows = [f"| {markdown(name)} | {count:,} |" for name, count in counts]
    return "\n".join([f"| {head} | articles |", "| --- | ---: |", *rows])


def _outlets(facts: Facts) -> str:
    named = sorted(
        ((str(k), n) for k, n in facts.outlets.items() if k is not None), key=lambda pair: (-pair[1], pair[0])
    )
    shown = named[:_MOST]
    if len(named) > _MOST:
        shown.append((f"{len(named) - _MOST} others", sum(n for _, n in named[_MOST:])))
    if facts.outlets[None]:
        shown.append(("not known", facts.outlets[None]))
    return _counted("outlet", shown)


def _days(facts: Facts) -> str:
    months = sorted(str(month) for month in facts.months if month is not None)
    if not months:
        return "No article's day is known."
    spread = f"in {months[0]}" if months[0] == months[-1] else f"from {months[0]} to {months[-1]}"
    return f"The known dates lie {spread}. Articles without a known day: {facts.months[None]:,}."


def _knowledge(facts: Facts) -> str:
    def cell(number: int | None) -> str:
        return "" if number is None else f"{number:,}"

    rows = [
        f"| `{g.column}` | {cell(g.stated)} | {cell(g.inferred)} | {cell(g.given)} | {g.missing:,} |"
        for g in facts.given
    ]
    return "\n".join(["| column | stated | inferred | given | missing |", "| --- | ---: | ---: | ---: | ---: |", *rows])


def _columns() -> str:
    types = {row["column"]: row["type"] for row in reader_schemas.codebook() if row["table"] == "articles"}
    rows = [
        f"| `{column.name}` | `{types[column.name]}`{', null' if column.nullable else ''} | {column.meaning} |"
        for column in ARTICLES
    ]
    return "\n".join(["| column | type | meaning |", "| --- | --- | --- |", *rows])


def _changes(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[op]:,} {op}" for op in OPS)


def _making(manifest: dict[str, Any]) -> str:
    parent = manifest["parent"]
    origin = (
        f"It follows {markdown(parent)}: {_changes(manifest['changes'])}; `diff/changes.parquet` names them."
        if parent
        else "It is the first release."
    )
    if manifest.get("remakes"):
        origin += f" It was made from {markdown(manifest['remakes'])}, without an article that was taken down."
    if manifest.get("accepted_drift"):
        origin += f" It was published in spite of drift: {markdown(manifest['accepted_drift'])}."
    checks = manifest["checks"]
    failed = [check for check in checks if not check["passed"]]
    lines = [
        f"Version {markdown(manifest['version'])} of {markdown(manifest['dataset'])}, schema "
        f"{markdown(manifest['schema_version'])}. {origin}",
        f"Of {len(checks)} checks {len(checks) - len(failed)} passed and {len(failed)} failed"
        + (":" if failed else "."),
        *(f"- {markdown(check['name'])} ({check['severity']}): {markdown(check['sentence'])}" for check in failed),
        "",
        "`manifest.json` has the inputs, the parameters, the code and the checks; `validation/` every result in full.",
    ]
    return "\n".join(lines)


def render(facts: Facts, manifest: dict[str, Any]) -> str:
    """The card as Markdown, ending in a line break."""
    counts = manifest["counts"]
    title = f"{manifest['dataset']} {manifest['version']}"
    dropped, rejected = sum(counts["dropped"].values()), sum(counts["rejected"].values())
    return f"""{_front_matter(facts, title)}

# {markdown(title)}

News articles, each cut out of the page or text it was scraped as, filed under outlet, authors and date, and checked.

| | documents |
| --- | ---: |
| read | {counts["documents_in"]:,} |
| carried over from the parent release | {counts["carried_over"]:,} |
| published | {counts["published"]:,} |
| of these, repeats of another article (`duplicate_of`) | {facts.duplicates:,} |
| dropped as duplicates | {dropped:,} |
| rejected, each with its reason in `rejects/rejects.parquet` | {rejected:,} |

{_days(facts)}

{_outlets(facts)}

In how many articles a value is known. Stated: the document says it of itself. Inferred: taken from the story or from a
sign-off. Given: it is there, and no column says on what basis.

{_knowledge(facts)}

{READING}
## Columns of articles

{_columns()}

The columns of the other tables are in `codebook.csv`, and all of them in `schema.json`.

{_LIMITS}
## How it was made

{_making(manifest)}
"""
