"""Drift guard: a release compared with its parent, in total and by outlet.

Compared are the number of articles, the shares with a date, an author, a title and an outlet, the median length, the
share of clutter that was cut, and the share of documents rejected. An outlet is compared where both releases have
`min_articles` of it. A delivery that is appended says nothing of the outlets that it lacks, so their number of articles
is not compared then. A difference counts only beyond chance (`standard_errors` of it), so one article in five is no
drift and one in three of thousands is. The bounds stand in expectations/drift.json. Tighter ones apply where both
releases have the same documents, because only the code can then make a difference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

import expectations
from flows.validate import gx_engine
from flows.validate.checks import format_value, validate_frame
from flows.validate.drift_statistics import SHARE_COLUMNS, DriftStatistics, OutletStatistics
from flows.validate.verdict import Check, Verdict

if TYPE_CHECKING:
    import pandas as pd

# Columns of ARTICLES that are compared, and the schema they are compared in.
DRIFT_INPUT_COLUMNS: Final = ("outlet", "date", "authors", "title", "char_count", "boilerplate_share")
DRIFT_SCHEMA: Final = pa.schema(
    [
        pa.field("outlet", pa.string()),
        pa.field("has_date", pa.bool_(), False),
        pa.field("has_author", pa.bool_(), False),
        pa.field("has_title", pa.bool_(), False),
        pa.field("char_count", pa.int32(), False),
        pa.field("boilerplate_share", pa.float32(), False),
    ]
)
_ALL_ARTICLES: Final = ""  # the group of all: no outlet has an empty name
_Groups: TypeAlias = Mapping[str, tuple[OutletStatistics, OutletStatistics | None]]
# The standard error of a median is that of a mean times this, for values that are about normal.
_MEDIAN_ERROR_FACTOR: Final = 1.2533
_MAX_LISTED_GROUPS: Final = 10


@dataclass(frozen=True)
class ComparedRelease:
    """One of the two releases: statistics of its articles, documents read, documents of them rejected."""

    articles: DriftStatistics
    documents: int
    rejected: int


def select_drift_columns(articles: pa.Table) -> pa.Table:
    """Convert the columns DRIFT_INPUT_COLUMNS of articles to DRIFT_SCHEMA."""
    computed_columns = {
        "has_date": pc.is_valid(articles["date"]),
        "has_author": pc.greater(pc.list_value_length(articles["authors"]), 0),
        "has_title": pc.is_valid(articles["title"]),
    }
    return pa.table(
        [computed_columns[name] if name in computed_columns else articles[name] for name in DRIFT_SCHEMA.names],
        schema=DRIFT_SCHEMA,
    )


def check_drift(
    old: ComparedRelease, new: ComparedRelease, *, same_documents: bool, accepted: bool, appended: bool = False
) -> Verdict:
    """Check a release against its parent by expectations/drift.json.

    With `appended`, `new` is a delivery beside the parent's articles, and may hold few or none of an outlet. Accepted
    drift still fails in `checks` and `document`, and is not in `refused`.
    """
    suite = expectations.load("drift")
    meta = suite["meta"]
    groups = _compute_group_figures(old, new, meta["min_articles"])
    compares_counts = same_documents or not appended
    frame = _build_drift_frame(groups, old, new, meta["standard_errors"], same_documents, compares_counts)
    bounds = meta["same_documents"] if same_documents else {}
    verdict = validate_frame(suite, frame, bounds, drift_accepted=accepted)
    failed_names = {check.name for check in verdict.checks if not check.passed and not check.crashed}
    if not failed_names:
        return verdict
    failed_expectations = [
        expectation for expectation in suite["expectations"] if expectation["meta"]["name"] in failed_names
    ]
    parameters = {**meta["parameters"], **bounds}
    failed_outcomes = gx_engine.run_suite(
        {**suite, "expectations": failed_expectations}, frame, parameters, rows=True, key="group"
    )
    sentences = {
        expectation["meta"]["name"]: _explain_drift(
            expectation, [row["group"] for row in failed_outcomes[expectation["meta"]["name"]].rows], groups, old, new
        )
        + (" Accepted as drift by the operator." if accepted else "")
        for expectation in failed_expectations
    }
    return _replace_sentences(verdict, sentences)


def _compute_group_figures(old: ComparedRelease, new: ComparedRelease, min_articles: int) -> _Groups:
    """Return the statistics of each group in the parent and now; None where it now has less than `min_articles`."""
    groups: dict[str, tuple[OutletStatistics, OutletStatistics | None]] = {
        _ALL_ARTICLES: (old.articles.total, new.articles.total)
    }
    for outlet, before in old.articles.outlets.items():
        if outlet is not None and before.articles >= min_articles:
            now = new.articles.outlets.get(outlet)
            groups[outlet] = (before, now if now is not None and now.articles >= min_articles else None)
    return groups


def _build_drift_frame(
    groups: _Groups,
    old: ComparedRelease,
    new: ComparedRelease,
    standard_errors: float,
    same: bool,
    compares_counts: bool,
) -> pd.DataFrame:
    """Build the frame of the suite `drift`: one row a group, sorted; null where a figure is not compared.

    Differences are those beyond chance.
    """
    import pandas as pd

    rows = []
    for group, (before, now) in sorted(groups.items()):
        row: dict[str, Any] = {"group": group, "gone": float(now is None) if compares_counts else None}
        if now is not None and before.articles and now.articles:
            row |= _compute_differences(before, now, standard_errors)
            # drift.rows-kept of the suite `release` checks the whole release, an empty one included.
            row["documents"] = now.articles / before.articles
            if not compares_counts or (group == _ALL_ARTICLES and not same):
                row["documents"] = None
            row["outlet_lost"] = row["outlet_lost"] if group == _ALL_ARTICLES else None
        if group == _ALL_ARTICLES and old.documents and new.documents:
            pair = old.rejected / old.documents, new.rejected / new.documents
            row["rejects_gained"] = _subtract_noise(
                pair[1] - pair[0], standard_errors * _compute_standard_error(*pair, old.documents, new.documents)
            )
        rows.append(row)
    columns = ["gone", "documents", "length", "clutter_change", "rejects_gained"]
    columns += [f"{name}_{way}" for name in SHARE_COLUMNS for way in ("lost", "gained")]
    return pd.DataFrame(rows, columns=["group", *columns]).astype(dict.fromkeys(columns, "float64"))


def _compute_differences(before: OutletStatistics, now: OutletStatistics, standard_errors: float) -> dict[str, float]:
    """Compute the differences of one group that go beyond chance."""
    size_factor = math.sqrt(1 / before.articles + 1 / now.articles)
    row: dict[str, float] = {}
    for name in SHARE_COLUMNS:
        share_pair = before.compute_share(name), now.compute_share(name)
        noise = standard_errors * _compute_standard_error(*share_pair, before.articles, now.articles)
        row[f"{name}_lost"] = _subtract_noise(share_pair[0] - share_pair[1], noise)
        row[f"{name}_gained"] = _subtract_noise(share_pair[1] - share_pair[0], noise)
    change = now.compute_median_length() - before.compute_median_length()
    noise = _compute_median_noise(before, now, change, standard_errors * size_factor)
    row["length"] = math.exp(math.copysign(_subtract_noise(abs(change), noise), change))
    (old_clutter, old_spread), (new_clutter, new_spread) = before.compute_clutter(), now.compute_clutter()
    noise = standard_errors * max(old_spread, new_spread) * size_factor
    row["clutter_change"] = _subtract_noise(abs(new_clutter - old_clutter), noise)
    return row


def _compute_median_noise(before: OutletStatistics, now: OutletStatistics, change: float, size_factor: float) -> float:
    """Compute how far two medians may differ by chance.

    The greater of two answers: that for normal values, and that of order statistics, which knows that the median of
    lengths with two humps may jump from one to the other.
    """
    spread = max(before.compute_length_spread(), now.compute_length_spread())
    old_range, new_range = before.compute_length_range(), now.compute_length_range()
    towards_old, towards_new = (0, 1) if change > 0 else (1, 0)
    old_margin = abs(old_range[towards_new] - before.compute_median_length())
    new_margin = abs(new_range[towards_old] - now.compute_median_length())
    return max(_MEDIAN_ERROR_FACTOR * spread * size_factor, math.hypot(old_margin, new_margin))


def _compute_standard_error(old: float, new: float, olds: int, news: int) -> float:
    """Return the standard error of a difference of two shares."""
    share = (old * olds + new * news) / (olds + news)
    return math.sqrt(share * (1 - share) * (1 / olds + 1 / news))


def _subtract_noise(difference: float, noise: float) -> float:
    """Return the part of a difference that exceeds the noise, at least 0."""
    return max(0.0, difference - noise)


def _explain_drift(
    expectation: Mapping[str, Any],
    failing: list[str],
    groups: _Groups,
    old: ComparedRelease,
    new: ComparedRelease,
) -> str:
    """Return the sentence on one failed expectation, with at most _MAX_LISTED_GROUPS groups."""
    column = expectation["kwargs"]["column"]
    group_sentences = [_format_figure(column, group, *groups[group], old, new) for group in sorted(failing)]
    remainder = (
        f"; and {len(group_sentences) - _MAX_LISTED_GROUPS:,} more outlets"
        if len(group_sentences) > _MAX_LISTED_GROUPS
        else ""
    )
    listed = "; ".join(group_sentences[:_MAX_LISTED_GROUPS])
    return f"Expected {expectation['meta']['expected']}; found {listed}{remainder}."


def _name_group(group: str) -> str:
    """Name a group in a sentence; an outlet that is called like the group of all stands in quotes."""
    if group == _ALL_ARTICLES:
        return "all articles"
    return f'"{group}"' if group == "all articles" else format_value(group)


def _format_figure(
    column: str,
    group: str,
    before: OutletStatistics,
    now: OutletStatistics | None,
    old: ComparedRelease,
    new: ComparedRelease,
) -> str:
    """Return one figure of a group as text, beside the parent's."""
    name = column.partition("_")[0]
    label = _name_group(group)
    if now is None:
        return f"{label}: too few articles to compare, where the parent had {before.articles:,}"
    if name in SHARE_COLUMNS:
        pair = f"{now.compute_share(name):.0%} with {name}", f"{before.compute_share(name):.0%}"
    elif name == "documents":
        pair = f"{now.articles:,} articles", f"{before.articles:,}"
    elif name == "length":
        medians = math.exp(now.compute_median_length()), math.exp(before.compute_median_length())
        pair = f"a median of {medians[0]:,.0f} characters", f"{medians[1]:,.0f}"
    elif name == "clutter":
        pair = f"{now.compute_clutter()[0]:.0%} cut as clutter", f"{before.compute_clutter()[0]:.0%}"
    else:
        shares = new.rejected / new.documents, old.rejected / old.documents
        pair = f"{shares[0]:.0%} of the documents rejected", f"{shares[1]:.0%}"
    return f"{label}: {pair[0]}, where the parent had {pair[1]}"


def _replace_sentences(verdict: Verdict, sentences: Mapping[str, str]) -> Verdict:
    """Return the verdict with these sentences, by expectation, in its checks and its document."""

    def replace_sentence(check: Check) -> Check:
        return replace(check, sentence=sentences.get(check.name, check.sentence))

    results = [
        {**entry, "sentence": sentences.get(entry["name"], entry["sentence"])} for entry in verdict.document["results"]
    ]
    return replace(
        verdict,
        checks=tuple(replace_sentence(check) for check in verdict.checks),
        refused=tuple(replace_sentence(check) for check in verdict.refused),
        document={**verdict.document, "results": results},
    )
