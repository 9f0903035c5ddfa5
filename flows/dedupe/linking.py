"""Which articles are alike, which of them is kept, and the links of the others to it."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.dedupe.fingerprint_table import Prints
from schemas import arrow, stage_tables

ALIKE: Final = 0.7
_DAY: Final = 24 * 60 * 60 * 1_000_000  # microseconds

_Rows = npt.NDArray[np.int64]
_Few = npt.NDArray[np.int32]


def link(fingerprints: pa.Table, prints: pa.Table | None = None, rest: Callable[[], None] = lambda: None) -> pa.Table:
    """FINGERPRINTS, PRINTS -> LINKS, sorted by article_id: every copy points to a kept article that it repeats.

    The articles are gone through from the one that says it was first: one that repeats none of those kept so far is
    kept, every other points to the first kept one that it repeats. So a link never chains and always joins two texts
    that were compared. First is the earliest that is stated; then the longest (char_count); then the lowest
    article_id. Earliest: an instant (published_at), else a stated day counted at its end in UTC, because a day
    without an hour is not known to be earlier than an hour of that day; whatever is inferred or unknown comes after
    all that is stated.

    Two texts repeat each other where their digests are equal, or where they share ALIKE of the shingles that either
    has. Texts too short to compare (an empty digest) are never linked; without `prints` only digests are compared.
    `rest` is called now and then, to give back pages of mapped prints. Raises ValueError where an article_id stands
    twice.
    """
    ids = fingerprints["article_id"]
    if pc.count_distinct(ids).as_py() != fingerprints.num_rows:
        raise ValueError("an article_id stands twice in the fingerprints; pass each article of the release once")
    rows = _in_order(fingerprints.filter(pc.not_equal(fingerprints["text_digest"], "")))
    if not rows.num_rows:
        return arrow.empty(stage_tables.LINKS)

    keeps = _first_of_its_digest(rows)
    if prints is not None:
        _follow_the_similar(keeps, rows["print"], Prints(prints, rest))
    copies = np.flatnonzero(keeps != np.arange(len(keeps)))
    articles = rows["article_id"].combine_chunks()
    links = pa.table([articles.take(copies), articles.take(keeps[copies])], schema=stage_tables.LINKS)
    return links.sort_by("article_id")


def _in_order(rows: pa.Table) -> pa.Table:
    """From the one that says it was first to the last."""
    dated = rows.append_column("stated_at", _stated_at(rows))
    return dated.sort_by([("stated_at", "ascending"), ("char_count", "descending"), ("article_id", "ascending")])


def _first_of_its_digest(rows: pa.Table) -> _Rows:
    """For each row the first row with its digest."""
    digests = rows["text_digest"].combine_chunks()
    return np.asarray(pc.index_in(digests, value_set=digests), np.int64)


def _follow_the_similar(keeps: _Rows, numbers: pa.ChunkedArray, prints: Prints) -> None:
    """Point the rows to the first kept row that is similar, in place; copies of one digest go where the first goes."""
    own = np.arange(len(keeps))
    firsts = np.flatnonzero((keeps == own) & np.asarray(pc.is_valid(numbers)))
    number = np.asarray(pc.fill_null(numbers, -1), np.int64)
    who, where = _meetings(firsts, number, prints)
    prints.sketch(number[np.unique(who)])
    # Who came to each place and is kept: of many copies that is one, so that their number is not squared.
    counts = np.bincount(where)
    begins, filled = np.cumsum(counts) - counts, np.zeros(len(counts), np.int32)
    kept = np.empty(len(who), np.int32)
    edges = np.append(np.flatnonzero(np.diff(who, prepend=-1)), len(who))
    for start, end in pairwise(edges.tolist()):
        row, places = int(who[start]), where[start:end]
        first, many = begins[places], filled[places]
        parts = [kept[at : at + n] for at, n in zip(first.tolist(), many.tolist(), strict=True) if n]
        mine, likely = int(number[row]), []
        if parts:
            met = np.concatenate(parts)  # some of them more than once
            likely = np.unique(met[prints.may_be_alike(mine, number[met], ALIKE)]).tolist()
        found = next((other for other in likely if prints.alike(mine, int(number[other]), ALIKE)), None)
        if found is not None:
            keeps[row] = found
            continue
        kept[first + many] = row
        filled[places] += 1
    keeps[:] = keeps[keeps]


def _meetings(rows: _Rows, number: _Rows, prints: Prints) -> tuple[_Few, _Few]:
    """The rows that share a band with another row, in order, and beside each a place where it meets others.

    A few bands of all rows are held at once, 8 bytes each; of places only those where at least two rows meet.
    """
    met: list[npt.NDArray[np.uint64]] = []
    places = 0
    rows = rows[prints.has_bands(number[rows])]
    for band in prints.bands(number[rows]):
        _, inverse, counts = np.unique(band, return_inverse=True, return_counts=True)
        shared = np.flatnonzero(counts[inverse] > 1)
        names, at = np.unique(inverse[shared], return_inverse=True)
        met.append((rows[shared].astype(np.uint64) << np.uint64(32)) | (at + places).astype(np.uint64))
        places += len(names)
    pairs = np.concatenate([np.empty(0, np.uint64), *met])
    met.clear()
    pairs.sort()
    return (pairs >> np.uint64(32)).astype(np.int32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32)


def _stated_at(rows: pa.Table) -> pa.ChunkedArray:
    """When each says it was published, in microseconds since 1970; the largest number where it does not say."""
    days = rows["date"].cast(pa.int32()).cast(pa.int64())
    day_ends = pc.subtract(pc.multiply(pc.add(days, 1), _DAY), 1)
    stated = pc.fill_null(pc.equal(rows["date_basis"], "stated"), False)
    day = pc.if_else(stated, day_ends, pa.scalar(None, pa.int64()))
    never = pa.scalar(2**63 - 1, pa.int64())
    return pc.fill_null(pc.coalesce(rows["published_at"].cast(pa.int64()), day), never)
