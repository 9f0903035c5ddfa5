"""Order in which articles are visited: those that stand in a longer one last, so that the longer keeps its role.

An article that stands in a longer one of its generation (four fifths of its shingles are there, and the two
are not near duplicates) comes after all articles of the generation that do not, and these from the longest. So each is
visited after the one that holds it.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from flows.dedupe.buckets import RowNumbers
from flows.dedupe.fingerprint_table import PrintTable
from flows.dedupe.repetition import is_contained, is_similar
from flows.dedupe.sample_pairs import SamplePairs

_MAX_COMPARED: Final = 64  # longer texts that a text is compared with, from the longest


def rank_visits(
    pairs: SamplePairs, print_rows: RowNumbers, generations: npt.NDArray[np.int8], prints: PrintTable
) -> RowNumbers:
    """Return for each row its place in the order of visits. Rows are sorted by precedence."""
    paired_rows = pairs.list_rows()
    shingle_counts = np.zeros(len(print_rows), np.int64)
    shingle_counts[paired_rows] = prints.count_shingles(print_rows[paired_rows])
    contained_lengths = np.zeros(len(print_rows), np.int64)
    for row in paired_rows.tolist():
        partners = pairs.list_unlike(row)
        is_longer = (shingle_counts[partners] > shingle_counts[row]) & (generations[partners] == generations[row])
        if not generations[row] or not is_longer.any():
            continue
        longer = partners[is_longer]
        from_longest = longer[np.argsort(-shingle_counts[longer], kind="stable")][:_MAX_COMPARED]
        for partner in from_longest.tolist():
            counts = prints.compare_rows(int(print_rows[row]), int(print_rows[partner]))
            if is_contained(*counts) and not is_similar(*counts):
                contained_lengths[row] = shingle_counts[row]
                break
    order = np.lexsort((np.arange(len(print_rows)), -contained_lengths, contained_lengths > 0, generations))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks
