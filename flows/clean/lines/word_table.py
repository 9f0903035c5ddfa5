"""Word tables: offsets, line, hash and lexicon groups of each word of a batch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flows.clean.lines.lexicon import load_lexicon
from flows.clean.lines.line_table import LineTable
from flows.clean.lines.rolling_hash import compute_prefix_hashes, find_words, hash_spans

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WordTable:
    """Every run of letters and digits: its start and end in the codes of the line table, its line, hash and groups.

    `group_bits` has one bit per group of the lexicon; `prefix_hashes` gives the hash of any span (`hash_spans`).
    """

    start: Ints
    end: Ints
    line: Ints
    first_word: Ints  # index of the first word of each line, with the number of words at the end
    hashes: NDArray[np.uint64]
    group_bits: NDArray[np.uint16]
    prefix_hashes: NDArray[np.uint64]


def build_word_table(line_table: LineTable) -> WordTable:
    """Return the words of a batch of documents."""
    start, end = find_words(line_table.char_flags)
    # Every word lies within one line.
    first_word = np.searchsorted(start, np.append(line_table.start, len(line_table.codes)))
    line = np.repeat(np.arange(len(line_table.start)), np.diff(first_word))
    prefix_hashes = compute_prefix_hashes(line_table.codes)
    hashes = hash_spans(prefix_hashes, start, end)
    return WordTable(start, end, line, first_word, hashes, load_lexicon().look_up_groups(hashes), prefix_hashes)
