"""The words of a batch's lines: where each stands, its number, and the groups of the lexicon that it belongs to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.lexicon import lexicon
from flows.clean.lines.line_table import Sheet
from flows.clean.lines.rolling_hash import number, sums_of, words_in

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Every run of letters and digits: where it begins and ends in the sheet's codes, its line, number and groups.

    `groups` are those of the lexicon, a bit each; `sums` gives the number of any stretch of codes (`number`).
    """

    begin: Ints
    until: Ints
    line: Ints
    first: Ints  # word of each line, and how many words there are
    hashes: NDArray[np.uint64]
    groups: NDArray[np.uint16]
    sums: NDArray[np.uint64]


def tokens(sheet: Sheet) -> Tokens:
    """The words of a batch of documents."""
    begin, until = words_in(sheet.kinds)
    # No word crosses lines, and none lies outside them.
    first = np.searchsorted(begin, np.append(sheet.start, len(sheet.codes)))
    line = np.repeat(np.arange(len(sheet.start)), np.diff(first))
    sums = sums_of(sheet.codes)
    hashes = number(sums, begin, until)
    return Tokens(begin, until, line, first, hashes, lexicon().groups(hashes), sums)
