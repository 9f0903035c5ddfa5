"""Links from each duplicate to the kept article that it repeats."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from flows.dedupe.buckets import KeptRows, RowNumbers, group_by_bands
from flows.dedupe.fingerprint_table import PrintTable
from flows.dedupe.repetition import is_repetition
from flows.dedupe.sample_pairs import find_sample_pairs
from flows.dedupe.visit_order import rank_visits
from schemas import arrow, stage_tables

_DAY_MICROS: Final = 24 * 60 * 60 * 1_000_000

Generations = npt.NDArray[np.int8]


def link_duplicates(
    fingerprints: pa.Table, prints: pa.Table | None = None, release_pages: Callable[[], None] = lambda: None
) -> pa.Table:
    """Link duplicates: FINGERPRINTS, PRINTS -> LINKS, sorted by article_id.

    The articles are visited from the earliest one. An article that repeats no kept one is kept, every other points to
    the first kept one that it repeats. So a link never chains and always joins two texts that were compared. Order: the
    earliest stated time, then the longest (char_count), then the lowest article_id. The stated time is the instant
    (published_at), else the end of the stated day in UTC, because a day without an hour is not known to be earlier than
    an hour of that day. Inferred and unknown times come after all stated ones. An article that stands in a longer one
    is visited after all that do not, so that the longer keeps its role (flows/dedupe/visit_order.py).

    Two texts repeat each other where their digests are equal, or as flows/dedupe/repetition.py says. Texts too short to
    compare (an empty digest) are never linked; without `prints` only digests are compared. `release_pages` is called
    now and then, to give back pages of mapped prints. Raises ValueError where an article_id occurs twice.

    Articles of an earlier generation (of FINGERPRINTS) come first, and those of generation 0, which were published
    first, are kept whatever they repeat.
    """
    ids = fingerprints["article_id"]
    if pc.count_distinct(ids).as_py() != fingerprints.num_rows:
        raise ValueError("an article_id stands twice in the fingerprints; pass each article of the release once")
    order = _sort_by_precedence(fingerprints)
    if not len(order):
        return arrow.make_empty_table(stage_tables.LINKS)

    generations = fingerprints["generation"].to_numpy()[order]
    digests = fingerprints["text_digest"].take(pa.array(order)).combine_chunks()
    originals = _match_exact_copies(digests, generations, is_alone=prints is None)
    del digests  # tens of megabytes of many articles
    if prints is not None:
        print_rows = np.asarray(pc.fill_null(fingerprints["print"], -1), np.int64)[order]
        _link_repetitions(originals, generations, print_rows, PrintTable(prints, release_pages))
    copies = np.flatnonzero(originals != np.arange(len(originals)))
    columns = [ids.take(pa.array(order[rows])) for rows in (copies, originals[copies])]
    return pa.table(columns, schema=stage_tables.LINKS).sort_by("article_id")


def _sort_by_precedence(fingerprints: pa.Table) -> RowNumbers:
    """Return the rows with a digest by precedence: generation, earliest stated time, longest, lowest id."""
    timed = fingerprints.append_column("stated_at", _compute_stated_time(fingerprints))
    keys = [("generation", "ascending"), ("stated_at", "ascending"), ("char_count", "descending")]
    order: RowNumbers = np.asarray(pc.sort_indices(timed, [*keys, ("article_id", "ascending")]), np.int64)
    has_digest: npt.NDArray[np.bool_] = np.asarray(pc.not_equal(fingerprints["text_digest"], ""))
    return order[has_digest[order]]


def _match_exact_copies(digests: pa.Array, generations: Generations, *, is_alone: bool) -> RowNumbers:
    """Return for each row the first row with its digest; rows of generation 0 stand for themselves.

    Unless digests are all that is compared (`is_alone`), a row of a later generation is not matched with those of
    generation 0: the first of these that it is similar to may be another one.
    """
    settled_count = int(np.count_nonzero(generations == 0))
    compared = digests if is_alone else digests.slice(settled_count)
    originals = np.asarray(pc.index_in(digests, value_set=compared).fill_null(-1), np.int64)
    originals += 0 if is_alone else settled_count
    originals[:settled_count] = np.arange(settled_count)
    return originals


def _link_repetitions(
    originals: RowNumbers, generations: Generations, print_rows: RowNumbers, prints: PrintTable
) -> None:
    """Point rows to the first kept row that they repeat, in place; exact copies follow the first row of their digest.

    Rows of generation 0 are kept, whatever they repeat. A print row of -1 stands for none.
    """
    row_count = len(originals)
    first_rows = np.flatnonzero((originals == np.arange(row_count)) & (print_rows >= 0))
    bands = group_by_bands(first_rows, print_rows, prints, row_count)
    pairs = find_sample_pairs(first_rows, print_rows, prints, row_count)
    banded_rows = bands.list_rows()
    prints.build_sketches(print_rows[banded_rows])
    compared_rows = np.union1d(banded_rows, pairs.list_rows())
    ranks = rank_visits(pairs, print_rows, generations, prints)
    is_kept, kept_by_band = np.zeros(row_count, bool), KeptRows(bands)
    for row in compared_rows[np.argsort(ranks[compared_rows])].tolist():
        original = None
        if generations[row]:
            candidates = kept_by_band.find_candidates(row).astype(np.int64)
            if len(candidates):
                candidates = candidates[prints.screen_candidates(int(print_rows[row]), print_rows[candidates])]
            partners = pairs.of_row(row)
            candidates = np.union1d(candidates, partners[is_kept[partners]])
            original = _find_first_repeated(row, candidates[np.argsort(ranks[candidates])], print_rows, prints)
        if original is None:
            is_kept[row] = True
            kept_by_band.add_row(row)
        else:
            originals[row] = original
    originals[:] = originals[originals]


def _find_first_repeated(row: int, candidates: RowNumbers, print_rows: RowNumbers, prints: PrintTable) -> int | None:
    """Find the first of the candidates that the row repeats."""
    return next(
        (
            candidate
            for candidate in candidates.tolist()
            if is_repetition(*prints.compare_rows(int(print_rows[row]), int(print_rows[candidate])))
        ),
        None,
    )


def _compute_stated_time(rows: pa.Table) -> pa.ChunkedArray:
    """Return the stated time of each row in microseconds since 1970; the largest number where none is stated."""
    days = rows["date"].cast(pa.int32()).cast(pa.int64())
    day_ends = pc.subtract(pc.multiply(pc.add(days, 1), _DAY_MICROS), 1)
    stated = pc.fill_null(pc.equal(rows["date_basis"], "stated"), False)
    stated_day_ends = pc.if_else(stated, day_ends, pa.scalar(None, pa.int64()))
    never = pa.scalar(2**63 - 1, pa.int64())
    return pc.fill_null(pc.coalesce(rows["published_at"].cast(pa.int64()), stated_day_ends), never)
