"""README.md: the dataset card, with front matter for Hugging Face. templates/card.md.j2 is its layout."""

import re
from typing import Any, Final

from flows.report.statistics import ReleaseStatistics
from flows.report.templating import render_markdown
from schemas import reader_schemas
from schemas.columns import ARTICLES

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


def render_card(statistics: ReleaseStatistics, manifest: dict[str, Any]) -> str:
    """Render the card as Markdown that ends in a line break."""
    counts = manifest["counts"]
    types = {row["column"]: row["type"] for row in reader_schemas.build_codebook() if row["table"] == "articles"}
    return render_markdown(
        "card.md.j2",
        title=f"{manifest['dataset']} {manifest['version']}",
        configs=_name_configs(f"{manifest['dataset']}-{manifest['version']}"),
        manifest=manifest,
        counts=counts,
        dropped=sum(counts["dropped"].values()),
        rejected=sum(counts["rejected"].values()),
        failed=[check for check in manifest["checks"] if not check["passed"]],
        statistics=statistics,
        size=next((name for bound, name in _SIZE_CATEGORIES if statistics.articles < bound), "n>10M"),
        languages=_list_language_codes(statistics),
        months=sorted(str(month) for month in statistics.months if month is not None),
        outlets=_rank_outlets(statistics),
        columns=[(column, types[column.name]) for column in ARTICLES],
        paths=reader_schemas.TABLE_PATHS,
    )


def _list_language_codes(statistics: ReleaseStatistics) -> list[str]:
    codes = (code for code in statistics.languages if code and _LANGUAGE_CODE.fullmatch(code))
    return sorted(code for code in codes if code != "und")


def _rank_outlets(statistics: ReleaseStatistics) -> list[tuple[str, int]]:
    """Return the articles by outlet, the largest `_MAX_OUTLETS` by name."""
    ranked = sorted(
        ((str(k), n) for k, n in statistics.outlets.items() if k is not None), key=lambda pair: (-pair[1], pair[0])
    )
    rows = ranked[:_MAX_OUTLETS]
    if len(ranked) > _MAX_OUTLETS:
        rows.append((f"{len(ranked) - _MAX_OUTLETS} others", sum(n for _, n in ranked[_MAX_OUTLETS:])))
    return [*rows, ("not known", statistics.outlets[None])] if statistics.outlets[None] else rows


def _name_configs(release_name: str) -> list[tuple[str, str]]:
    """Return the name and path of each table's config, articles first.

    `datasets` caches by the name of a config: with one name for all releases it would return another release's rows.
    """
    articles = reader_schemas.TABLE_PATHS["articles"]
    other_configs = [
        (f"{release_name}-{table}", path) for table, path in reader_schemas.TABLE_PATHS.items() if path != articles
    ]
    return [(release_name, articles), *other_configs]
