"""What the rows are judged on: VIEW, and the frame that Great Expectations sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas import stage_tables

if TYPE_CHECKING:
    import pandas as pd

# The columns that claim something of the document -> the fields whose evidence supports them. An hour implies its
# day and a dateline its place. url is the document's address and language a measurement: neither is a claim.
CLAIMS: Final[dict[str, tuple[str, ...]]] = {
    "outlet": ("outlet",),
    "title": ("title",),
    "subtitle": ("subtitle",),
    "authors": ("authors",),
    "editors": ("editors",),
    "agency": ("agency",),
    "cited_sources": ("cited_sources",),
    "published_at": ("published_at",),
    "date": ("date", "published_at"),
    "dateline": ("dateline",),
    "place": ("place", "dateline"),
}

# The furthest zone ahead of UTC: when it is day D there, no later day has begun anywhere.
_FURTHEST_AHEAD: Final = timedelta(hours=14)


def view_of(articles: pa.Table, evidence: pa.Table, clutter_hits: Sequence[int], run_day: date) -> pa.Table:
    """ARTICLES and their EVIDENCE -> VIEW, one row an article in the same order.

    `clutter_hits` has a number for each article: lines of its text that a clutter cue still matches. `run_day` is the
    run's day in UTC. Raises ValueError where the counts of rows differ.

    `latest_day` is the latest day that had begun anywhere on earth when the document was fetched (a story of 00:30 in
    Jakarta is of tomorrow in UTC), else one day after the run's day; never later than that.
    """
    measured = measures_of(articles, evidence, clutter_hits)
    return measured_view(
        pa.table([*articles.columns, *measured.columns], [*articles.column_names, *measured.column_names]), run_day
    )


def measures_of(articles: pa.Table, evidence: pa.Table, clutter_hits: Sequence[int]) -> pa.Table:
    """What VIEW asks of texts and evidence -> MEASURES, one row an article; pure, so that it is measured once."""
    if len(clutter_hits) != articles.num_rows:
        raise ValueError(f"{articles.num_rows} articles, but {len(clutter_hits)} numbers of clutter hits; one each")
    lengths = [[len(line) for line in text.split("\n")] for text in articles["text"].to_pylist()]
    made = {
        "clutter_hits": list(clutter_hits),
        "line_count": [len(lines) for lines in lengths],
        "longest_line": [max(lines) for lines in lengths],
        "unevidenced": _unevidenced(articles, evidence),
    }
    return pa.table(
        [pa.array(made[field.name], field.type) for field in stage_tables.MEASURES], schema=stage_tables.MEASURES
    )


def measured_view(articles: pa.Table, run_day: date) -> pa.Table:
    """ARTICLES (their text is not needed) with MEASURES -> VIEW."""
    made = {
        "author_count": pc.list_value_length(articles["authors"]),
        "editor_count": pc.list_value_length(articles["editors"]),
        "latest_day": [_latest_day(at, run_day) for at in articles["fetched_at"].to_pylist()],
    }
    columns = [_column(made.get(field.name), articles, field) for field in stage_tables.VIEW]
    return pa.table(columns, schema=stage_tables.VIEW)


def view_frame(view: pa.Table) -> pd.DataFrame:
    """VIEW as the frame the suite `articles` names its columns of, sorted by article_id.

    Texts and days are Python objects, so that patterns and comparisons are Python's. Beside the columns of VIEW:

    `unevidenced`             the names, joined by a comma and a blank; empty where all is evidenced
    `empty_values`            names of columns, joined alike, that hold a blank text, no number, or nothing where null
                              is not allowed (the two keys are judged by name)
    `outlet_fits_basis`       outlet and outlet_basis both stand, or neither
    `date_fits_basis`         date and date_basis both stand, or neither
    `authors_fit_basis`       author_count is above 0 and author_basis stands, or neither
    `published_day_gap`       days from published_at's day in UTC to date; null where one is missing
    `published_at_fits_date`  published_at is null, or date stands and is stated
    `place_has_dateline`      place is null, or dateline stands
    """
    import pandas as pd

    view = view.sort_by("article_id")
    columns = {name: view[name].to_pandas(date_as_object=True) for name in view.column_names if name != "unevidenced"}
    texts = [field.name for field in view.schema if pa.types.is_string(field.type)]
    frame = pd.DataFrame(columns).astype(dict.fromkeys(texts, object))
    has = frame.notna()
    days = {name: pc.cast(view[name], pa.date32()).cast(pa.int32()) for name in ("date", "published_at")}
    frame["unevidenced"] = [", ".join(names or ()) for names in view["unevidenced"].to_pylist()]
    frame["empty_values"] = _empty_values(view)
    frame["outlet_fits_basis"] = has["outlet"] == has["outlet_basis"]
    frame["date_fits_basis"] = has["date"] == has["date_basis"]
    frame["authors_fit_basis"] = (frame["author_count"] > 0) == has["author_basis"]
    frame["published_day_gap"] = pc.subtract(days["date"], days["published_at"]).cast(pa.float64()).to_pandas()
    frame["published_at_fits_date"] = ~has["published_at"] | (has["date"] & (frame["date_basis"] == "stated"))
    frame["place_has_dateline"] = ~has["place"] | has["dateline"]
    return frame


def _latest_day(fetched_at: datetime | None, run_day: date) -> date:
    latest = run_day + timedelta(days=1)
    if fetched_at is None or fetched_at.date() >= latest:
        return latest
    return (fetched_at + _FURTHEST_AHEAD).date()


def _unevidenced(articles: pa.Table, evidence: pa.Table) -> list[list[str]]:
    missing: list[list[str]] = [[] for _ in range(articles.num_rows)]
    ids = articles["article_id"].to_pylist()
    told = set(zip(evidence["article_id"].to_pylist(), evidence["field"].to_pylist(), strict=True))
    for column, fields in CLAIMS.items():
        values = articles[column]
        claims = pc.greater(pc.list_value_length(values), 0) if pa.types.is_list(values.type) else pc.is_valid(values)
        for row in np.flatnonzero(claims).tolist():
            if not any((ids[row], field) in told for field in fields):
                missing[row].append(column)
    return missing


def _column(made: object, articles: pa.Table, field: pa.Field) -> pa.Array | pa.ChunkedArray:
    if made is None:
        return articles[field.name]
    return made.cast(field.type) if isinstance(made, pa.ChunkedArray) else pa.array(made, field.type)


def _empty_values(view: pa.Table) -> list[str]:
    names: list[list[str]] = [[] for _ in range(view.num_rows)]
    for field in view.schema:
        if field.name in ("article_id", "source_id", "unevidenced"):
            continue
        values = view[field.name]
        empty = pc.is_null(values) if not field.nullable else pa.chunked_array([pa.repeat(False, view.num_rows)])
        if pa.types.is_string(field.type):
            empty = pc.or_(empty, pc.fill_null(pc.equal(pc.utf8_trim_whitespace(values), ""), False))
        elif pa.types.is_floating(field.type):
            empty = pc.or_(empty, pc.fill_null(pc.is_nan(values), False))
        for row in pc.indices_nonzero(empty).to_pylist():
            names[row].append(field.name)
    return [", ".join(of_row) for of_row in names]
