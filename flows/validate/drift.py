"""The drift guard: a release beside its parent, in total and by outlet.

What is compared: articles, the shares with a date, an author, a title and an outlet, the median length, the share of
clutter that was cut, the share of documents rejected. An outlet is compared where both releases have `min_articles` of
it. A difference counts as far as it goes beyond what chance explains (`standard_errors` of it), so that one article in
five is no drift and one in three of thousands is. The bounds stand in expectations/drift.json; tighter ones hold where
the documents are the same in both, since then nothing but the code can have made the difference.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import expectations
from flows.validate import gx_engine
from flows.validate.checks import judge
from flows.validate.verdict import Check, Verdict

if TYPE_CHECKING:
    import pandas as pd

# What of the articles is compared, and as what.
COLUMNS: Final = ("outlet", "date", "authors", "title", "char_count", "boilerplate_share")
NARROW: Final = pa.schema(
    [
        pa.field("outlet", pa.string()),
        pa.field("has_date", pa.bool_(), False),
        pa.field("has_author", pa.bool_(), False),
        pa.field("has_title", pa.bool_(), False),
        pa.field("char_count", pa.int32(), False),
        pa.field("boilerplate_share", pa.float32(), False),
    ]
)
TOTAL: Final = "all articles"
_SHARES: Final = ("date", "author", "title", "outlet")
# The standard error of a median is that of a mean times this, for values that are about normal.
_MEDIAN: Final = 1.2533
_SHOWN: Final = 10


@dataclass(frozen=True)
class Side:
    """One of the two releases: its articles (NARROW), documents read, documents of them rejected."""

    articles: pa.Table
    documents: int
    rejected: int


@dataclass(frozen=True)
class _Figures:
    """One group of articles of one side. `shares` of _SHARES; lengths as natural logarithms."""

    articles: int
    shares: dict[str, float]
    length: float
    length_spread: float
    clutter: float
    clutter_spread: float


def narrow(articles: pa.Table) -> pa.Table:
    """The columns COLUMNS of articles -> NARROW."""
    made = {
        "has_date": pc.is_valid(articles["date"]),
        "has_author": pc.greater(pc.list_value_length(articles["authors"]), 0),
        "has_title": pc.is_valid(articles["title"]),
    }
    return pa.table([made[name] if name in made else articles[name] for name in NARROW.names], schema=NARROW)


def check_drift(old: Side, new: Side, *, same_documents: bool, accepted: bool) -> Verdict:
    """Judges two releases by expectations/drift.json.

    Drift that is accepted still fails in `checks` and `document`, and is not in `refused`.
    """
    suite = expectations.load("drift")
    meta = suite["meta"]
    groups = _groups(old, new, meta["min_articles"])
    frame = _frame(groups, old, new, meta["standard_errors"], same_documents)
    bounds = meta["same_documents"] if same_documents else {}
    verdict = judge(suite, frame, bounds, drift_accepted=accepted)
    failed = {check.name for check in verdict.checks if not check.passed and not check.crashed}
    if not failed:
        return verdict
    wanted = [one for one in suite["expectations"] if one["meta"]["name"] in failed]
    parameters = {**meta["parameters"], **bounds}
    listed = gx_engine.run({**suite, "expectations": wanted}, frame, parameters, rows=True, key="group")
    told = {
        one["meta"]["name"]: _sentence(
            one, [row["group"] for row in listed[one["meta"]["name"]].rows], groups, old, new
        )
        + (" Accepted as drift by the operator." if accepted else "")
        for one in wanted
    }
    return _with_sentences(verdict, told)


def _groups(old: Side, new: Side, least: int) -> dict[str, tuple[_Figures, _Figures | None]]:
    """Group -> its figures in the parent and now; None where it has too few articles now to be compared."""
    made: dict[str, tuple[_Figures, _Figures | None]] = {TOTAL: (_figures(old.articles), _figures(new.articles))}
    before, now = (_counted(side.articles) for side in (old, new))
    for outlet in sorted(name for name, count in before.items() if count >= least):
        olds, news = (side.articles.filter(pc.equal(side.articles["outlet"], outlet)) for side in (old, new))
        made[outlet] = _figures(olds), _figures(news) if now.get(outlet, 0) >= least else None
    return made


def _counted(articles: pa.Table) -> dict[str, int]:
    counts = pc.value_counts(articles["outlet"].drop_null()).to_pylist()
    return {row["values"]: row["counts"] for row in counts}


def _figures(articles: pa.Table) -> _Figures:
    count = articles.num_rows
    if not count:
        return _Figures(0, dict.fromkeys(_SHARES, math.nan), math.nan, 0.0, math.nan, 0.0)
    known = {
        **{name: int(pc.sum(articles[f"has_{name}"]).as_py() or 0) for name in ("date", "author", "title")},
        "outlet": count - articles["outlet"].null_count,
    }
    lengths = np.log(np.maximum(articles["char_count"].to_numpy(), 1))
    clutter = articles["boilerplate_share"].to_numpy().astype(np.float64)
    return _Figures(
        count,
        {name: known[name] / count for name in _SHARES},
        float(np.median(lengths)),
        float(np.std(lengths)),
        float(np.mean(clutter)),
        float(np.std(clutter)),
    )


def _frame(
    groups: Mapping[str, tuple[_Figures, _Figures | None]], old: Side, new: Side, errors: float, same: bool
) -> pd.DataFrame:
    """One row a group, sorted; null where a figure is not compared. Differences are those beyond chance."""
    import pandas as pd

    rows = []
    for group, (before, now) in sorted(groups.items()):
        row: dict[str, Any] = {"group": group, "gone": float(now is None)}
        if now is not None and before.articles and now.articles:
            row |= _differences(before, now, errors)
            # The whole release is held to drift.rows-kept of the suite `release`, which also judges an empty one.
            row["documents"] = None if group == TOTAL and not same else now.articles / before.articles
            row["outlet_lost"] = row["outlet_lost"] if group == TOTAL else None
        if group == TOTAL and old.documents and new.documents:
            pair = old.rejected / old.documents, new.rejected / new.documents
            row["rejects_gained"] = _beyond(pair[1] - pair[0], errors * _error(*pair, old.documents, new.documents))
        rows.append(row)
    columns = ["documents", "length", "clutter_change", "rejects_gained"]
    columns += [f"{name}_{way}" for name in _SHARES for way in ("lost", "gained")]
    return pd.DataFrame(rows, columns=["group", "gone", *columns]).astype(dict.fromkeys(columns, "float64"))


def _differences(before: _Figures, now: _Figures, errors: float) -> dict[str, float]:
    sizes = math.sqrt(1 / before.articles + 1 / now.articles)
    row: dict[str, float] = {}
    for name in _SHARES:
        pair = before.shares[name], now.shares[name]
        noise = errors * _error(*pair, before.articles, now.articles)
        row[f"{name}_lost"] = _beyond(pair[0] - pair[1], noise)
        row[f"{name}_gained"] = _beyond(pair[1] - pair[0], noise)
    spread = max(before.length_spread, now.length_spread)
    change = now.length - before.length
    row["length"] = math.exp(math.copysign(_beyond(abs(change), errors * _MEDIAN * spread * sizes), change))
    spread = max(before.clutter_spread, now.clutter_spread)
    row["clutter_change"] = _beyond(abs(now.clutter - before.clutter), errors * spread * sizes)
    return row


def _error(old: float, new: float, olds: int, news: int) -> float:
    """The standard error of a difference of two shares."""
    share = (old * olds + new * news) / (olds + news)
    return math.sqrt(share * (1 - share) * (1 / olds + 1 / news))


def _beyond(difference: float, noise: float) -> float:
    return max(0.0, difference - noise)


def _sentence(
    expectation: Mapping[str, Any],
    failing: list[str],
    groups: Mapping[str, tuple[_Figures, _Figures | None]],
    old: Side,
    new: Side,
) -> str:
    column = expectation["kwargs"]["column"]
    told = [_figure(column, group, *groups[group], old, new) for group in sorted(failing)]
    more = f"; and {len(told) - _SHOWN:,} more outlets" if len(told) > _SHOWN else ""
    return f"Expected {expectation['meta']['expected']}; found {'; '.join(told[:_SHOWN])}{more}."


def _figure(column: str, group: str, before: _Figures, now: _Figures | None, old: Side, new: Side) -> str:
    name = column.partition("_")[0]
    if now is None:
        return f"{group}: too few articles to compare, where the parent had {before.articles:,}"
    if name in _SHARES:
        pair = f"{now.shares[name]:.0%} with {name}", f"{before.shares[name]:.0%}"
    elif name == "documents":
        pair = f"{now.articles:,} articles", f"{before.articles:,}"
    elif name == "length":
        pair = f"a median of {math.exp(now.length):,.0f} characters", f"{math.exp(before.length):,.0f}"
    elif name == "clutter":
        pair = f"{now.clutter:.0%} cut as clutter", f"{before.clutter:.0%}"
    else:
        shares = new.rejected / new.documents, old.rejected / old.documents
        pair = f"{shares[0]:.0%} of the documents rejected", f"{shares[1]:.0%}"
    return f"{group}: {pair[0]}, where the parent had {pair[1]}"


def _with_sentences(verdict: Verdict, told: Mapping[str, str]) -> Verdict:
    def said(check: Check) -> Check:
        return replace(check, sentence=told.get(check.name, check.sentence))

    results = [{**one, "sentence": told.get(one["name"], one["sentence"])} for one in verdict.document["results"]]
    return replace(
        verdict,
        checks=tuple(said(check) for check in verdict.checks),
        refused=tuple(said(check) for check in verdict.refused),
        document={**verdict.document, "results": results},
    )
