"""Links from each duplicate to the kept article that it repeats."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.dedupe.fingerprint_table import PrintTable
from schemas import arrow, stage_tables

SIMILARITY_THRESHOLD: Final = 0.7
_DAY_MICROS: Final = 24 * 60 * 60 * 1_000_000

_RowNumbers = npt.NDArray[np.int64]
_RowNumbers32 = npt.NDArray[np.int32]


def link_duplicates(
    fingerprints: pa.Table, prints: pa.Table | None = None, release_pages: Callable[[], None] = lambda: None
) -> pa.Table:
    """Link duplicates: FINGERPRINTS, PRINTS -> LINKS, sorted by article_id.

    The articles are visited from the earliest one. An article that repeats no kept one is kept, every other points to
    the first kept one that it repeats. So a link never chains and always joins two texts that were compared. Order: the
    earliest stated time, then the longest (char_count), then the lowest article_id. The stated time is the instant
    (published_at), else the end of the stated day in UTC, because a day without an hour is not known to be earlier than
    an hour of that day. Inferred and unknown times come after all stated ones.

    Two texts repeat each other where their digests are equal, or where they share SIMILARITY_THRESHOLD of the shingles
    that either has. Texts too short to compare (an empty digest) are never linked; without `prints` only digests are
    compared. `release_pages` is called now and then, to give back pages of mapped prints. Raises ValueError where an
    article_id occurs twice.

    Articles of an earlier generation (of FINGERPRINTS) come first, and those of generation 0, which were published
    first, are kept whatever they repeat.
    """
    ids = fingerprints["article_id"]
    if pc.count_distinct(ids).as_py() != fingerprints.num_rows:
        raise ValueError("an article_id stands twice in the fingerprints; pass each article of the release once")
    rows = _sort_by_precedence(fingerprints.filter(pc.not_equal(fingerprints["text_digest"], "")))
    if not rows.num_rows:
        return arrow.make_empty_table(stage_tables.LINKS)

    originals = _match_exact_copies(rows, is_alone=prints is None)
    if prints is not None:
        is_settled = rows["generation"].to_numpy() == 0
        _link_near_duplicates(originals, is_settled, rows["print"], PrintTable(prints, release_pages))
    copies = np.flatnonzero(originals != np.arange(len(originals)))
    articles = rows["article_id"].combine_chunks()
    links = pa.table([articles.take(copies), articles.take(originals[copies])], schema=stage_tables.LINKS)
    return links.sort_by("article_id")


def _sort_by_precedence(rows: pa.Table) -> pa.Table:
    """Sort the rows by precedence: generation, earliest stated time, longest, lowest id."""
    timed = rows.append_column("stated_at", _compute_stated_time(rows))
    order = [("generation", "ascending"), ("stated_at", "ascending"), ("char_count", "descending")]
    return timed.sort_by([*order, ("article_id", "ascending")])


def _match_exact_copies(rows: pa.Table, *, is_alone: bool) -> _RowNumbers:
    """Return for each row the first row with its digest; rows of generation 0 stand for themselves.

    Unless digests are all that is compared (`is_alone`), a row of a later generation is not matched with those of
    generation 0: the first of these that it is similar to may be another one.
    """
    digests = rows["text_digest"].combine_chunks()
    settled_count = int(np.count_nonzero(rows["generation"].to_numpy() == 0))
    compared = digests if is_alone else digests.slice(settled_count)
    originals = np.asarray(pc.index_in(digests, value_set=compared).fill_null(-1), np.int64)
    originals += 0 if is_alone else settled_count
    originals[:settled_count] = np.arange(settled_count)
    return originals


def _link_near_duplicates(
    originals: _RowNumbers, is_settled: npt.NDArray[np.bool_], print_column: pa.ChunkedArray, prints: PrintTable
) -> None:
    """Point rows to the first kept row that is similar, in place; exact copies follow the first row of their digest.

    Settled rows are kept, whatever they are similar to.
    """
    own_rows = np.arange(len(originals))
    first_rows = np.flatnonzero((originals == own_rows) & np.asarray(pc.is_valid(print_column)))
    print_rows = np.asarray(pc.fill_null(print_column, -1), np.int64)
    bucket_rows, buckets = _find_shared_bands(first_rows, print_rows, prints)
    prints.build_sketches(print_rows[np.unique(bucket_rows)])
    # A bucket lists its kept rows only: one of many copies, so that the work does not grow with their square.
    counts = np.bincount(buckets)
    bucket_starts, filled = np.cumsum(counts) - counts, np.zeros(len(counts), np.int32)
    kept_rows = np.empty(len(bucket_rows), np.int32)
    row_bounds = np.append(np.flatnonzero(np.diff(bucket_rows, prepend=-1)), len(bucket_rows))
    for start, end in pairwise(row_bounds.tolist()):
        row, row_buckets = int(bucket_rows[start]), buckets[start:end]
        starts, filled_counts = bucket_starts[row_buckets], filled[row_buckets]
        earlier_rows = [
            kept_rows[bucket_start : bucket_start + filled_count]
            for bucket_start, filled_count in zip(starts.tolist(), filled_counts.tolist(), strict=True)
            if filled_count and not is_settled[row]
        ]
        print_row, likely_rows = int(print_rows[row]), []
        if earlier_rows:
            candidates = np.concatenate(earlier_rows)  # some of them more than once
            likely_rows = np.unique(
                candidates[prints.screen_candidates(print_row, print_rows[candidates], SIMILARITY_THRESHOLD)]
            ).tolist()
        original = next(
            (
                candidate
                for candidate in likely_rows
                if prints.is_similar(print_row, int(print_rows[candidate]), SIMILARITY_THRESHOLD)
            ),
            None,
        )
        if original is not None:
            originals[row] = original
            continue
        kept_rows[starts + filled_counts] = row
        filled[row_buckets] += 1
    originals[:] = originals[originals]


def _find_shared_bands(
    rows: _RowNumbers, print_rows: _RowNumbers, prints: PrintTable
) -> tuple[_RowNumbers32, _RowNumbers32]:
    """Return the rows that share a band key with another row, in order, and for each the number of that key's bucket.

    A few bands of all rows are in memory at once, 8 bytes each; of the buckets only those of at least two rows.
    """
    bucket_members: list[npt.NDArray[np.uint64]] = []
    bucket_count = 0
    rows = rows[prints.has_bands(print_rows[rows])]
    for band in prints.iterate_band_keys(print_rows[rows]):
        _, inverse, counts = np.unique(band, return_inverse=True, return_counts=True)
        colliding = np.flatnonzero(counts[inverse] > 1)
        shared_buckets, bucket_numbers = np.unique(inverse[colliding], return_inverse=True)
        bucket_members.append(
            (rows[colliding].astype(np.uint64) << np.uint64(32)) | (bucket_numbers + bucket_count).astype(np.uint64)
        )
        bucket_count += len(shared_buckets)
    pairs = np.concatenate([np.empty(0, np.uint64), *bucket_members])
    bucket_members.clear()
    pairs.sort()
    return (pairs >> np.uint64(32)).astype(np.int32), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int32)


def _compute_stated_time(rows: pa.Table) -> pa.ChunkedArray:
    """Return the stated time of each row in microseconds since 1970; the largest number where none is stated."""
    days = rows["date"].cast(pa.int32()).cast(pa.int64())
    day_ends = pc.subtract(pc.multiply(pc.add(days, 1), _DAY_MICROS), 1)
    stated = pc.fill_null(pc.equal(rows["date_basis"], "stated"), False)
    stated_day_ends = pc.if_else(stated, day_ends, pa.scalar(None, pa.int64()))
    never = pa.scalar(2**63 - 1, pa.int64())
    return pc.fill_null(pc.coalesce(rows["published_at"].cast(pa.int64()), stated_day_ends), never)
