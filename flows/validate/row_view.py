"""Row view: the table VIEW that rows are validated on, and its frame for Great Expectations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas import stage_tables

if TYPE_CHECKING:
    import pandas as pd

# Columns that make a claim about the document -> fields whose evidence supports them. An hour implies its day and a
# dateline its place. url is the document's address and language a measurement: neither is a claim.
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

# The zone furthest ahead of UTC: when it is day D there, no later day has begun anywhere.
_MAX_ZONE_OFFSET: Final = timedelta(hours=14)


def build_row_view(articles: pa.Table, evidence: pa.Table, clutter_hits: Sequence[int], run_day: date) -> pa.Table:
    """Build VIEW from ARTICLES and their EVIDENCE, one row an article in the same order.

    `clutter_hits` is for each article the number of lines that a clutter cue still matches. `run_day` is the run's day
    in UTC. Raises ValueError where the counts of rows differ.

    `latest_day` is the latest day that had begun anywhere on earth when the document was fetched (a story of 00:30 in
    Jakarta is of tomorrow in UTC), else one day after the run's day; never later than that.
    """
    measured = measure_articles(articles, evidence, clutter_hits)
    return assemble_row_view(
        pa.table([*articles.columns, *measured.columns], [*articles.column_names, *measured.column_names]), run_day
    )


def measure_articles(articles: pa.Table, evidence: pa.Table, clutter_hits: Sequence[int]) -> pa.Table:
    """Measure texts and evidence -> MEASURES, one row an article; pure, so that each article is measured once."""
    if len(clutter_hits) != articles.num_rows:
        raise ValueError(f"{articles.num_rows} articles, but {len(clutter_hits)} numbers of clutter hits; one each")
    lengths = [[len(line) for line in text.split("\n")] for text in articles["text"].to_pylist()]
    measured_columns = {
        "clutter_hits": list(clutter_hits),
        "line_count": [len(lines) for lines in lengths],
        "longest_line": [max(lines) for lines in lengths],
        "unevidenced": _list_unevidenced_columns(articles, evidence),
    }
    return pa.table(
        [pa.array(measured_columns[field.name], field.type) for field in stage_tables.MEASURES],
        schema=stage_tables.MEASURES,
    )


def assemble_row_view(articles: pa.Table, run_day: date) -> pa.Table:
    """Assemble VIEW from ARTICLES with MEASURES; their text is not needed."""
    computed_columns = {
        "author_count": pc.list_value_length(articles["authors"]),
        "editor_count": pc.list_value_length(articles["editors"]),
        "latest_day": compute_latest_days(articles["fetched_at"], run_day),
    }
    columns = [_select_column(computed_columns.get(field.name), articles, field) for field in stage_tables.VIEW]
    return pa.table(columns, schema=stage_tables.VIEW)


def build_view_frame(view: pa.Table) -> pd.DataFrame:
    """Build the frame of the suite `articles` from VIEW, sorted by article_id.

    Texts and days are Python objects, so that patterns and comparisons are Python's. Columns beside those of VIEW:

    `unevidenced`             the names, joined by a comma and a blank; empty where every claim has evidence
    `empty_values`            names of columns, joined alike, that hold a blank text, no number, or null where it is
                              not allowed (the two keys have expectations of their own)
    `outlet_fits_basis`       outlet and outlet_basis are both present, or both null
    `date_fits_basis`         date and date_basis are both present, or both null
    `authors_fit_basis`       author_count is above 0 and author_basis present, or neither
    `chars_in_lines`          char_count without line breaks, which may have been recovered
    `published_day_gap`       days from published_at's day in UTC to date; null where one is missing
    `published_at_fits_date`  published_at is null, or date is present and stated
    `place_has_dateline`      place is null, or dateline is present
    """
    import pandas as pd

    view = view.sort_by("article_id")
    columns = {name: view[name].to_pandas(date_as_object=True) for name in view.column_names if name != "unevidenced"}
    text_columns = [field.name for field in view.schema if pa.types.is_string(field.type)]
    frame = pd.DataFrame(columns).astype(dict.fromkeys(text_columns, object))
    is_present = frame.notna()
    days = {name: pc.cast(view[name], pa.date32()).cast(pa.int32()) for name in ("date", "published_at")}
    frame["unevidenced"] = [", ".join(names or ()) for names in view["unevidenced"].to_pylist()]
    frame["empty_values"] = _list_empty_columns(view)
    frame["outlet_fits_basis"] = is_present["outlet"] == is_present["outlet_basis"]
    frame["date_fits_basis"] = is_present["date"] == is_present["date_basis"]
    frame["authors_fit_basis"] = (frame["author_count"] > 0) == is_present["author_basis"]
    frame["chars_in_lines"] = frame["char_count"] - frame["line_count"] + 1
    frame["published_day_gap"] = pc.subtract(days["date"], days["published_at"]).cast(pa.float64()).to_pandas()
    frame["published_at_fits_date"] = ~is_present["published_at"] | (
        is_present["date"] & (frame["date_basis"] == "stated")
    )
    frame["place_has_dateline"] = ~is_present["place"] | is_present["dateline"]
    return frame


def compute_latest_days(fetched_at: pa.ChunkedArray, run_day: date) -> pa.ChunkedArray:
    """Return the latest days that had begun anywhere when documents were fetched, at most the day after the run."""
    fetched_day = pc.cast(pc.add(fetched_at, pa.scalar(_MAX_ZONE_OFFSET)), pa.date32(), safe=False)
    return pc.min_element_wise(fetched_day, pa.scalar(run_day + timedelta(days=1)))


def _list_unevidenced_columns(articles: pa.Table, evidence: pa.Table) -> list[list[str]]:
    """List for each article the columns whose value has no evidence."""
    unevidenced_columns: list[list[str]] = [[] for _ in range(articles.num_rows)]
    ids = articles["article_id"].to_pylist()
    evidenced_fields = set(zip(evidence["article_id"].to_pylist(), evidence["field"].to_pylist(), strict=True))
    for column, fields in CLAIMS.items():
        values = articles[column]
        claims = pc.greater(pc.list_value_length(values), 0) if pa.types.is_list(values.type) else pc.is_valid(values)
        for row in np.flatnonzero(claims).tolist():
            if not any((ids[row], field) in evidenced_fields for field in fields):
                unevidenced_columns[row].append(column)
    return unevidenced_columns


def _select_column(computed: object, articles: pa.Table, field: pa.Field) -> pa.Array | pa.ChunkedArray:
    """Return the computed column if there is one, else that of the articles."""
    if computed is None:
        return articles[field.name]
    return computed.cast(field.type) if isinstance(computed, pa.ChunkedArray) else pa.array(computed, field.type)


def _list_empty_columns(view: pa.Table) -> list[str]:
    """List for each row the names of its empty columns, joined."""
    empty_columns: list[list[str]] = [[] for _ in range(view.num_rows)]
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
            empty_columns[row].append(field.name)
    return [", ".join(row_names) for row_names in empty_columns]
